"""What a major case needs beyond its clocks, as people see it: checklists, minutes, boards."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from db.models import ActionKind, ComplaintEvent, ComplaintStep, EventKind, Severity
from services import complaints
from services.complaints import FlagComplaint, RecordMeeting
from services.core import clock
from tests.dealer import Dealer
from tests.pages.test_complaints import PAGE, button, field, in_menu
from tests.pages.visit import texts, visit
from tests.services.complaint_deeds import CAUSE, FRIDAY, do, heading, register, triaged
from tests.services.test_complaint_actions import finish, plan

HOUR = timedelta(hours=1)
SAID = "技术判断为衬套批次问题"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh_CN"])


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def crisis(dealer: Dealer) -> int:
    return register(dealer, severity=Severity.L4).id


def case(dealer: Dealer, key: int, who: str = "service", language: str = "en") -> AppTest:
    app = visit(dealer, who, PAGE, language=language, id=str(key))
    assert not app.exception
    return app


def links(app: AppTest) -> list[str]:
    return [one.proto.url for one in app.get("link_button")]


# ---- checklists


@pytest.mark.parametrize(
    ("language", "words", "state"),
    [("en", "The maker knows", "1 of 9"), ("zh_CN", "已报告厂家", "1\\/9 项")],
)
def test_one_click_ticks_and_another_takes_it_back(
    dealer: Dealer, language: str, words: str, state: str
):
    app = case(dealer, crisis(dealer), language=language)
    [box] = [one for one in app.checkbox if one.label == words]
    app = box.check().run()
    assert not app.error
    assert state in texts(app)
    assert "service 某" in texts(app)
    [box] = [one for one in app.checkbox if one.label == words]
    assert box.value
    app = box.uncheck().run()
    assert not app.error
    told = [one.details for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.TICKED]
    assert told == [{"item": "maker", "is_done": done} for done in (True, False)]
    assert state not in texts(app)


def test_what_a_colleague_ticked_meanwhile_is_shown_and_not_ticked_twice(dealer: Dealer):
    key = crisis(dealer)
    app = case(dealer, key)
    tick = complaints.TickItem
    do(dealer, "manager", complaints.tick, tick, key, item="people", is_done=True)
    app = app.checkbox[0].check().run()
    assert not app.error
    assert app.checkbox[0].value
    assert "manager 某" in texts(app)
    assert len([one for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.TICKED]) == 1


def test_an_ordinary_case_stays_as_it_was(dealer: Dealer):
    app = case(dealer, triaged(dealer), "manager")
    assert not app.checkbox
    assert not links(app)
    for words in ("Crisis", "Nobody has met", "Taking the complaint"):
        assert words not in texts(app)


def test_who_was_only_asked_ticks_nothing(dealer: Dealer):
    key = crisis(dealer)
    ask = {"department": "club", "user_id": dealer.user_id("guest"), "words": "请协助"}
    about = {"due_on": clock.today() + timedelta(days=1)}
    do(dealer, "service", complaints.ask_department, complaints.AskDepartment, key, **ask, **about)
    app = case(dealer, key, "guest")
    assert app.checkbox
    assert all(one.disabled for one in app.checkbox)


# ---- minutes, and what the customer has not heard of


def test_minutes_are_written_and_read(dealer: Dealer):
    key = triaged(dealer, severity=Severity.L3)
    app = case(dealer, key)
    assert "Nobody has met over it yet" in texts(app)
    in_menu(app, "groups").run()
    in_menu(app, "groups")
    field(app, "text_area", f"complaints.record_meeting:{key}:words").set_value("<b>批次问题</b>")
    assert field(app, "multiselect", "complaints.record_meeting").proto.select_all == 0
    field(app, "multiselect", "complaints.record_meeting").set_value(
        [str(dealer.user_id("director")), str(dealer.user_id("club_manager"))]
    )
    name = f"complaints.record_meeting:{key}:send"
    app = button(app, name).click().run()
    assert not app.error
    said = texts(app)
    assert "Last meeting 2026" in said
    assert "director 某, club" in said
    assert "\\<b" in said


@LANGUAGES
def test_minutes_of_nobody_are_refused(dealer: Dealer, language: str):
    key = triaged(dealer)
    app = case(dealer, key, language=language)
    in_menu(app, "groups").run()
    in_menu(app, "groups")
    field(app, "text_area", f"complaints.record_meeting:{key}:words").set_value("批次问题")
    app = button(app, f"complaints.record_meeting:{key}:send").click().run()
    assert {"en": "Say who took part", "zh_CN": "请填写参会人员"}[language] in app.error[0].value


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Ask a department for it"), ("zh_CN", "请部门办理")]
)
def test_what_a_meeting_decided_is_asked_of_a_department_by_one_click(
    dealer: Dealer, language: str, label: str
):
    key = triaged(dealer)
    held = {"held_at": FRIDAY - HOUR, "words": SAID, "outsiders": "厂家王工"}
    for decided in ("", "免费更换衬套\n*三日内*"):
        deed = complaints.record_meeting
        do(dealer, "service", deed, RecordMeeting, key, decided=decided, **held)
    app = case(dealer, key, language=language)
    [ask] = [one for one in app.button if (one.key or "").startswith("deed:decided:")]
    assert ask.label == label
    ask.click().run()
    form = f"complaints.ask_department:{key}-{ask.key.rsplit(':')[-1]}"
    assert field(app, "text_area", form).value == "免费更换衬套\n*三日内*"
    button(app, ask.key).click()
    field(app, "selectbox", f"{form}:user_id").set_value(str(dealer.user_id("guest")))
    button(app, f"{form}:send").click().run()
    assert not app.exception
    [step] = dealer.rows(ComplaintStep)
    assert (step.question, step.asked_of_id) == (
        "免费更换衬套\n*三日内*",
        dealer.user_id("guest"),
    )


@pytest.mark.parametrize(("who", "may"), [("service", True), ("manager", True), ("sales", False)])
def test_who_may_not_ask_is_not_offered_it(dealer: Dealer, who: str, *, may: bool):
    key = triaged(dealer)
    held = {"held_at": FRIDAY - HOUR, "words": SAID, "outsiders": "厂家王工", "decided": "更换"}
    do(dealer, "service", complaints.record_meeting, RecordMeeting, key, **held)

    app = case(dealer, key, who)

    def is_offered() -> bool:
        return any((one.key or "").startswith("deed:decided:") for one in app.button)

    assert is_offered() is may
    do(dealer, "service", complaints.withdraw, complaints.WithdrawComplaint, key, words="算了")
    app.run()
    assert not is_offered()


def test_the_case_says_what_the_customer_has_not_heard_of(dealer: Dealer):
    key = triaged(dealer)
    finish(dealer, plan(dealer, key, due_on=clock.today()))
    app = case(dealer, key)
    words = "Improvements that the customer has not heard of: 1"
    assert words in texts(app)
    button(app, "deed:tell_improvement:1").click().run()
    button(app, "deed:tell_improvement:1").click()
    field(app, "selectbox", "complaints.tell_improvement").set_value("call")
    app = button(app, f"complaints.tell_improvement:{key}-1:send").click().run()
    assert not app.error
    assert words not in texts(app)
    assert "the customer heard of it" in texts(app)


# ---- boards, and the log


@LANGUAGES
def test_the_crises_stand_together(dealer: Dealer, language: str):
    triaged(dealer)
    seen = register(dealer, severity=Severity.L4)
    app = visit(dealer, "director", PAGE, language=language, view="crises")
    assert not app.exception
    found = app.dataframe[0].value
    assert found["number"].tolist() == [seen.number]
    wall = visit(dealer, "manager", PAGE, language=language, view="wall").dataframe[0].value
    state = {"en": "0 of 9", "zh_CN": "0/9 项"}[language]
    assert [state] in [list(one) for one in wall["crisis"].tolist()]


@pytest.mark.parametrize(("language", "empty"), [("en", "No crisis"), ("zh_CN", "没有未结的危机")])
def test_no_crisis_is_said_so(dealer: Dealer, language: str, empty: str):
    triaged(dealer)
    assert empty in texts(visit(dealer, "service", PAGE, language=language, view="crises"))


@pytest.mark.parametrize(("language", "empty"), [("en", "No ideas"), ("zh_CN", "没有改进建议")])
def test_ideas_are_narrowed_in_the_address(dealer: Dealer, language: str, empty: str):
    key = triaged(dealer)
    about = {"kind": ActionKind.IDEA, "due_on": clock.today()}
    finish(dealer, plan(dealer, key, **about))
    people = {"open": "service", "done": "sales", "all": "manager", "bogus": "director"}
    visited = {
        part: visit(dealer, who, PAGE, language=language, view="ideas", ideas=part)
        for part, who in people.items()
    }
    assert not any(app.exception for app in visited.values())
    shown = {part: len(app.dataframe) for part, app in visited.items()}
    assert shown == {"open": 0, "done": 1, "all": 1, "bogus": 0}
    assert empty in texts(visited["open"])


def test_whoever_takes_files_along_finds_the_log_of_a_major_one(dealer: Dealer):
    key = crisis(dealer)
    assert links(case(dealer, key, "manager")) == [f"/files/complaints/{key}/log.pdf?language=en"]
    assert links(case(dealer, key, "service")) == []


def test_a_public_case_of_the_media_shows_the_meeting_line(dealer: Dealer):
    key = triaged(dealer)
    marks = {"is_safety": False, "is_media": True, "is_legal": False}
    do(dealer, "manager", complaints.flag, FlagComplaint, key, reason="媒体来电", **marks)
    held = {"held_at": FRIDAY - timedelta(hours=1), "outsiders": "律师", "words": "口径"}
    do(dealer, "manager", complaints.record_meeting, RecordMeeting, key, **held)
    said = texts(case(dealer, key))
    assert "Crisis list 0 of 9" in said
    assert "From outside" in said


# ---- what is asked of a guest, and what was found


def asked(dealer: Dealer, key: int, words: str = "请鉴定衬套") -> None:
    about = {"department": "technical", "user_id": dealer.user_id("guest")}
    due = {"due_on": clock.today() + timedelta(days=2)}
    ask = complaints.AskDepartment
    do(dealer, "service", complaints.ask_department, ask, key, words=words, **about, **due)


def table(app: AppTest) -> dict[str, list[object]]:
    return app.dataframe[0].value.to_dict("list")


@pytest.mark.parametrize(
    ("language", "state"), [("en", ["asked", "taken up"]), ("zh_CN", ["待答复", "已接手"])]
)
def test_a_guest_sees_first_what_is_asked_of_him(dealer: Dealer, language: str, state: list[str]):
    key = triaged(dealer, person="程太太")
    asked(dealer, key)
    app = visit(dealer, "guest", PAGE, language=language)
    assert not app.exception
    shown = table(app)
    assert ([*shown["state"][0]], shown["question"]) == (state[:1], ["请鉴定衬套"])
    [step] = dealer.rows(ComplaintStep)
    do(dealer, "guest", complaints.take_step, complaints.TakeStep, key, step_id=step.id)
    shown = table(app.run())
    assert [*shown["state"][0]] == state[1:]


def test_a_guest_of_whom_nothing_is_asked_is_told_so(dealer: Dealer):
    assert "Nobody asks anything of you" in texts(visit(dealer, "guest", PAGE, language="en"))


def nameless(dealer: Dealer) -> int:
    """A case whose customer the guest does not see."""
    customer = dealer.customer("程思远", owner="service")
    key = triaged(dealer, customer_id=customer, person=None, phone=None)
    asked(dealer, key)
    return key


@pytest.mark.parametrize(("who", "count"), [("guest", 0), ("service", 1)])
def test_where_no_name_is_seen_the_head_says_the_number_once(dealer: Dealer, who: str, count: int):
    app = case(dealer, nameless(dealer), who)
    assert ("程思远" in texts(app)) is bool(count)
    assert sum("TS\\-202606" in one.value for one in app.caption) == count
    assert len([one for one in app.markdown if one.value.startswith("### TS")]) == 1 - count


def test_a_column_that_says_nothing_to_a_guest_is_left_out(dealer: Dealer):
    nameless(dealer)
    assert "who" not in table(visit(dealer, "guest", PAGE, language="en", view="ledger"))


def test_why_it_happened_stands_line_by_line_and_the_address_in_public_whole(dealer: Dealer):
    key = triaged(dealer, link="https://forum.example.com/t/48213")
    cause = heading(dealer, CAUSE)
    about = {
        "finding": "justified",
        "cause_id": cause,
        "words": "磨损",
        "whys": "衬套磨损\n批次不良",
    }
    investigate = complaints.InvestigateComplaint
    do(dealer, "service", complaints.investigate, investigate, key, **about)
    app = case(dealer, key)
    assert any("衬套磨损  \n批次不良" in one.value for one in app.markdown)
    assert "48213" in texts(app)


@pytest.mark.parametrize("days", [0, 1])
def test_what_was_taken_up_on_an_earlier_day_says_the_day(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch, days: int
):
    key = triaged(dealer)
    asked(dealer, key)
    [step] = dealer.rows(ComplaintStep)
    do(dealer, "guest", complaints.take_step, complaints.TakeStep, key, step_id=step.id)
    monkeypatch.setattr(clock, "now", lambda: FRIDAY + timedelta(days=days))
    said = texts(case(dealer, key)).replace("\\", "")
    assert ("taken up 06-05" in said) is bool(days)
