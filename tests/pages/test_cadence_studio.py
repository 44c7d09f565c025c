"""The studio's pages: a rule's versions, its checks and estimate, proposals, reviews, issues."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import (
    Cadence,
    CadenceState,
    CallResult,
    FileIssue,
    IssueState,
    Lifecycle,
    OrderKind,
    ProposalState,
    QAReview,
    ScriptProposal,
    Trigger,
    VisitTask,
)
from services import qa, sweeping, visits
from services.core import clock
from services.core.access import System
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.test_cadence_studio import (
    approve,
    begin,
    of_code,
    propose,
    put,
    steps,
    surveys_in_force,
)
from tests.services.test_qa import calls, review
from tests.services.test_visits import planned, record

PAGE, CALLS = "care/rules.py", "care/visits.py"
CUSTOMERS = "care/customers.py"
MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def ruled(dealer: Dealer) -> Dealer:
    """The delivered rules hold from today on."""
    form = visits.AdoptCadences(request_id=uuid4())
    perform(visits.adopt, dealer.caller("director"), form)
    for cadence in dealer.rows(Cadence):
        approve(dealer, cadence.id)
    return dealer


def button(app: Any, key: str) -> Any:
    return next(each for each in app.button if each.key == key)


def labelled(app: Any, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def of_form(app: Any, kind: str, name: str) -> Any:
    return next(each for each in getattr(app, kind) if f":{name}:" in str(each.key))


def open_rule(dealer: Dealer, who: str, cadence: int, language: str = "en") -> Any:
    return visit(dealer, who, PAGE, language=language, rule=str(cadence))


def test_a_new_version_is_begun_and_its_step_is_edited(ruled: Dealer):
    held = of_code(ruled, "after_repair")
    app = open_rule(ruled, "manager", held.id)
    button(app, "visits:begin").click().run()
    assert not app.exception
    draft = of_code(ruled, "after_repair")
    assert app.query_params["rule"] == str(draft.id)
    assert any("no version is in force" in each.value for each in app.warning)
    surveys_in_force(ruled)
    app.run()
    assert "Nothing speaks against this draft" in [each.value for each in app.success]
    button(app, "visits:step:1").click().run()
    of_form(app, "text_area", "script").set_value("您好，{wrong}")
    button(app, f"visits.put_step:{draft.id}.1.1:send").click()
    button(app, "visits:step:1").click().run()  # a test has no fragments of its own
    assert any("cannot fill in" in each.value for each in app.error)
    of_form(app, "text_area", "script").set_value("您好，{customer}")
    button(app, f"visits.put_step:{draft.id}.1.1:send").click()
    button(app, "visits:step:1").click().run()
    assert not app.exception
    assert steps(ruled, draft.id)[0].script == "您好，{customer}"
    assert "What changed since version 1" in texts(app)


def test_what_stands_in_the_way_is_said_in_chinese(ruled: Dealer):
    draft = begin(ruled, "important")
    put(ruled, draft, nth=1, offset_days=5, window_days=1, expiry_days=6)
    app = open_rule(ruled, "director", draft, "zh_CN")
    assert any("自我循环" in each.value for each in app.error)
    assert [each.key for each in app.button if each.key == f"visits:approve:{draft}"] == []


def test_who_wrote_it_is_told_that_another_approves(ruled: Dealer):
    draft = begin(ruled, "new_car")
    app = open_rule(ruled, "manager", draft)
    assert "somebody else has to approve it" in texts(app)
    assert f"visits:approve:{draft}" not in [each.key for each in app.button]
    assert f"visits:approve:{draft}" in [
        each.key for each in open_rule(ruled, "director", draft).button
    ]


def test_a_draft_is_thrown_away_and_a_step_taken_out(ruled: Dealer):
    draft = begin(ruled, "new_car")
    app = open_rule(ruled, "manager", draft)
    button(app, "visits:drop:2").click().run()
    assert not app.exception
    assert len(steps(ruled, draft)) == 4
    assert "taken out: First days with the car" in texts(app).replace("\\", "")
    button(app, "visits:discard").click().run()
    assert not app.exception
    assert of_code(ruled, "new_car").state is CadenceState.APPROVED
    assert "rule" not in app.query_params


def test_an_estimate_is_drawn_when_somebody_asks(ruled: Dealer):
    key = ruled.customer(lifecycle=Lifecycle.EXISTING)
    ruled.order(key, kind=OrderKind.REPAIR, closed_on=date(2026, 6, 7))
    held = of_code(ruled, "after_repair")
    app = open_rule(ruled, "manager", held.id)
    assert "This rule makes" not in texts(app)
    button(app, f"visits:simulate:{held.id}.{held.version}").click().run()
    assert not app.exception
    assert "This rule makes" in texts(app)
    assert "can make 40" in texts(app)


def test_a_proposal_is_made_at_the_call_and_taken_over(ruled: Dealer):
    key = ruled.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    ruled.order(key, kind=OrderKind.REPAIR, closed_on=date(2026, 6, 8))
    sweeping.DUTIES["visits"].do(System("tests"))
    [task] = [one for one in ruled.rows(VisitTask) if one.trigger is Trigger.REPAIR]
    app = visit(ruled, "service", CALLS, language="en", task=str(task.id))
    assert "Good day" in texts(app)
    labelled(app, "Propose another script").click().run()
    of_form(app, "text_area", "script").set_value("How is {car}?")
    of_form(app, "text_area", "reason").set_value("shorter")
    button(app, f"visits.propose:{task.step_id}:send").click()
    labelled(app, "Propose another script").click().run()
    assert not app.exception
    [proposal] = ruled.rows(ScriptProposal)
    assert (proposal.script, proposal.is_english) == ("How is {car}?", True)
    held = of_code(ruled, "after_repair")
    app = open_rule(ruled, "manager", held.id)
    button(app, f"visits:answer:{proposal.id}").click().run()
    button(app, f"visits.answer:{proposal.id}:send").click()
    button(app, f"visits:answer:{proposal.id}").click().run()
    assert not app.exception
    assert ruled.row(ScriptProposal, proposal.id).state is ProposalState.TAKEN
    assert app.query_params["rule"] == str(of_code(ruled, "after_repair").id)


def test_to_decline_needs_words(ruled: Dealer):
    key = propose(ruled)
    app = open_rule(ruled, "manager", of_code(ruled, "after_repair").id, "zh_CN")
    button(app, f"visits:answer:{key}").click().run()
    button(app, f"visits.answer:{key}:decline").click()
    button(app, f"visits:answer:{key}").click().run()
    assert app.error
    assert ruled.row(ScriptProposal, key).state is ProposalState.OPEN


def test_another_roles_link_shows_the_rule_and_offers_nothing(ruled: Dealer):
    draft = begin(ruled, "new_car")
    app = open_rule(ruled, "service", draft)
    assert not app.exception
    keys = {str(each.key) for each in app.button}
    assert not {
        key for key in keys if key.startswith(("visits:step", "visits:edit", "visits:drop"))
    }
    assert open_rule(ruled, "sales", 10**6).error  # a rule that is not there


def test_a_call_is_reviewed_and_its_result_read(dealer: Dealer):
    [call] = calls(dealer, 1)
    app = visit(dealer, "manager", PAGE, language="en", view="quality")
    assert "0 of 1 are reviewed" in texts(app)
    review(dealer, call, scores=dict.fromkeys(qa.items(), 1))
    app = visit(dealer, "service", PAGE, language="en", view="quality")
    assert not app.exception
    assert "have 50 of 100 on the average" in texts(app)
    [made] = dealer.rows(QAReview)
    button(app, f"visits:qa:read:{made.id}").click().run()
    assert not app.exception
    assert dealer.row(QAReview, made.id).seen_at is not None


def test_a_colleague_sees_no_results(dealer: Dealer):
    [call] = calls(dealer, 1)
    review(dealer, call)
    app = visit(dealer, "sales", PAGE, language="en", view="quality")
    assert "No call was reviewed yet" in texts(app)


def test_a_wrong_number_shows_in_the_file_and_is_closed_there(dealer: Dealer):
    key = dealer.customer(owner="service")
    record(dealer, planned(dealer, customer_id=key), CallResult.WRONG_NUMBER)
    [issue] = dealer.rows(FileIssue)
    second = planned(dealer, customer_id=key)
    app = visit(dealer, "service", CALLS, language="en", task=str(second))
    assert "The number is another's" in " ".join(each.value for each in app.warning)
    app = visit(dealer, "steward", CUSTOMERS, language="en")
    assert "File issues: 1" in [each.label for each in app.button]
    app = visit(dealer, "sales", CUSTOMERS, language="en", id=str(key))
    assert "The number is another's" in " ".join(each.value for each in app.warning)
    button(app, f"issue:{issue.id}").click().run()
    of_form(app, "text_input", "note").set_value("he was in a meeting")
    button(app, f"file_issues.close:{issue.id}:send").click()
    button(app, f"issue:{issue.id}").click().run()
    assert not app.exception
    assert dealer.row(FileIssue, issue.id).state is IssueState.CLOSED


def test_the_last_day_of_a_version_stands_in_the_list(ruled: Dealer):
    approve(ruled, begin(ruled, "after_repair"), from_on=date(2026, 6, 8) + timedelta(days=9))
    app = visit(ruled, "director", PAGE, language="en", view="rules")
    told = texts(app).replace("\\", "")
    assert "from 2026-06-08 to 2026-06-16" in told
    assert "in force from 2026-06-17 on" in told
