"""The page of satisfaction, and the questions of a survey on the screen of a call."""

from typing import Any

import pytest

from db.models import (
    CallAttempt,
    Complaint,
    Survey,
    SurveyAnswer,
    SurveyResponse,
    SurveyState,
    TaskState,
    VisitTask,
)
from pages.components.words import plain
from services import visits
from services.core.run import fetch
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.test_surveys import (
    GOOD,
    MONDAY,
    adopted,
    asking,
    of,
    on_monday,
    repaired,
    said,
)

__all__ = ["asking", "on_monday"]

PAGE = "care/surveys.py"
CALLS = "care/visits.py"


def button(app: Any, key: str) -> Any:
    return next(each for each in app.button if each.key == key)


def of_form(app: Any, kind: str, name: str) -> Any:
    return next(each for each in getattr(app, kind) if f":{name}:" in str(each.key))


@pytest.mark.parametrize("who", ["director", "manager", "sales", "service", "data", "steward"])
def test_it_opens_for_who_makes_contacts(dealer: Dealer, who: str):
    app = visit(dealer, who, PAGE, language="en")
    assert not app.exception
    assert "There are no surveys yet" in texts(app)


@pytest.mark.parametrize("who", ["club", "club_manager", "admin", "guest", None])
def test_others_do_not_see_it(dealer: Dealer, who: str | None):
    with pytest.raises(ValueError, match="navigation page"):
        visit(dealer, who, PAGE, language="en")


def test_taken_over_approved_copied_and_ended(dealer: Dealer):
    app = visit(dealer, "director", PAGE, language="en")
    button(app, "surveys:adopt").click().run()
    assert not app.exception
    assert len(dealer.rows(Survey)) == 3
    nps = of(dealer, "nps")
    app.query_params["view"] = "surveys"
    app.run()
    button(app, f"surveys:approve:{nps.id}").click().run()
    button(app, f"surveys.approve:{nps.id}:send").click()
    button(app, f"surveys:approve:{nps.id}").click().run()  # a test has no fragments of its own
    assert [e.value for e in app.error] == []
    assert dealer.row(Survey, nps.id).state is SurveyState.APPROVED
    button(app, f"surveys:next:{nps.id}").click().run()
    assert of(dealer, "nps").number == 2
    draft = of(dealer, "nps").id
    app.run()
    assert not [each for each in app.button if each.key == f"surveys:approve:{draft}"]  # his own
    assert "Somebody else has to approve it" in texts(app)
    button(app, f"surveys:retire:{nps.id}").click().run()
    assert dealer.row(Survey, nps.id).state is SurveyState.RETIRED


def test_a_draft_is_written_in_its_drawer(dealer: Dealer):
    adopted(dealer)
    line = of(dealer, "csi")
    app = visit(dealer, "manager", PAGE, language="en", view="surveys")
    button(app, f"surveys:edit:{line.id}").click().run()
    assert not app.exception
    form = f"surveys.edit:{line.id}:{line.version}"
    of_form(app, "text_input", "name").set_value("服务满意度")
    button(app, f"{form}:send").click()
    button(app, f"surveys:edit:{line.id}").click().run()
    assert [e.value for e in app.error] == []
    now = of(dealer, "csi")
    assert (now.name, now.author) == ("服务满意度", dealer.actor("manager").name)
    # The table was sent as it stood: every question is as it was.
    assert [(i.code, i.weight, i.choices) for i in now.items] == [
        (i.code, i.weight, i.choices) for i in line.items
    ]


def test_one_begins_a_survey_of_ones_own(dealer: Dealer):
    adopted(dealer)
    app = visit(dealer, "manager", PAGE, language="en", view="surveys")
    next(each for each in app.button if each.label == "New survey").click().run()
    of_form(app, "text_input", "name").set_value("展会前期调研")
    button(app, "surveys.begin:send").click()
    next(each for each in app.button if each.label == "New survey").click().run()
    assert [e.value for e in app.error] == []
    assert of(dealer, "own1").name == "展会前期调研"


def test_results_are_told_with_their_charts(asking: Dealer):
    for value in (9, 10, 4):
        everything = {**dict.fromkeys(GOOD, 9), "waiting": value}
        said(asking, "csi", MONDAY, **everything, recommend=value, improve="<b>等太久</b>")
    app = visit(asking, "manager", PAGE, language="en")
    assert "Too few answers to say what moves the whole" in texts(app)
    assert "No store has enough answers to be compared" in texts(app)
    assert "1 without a complaint" in texts(app)
    button(app, "surveys:tile:low").click().run()
    assert not app.exception
    assert "1 answered surveys" in texts(app)


def test_results_are_told_in_chinese(asking: Dealer):
    said(asking, "csi", MONDAY, **GOOD, recommend=10)
    app = visit(asking, "director", PAGE)
    assert not app.exception
    assert [e.value for e in app.error] == []
    assert "各题回答差异太小" in texts(app)


def test_nobody_answered_yet_says_what_to_do(asking: Dealer):
    app = visit(asking, "service", PAGE, survey="nps", language="en")
    assert "Nobody answered this survey in this time" in texts(app)
    assert "New survey" not in [each.label for each in app.button]


# ---- the call


def answer(app: Any, dealer: Dealer, task: int, **values: Any) -> None:
    form = fetch(visits.call, dealer.caller("service"), task).asking.form
    items = {item.code: item for item in form.items}
    for code, value in values.items():
        kind = "text_area" if isinstance(value, str) else "number_input"
        of_form(app, kind, f"answer:{items[code].id}").set_value(value)
    of_form(app, "text_area", "words").set_value("用车正常")
    of_form(app, "text_input", "no_more").set_value("已约好")
    app.run()


def send(app: Any, task: int) -> None:
    button(app, f"visits.record_call:{task}:send").click().run()
    if [each for each in app.text_input if ":short_reason:" in str(each.key)]:
        of_form(app, "text_input", "short_reason").set_value("说得快").run()
        button(app, f"visits.record_call:{task}:send").click().run()


def test_questions_stand_on_the_call_and_go_with_its_result(asking: Dealer):
    task = repaired(asking)
    app = visit(asking, "service", CALLS, language="en", task=str(task))
    assert f"**{plain('Satisfaction with the service (CSI)')}**" in texts(app)
    answer(app, asking, task, **GOOD, recommend=10, improve="停车位")
    send(app, task)
    assert not app.exception
    assert asking.row(VisitTask, task).state is TaskState.DONE
    [row] = asking.rows(SurveyResponse)
    assert (row.score, row.nps, row.task_id) == (92.2, 10, task)
    assert len(asking.rows(SurveyAnswer)) == 7
    assert asking.rows(Complaint) == []


def test_a_bad_answer_leads_to_its_complaint(asking: Dealer):
    task = repaired(asking)
    app = visit(asking, "service", CALLS, language="en", task=str(task))
    answer(app, asking, task, **{**GOOD, "quality": 2}, recommend=3)
    send(app, task)
    [complaint] = asking.rows(Complaint)
    assert f"complaint {plain(complaint.number)} is yours" in texts(app)
    links = [each.proto.url for each in app.get("link_button")]
    assert f"/complaints?id={complaint.id}" in links
    button(app, "visits:raised:later").click().run()
    assert plain(complaint.number) not in texts(app)


def test_what_lacks_is_said_and_what_was_typed_stays(asking: Dealer):
    task = repaired(asking)
    app = visit(asking, "service", CALLS, task=str(task))
    answer(app, asking, task, quality=9)
    send(app, task)
    assert [error.value for error in app.error] == ["第 1 题尚未作答，请补问，或清空其他各题"]
    assert asking.rows(SurveyResponse) == asking.rows(CallAttempt) == []


def test_nobody_is_asked_who_was_asked_lately(asking: Dealer):
    task = repaired(asking)
    csi, customer = of(asking, "csi"), asking.row(VisitTask, task).customer_id
    asking.add(
        SurveyResponse(
            survey_id=csi.id, customer_id=customer, store_id=1, at=MONDAY, channel="phone",
            source="import",
        )
    )  # fmt: skip
    app = visit(asking, "service", CALLS, language="en", task=str(task))
    assert f"he is asked again from {plain('2026-09-06')} on" in texts(app)
    assert app.number_input.len == 0
