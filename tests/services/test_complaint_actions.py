"""Actions against the cause: who does them, who checks them, who is reminded, what came back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from db.models import (
    ActionKind,
    CauseAction,
    Complaint,
    ComplaintEvent,
    EventKind,
    Notice,
    Severity,
    Stage,
    Verdict,
)
from services import complaints
from services.complaints.actions import (
    CheckedBefore,
    DoneAlready,
    NotDoneYet,
    OwnAction,
    TooEarly,
)
from services.complaints.days import DueBefore
from services.complaints.registering import NotAHandler
from services.core import clock
from services.core.access import System
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import (
    accepted,
    close,
    do,
    investigated,
    replied,
    triaged,
)

NOON = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)
"""Twelve where the dealer works."""
TODAY = date(2026, 6, 8)
DUE = TODAY + timedelta(days=10)


@pytest.fixture(autouse=True)
def on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, NOON)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def plan(
    dealer: Dealer,
    key: int,
    who: str = "service",
    kind: ActionKind = ActionKind.CORRECTIVE,
    by: str = "service",
    **more: Any,
) -> CauseAction:
    """The action that was just planned."""
    do(
        dealer,
        who,
        complaints.plan_action,
        complaints.PlanAction,
        key,
        kind=kind,
        what="衬套更换后试车十公里",
        handler_id=dealer.user_id(by),
        **{"due_on": DUE, **more},
    )
    return dealer.rows(CauseAction)[-1]


def finish(dealer: Dealer, action: CauseAction, who: str = "service") -> CauseAction:
    form = complaints.FinishAction
    about = {"action_id": action.id, "words": "已写入作业指导"}
    do(dealer, who, complaints.finish_action, form, action.complaint_id, **about)
    return dealer.row(CauseAction, action.id)


def check(
    dealer: Dealer, action: CauseAction, verdict: Verdict, who: str = "manager"
) -> CauseAction:
    form = complaints.CheckAction
    about = {"action_id": action.id, "verdict": verdict}
    do(dealer, who, complaints.check_action, form, action.complaint_id, **about)
    return dealer.row(CauseAction, action.id)


def reminded() -> int:
    return perform(complaints.remind, System("tests"), complaints.RemindOfActions())


def told(dealer: Dealer, who: str) -> list[str]:
    """What one was told of actions and has still to act on: the kinds, in their order."""
    me = dealer.user_id(who)
    mine = [one for one in dealer.rows(Notice) if one.user_id == me and one.acted_at is None]
    return [one.kind for one in mine if one.kind.startswith("action_")]


# ---- planned


def test_it_is_checked_two_months_after_its_day_unless_somebody_says_otherwise(dealer: Dealer):
    key = triaged(dealer)
    assert plan(dealer, key).check_on == DUE + timedelta(days=60)
    assert plan(dealer, key, check_on=DUE).check_on == DUE
    events = [one for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.ACTED]
    assert [(one.note, one.details["action"]) for one in events] == [
        ("衬套更换后试车十公里", "corrective")
    ] * 2


def test_days_in_their_order(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(DueBefore):
        plan(dealer, key, due_on=TODAY - timedelta(days=1))
    with pytest.raises(CheckedBefore):
        plan(dealer, key, check_on=DUE - timedelta(days=1))
    assert plan(dealer, key, due_on=TODAY).due_on == TODAY


def test_who_does_it_must_be_able_to(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(NotAHandler):
        plan(dealer, key, by="sales2")
    with pytest.raises(NotPermitted):
        plan(dealer, key, who="sales")
    for who, may in (("service", True), ("manager", True), ("sales", False)):
        deeds = fetch(complaints.case, dealer.caller(who), key).deeds
        assert (EventKind.ACTED in deeds) is may


def test_whoever_is_to_do_it_is_told(dealer: Dealer):
    key = triaged(dealer)
    plan(dealer, key, by="sales")
    plan(dealer, key)
    assert (told(dealer, "sales"), told(dealer, "service")) == (["action_given"], [])


# ---- done


@pytest.mark.parametrize("who", ["sales", "service", "manager"])
def test_its_doer_ends_it_and_whoever_handles_the_case(dealer: Dealer, who: str):
    action = plan(dealer, triaged(dealer), by="sales")
    assert finish(dealer, action, who).done_at == NOON
    with pytest.raises(DoneAlready):
        finish(dealer, action, who)


def test_nobody_else_does(dealer: Dealer):
    action = plan(dealer, triaged(dealer))
    with pytest.raises(NotPermitted):
        finish(dealer, action, "sales")


# ---- checked


def test_it_is_checked_on_its_day_by_somebody_else(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    action = plan(dealer, triaged(dealer), by="manager")
    with pytest.raises(NotDoneYet):
        check(dealer, action, Verdict.EFFECTIVE, "director")
    finish(dealer, action, "manager")
    with pytest.raises(OwnAction):
        check(dealer, action, Verdict.EFFECTIVE, "manager")
    with pytest.raises(NotPermitted):
        check(dealer, action, Verdict.EFFECTIVE, "service")
    with pytest.raises(TooEarly) as refused:
        check(dealer, action, Verdict.EFFECTIVE, "director")
    assert refused.value.params == {"day": action.check_on}
    set_clock(monkeypatch, NOON + timedelta(days=70))
    checked = check(dealer, action, Verdict.EFFECTIVE, "director")
    assert (checked.verdict, checked.recurrences) == (Verdict.EFFECTIVE, 0)
    with pytest.raises(NotDoneYet):
        check(dealer, action, Verdict.INEFFECTIVE, "director")


def test_what_came_back_is_counted(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    """Of the same store and cause, after it was done."""
    before = triaged(dealer)
    investigated(dealer, before)
    key = triaged(dealer)
    investigated(dealer, key)
    action = finish(dealer, plan(dealer, key))
    set_clock(monkeypatch, NOON + timedelta(days=3))
    after = triaged(dealer, received_at=NOON + timedelta(days=2))
    case = fetch(complaints.case, dealer.caller("manager"), key)
    assert [one.recurrences for one in case.actions] == [0]
    investigated(dealer, after)
    case = fetch(complaints.case, dealer.caller("manager"), key)
    assert [(one.recurrences, one.may_check) for one in case.actions] == [(1, True)]
    assert check(dealer, action, Verdict.INEFFECTIVE).recurrences == 1


# ---- the guard


def test_a_major_one_is_closed_with_both_actions_and_the_director_s_talk(dealer: Dealer):
    key = triaged(dealer, severity=Severity.L3)
    investigated(dealer, key)
    replied(dealer, key)
    accepted(dealer, key)
    missing = {complaints.Lack.CORRECTIVE, complaints.Lack.PREVENTIVE, complaints.Lack.DIRECTOR}
    assert set(fetch(complaints.case, dealer.caller("service"), key).lacks) == missing
    plan(dealer, key)
    plan(dealer, key, kind=ActionKind.PREVENTIVE)
    with pytest.raises(complaints.NotReady):
        close(dealer, key)
    talk = {"words": "总监致歉"}
    do(dealer, "director", complaints.talk, complaints.TalkAboutComplaint, key, **talk)
    close(dealer, key)
    assert dealer.row(Complaint, key).stage is Stage.CLOSED
    finish(dealer, dealer.rows(CauseAction)[0])


# ---- reminded


def test_people_are_reminded_once_until_it_is_done(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    action = plan(dealer, triaged(dealer))
    assert reminded() == 0
    set_clock(monkeypatch, NOON + timedelta(days=9))
    assert (reminded(), reminded()) == (1, 0)
    assert told(dealer, "service") == ["action_due"]
    finish(dealer, action)
    assert told(dealer, "service") == []
    set_clock(monkeypatch, NOON + timedelta(days=69))
    assert reminded() == 0
    set_clock(monkeypatch, NOON + timedelta(days=70))
    assert reminded() == 2
    assert told(dealer, "manager") == told(dealer, "director") == ["action_check"]
    check(dealer, action, Verdict.EFFECTIVE)
    assert told(dealer, "manager") == told(dealer, "director") == []


def test_a_cause_is_removed_also_when_the_customer_takes_it_back(dealer: Dealer):
    key = triaged(dealer)
    action = plan(dealer, key, due_on=TODAY)
    do(dealer, "service", complaints.withdraw, complaints.WithdrawComplaint, key, words="算了")
    assert reminded() == 1
    assert finish(dealer, action).done_at == NOON
