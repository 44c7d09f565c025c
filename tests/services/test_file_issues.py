"""What is wrong with a file: opened by the call that shows it, closed by who mends it (V25)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from db.engine import write_transaction
from db.models import (
    Cadence,
    CadenceState,
    CallResult,
    Customer,
    CustomerKind,
    FileIssue,
    IssueKind,
    IssueState,
    Lifecycle,
    TaskState,
    Trigger,
    ValueClass,
    VisitTask,
)
from services import customers, file_issues, sweeping, visits
from services.core import audit, clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.file_issues import closing
from services.visits import triggers
from tests.dealer import Dealer, as_system
from tests.services.test_visits import planned, record

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SYSTEM = System("tests")
BANDS = (9, 11, 14)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def issues(dealer: Dealer, **wanted: Any) -> list[FileIssue]:
    rows = dealer.rows(FileIssue)
    return [row for row in rows if all(getattr(row, k) == v for k, v in wanted.items())]


def give_phone(dealer: Dealer, key: int, phone: str, who: str = "director") -> None:
    form = customers.UpdateCustomer(
        request_id=uuid4(),
        customer_id=key,
        version=dealer.row(Customer, key).version,
        phone=phone,
    )
    perform(customers.update, dealer.caller(who), form)


def register(dealer: Dealer, who: str = "sales", **more: Any) -> int:
    values = {
        "request_id": uuid4(),
        "store_id": 1,
        "owner_id": dealer.user_id(who),
        "kind": CustomerKind.PERSON,
        "name": "李雷",
        "phone": "13800138077",
        "lifecycle": Lifecycle.POTENTIAL,
        "value_class": ValueClass.ORDINARY,
        **more,
    }
    form = customers.CreateCustomer(**values)
    return perform(customers.create, dealer.caller(who), form).id


# ---- numbers


def test_a_wrong_number_opens_one_issue_once(dealer: Dealer):
    key = dealer.customer(owner="service")
    first, second = planned(dealer, customer_id=key), planned(dealer, customer_id=key)
    record(dealer, first, CallResult.WRONG_NUMBER)
    record(dealer, second, CallResult.WRONG_NUMBER)
    [one] = issues(dealer)
    assert (one.kind, one.field, one.state) == (
        *(IssueKind.PHONE_WRONG, "phone"),
        IssueState.OPEN,
    )
    assert (one.task_id, one.opened_by_id) == (first, dealer.user_id("service"))
    assert one.owner_id is None  # whoever of the store knows better mends it
    assert [one.kind for one in fetch(file_issues.of_file, dealer.caller("sales"), key)] == [
        IssueKind.PHONE_WRONG
    ]


def test_who_is_not_reached_after_all_attempts(dealer: Dealer, on_monday: list[datetime]):
    key = dealer.customer(owner="service")
    task = planned(dealer, customer_id=key)
    for n, hour in enumerate(BANDS):
        assert issues(dealer) == []
        on_monday[0] = clock.midnight(date(2026, 6, 8) + n * DAY) + timedelta(hours=hour)
        record(dealer, task, CallResult.NO_ANSWER)
    assert dealer.row(VisitTask, task).state is TaskState.UNREACHABLE
    assert [one.kind for one in issues(dealer)] == [IssueKind.PHONE_UNREACHABLE]


def test_a_new_number_closes_it_and_the_next_failure_opens_another(dealer: Dealer):
    key = dealer.customer(owner="service")
    record(dealer, planned(dealer, customer_id=key), CallResult.WRONG_NUMBER)
    note = customers.UpdateCustomer(
        request_id=uuid4(),
        customer_id=key,
        version=dealer.row(Customer, key).version,
        hobbies="钓鱼",
    )
    perform(customers.update, dealer.caller("service"), note)
    assert issues(dealer)[0].state is IssueState.OPEN  # another field mends no number
    give_phone(dealer, key, "13800138066", "service")
    [one] = issues(dealer)
    assert (one.state, one.closed_by_id, one.note) == (
        *(IssueState.CLOSED, dealer.user_id("service")),
        "",
    )
    record(dealer, planned(dealer, customer_id=key), CallResult.WRONG_NUMBER)
    assert len(issues(dealer, state=IssueState.OPEN)) == 1
    assert len(issues(dealer)) == 2


def test_a_call_of_a_colleagues_customer_opens_it_too(dealer: Dealer):
    """The service desk calls a salesperson's customer, and either of them mends the file."""
    key = dealer.customer(owner="sales")
    record(dealer, planned(dealer, customer_id=key), CallResult.WRONG_NUMBER)
    give_phone(dealer, key, "13800138066", "sales")
    assert issues(dealer)[0].state is IssueState.CLOSED


def close(dealer: Dealer, issue: int, who: str = "service", version: int = 1) -> int:
    form = file_issues.CloseIssue(
        request_id=uuid4(), issue_id=issue, version=version, note="号码没有错"
    )
    return perform(file_issues.close, dealer.caller(who), form)


def test_it_is_closed_by_hand_with_a_note(dealer: Dealer):
    key = dealer.customer(owner="service")
    record(dealer, planned(dealer, customer_id=key), CallResult.WRONG_NUMBER)
    [one] = issues(dealer)
    with pytest.raises(NotFound):
        close(dealer, one.id, "manager2")
    with pytest.raises(NotPermitted):
        close(dealer, one.id, "club_manager")
    with pytest.raises(StaleRecord):
        close(dealer, one.id, version=7)
    close(dealer, one.id)
    assert issues(dealer)[0].note == "号码没有错"
    with pytest.raises(closing.IssueClosed):
        close(dealer, one.id, "manager", version=2)


def test_the_steward_sees_how_many_there_are(dealer: Dealer):
    for owner, store in (("service", 1), ("sales2", 2)):
        key = dealer.customer(owner=owner, store=store)
        record(dealer, planned(dealer, owner, customer_id=key), CallResult.WRONG_NUMBER, owner)
    steward, manager = dealer.caller("steward"), dealer.caller("manager")
    assert fetch(file_issues.counted, steward) == {IssueKind.PHONE_WRONG: 2}
    assert fetch(file_issues.counted, manager) == {IssueKind.PHONE_WRONG: 1}
    assert [one.store for one in fetch(file_issues.page, steward)] == ["杭州西湖店", "宁波江北店"]
    assert len(fetch(file_issues.page, manager)) == 1


def test_it_goes_with_the_file_to_another_store(dealer: Dealer):
    key = dealer.customer(owner="service")
    record(dealer, planned(dealer, customer_id=key), CallResult.WRONG_NUMBER)
    form = customers.AssignCustomer(
        request_id=uuid4(),
        customer_id=key,
        version=dealer.row(Customer, key).version,
        store_id=2,
        owner_id=dealer.user_id("sales2"),
        reason="客户搬家",
    )
    perform(customers.assign, dealer.caller("director"), form)
    [one] = issues(dealer)
    assert (one.store_id, one.owner_id) == (2, None)
    assert len(fetch(file_issues.page, dealer.caller("manager2"))) == 1


# ---- files that were opened incomplete


def follow_gaps(dealer: Dealer) -> None:
    """The delivered rule for incomplete files holds since May."""
    perform(visits.adopt, dealer.caller("director"), visits.AdoptCadences(request_id=uuid4()))
    with write_transaction() as session:
        actor = as_system(session)
        for cadence in session.execute(select(Cadence)).scalars():
            if cadence.trigger is Trigger.FILE_GAP:
                cadence.state, cadence.from_on = CadenceState.APPROVED, date(2026, 5, 1)
        audit.record(session, actor, audit.Action.DATA_LOADED, "cadences")


def sweep(duty: str = "visits") -> int:
    return sweeping.DUTIES[duty].do(SYSTEM)


def test_an_incomplete_file_is_followed_after_two_working_days(
    dealer: Dealer, on_monday: list[datetime]
):
    """From a Wednesday on; the festival from Friday to Sunday is no working time."""
    follow_gaps(dealer)
    on_monday[0] = datetime(2026, 6, 17, 2, 0, tzinfo=UTC)
    key = register(dealer)
    assert [one.kind for one in issues(dealer)] == [IssueKind.MISSING]
    sweep()
    [task] = [one for one in dealer.rows(VisitTask) if one.trigger is Trigger.FILE_GAP]
    assert (task.customer_id, task.due_from, task.due_to, task.expires_on) == (
        *(key, date(2026, 6, 22), date(2026, 6, 23)),
        date(2026, 6, 30),
    )
    assert sweep() == 0


def test_what_was_filled_in_meanwhile_is_not_asked_for(dealer: Dealer, on_monday: list[datetime]):
    follow_gaps(dealer)
    key = register(dealer)
    sweep()
    [task] = [one for one in dealer.rows(VisitTask) if one.trigger is Trigger.FILE_GAP]
    with write_transaction() as session:
        actor = as_system(session)
        summary = session.get(triggers.CustomerSummary, key)
        assert summary is not None
        summary.missing = 0
        audit.record(session, actor, audit.Action.DATA_LOADED, "customer_summaries")
    assert sweep("file_issues") == 1
    assert issues(dealer)[0].state is IssueState.CLOSED
    assert dealer.row(VisitTask, task.id).state is TaskState.CANCELLED
    assert sweep("file_issues") == 0


def test_a_correction_that_completes_the_file_closes_it(dealer: Dealer):
    key = register(dealer, need="七座车", consents_to_calls=True)
    address = {"province": "浙江", "city": "杭州", "district": "西湖"}
    for values, state in ((address, IssueState.OPEN), ({"source": "walk_in"}, IssueState.CLOSED)):
        form = customers.UpdateCustomer(
            request_id=uuid4(),
            customer_id=key,
            version=dealer.row(Customer, key).version,
            **values,
        )
        perform(customers.update, dealer.caller("sales"), form)
        missing = fetch(customers.file, dealer.caller("sales"), key).missing
        assert (missing == ()) is (state is IssueState.CLOSED)
        assert [one.state for one in issues(dealer)] == [state]
