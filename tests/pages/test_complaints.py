"""The complaint ledger as people see it: the wall, taking one, leading it on."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from streamlit.testing.v1 import AppTest

from db.models import (
    Approval,
    CauseAction,
    Complaint,
    ComplaintPerson,
    PartIn,
    Remedy,
    RemedyState,
    Stage,
)
from pages.components.complaints import listing
from pages.components.complaints.colours import clock_tone
from pages.components.layout import WORD_JOINER, Tone
from services import complaints
from services.complaints import Clock, ClockKind, ClockState
from services.complaints import listing as services_listing
from services.complaints.clocks import Limit, Unit
from services.core import clock
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.complaint_deeds import (
    FRIDAY,
    accepted,
    closed,
    do,
    investigated,
    laid,
    register,
    replied,
    triaged,
)
from tests.services.test_approvals import answer
from tests.services.test_complaint_helping import ask
from tests.services.test_complaint_remedies import offer

PAGE = "care/complaints.py"
DESKS = ["director", "manager", "sales", "steward"]
BEHOLDERS = ["club_manager", "club", "guest"]


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def field(app: AppTest, kind: str, start: str):
    [found] = [each for each in getattr(app, kind) if (each.key or "").startswith(start)]
    return found


def button(app: AppTest, key: str):
    [found] = [each for each in app.button if each.key == key]
    return found


def in_menu(app: AppTest, icon: str):
    """Choose a deed of the menu by its icon, as the browser sends it: by its words."""
    [menu] = app.menu_button
    [words] = [each for each in menu.options if each.startswith(f":material/{icon}:")]
    return menu.click(words)


@pytest.mark.parametrize("who", [*DESKS, *BEHOLDERS])
@pytest.mark.parametrize(
    ("language", "empty"), [("en", "No complaints yet"), ("zh_CN", "还没有投诉")]
)
def test_whoever_may_sees_the_ledger(dealer: Dealer, who: str, language: str, empty: str):
    app = visit(dealer, who, PAGE, language=language, view="ledger")
    assert not app.exception
    assert empty in texts(app)
    assert bool([each for each in app.button if each.label == "Register"]) is (
        who in DESKS and language == "en"
    )


def test_the_administrator_has_no_such_page(dealer: Dealer):
    app = visit(dealer, "admin")
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page("pages/care/complaints.py").run()


def test_the_wall_begins_with_what_runs_out_first(dealer: Dealer):
    slow = register(dealer, severity=complaints.Severity.L2)
    fast = register(dealer, severity=complaints.Severity.L4)
    app = visit(dealer, "service", PAGE, language="en")
    assert not app.exception
    numbers = app.dataframe[0].value["number"].tolist()
    assert numbers == [fast.number, slow.number]


def test_a_wall_that_is_cut_says_so(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    register(dealer)
    said = "to run out; what has more time stands in the ledger"
    app = visit(dealer, "service", PAGE, language="en")
    assert said not in texts(app)
    for place in (services_listing, listing):
        monkeypatch.setattr(place, "MOST_ON_WALL", 1)
    register(dealer)
    app.run()
    assert len(app.dataframe[0].value) == 1
    assert said in texts(app)


def test_a_case_shows_its_clocks_and_what_was_said(dealer: Dealer):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    assert not app.exception
    said = texts(app)
    for words in ("修了三次还是异响", "First answer", "Acknowledge", "TS\\-202606\\-0001"):
        assert words in said


@pytest.mark.parametrize(("language", "words"), [("en", "does not exist"), ("zh_CN", "不存在")])
def test_another_store_s_case_is_not_there(dealer: Dealer, language: str, words: str):
    key = triaged(dealer)
    app = visit(dealer, "sales2", PAGE, language=language, id=str(key))
    assert words in app.error[0].value


@pytest.mark.parametrize("is_there", [True, False])
def test_from_a_case_one_goes_back_to_the_list_as_it_was(dealer: Dealer, *, is_there: bool):
    key = triaged(dealer) if is_there else 999
    number = register(dealer).number
    app = visit(dealer, "service", PAGE, language="en", id=str(key), view="ledger", part="open")
    [back] = [each for each in app.button if each.label == "All complaints"]
    back.click().run()
    assert not app.exception
    assert "id" not in app.query_params
    assert app.query_params["part"] == "open"
    assert number in app.dataframe[0].value["number"].tolist()


@pytest.fixture
def asked(dealer: Dealer) -> int:
    """A case in which the guest was asked for his part."""
    key = triaged(dealer)
    guest = dealer.user_id("guest")
    dealer.add(ComplaintPerson(complaint_id=key, user_id=guest, part=PartIn.ASKED, since=FRIDAY))
    return key


def test_a_guest_sees_the_case_he_was_asked_about_and_can_do_nothing_there(
    dealer: Dealer, asked: int
):
    app = visit(dealer, "guest", PAGE, language="en", id=str(asked))
    assert not app.exception
    assert not app.error
    assert "修了三次还是异响" in texts(app)
    assert not [each for each in app.button if (each.key or "").startswith("deed:")]
    assert not app.menu_button
    assert "+8613857116208" not in texts(app)


def test_where_the_customer_s_name_is_not_for_him_the_number_stands_for_it(dealer: Dealer):
    customer = dealer.customer("程思远", owner="service")
    key = triaged(dealer, customer_id=customer, person=None, phone=None)
    guest = dealer.user_id("guest")
    dealer.add(ComplaintPerson(complaint_id=key, user_id=guest, part=PartIn.ASKED, since=FRIDAY))
    app = visit(dealer, "guest", PAGE, language="en", id=str(key))
    assert "### TS\\-202606\\-0001 " in texts(app)
    assert "程思远" not in texts(app)


def test_and_no_other(dealer: Dealer, asked: int):
    app = visit(dealer, "guest", PAGE, language="en", id=str(register(dealer).id))
    assert "does not exist" in app.error[0].value


def write_facts(app: AppTest, key: int, words: str) -> None:
    """The test has no fragments: each run meets the click that opens the drawer."""
    form = f"complaints.investigate:{key}"
    in_menu(app, "search").run()
    in_menu(app, "search")
    field(app, "text_area", f"{form}:words").set_value(words)
    button(app, f"{form}:send").click().run()


def test_a_deed_is_a_click_and_a_few_words_away(dealer: Dealer):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    write_facts(app, key, "衬套松动")
    assert not app.exception
    assert app.toast[0].value == "Written down for TS\\-202606\\-0001"
    assert dealer.row(Complaint, key).stage is Stage.INVESTIGATING


@pytest.mark.parametrize(
    ("language", "words"), [("en", "must not be empty"), ("zh_CN", "不能为空")]
)
def test_what_is_missing_is_said(dealer: Dealer, language: str, words: str):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language=language, id=str(key))
    write_facts(app, key, "")
    assert words in app.error[0].value
    assert dealer.row(Complaint, key).stage is Stage.TRIAGED


def test_the_customer_is_told_first_and_once(dealer: Dealer):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    assert button(app, "deed:next").label == "Tell the customer the number"
    button(app, "deed:next").click().run()
    button(app, "deed:next").click()
    button(app, f"complaints.acknowledge:{key}:send").click().run()
    assert button(app, "deed:next").label == "Write down the facts"


def test_when_nothing_is_missing_it_is_closed(dealer: Dealer):
    key = triaged(dealer)
    investigated(dealer, key)
    replied(dealer, key)
    accepted(dealer, key, "sales")
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    button(app, "deed:next").click().run()
    assert not app.warning  # nothing is missing
    button(app, "deed:next").click()
    button(app, f"complaints.close:{key}:send").click().run()
    assert dealer.row(Complaint, key).stage is Stage.CLOSED


@pytest.mark.parametrize(
    ("language", "waits", "agreed", "done"),
    [
        ("en", "Waits", "Approved", "The remedy is done"),
        ("zh_CN", "待批准", "已批准", "补救已完成"),
    ],
)
def test_a_promise_stands_with_the_case_until_it_is_kept(
    dealer: Dealer, language: str, waits: str, agreed: str, done: str
):
    key = triaged(dealer)
    remedy = offer(dealer, key, "300")
    app = visit(dealer, "service", PAGE, language=language, id=str(key))
    assert f"¥300 · {waits}" in texts(app)
    deliver = f"deed:deliver_remedy:{remedy.id}"
    assert not [each for each in app.button if each.key == deliver]
    answer(dealer, dealer.rows(Approval)[0].id, "manager")
    app.run()
    assert f"¥300 · {agreed}" in texts(app)
    assert button(app, deliver).label == done
    button(app, deliver).click().run()
    button(app, deliver).click()
    button(app, f"complaints.deliver_remedy:{key}-{remedy.id}:send").click().run()
    assert not app.exception
    assert dealer.row(Remedy, remedy.id).state is RemedyState.DONE


def test_whoever_agrees_reads_the_sum_in_yuan(dealer: Dealer):
    offer(dealer, triaged(dealer), "300")
    key = dealer.rows(Approval)[0].id
    app = visit(dealer, "manager", "account/approvals.py", language="en", approval=str(key))
    assert not app.exception
    assert "¥300" in texts(app)
    assert "30000" not in texts(app)


@pytest.mark.parametrize(
    ("score", "said"), [(5, "green-badge"), (3, "orange-badge"), (1, "red-badge")]
)
def test_how_content_the_customer_was_stands_with_the_case(dealer: Dealer, score: int, said: str):
    key = closed(dealer)
    asked = {"satisfaction": score, "would_return": True}
    do(dealer, "service", complaints.survey, complaints.SurveyComplaint, key, **asked)
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    assert f":{said}[Satisfaction\\: {score} of 5]" in texts(app)


def test_a_phone_is_shown_as_it_is_dialled(dealer: Dealer):
    app = visit(dealer, "service", PAGE, language="en", id=str(triaged(dealer)))
    facts = [str(value) for table in app.table for value in table.value.to_numpy().flatten()]
    assert "138 5711 6208" in facts


@pytest.mark.parametrize(
    ("who", "phone"), [("service", "138 5711 6208"), ("sales", "138 **** 6208")]
)
@pytest.mark.parametrize(
    ("language", "label"), [("en", "Phone in the file"), ("zh_CN", "档案电话")]
)
def test_the_phone_of_the_file_is_at_hand(
    dealer: Dealer, who: str, phone: str, language: str, label: str
):
    customer = dealer.customer("程思远", owner="service", phone="+8613857116208")
    key = triaged(dealer, customer_id=customer, person=None, phone=None)
    app = visit(dealer, who, PAGE, language=language, id=str(key))
    [facts] = app.table
    lines = {str(name).replace("\u2060", ""): each for name, each in facts.value.iloc[:, 0].items()}
    assert str(lines[label]).replace("\\", "") == phone


def test_an_action_against_the_cause_is_planned_from_the_menu(dealer: Dealer):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    in_menu(app, "build").run()
    in_menu(app, "build")
    form = f"complaints.plan_action:{key}"
    field(app, "selectbox", f"{form}:kind").select_index(0)
    field(app, "text_area", f"{form}:what").set_value("试车十公里")
    button(app, f"{form}:send").click().run()
    assert not app.exception
    [action] = dealer.rows(CauseAction)
    assert (action.what, action.due_on - clock.today()) == ("试车十公里", timedelta(days=7))
    assert "试车十公里" in texts(app)
    assert button(app, f"deed:finish_action:{action.id}").label == "The action is done"


def test_clocks_that_are_due_alike_keep_their_own_colours():
    due_at = FRIDAY + timedelta(days=1, hours=1)
    limit = Limit(Fraction(100), Unit.MINUTES)
    calm, warned = (
        Clock(ClockKind.CLOSE, ClockState.RUNNING, limit, due_at, None, Fraction(n), Fraction(n))
        for n in (20, 60)
    )
    paused = replace(calm, state=ClockState.PAUSED)
    told = [listing.due(one, clock_tone(one), FRIDAY) for one in (calm, warned, paused)]
    assert len({words.rstrip(WORD_JOINER) for words in told}) == 1
    assert len(set(told)) == 3
    assert listing.due(None, Tone.QUIET, FRIDAY) == ""


def test_where_nothing_is_due_no_column_says_so(dealer: Dealer):
    closed(dealer)
    app = visit(dealer, "service", PAGE, language="en", view="ledger", part="closed")
    assert not {"next_due", "used"} & set(app.dataframe[0].value.columns)
    register(dealer)
    del app.query_params["part"]
    app.run()
    assert {"next_due", "used"} <= set(app.dataframe[0].value.columns)
    told = [list(cell) for cell in app.dataframe[0].value["next_due"]]
    assert sorted(map(bool, told)) == [False, True]


@pytest.mark.parametrize(
    ("language", "dispute", "media"),
    [("en", "Dispute", "Touches the media"), ("zh_CN", "纠纷", "涉及媒体")],
)
@pytest.mark.parametrize("view", ["wall", "ledger"])
def test_what_it_is_marked_with_stands_in_every_list(
    dealer: Dealer, view: str, language: str, dispute: str, media: str
):
    laid(dealer, "TS-202606-0001")
    app = visit(dealer, "service", PAGE, language=language, view=view)
    assert "marks" not in app.dataframe[0].value.columns
    laid(dealer, "TS-202606-0002", is_dispute=True, is_media=True)
    app.run()
    told = app.dataframe[0].value.set_index("number")["marks"]
    assert list(told["TS-202606-0001"]) == []
    assert list(told["TS-202606-0002"]) == [media, dispute]


@pytest.mark.parametrize(
    ("language", "waits", "over"),
    [("en", "asked", "no longer needed"), ("zh_CN", "待答复", "已不需要")],
)
def test_what_nobody_answered_is_shown_as_needed_no_more(
    dealer: Dealer, language: str, waits: str, over: str
):
    key = triaged(dealer)
    ask(dealer, key, due_on=clock.today())
    app = visit(dealer, "service", PAGE, language=language, id=str(key))
    said = texts(app)
    assert over not in said
    assert f"badge[{waits}" in said
    assert [each for each in app.button if (each.key or "").startswith("deed:answer_step")]
    do(dealer, "service", complaints.withdraw, complaints.WithdrawComplaint, key, words="算了")
    app.run()
    assert f":gray-badge[{over}]" in texts(app)
    assert not [each for each in app.button if (each.key or "").startswith("deed:answer_step")]
