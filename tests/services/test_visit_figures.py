"""The metrics of contacts against numbers made by hand."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from db.models import (
    CallAttempt,
    CallResult,
    Desk,
    Hold,
    Lifecycle,
    OrderKind,
    RepairKind,
    TaskState,
    Trigger,
    ValueClass,
    VisitKind,
    VisitTask,
)
from services import kpi, visits
from services.core import clock
from services.core.counted import Behind
from services.core.errors import NotPermitted
from services.core.run import fetch
from services.kpi import Measured
from tests.dealer import Dealer
from tests.services.test_visits import DAY, MONDAY

S, R = TaskState, CallResult
JUNE = (date(2026, 6, 1), date(2026, 6, 30))
TODAY = date(2026, 6, 8)
CODES = tuple(metric.code for metrics, _ in visits.METRICS for metric in metrics)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


def at(day: int, hour: int = 10) -> datetime:
    """An hour of a day of June 2026, where the dealer works."""
    return clock.midnight(date(2026, 6, day)) + timedelta(hours=hour)


def task(dealer: Dealer, due_to: int, state: TaskState = S.PLANNED, **more: Any) -> int:
    """A contact in time until a day of June; its id."""
    customer = more.pop("customer_id", None) or dealer.customer(owner="service")
    on = date(2026, 6, due_to)
    ended = more.pop("ended_at", None if state is S.PLANNED else at(due_to))
    values = {
        "store_id": 1,
        "owner_id": dealer.user_id("service"),
        "customer_id": customer,
        "desk": Desk.SERVICE,
        "kind": VisitKind.CALL,
        "trigger": Trigger.REPAIR,
        "trigger_key": f"test:{customer}:{due_to}:{state}",
        "due_from": on - 2 * DAY,
        "due_to": on,
        "expires_on": on + 10 * DAY,
        "state": state,
        "created_at": at(1, 1),
        "ended_at": ended,
        **more,
    }
    [key] = dealer.add(VisitTask(**values))
    return key


def attempt(dealer: Dealer, task_id: int, when: datetime, result: CallResult) -> int:
    row = dealer.row(VisitTask, task_id)
    [key] = dealer.add(
        CallAttempt(
            task_id=task_id,
            customer_id=row.customer_id,
            store_id=row.store_id,
            owner_id=row.owner_id,
            at=when,
            user_id=dealer.user_id("service"),
            kind=VisitKind.CALL,
            result=result,
        )
    )
    return key


def figure(dealer: Dealer, code: str, who: str = "manager", times: Any = JUNE, **more: Any):
    [found] = fetch(kpi.figures, dealer.caller(who), (code,), *times, **more)
    return found.figure


def test_completion_and_time(dealer: Dealer):
    on_time = task(dealer, 4, S.DONE)
    late = task(dealer, 3, S.DONE, ended_at=at(6))
    declined = task(dealer, 5, S.DECLINED)
    missed = [task(dealer, 4, S.MISSED), task(dealer, 7)]
    lead = task(dealer, 6, S.EXPIRED)
    task(dealer, 6, S.MERGED, merged_into_id=lead)  # counts as the one that it was merged into
    task(dealer, 6, S.CANCELLED)
    task(dealer, 6, S.SUPPRESSED, hold=Hold.SPACING)
    task(dealer, 9)  # not due yet
    found = figure(dealer, "VISIT-PLAN")
    assert sorted(found.rows) == sorted([on_time, late, declined, *missed, lead])
    assert sorted(found.hits) == sorted([on_time, late, declined])
    assert found.value == 0.5
    assert sorted(figure(dealer, "VISIT-TIME").hits) == sorted([on_time, declined])
    assert figure(dealer, "VISIT-PLAN", "manager2").n == 0


def test_what_happened_later_belongs_to_later(dealer: Dealer):
    task(dealer, 3, S.DONE, ended_at=at(6))
    until_then = (date(2026, 6, 1), date(2026, 6, 4))
    assert figure(dealer, "VISIT-PLAN", times=until_then).value == 0
    assert figure(dealer, "VISIT-LATE", times=until_then).value == 1
    assert figure(dealer, "VISIT-LATE").value == 0


def test_overdue_by_age(dealer: Dealer):
    for due_to in (8, 7, 5, 4, 1):  # today, and 1, 3, 4 and 7 days late
        task(dealer, due_to)
    task(dealer, 2, hold=Hold.SPACING)
    found = figure(dealer, "VISIT-LATE")
    assert found.value == 4
    assert found.parts == {"0-3": 2, "4-7": 2, "8-14": 0, "15+": 0}


def test_next_dates_and_what_the_rule_held(dealer: Dealer):
    task(dealer, 4, S.DONE, next_on=date(2026, 7, 1))
    task(dealer, 4, S.DONE)
    task(dealer, 4, S.DECLINED)
    lead = task(dealer, 5, S.DONE)
    task(dealer, 5, S.MERGED, merged_into_id=lead)
    for hold in (Hold.SPACING, Hold.SPACING, Hold.OPEN_COMPLAINT):
        task(dealer, 5, S.SUPPRESSED, hold=hold)
    assert figure(dealer, "VISIT-NEXT").value == pytest.approx(1 / 3)
    held = figure(dealer, "VISIT-HELD")
    assert held.value == 4
    assert held.parts == {"merged": 1, "open_complaint": 1, "spacing": 2}


def test_contact_rate_and_attempts_for_a_contact(dealer: Dealer):
    one, other = task(dealer, 4), task(dealer, 4)
    attempt(dealer, one, at(3), R.NO_ANSWER)
    attempt(dealer, one, at(4), R.BUSY)
    reached = attempt(dealer, one, at(5), R.CONNECTED)
    refused = attempt(dealer, other, at(5), R.REFUSED)
    attempt(dealer, other, MONDAY - 30 * DAY, R.OFF)
    found = figure(dealer, "VISIT-REACH")
    assert (found.numerator, found.denominator) == (2, 4)
    assert sorted(found.hits) == sorted([reached, refused])
    assert figure(dealer, "VISIT-TRIES").value == 2.0
    assert figure(dealer, "VISIT-TRIES", "manager2").value is None


def repair(dealer: Dealer, day: int, **more: Any) -> tuple[int, int]:
    """An order (id) closed on a day of June and its customer (id)."""
    values = {"owner": "service", "lifecycle": Lifecycle.EXISTING}
    customer = dealer.customer(created_at=MONDAY - 400 * DAY, **values)
    on = date(2026, 6, day)
    order = {"kind": OrderKind.REPAIR, "ordered_on": on, "closed_on": on, **more}
    return dealer.order(customer, **order), customer


def test_followed_up_within_three_days(dealer: Dealer):
    called, who = repair(dealer, 1)
    dealer.touch(who, at=at(4, 23))
    same_day, who = repair(dealer, 1)
    dealer.touch(who, at=at(1, 20))  # when he fetched the car
    came, who = repair(dealer, 2)
    dealer.touch(who, at=at(3), is_inbound=True)
    tried, who = repair(dealer, 2)
    key = task(dealer, 4, customer_id=who)
    for day in (3, 4, 5):
        attempt(dealer, key, at(day), R.NO_ANSWER)
    late, who = repair(dealer, 3)
    dealer.touch(who, at=at(7))
    repair(dealer, 6)  # its third day has not passed
    repair(dealer, 2, voided_at=at(3))
    found = figure(dealer, "VISIT-3DAY")
    assert sorted(found.rows) == sorted([called, same_day, came, tried, late])
    assert sorted(found.hits) == sorted([called, tried])


def test_coverage_by_class(dealer: Dealer):
    """30 days for important customers, 90 for ordinary ones, as delivered."""
    important = {"lifecycle": Lifecycle.EXISTING, "value_class": ValueClass.IMPORTANT}
    ordinary = {"lifecycle": Lifecycle.EXISTING, "value_class": ValueClass.ORDINARY}
    early = MONDAY - 400 * DAY
    reached = dealer.customer(created_at=early, **important)
    dealer.touch(reached, at=MONDAY - 29 * DAY)
    dealer.touch(dealer.customer(created_at=early, **important), at=MONDAY - 31 * DAY)
    also = dealer.customer(created_at=early, **ordinary)
    dealer.touch(also, at=MONDAY - 60 * DAY)
    dealer.customer(created_at=early, is_archived=True, **ordinary)
    found = figure(dealer, "VISIT-COVER")
    assert sorted(found.hits) == sorted([reached, also])
    assert (found.n, found.parts["important"], found.parts["ordinary"]) == (3, 0.5, 1.0)
    assert found.parts["lost"] is None


def test_back_for_the_first_maintenance(dealer: Dealer):
    """250 days and 15 % more: 288 days after the delivery the time has ended."""
    customer = dealer.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    ended = TODAY - 288 * DAY
    back, late = (dealer.vehicle(customer, delivered_on=ended) for _ in range(2))
    elsewhere = dealer.vehicle(customer, delivered_on=ended - 7 * DAY)
    dealer.vehicle(customer, delivered_on=ended + DAY)
    visits_ = ((back, 200, RepairKind.MAINTENANCE), (late, 289, RepairKind.MAINTENANCE))
    for vehicle, days, kind in (*visits_, (elsewhere, 100, RepairKind.BODY)):
        on = ended + days * DAY
        dealer.order(
            customer,
            kind=OrderKind.REPAIR,
            repair_kind=kind,
            vehicle_id=vehicle,
            ordered_on=on,
            closed_on=on,
        )
    found = figure(dealer, "VISIT-FIRST")
    assert sorted(found.rows) == sorted([back, late, elsewhere])
    assert found.hits == [back]


@pytest.mark.parametrize("code", CODES)
def test_each_shows_what_stands_behind_it(dealer: Dealer, code: str):
    done = task(dealer, 4, S.DONE)
    attempt(dealer, done, at(4), R.CONNECTED)
    task(dealer, 5, S.SUPPRESSED, hold=Hold.SPACING)
    task(dealer, 5)
    _, customer = repair(dealer, 2)
    dealer.vehicle(customer, delivered_on=TODAY - 290 * DAY)
    found: tuple[Measured, Behind] = fetch(kpi.behind, dealer.caller("manager"), code, *JUNE)
    measured, behind = found
    assert measured.figure.n > 0
    assert behind.seen == len(set(measured.figure.rows)) > 0
    assert behind.unseen == 0
    assert sum(line.hits for line in behind.lines) == len(measured.figure.hits)
    assert all(line.store for line in behind.lines)
    with pytest.raises(NotPermitted):
        fetch(kpi.behind, dealer.caller("club"), code, *JUNE)
