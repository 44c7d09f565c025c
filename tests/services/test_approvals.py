"""Two people for a deed: who may answer, once, in time, with a reason; what a request then does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from db.models import Approval, ApprovalState, AuditEntry, Notice, ParameterValue, User
from services import approvals, notices, settings, users
from services.approvals import DecideApproval, NotOpen, OwnRequest, SayWhy, WithdrawApproval
from services.core import clock, parameters
from services.core import notices as telling
from services.core.access import System
from services.core.approvals import AskedAlready, NobodyDecides
from services.core.errors import AppError, NotFound, NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer, owner


@pytest.fixture(autouse=True)
def in_daytime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten in the morning where the dealer works, when nobody is left in peace."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 4, 2, 0, tzinfo=UTC))


def ask(dealer: Dealer, who: str = "manager", **more: Any) -> int:
    form = settings.ChangeSetting.model_validate(
        {
            "request_id": uuid4(),
            "key": parameters.REVEALS_OF_OTHERS,
            "value": "20",
            "from_on": clock.today(),
            "reason": "too many were shown",
            **more,
        }
    )
    outcome = perform(settings.change, dealer.caller(who), form)
    assert outcome.asked is not None
    return outcome.asked.approval_id


def answer(dealer: Dealer, key: int, who: str = "director", **more: Any) -> ApprovalState:
    form = DecideApproval.model_validate(
        {"request_id": uuid4(), "approval_id": key, "is_granted": True, **more}
    )
    return perform(approvals.decide, dealer.caller(who), form)


def refuse(dealer: Dealer, key: int, why: str = "not before the audit") -> ApprovalState:
    return answer(dealer, key, is_granted=False, answer=why)


def withdraw(dealer: Dealer, key: int, who: str = "manager") -> ApprovalState:
    form = WithdrawApproval(request_id=uuid4(), approval_id=key)
    return perform(approvals.withdraw, dealer.caller(who), form)


def switch_off(dealer: Dealer, who: str) -> None:
    user = dealer.row(User, dealer.user_id(who))
    form = users.SwitchUser(request_id=uuid4(), id=user.id, version=user.version, is_active=False)
    perform(users.switch, System("tests"), form)


def expire() -> int:
    return perform(approvals.expire, System("tests"), approvals.ExpireApprovals())


def open_of(dealer: Dealer, who: str) -> list[str]:
    """The open notices of a person: cause by cause."""
    user = dealer.user_id(who)
    return [row.cause for row in dealer.rows(Notice) if row.user_id == user and not row.acted_at]


# ---- answering


def test_a_granted_request_is_done_in_the_name_of_whoever_asked(dealer: Dealer):
    key = ask(dealer)
    assert dealer.rows(ParameterValue) == []
    assert answer(dealer, key, answer="agreed at the meeting") is ApprovalState.GRANTED
    [row] = dealer.rows(ParameterValue)
    people = (dealer.user_id("manager"), dealer.user_id("director"))
    assert (row.author_id, row.approved_by_id) == people
    told = [entry for entry in dealer.rows(AuditEntry) if entry.subject_kind == "approvals"]
    assert [(entry.action, entry.actor_name, entry.reason) for entry in told] == [
        ("approvals:asked", "manager 某", "too many were shown"),
        ("approvals:granted", "director 某", "agreed at the meeting"),
    ]
    [changed] = [e for e in dealer.rows(AuditEntry) if e.action == "settings:changed"]
    assert (changed.actor_name, changed.source) == ("manager 某", f"approval:{key}")


def test_a_refused_one_does_nothing_and_says_why(dealer: Dealer):
    key = ask(dealer)
    for empty in ("", "n"):
        with pytest.raises(SayWhy):
            refuse(dealer, key, empty)
    assert refuse(dealer, key) is ApprovalState.REFUSED
    assert dealer.rows(ParameterValue) == []
    line = fetch(approvals.line, dealer.caller("manager"), key)
    assert (line.answer, line.decided_by) == ("not before the audit", "director 某")
    assert (line.may_decide, line.may_withdraw) == (False, False)


def test_nobody_answers_his_own_request(dealer: Dealer):
    key = ask(dealer, "director")
    with pytest.raises(OwnRequest):
        answer(dealer, key, "director")
    assert [e.action for e in dealer.rows(AuditEntry)][-1] == "access:denied"
    assert answer(dealer, key, "admin") is ApprovalState.GRANTED


def test_the_database_itself_refuses_one_person_for_two(dealer: Dealer):
    ask(dealer)
    update = "UPDATE approvals SET state='granted', decided_at=asked_at, decided_by_id=asked_by_id"
    with pytest.raises(DBAPIError, match="two_people"), owner().begin() as connection:
        connection.exec_driver_sql(update)


@pytest.mark.parametrize("who", ["steward", "sales", "club_manager", "guest"])
def test_who_may_not_decide(dealer: Dealer, who: str):
    key = ask(dealer, "director")
    with pytest.raises(NotPermitted):
        answer(dealer, key, who)


def test_what_a_manager_may_not_agree_to_is_not_there_for_him(dealer: Dealer):
    key = ask(dealer, "director")
    with pytest.raises(NotFound):
        answer(dealer, key, "manager")


def test_a_request_is_seen_by_whom_it_concerns_only(dealer: Dealer):
    key = ask(dealer)
    for who in ("manager", "director", "admin"):
        assert [line.id for line in fetch(approvals.page, dealer.caller(who))] == [key]
    for who in ("manager2", "steward", "sales", "guest"):
        assert fetch(approvals.page, dealer.caller(who)) == []
        with pytest.raises(NotFound):
            fetch(approvals.line, dealer.caller(who), key)
    assert values_in(dealer, key) == ("60", "20")


def test_an_answered_request_stands_beside_the_value_that_held_when_it_was_asked(dealer: Dealer):
    key = ask(dealer)
    answer(dealer, key)
    assert values_in(dealer, key) == ("60", "20")


def values_in(dealer: Dealer, key: int) -> tuple[str, str]:
    """The value that holds and the one that is asked for, as the request says it."""
    facts = dict(fetch(approvals.line, dealer.caller("director"), key).facts)
    return facts["present_value"], facts["value"]


def test_an_answer_is_given_once(dealer: Dealer):
    key = ask(dealer)

    def one(who: str) -> object:
        try:
            return answer(dealer, key, who)
        except AppError as refused:
            return type(refused)

    with ThreadPoolExecutor(2) as people:
        came = list(people.map(one, ["director", "admin"]))
    assert sorted(came, key=str) == sorted([ApprovalState.GRANTED, NotOpen], key=str)
    assert len(dealer.rows(ParameterValue)) == 1
    for late in (lambda: refuse(dealer, key), lambda: withdraw(dealer, key)):
        with pytest.raises(NotOpen):
            late()


def test_the_same_is_not_asked_twice_while_it_is_open(dealer: Dealer):
    key = ask(dealer)
    with pytest.raises(AskedAlready):
        ask(dealer, "steward", value="30")
    refuse(dealer, key)
    assert ask(dealer, "steward", value="30") != key


def test_where_nobody_could_answer_one_is_told(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    alone = [dealer.user_id("director")]
    monkeypatch.setattr(telling, "those_who_may", lambda *_: alone)
    with pytest.raises(NobodyDecides):
        ask(dealer, "director")
    assert dealer.rows(Approval) == []


def test_who_lost_the_right_meanwhile_gets_nothing_done(dealer: Dealer):
    key = ask(dealer)
    switch_off(dealer, "manager")
    with pytest.raises(approvals.AskerGone):
        answer(dealer, key)
    assert dealer.rows(ParameterValue) == []
    assert refuse(dealer, key) is ApprovalState.REFUSED


def test_what_is_agreed_to_after_its_day_begins_on_the_day_of_the_answer(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    asked_for = clock.today() + timedelta(days=1)
    key, late = ask(dealer, from_on=asked_for), ask(dealer, from_on=clock.today())
    monday = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: monday)
    [shown] = [
        v for n, v in fetch(approvals.line, dealer.caller("admin"), key).facts if n == "from_on"
    ]
    assert shown == clock.today() > asked_for
    answer(dealer, key)
    [row] = dealer.rows(ParameterValue)
    assert row.from_on == clock.today()
    refuse(dealer, late)
    facts = dict(fetch(approvals.line, dealer.caller("manager"), late).facts)
    assert facts["from_on"] == asked_for - timedelta(days=1)  # what was asked stays on record


# ---- taking back, running out


def test_one_takes_back_ones_own(dealer: Dealer):
    key = ask(dealer)
    with pytest.raises(NotPermitted):
        withdraw(dealer, key, "director")
    assert withdraw(dealer, key) is ApprovalState.WITHDRAWN
    with pytest.raises(NotOpen):
        answer(dealer, key)


def test_a_request_runs_out(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    key = ask(dealer)
    until = dealer.row(Approval, key).expires_at
    monkeypatch.setattr(clock, "now", lambda: until - timedelta(seconds=1))
    assert expire() == 0
    monkeypatch.setattr(clock, "now", lambda: until)
    with pytest.raises(NotOpen):  # also before the sweep has come by
        answer(dealer, key)
    assert (expire(), expire()) == (1, 0)
    row = dealer.row(Approval, key)
    assert (row.state, row.decided_by_id, row.decided_at) == (ApprovalState.EXPIRED, None, until)


# ---- who is told


def test_those_who_may_answer_are_told_until_somebody_has(dealer: Dealer):
    key = ask(dealer)
    assert open_of(dealer, "director") == open_of(dealer, "admin") == [f"approval:{key}"]
    assert open_of(dealer, "manager") == open_of(dealer, "steward") == []
    answer(dealer, key, "admin")
    assert open_of(dealer, "director") == open_of(dealer, "admin") == []
    assert open_of(dealer, "manager") == [f"approval:{key}:answer"]


@pytest.mark.parametrize("ending", [withdraw, refuse])
def test_whoever_took_it_back_himself_is_not_told(dealer: Dealer, ending: Any):
    ending(dealer, ask(dealer))
    assert open_of(dealer, "director") == []
    assert bool(open_of(dealer, "manager")) is (ending is refuse)


def test_the_notice_leads_to_the_request(dealer: Dealer):
    key = ask(dealer)
    found = dealer.rows(Notice)
    assert {row.params["approval"] for row in found} == {key}
    [line] = fetch(notices.page, dealer.caller("director"))
    assert line.place == ("approvals", {"approval": str(key)})
