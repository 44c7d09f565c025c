"""Contacts: made once of what happens, held back by the rule, tried again, written down."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from db.engine import write_transaction
from db.models import (
    AuditEntry,
    Cadence,
    CalendarDay,
    CallAttempt,
    CallResult,
    Complaint,
    Consent,
    Customer,
    Desk,
    Hold,
    Lifecycle,
    OrderKind,
    Purpose,
    TaskState,
    Touch,
    Trigger,
    ValueClass,
    VisitKind,
    VisitTask,
)
from services import customers, sweeping, visits
from services.core import audit, clock
from services.core.access import Permission, System
from services.core.errors import AppError, NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.visits import calling, planning, retrying, rules
from tests.dealer import Dealer, as_system
from tests.services.complaint_deeds import laid

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
"""10:00 where the dealer works."""
DAY = timedelta(days=1)
SYSTEM = System("tests")
C = CallResult


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment, which a test may set: `on_monday[0] = …`."""
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.fixture
def ruled(dealer: Dealer) -> Dealer:
    """A dealer whose rules of contacts hold since the beginning of May."""
    perform(rules.adopt, dealer.caller("director"), rules.AdoptCadences(request_id=uuid4()))
    with write_transaction() as session:
        as_system(session)
        for cadence in session.execute(select(Cadence)).scalars():
            cadence.state, cadence.from_on = rules.CadenceState.APPROVED, date(2026, 5, 1)
        audit.record(session, as_system(session), audit.Action.DATA_LOADED, "cadences")
    return dealer


def sweep() -> int:
    """What the sweep does with contacts; returns how many changed."""
    return sweeping.DUTIES["visits"].do(SYSTEM)


def tasks(dealer: Dealer, **wanted: Any) -> list[VisitTask]:
    rows = dealer.rows(VisitTask)
    return [row for row in rows if all(getattr(row, k) == v for k, v in wanted.items())]


def repair(dealer: Dealer, customer: int, closed_on: date = date(2026, 6, 6), **more: Any) -> int:
    return dealer.order(customer, kind=OrderKind.REPAIR, closed_on=closed_on, **more)


def planned(dealer: Dealer, who: str = "service", **more: Any) -> int:
    """A contact that somebody wants today; its id."""
    customer = more.pop("customer_id", None) or dealer.customer(owner=who)
    values = {
        "request_id": uuid4(),
        "customer_id": customer,
        "kind": VisitKind.CALL,
        "due_on": clock.today(),
        "purpose": "回访",
        "owner_id": dealer.user_id(who),
        **more,
    }
    return perform(visits.plan, dealer.caller(who), visits.PlanContact(**values)).id


def record(dealer: Dealer, task: int, result: CallResult, who: str = "service", **more: Any) -> Any:
    values = {"version": dealer.row(VisitTask, task).version, **more}
    form = visits.RecordCall(request_id=uuid4(), task_id=task, result=result, **values)
    return perform(visits.record_call, dealer.caller(who), form)


REACHED: dict[str, Any] = {"words": "用车正常", "next_on": date(2026, 7, 8)}


# ---- made of what happens


def test_a_repair_is_one_contact_however_often_one_looks(ruled: Dealer):
    """B6."""
    key = ruled.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    order = repair(ruled, key)
    assert sweep() > 0
    [one] = tasks(ruled, trigger=Trigger.REPAIR)
    assert (one.customer_id, one.order_id, one.owner_id) == (key, order, ruled.user_id("service"))
    days = [one.due_from, one.due_to, one.expires_on]
    assert days == [date(2026, 6, 7), date(2026, 6, 9), date(2026, 6, 21)]
    assert sweep() == 0
    assert len(tasks(ruled, trigger=Trigger.REPAIR)) == 1


def test_what_happened_before_the_rule_held_is_not_followed(ruled: Dealer):
    key = ruled.customer(lifecycle=Lifecycle.EXISTING)
    repair(ruled, key, date(2026, 4, 30))
    repair(ruled, key, voided_at=MONDAY)
    sweep()
    assert tasks(ruled, trigger=Trigger.REPAIR) == []


def test_after_days_of_being_off_it_is_made_up_for(ruled: Dealer, on_monday: list[datetime]):
    """B3: nobody tried in its time; it counts, and is not forgotten."""
    key = ruled.customer(lifecycle=Lifecycle.EXISTING)
    repair(ruled, key, date(2026, 6, 1))
    on_monday[0] = MONDAY + 20 * DAY
    sweep()
    [one] = tasks(ruled, trigger=Trigger.REPAIR)
    assert (one.state, one.expires_on) == (TaskState.MISSED, date(2026, 6, 16))


def test_a_contact_that_nobody_made_is_missed_after_its_last_day(
    ruled: Dealer, on_monday: list[datetime]
):
    """B3."""
    repair(ruled, ruled.customer(), date(2026, 6, 7))
    sweep()
    [one] = tasks(ruled, trigger=Trigger.REPAIR)
    on_monday[0] = MONDAY + 14 * DAY
    sweep()
    assert ruled.row(VisitTask, one.id).state is TaskState.PLANNED  # the 22nd is its last day
    on_monday[0] = MONDAY + 15 * DAY
    sweep()
    assert ruled.row(VisitTask, one.id).state is TaskState.MISSED


def test_dates_of_cars_and_birthdays(ruled: Dealer):
    key = ruled.customer(birthday=date(1990, 6, 10), lifecycle=Lifecycle.EXISTING)
    ruled.vehicle(key, insurance_until=date(2026, 7, 10), inspection_due_on=date(2026, 6, 25))
    other = ruled.customer(birthday=date(1990, 6, 30))
    sweep()
    kinds = {one.trigger for one in tasks(ruled, customer_id=key)}
    assert kinds >= {Trigger.INSURANCE, Trigger.INSPECTION, Trigger.BIRTHDAY}
    [born] = tasks(ruled, trigger=Trigger.BIRTHDAY)
    assert (born.due_from, born.trigger_key) == (date(2026, 6, 10), f"birthday:{key}:2026")
    assert tasks(ruled, customer_id=other) == []
    assert sweep() == 0


def test_a_step_that_was_over_before_the_rule_began_is_nobodys(ruled: Dealer):
    key = ruled.customer(lifecycle=Lifecycle.EXISTING)
    ruled.vehicle(key, insurance_until=date(2026, 5, 20))  # the rule began on the 1st
    sweep()
    due = [one.due_from for one in tasks(ruled, trigger=Trigger.INSURANCE)]
    assert due == [date(2026, 4, 20), date(2026, 5, 5)]  # not the one of 60 days before


def test_who_was_born_on_a_day_that_is_not_there(ruled: Dealer, on_monday: list[datetime]):
    key = ruled.customer(birthday=date(1992, 2, 29))
    on_monday[0] = datetime(2027, 2, 20, 2, 0, tzinfo=UTC)
    sweep()
    [born] = tasks(ruled, trigger=Trigger.BIRTHDAY)
    assert (born.customer_id, born.due_from) == (key, date(2027, 2, 28))


def test_so_long_after_the_last_contact_as_the_class_allows(
    ruled: Dealer, on_monday: list[datetime]
):
    key = ruled.customer(lifecycle=Lifecycle.EXISTING, value_class=ValueClass.IMPORTANT)
    ruled.touch(key, at=MONDAY - 20 * DAY)
    sweep()
    [one] = tasks(ruled, customer_id=key)
    assert one.due_from == (MONDAY + 10 * DAY).date()
    assert sweep() == 0
    on_monday[0] = MONDAY + 45 * DAY  # nobody called: once more, a month after
    sweep()
    due = sorted(each.due_from for each in tasks(ruled, customer_id=key))
    assert due == [(MONDAY + 10 * DAY).date(), (MONDAY + 40 * DAY).date()]


def test_a_complaint_that_was_closed_is_called_about_and_a_legal_one_is_not(ruled: Dealer):
    for number, is_legal in (("TS-202606-0001", False), ("TS-202606-0002", True)):
        key = ruled.customer(lifecycle=Lifecycle.EXISTING)
        laid(
            ruled, number, customer_id=key, closed_at=MONDAY - DAY, stage="closed",
            is_legal=is_legal,
        )  # fmt: skip
    sweep()
    [one] = tasks(ruled, trigger=Trigger.COMPLAINT)
    assert one.complaint_id == ruled.rows(Complaint)[0].id
    assert one.priority == 9


# ---- the budget


def test_a_sale_and_a_repair_two_days_apart_are_one_call(ruled: Dealer):
    """B1: made on one day, both done by it."""
    key = ruled.customer(owner="sales", lifecycle=Lifecycle.EXISTING)
    ruled.order(key, closed_on=date(2026, 6, 5))  # a car: contacts on the 6th, 8th, 12th …
    repair(ruled, key, date(2026, 6, 7))
    sweep()
    merged = tasks(ruled, state=TaskState.MERGED)
    assert merged, "they became one"
    for one in merged:
        assert ruled.row(VisitTask, one.merged_into_id).customer_id == key


def test_what_is_held_says_why_and_until_when(ruled: Dealer, on_monday: list[datetime]):
    key = ruled.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    ruled.touch(key, at=MONDAY - 2 * DAY)
    repair(ruled, key)
    sweep()
    [one] = tasks(ruled, trigger=Trigger.REPAIR)
    assert (one.hold, one.held_until) == (Hold.SPACING, date(2026, 6, 13))
    found = fetch(visits.day, ruled.caller("service"))
    assert (found.rows, found.held) == ([], 1)
    on_monday[0] = MONDAY + 5 * DAY
    sweep()
    [row] = fetch(visits.day, ruled.caller("service")).rows
    assert row.id == one.id


def test_an_offer_to_who_complains_is_held_and_then_suppressed(
    ruled: Dealer, on_monday: list[datetime]
):
    key = ruled.customer(birthday=date(1990, 6, 9), lifecycle=Lifecycle.EXISTING)
    laid(ruled, customer_id=key)
    sweep()
    [one] = tasks(ruled, trigger=Trigger.BIRTHDAY)
    assert (one.hold, one.held_until) == (Hold.OPEN_COMPLAINT, None)
    on_monday[0] = MONDAY + 5 * DAY
    sweep()
    assert ruled.row(VisitTask, one.id).state is TaskState.SUPPRESSED


def test_nobody_calls_whom_another_one_has_just_reached(dealer: Dealer):
    key = dealer.customer(owner="service")
    mine = planned(dealer, "service", customer_id=key)
    with write_transaction() as session:  # not one that was asked for: those are called anyway
        actor = as_system(session)
        task = session.get_one(VisitTask, mine)
        task.trigger, task.trigger_key = Trigger.REPAIR, "order:1"
        audit.record(session, actor, audit.Action.DATA_LOADED, task)
    assert [row.id for row in fetch(visits.day, dealer.caller("service")).rows] == [mine]
    dealer.touch(key)
    assert fetch(visits.day, dealer.caller("service")).rows == []


# ---- what came of it


def test_reached_is_done_and_what_was_agreed_is_a_contact_of_its_own(dealer: Dealer):
    task = planned(dealer)
    record(dealer, task, C.CONNECTED, seconds=95, **REACHED)
    done = dealer.row(VisitTask, task)
    assert (done.state, done.next_on) == (TaskState.DONE, date(2026, 7, 8))
    [touch] = dealer.rows(Touch)
    assert (touch.summary, touch.next_contact_on) == ("用车正常", date(2026, 7, 8))
    [attempt] = dealer.rows(CallAttempt)
    assert (attempt.touch_id, attempt.result, attempt.duration_seconds) == (
        touch.id,
        C.CONNECTED,
        95,
    )
    [agreed] = tasks(dealer, state=TaskState.PLANNED)
    assert (agreed.trigger, agreed.due_from) == (Trigger.NEXT_DATE, date(2026, 7, 8))
    assert agreed.owner_id == dealer.user_id("service")
    told = [row for row in dealer.rows(AuditEntry) if row.action == "visits:called"]
    assert len(told) == 1
    assert "用车正常" not in str(told[0].details)


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"next_on": date(2026, 7, 8)}, calling.WordsMissing),
        ({"words": "用车正常"}, calling.NextMissing),
        ({"words": "用车正常", "next_on": date(2026, 6, 8)}, calling.NextPast),
        ({**REACHED, "seconds": 8}, calling.CallTooShort),
    ],
)
def test_done_says_what_and_what_next(dealer: Dealer, form: dict[str, Any], refusal: Any):
    task = planned(dealer)
    with pytest.raises(refusal):
        record(dealer, task, C.CONNECTED, **form)
    assert dealer.row(VisitTask, task).state is TaskState.PLANNED
    assert dealer.rows(CallAttempt) == dealer.rows(Touch) == []


def test_a_short_call_counts_with_a_reason_and_nothing_more_with_one(dealer: Dealer):
    task = planned(dealer)
    told = {"words": "不需要", "no_more": "车已卖掉", "seconds": 8, "short_reason": "说了就挂"}
    record(dealer, task, C.CONNECTED, **told)
    assert dealer.row(VisitTask, task).reason == "车已卖掉"
    assert tasks(dealer, state=TaskState.PLANNED) == []


def test_three_attempts_at_one_time_of_the_day_are_not_enough(
    dealer: Dealer, on_monday: list[datetime]
):
    """B2."""
    task = planned(dealer)
    for n in range(3):
        on_monday[0] = MONDAY + n * DAY
        record(dealer, task, C.NO_ANSWER)
    one = dealer.row(VisitTask, task)
    assert (one.state, one.attempts) == (TaskState.PLANNED, 3)
    for hour in (12, 15):
        on_monday[0] = MONDAY + 3 * DAY + timedelta(hours=hour - 10)
        record(dealer, task, C.NO_ANSWER)
    assert dealer.row(VisitTask, task).state is TaskState.UNREACHABLE


def test_who_was_not_reached_comes_again_later_and_not_before(
    dealer: Dealer, on_monday: list[datetime]
):
    task = planned(dealer)
    receipt = record(dealer, task, C.NO_ANSWER)
    assert receipt.again_at == datetime(2026, 6, 8, 3, 0, tzinfo=UTC)  # at eleven
    found = fetch(visits.day, dealer.caller("service"))
    assert (found.rows, found.later, found.done) == ([], 1, 1)
    on_monday[0] = MONDAY + timedelta(hours=2)
    assert [row.id for row in fetch(visits.day, dealer.caller("service")).rows] == [task]
    record(dealer, task, C.BUSY)
    assert dealer.row(VisitTask, task).not_before == MONDAY + timedelta(hours=2, minutes=30)


def test_a_wrong_number_and_a_refusal_end_it(dealer: Dealer):
    wrong, refused = planned(dealer), planned(dealer)
    record(dealer, wrong, C.WRONG_NUMBER)
    with pytest.raises(calling.ReasonMissing):
        record(dealer, refused, C.REFUSED)
    record(dealer, refused, C.REFUSED, no_more="不愿接受回访")
    assert dealer.row(VisitTask, wrong).state is TaskState.UNREACHABLE
    assert dealer.row(VisitTask, refused).state is TaskState.DECLINED


def test_two_at_one_contact_are_told(dealer: Dealer):
    key = dealer.customer(owner=None)
    task = planned(dealer, customer_id=key, owner_id=None)
    shown = dealer.row(VisitTask, task).version
    perform(
        visits.take,
        dealer.caller("service"),
        visits.WorkOnTask(request_id=uuid4(), task_id=task, version=shown),
    )
    with pytest.raises((StaleRecord, NotPermitted)):
        record(dealer, task, C.NO_ANSWER, "sales", version=shown)
    record(dealer, task, C.CONNECTED, **REACHED)
    with pytest.raises(calling.TaskEnded):
        record(dealer, task, C.CONNECTED, **REACHED)
    assert len(dealer.rows(CallAttempt)) == 1


def test_a_double_click_counts_once(dealer: Dealer):
    task = planned(dealer)
    form = visits.RecordCall(request_id=uuid4(), task_id=task, version=1, result=C.NO_ANSWER)
    for _twice in range(2):
        perform(visits.record_call, dealer.caller("service"), form)
    assert len(dealer.rows(CallAttempt)) == 1


def test_what_is_anothers_stays_his(dealer: Dealer):
    task = planned(dealer, "service")
    with pytest.raises(NotPermitted):
        record(dealer, task, C.CONNECTED, "sales", **REACHED)
    with pytest.raises(NotFound):
        record(dealer, task, C.CONNECTED, "sales2", **REACHED)
    record(dealer, task, C.CONNECTED, "manager", **REACHED)


def test_whoever_calls_first_has_taken_it(dealer: Dealer):
    task = planned(dealer, owner_id=None, customer_id=dealer.customer(owner=None))
    record(dealer, task, C.NO_ANSWER)
    assert dealer.row(VisitTask, task).owner_id == dealer.user_id("service")


# ---- moved and cancelled


def move(dealer: Dealer, task: int, who: str = "service", **more: Any) -> Any:
    one = dealer.row(VisitTask, task)
    values = {"due_on": one.due_from, "owner_id": one.owner_id, "version": one.version, **more}
    form = visits.MoveTask(request_id=uuid4(), task_id=task, **values)
    return perform(visits.move, dealer.caller(who), form)


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"due_on": date(2026, 6, 7)}, planning.DayPast),
        ({"due_on": date(2026, 6, 16)}, planning.BeyondExpiry),
        ({"due_on": date(2026, 6, 12)}, planning.NeedsReason),
        ({"version": 9}, StaleRecord),
    ],
)
def test_moved_within_its_time_only(dealer: Dealer, form: dict[str, Any], refusal: Any):
    task = planned(dealer)
    with pytest.raises(refusal):
        move(dealer, task, **form)
    assert dealer.row(VisitTask, task).rescheduled == 0


def test_moved_to_another_day_with_a_reason(dealer: Dealer):
    task = planned(dealer)
    move(dealer, task, due_on=date(2026, 6, 12), reason="客户出差")
    one = dealer.row(VisitTask, task)
    assert (one.due_from, one.due_to, one.rescheduled) == (date(2026, 6, 12),) * 2 + (1,)
    assert fetch(visits.day, dealer.caller("service")).rows == []


def test_whoever_leads_gives_it_to_another_who_calls_there(dealer: Dealer):
    task = planned(dealer)
    with pytest.raises(NotPermitted):
        move(dealer, task, owner_id=dealer.user_id("sales"))
    with pytest.raises(planning.NotACaller):
        move(dealer, task, "manager", owner_id=dealer.user_id("sales2"))
    with pytest.raises(planning.NotACaller):
        move(dealer, task, "manager", owner_id=dealer.user_id("club"))
    move(dealer, task, "manager", owner_id=dealer.user_id("sales"))
    assert [row.id for row in fetch(visits.day, dealer.caller("sales")).rows] == [task]


def test_cancelled_with_a_reason(dealer: Dealer):
    task = planned(dealer)
    form = visits.CancelTask(request_id=uuid4(), task_id=task, version=1, reason="客户已到店")
    perform(visits.cancel, dealer.caller("service"), form)
    assert dealer.row(VisitTask, task).state is TaskState.CANCELLED
    with pytest.raises(calling.TaskEnded):
        record(dealer, task, C.NO_ANSWER)


def hand_on(dealer: Dealer, customer: int, store: int, owner: str) -> None:
    form = customers.AssignCustomer(
        request_id=uuid4(),
        customer_id=customer,
        version=dealer.row(Customer, customer).version,
        store_id=store,
        owner_id=dealer.user_id(owner),
        reason="moved",
    )
    perform(customers.assign, dealer.caller("director"), form)


def test_a_file_that_is_handed_on_takes_its_contacts_along(dealer: Dealer):
    key = dealer.customer(owner="service")
    his, anothers = planned(dealer, customer_id=key), planned(dealer, "sales", customer_id=key)
    hand_on(dealer, key, 1, "data")
    owners = [dealer.row(VisitTask, one).owner_id for one in (his, anothers)]
    assert owners == [dealer.user_id("data"), dealer.user_id("sales")]
    hand_on(dealer, key, 2, "sales2")
    moved = [dealer.row(VisitTask, one) for one in (his, anothers)]
    assert {(one.store_id, one.owner_id) for one in moved} == {(2, dealer.user_id("sales2"))}


# ---- my day


def test_the_heaviest_first(dealer: Dealer, on_monday: list[datetime]):
    calm = planned(dealer)
    important = planned(
        dealer, customer_id=dealer.customer(owner="service", value_class=ValueClass.IMPORTANT)
    )
    late = planned(dealer)
    lost = planned(dealer, customer_id=dealer.customer(owner="service", lifecycle=Lifecycle.LOST))
    on_monday[0] = MONDAY + DAY
    fresh = planned(dealer)
    found = fetch(visits.day, dealer.caller("service")).rows
    assert [row.id for row in found] == [important, calm, late, lost, fresh]
    assert [row.urgency for row in found] == [70, 60, 60, 60, 20]


def test_one_contact_with_all_that_a_call_needs(dealer: Dealer):
    key = dealer.customer("程思远", owner="sales", preferred_hours="18:00 后", need="换轮胎")
    for n in range(7):
        dealer.touch(key, at=MONDAY - (n + 9) * DAY, summary=f"第{n}次")
    laid(dealer, customer_id=key)
    task = planned(dealer, "manager", customer_id=key, owner_id=dealer.user_id("service"))
    found = fetch(visits.call, dealer.caller("service"), task)
    assert found.row.customer == "程思远"
    assert [touch.summary for touch in found.touches] == [f"第{n}次" for n in range(5)]
    assert found.promised == ["TS-202606-0001"]
    assert (found.row.preferred_hours, found.need, found.may_work) == ("18:00 后", "换轮胎", True)
    assert not fetch(visits.call, dealer.caller("data"), task).may_work
    with pytest.raises(NotFound):
        fetch(visits.call, dealer.caller("sales2"), task)


def test_what_two_events_have_in_common_is_said_once(ruled: Dealer):
    key = ruled.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    for _ in range(2):
        repair(ruled, key)
    sweep()
    sweep()
    [lead] = tasks(ruled, trigger=Trigger.REPAIR, state=TaskState.PLANNED)
    found = fetch(visits.call, ruled.caller("service"), lead.id)
    assert (len(found.why), found.script.count("维修后使用正常吗")) == (1, 1)
    assert found.row.merged == 1


def test_whom_a_rule_sends_sees_the_number_and_nobody_else(ruled: Dealer):
    """The service desk calls after a repair, also a customer of sales; once somebody has it."""
    repair(ruled, ruled.customer(owner="sales", lifecycle=Lifecycle.EXISTING))
    sweep()
    [one] = tasks(ruled, trigger=Trigger.REPAIR)
    assert (one.owner_id, one.desk) == (None, Desk.SERVICE)
    look = {who: fetch(visits.call, ruled.caller(who), one.id) for who in ("service", "data")}
    assert all("****" in each.row.phone for each in look.values())
    assert [look["service"].may_work, look["data"].may_work] == [True, False]
    form = visits.WorkOnTask(request_id=uuid4(), task_id=one.id, version=one.version)
    with pytest.raises(NotPermitted):
        perform(visits.take, ruled.caller("data"), form)
    perform(visits.take, ruled.caller("service"), form)
    phone = fetch(visits.call, ruled.caller("service"), one.id).row.phone
    assert phone.startswith("+86138")
    assert "****" in fetch(visits.call, ruled.caller("data"), one.id).row.phone


def test_who_plans_a_contact_for_himself_sees_no_number_by_it(dealer: Dealer):
    """Else anybody could read what is masked, past the daily number of reveals and their audit."""
    key = dealer.customer(owner="sales")
    task = planned(dealer, "service", customer_id=key)
    assert "****" in fetch(visits.call, dealer.caller("service"), task).row.phone
    record(dealer, task, C.CONNECTED, **REACHED)
    [agreed] = tasks(dealer, state=TaskState.PLANNED)
    assert "****" in fetch(visits.call, dealer.caller("service"), agreed.id).row.phone


def test_lists_mask_the_number(dealer: Dealer):
    planned(dealer)
    [row] = fetch(visits.day, dealer.caller("service")).rows
    assert "****" in row.phone


# ---- rules


def test_rules_are_adopted_once_and_approved_by_who_leads(dealer: Dealer):
    adopt = rules.AdoptCadences
    assert perform(rules.adopt, dealer.caller("manager"), adopt(request_id=uuid4())) == len(
        rules.delivered()
    )
    assert perform(rules.adopt, dealer.caller("director"), adopt(request_id=uuid4())) == 0
    [first, *_] = fetch(rules.cadences, dealer.caller("service"))
    form = {"cadence_id": first.id, "version": first.version}
    approve = rules.ApproveCadence
    with pytest.raises(NotPermitted):
        perform(
            rules.approve, dealer.caller("service"),
            approve(request_id=uuid4(), from_on=clock.today(), **form),
        )  # fmt: skip
    with pytest.raises(rules.FromPast):
        perform(
            rules.approve, dealer.caller("manager"),
            approve(request_id=uuid4(), from_on=date(2026, 6, 7), **form),
        )  # fmt: skip
    perform(
        rules.approve, dealer.caller("manager"),
        approve(request_id=uuid4(), from_on=clock.today(), **form),
    )  # fmt: skip
    [now] = [one for one in fetch(rules.cadences, dealer.caller("service")) if one.id == first.id]
    assert (now.state, now.from_on) == (rules.CadenceState.APPROVED, clock.today())
    retire = rules.RetireCadence(request_id=uuid4(), cadence_id=now.id, version=now.version)
    perform(rules.retire, dealer.caller("manager"), retire)
    with pytest.raises(rules.NotADraft):
        perform(
            rules.retire, dealer.caller("manager"),
            rules.RetireCadence(request_id=uuid4(), cadence_id=now.id, version=now.version + 1),
        )  # fmt: skip


def test_a_draft_makes_nothing(dealer: Dealer):
    perform(rules.adopt, dealer.caller("director"), rules.AdoptCadences(request_id=uuid4()))
    repair(dealer, dealer.customer(lifecycle=Lifecycle.EXISTING))
    assert sweep() == 0


# ---- times of the day


NINE_TO_SIX = ((9 * 60, 18 * 60),)


@pytest.mark.parametrize(
    ("result", "hours", "expected"),
    [
        (C.NO_ANSWER, [10], (8, 11)),
        (C.NO_ANSWER, [10, 11], (8, 14)),
        (C.NO_ANSWER, [17.5], (9, 9)),
        (C.OFF, [10], (9, 11)),
        (C.NO_ANSWER, [9, 11, 14, 17], (9, 9)),
        (C.BUSY, [10], (8, 10.5)),
        (C.BUSY, [17.75], (9, 9)),
    ],
)
def test_again_at_another_time_of_the_day(
    result: CallResult, hours: list[float], expected: tuple[int, float]
):
    tries = [MONDAY + timedelta(hours=hour - 10) for hour in hours]
    found = retrying.again_at(result, tries, tries[-1], lambda _day: NINE_TO_SIX)
    here = found.astimezone(clock.SHANGHAI)
    assert (here.day, here.hour + here.minute / 60) == expected


def test_again_when_the_store_is_open():
    """Closed on Tuesday and Wednesday, open on Thursday from 13:30 to 16:00."""

    def hours(day: date) -> tuple[tuple[int, int], ...]:
        return {8: NINE_TO_SIX, 11: ((810, 960),)}.get(day.day, ())

    late = MONDAY + timedelta(hours=7.5)
    found = retrying.again_at(C.NO_ANSWER, [late], late, hours)
    assert found.astimezone(clock.SHANGHAI) == datetime(2026, 6, 11, 13, 30, tzinfo=clock.SHANGHAI)


def test_again_also_where_no_open_day_is_in_sight():
    found = retrying.again_at(C.NO_ANSWER, [MONDAY], MONDAY, lambda _day: ())
    assert found == MONDAY + timedelta(hours=25)  # tomorrow at eleven


def test_the_stores_own_calendar_says_when(dealer: Dealer, on_monday: list[datetime]):
    dealer.add(
        CalendarDay(
            store_id=1,
            falls_on=date(2026, 6, 9),
            hours=[],
            reason="盘点",
            created_at=MONDAY,
            author_id=dealer.user_id("manager"),
        )
    )
    on_monday[0] = MONDAY + timedelta(hours=7.5)
    again = record(dealer, planned(dealer), C.NO_ANSWER).again_at
    assert again.astimezone(clock.SHANGHAI).date() == date(2026, 6, 10)


def test_whoever_may_not_work_on_contacts_may_not(dealer: Dealer):
    for who in ("club", "admin", "guest"):
        with pytest.raises(AppError):
            fetch(visits.day, dealer.caller(who))
    assert Permission.VISITS_LEAD not in dealer.actor("service").grants


# ---- how he likes it


def test_who_likes_other_hours_comes_after_the_others(dealer: Dealer):
    """10:00 on a Monday."""
    evening = planned(dealer, customer_id=dealer.customer(preferred_hours="工作日晚上"))
    any_time = planned(dealer, customer_id=dealer.customer())
    found = fetch(visits.day, dealer.caller("service")).rows
    assert [(row.id, row.suits_now) for row in found] == [(any_time, True), (evening, False)]


def test_who_likes_another_day_waits_for_it(ruled: Dealer, on_monday: list[datetime]):
    key = ruled.customer(owner="service", lifecycle=Lifecycle.EXISTING, preferred_hours="周六上午")
    repair(ruled, key)
    sweep()
    [one] = tasks(ruled, trigger=Trigger.REPAIR)
    assert (one.hold, one.held_until) == (Hold.PREFERRED_DAYS, date(2026, 6, 13))
    on_monday[0] = MONDAY + 5 * DAY
    sweep()
    assert [row.id for row in fetch(visits.day, ruled.caller("service")).rows] == [one.id]


def test_who_took_back_his_consent_is_offered_nothing(ruled: Dealer, on_monday: list[datetime]):
    """F48: given anew, it counts again; who was never asked may be asked."""
    key = ruled.customer(birthday=date(1990, 6, 9), lifecycle=Lifecycle.EXISTING)
    marketing = {
        "customer_id": key,
        "store_id": 1,
        "purpose": Purpose.MARKETING,
        "given_at": MONDAY - 90 * DAY,
    }
    ruled.add(Consent(**marketing, withdrawn_at=MONDAY - 30 * DAY))
    sweep()
    [one] = tasks(ruled, trigger=Trigger.BIRTHDAY)
    assert (one.hold, one.held_until) == (Hold.NO_CONSENT, None)
    assert fetch(visits.call, ruled.caller("sales"), one.id).lacks_consent
    ruled.add(Consent(**marketing))
    sweep()
    [one] = tasks(ruled, trigger=Trigger.BIRTHDAY)
    assert one.hold is None
    assert not fetch(visits.call, ruled.caller("sales"), one.id).lacks_consent
