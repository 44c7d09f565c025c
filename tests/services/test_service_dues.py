"""The next maintenance of each car: kept true by the sweep, followed by reminders, once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from db.engine import write_transaction
from db.models import (
    Cadence,
    Lifecycle,
    Order,
    OrderKind,
    Ownership,
    ParameterValue,
    RepairKind,
    ServiceBasis,
    ServiceDue,
    TaskState,
    Trigger,
    Vehicle,
    VisitTask,
)
from services import sweeping, visits
from services.core import audit, clock, parameters
from services.core.access import System
from services.core.run import perform
from services.visits import predicting, rules, settling
from tests.dealer import Dealer, as_system
from tests.services.test_visits import DAY, MONDAY

SYSTEM = System("tests")
TODAY = date(2026, 6, 8)
LAST = date(2025, 6, 23)
"""A year and a fortnight ago on `TODAY`: by months the next one is due on 23 June 2026."""


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.fixture
def ruled(dealer: Dealer) -> Dealer:
    """A dealer whose rule of maintenance holds since the beginning of May."""
    perform(rules.adopt, dealer.caller("director"), rules.AdoptCadences(request_id=uuid4()))
    with write_transaction() as session:
        actor = as_system(session)
        for cadence in session.execute(select(Cadence)).scalars():
            if cadence.trigger is Trigger.MAINTENANCE:
                cadence.state = rules.CadenceState.APPROVED
                cadence.from_on = date(2026, 5, 1)
        audit.record(session, actor, audit.Action.DATA_LOADED, "cadences")
    return dealer


def sweep() -> int:
    return sum(sweeping.DUTIES[name].do(SYSTEM) for name in ("maintenances", "visits"))


def car(dealer: Dealer, **values: Any) -> tuple[int, int]:
    """A customer (id) and his car (id)."""
    key = dealer.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    return key, dealer.vehicle(key, **values)


def serviced(dealer: Dealer, who: tuple[int, int], on: date, km: int | None = None, **more: Any):
    customer, vehicle = who
    values = {"repair_kind": RepairKind.MAINTENANCE, **more}
    return dealer.order(
        customer,
        kind=OrderKind.REPAIR,
        vehicle_id=vehicle,
        ordered_on=on,
        closed_on=on,
        odometer_km=km,
        **values,
    )


def due(dealer: Dealer, vehicle: int) -> ServiceDue | None:
    return next((row for row in dealer.rows(ServiceDue) if row.vehicle_id == vehicle), None)


def reminders(dealer: Dealer, vehicle: int) -> list[VisitTask]:
    rows = [row for row in dealer.rows(VisitTask) if row.vehicle_id == vehicle]
    return sorted(rows, key=lambda row: row.due_from)


def change(model: Any, key: int, **values: Any) -> None:
    with write_transaction() as session:
        actor = as_system(session)
        row = session.get(model, key)
        for name, value in values.items():
            setattr(row, name, value)
        audit.record(session, actor, audit.Action.DATA_LOADED, model.__tablename__)


# ---- kept


def test_a_prediction_is_kept_for_every_car_that_has_a_beginning(dealer: Dealer):
    who = car(dealer, delivered_on=date(2024, 6, 1))
    order = serviced(dealer, who, LAST, 3870)
    unknown = car(dealer, delivered_on=None)
    sweep()
    found = due(dealer, who[1])
    assert found is not None
    assert (found.last_order_id, found.last_on) == (order, LAST)
    assert (found.due_on, found.daily_km) == (date(2026, 6, 23), 10)
    assert found.basis is ServiceBasis.MEASURED
    assert not found.is_seen
    assert due(dealer, unknown[1]) is None


def test_what_changed_is_predicted_anew_and_nothing_else(dealer: Dealer, on_monday: list[datetime]):
    who, other = car(dealer, delivered_on=date(2024, 6, 1)), car(dealer, delivered_on=LAST)
    order = serviced(dealer, who, LAST, 3870)
    sweep()
    untouched = due(dealer, other[1])
    assert untouched is not None
    on_monday[0] = MONDAY + DAY
    assert sweep() == 0
    change(Order, order, voided_at=clock.now())
    assert sweep() == 1
    found = due(dealer, who[1])
    assert found is not None
    assert (found.last_on, found.due_on) == (None, date(2025, 2, 6))  # 250 days of 40 km
    change(Vehicle, who[1], delivered_on=None)
    assert sweep() == 1
    assert due(dealer, who[1]) is None
    still = due(dealer, other[1])
    assert still is not None
    assert still.computed_at == untouched.computed_at


def test_other_numbers_of_the_group_begin_with_all_cars(dealer: Dealer):
    who = car(dealer, delivered_on=date(2026, 1, 1))
    sweep()
    dealer.add(
        ParameterValue(
            key=parameters.FIRST_MONTHS,
            value="3",
            from_on=TODAY,
            created_at=clock.now(),
            reason="the maker says so",
        )
    )
    sweep()
    found = due(dealer, who[1])
    assert found is not None
    assert found.due_on == date(2026, 4, 1)


def test_a_pass_goes_on_where_it_was_killed(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(predicting, "STEP", 2)
    cars = [car(dealer, delivered_on=date(2026, 1, n))[1] for n in range(1, 6)]
    step = perform(visits.predict_services, SYSTEM, visits.PredictServices())
    assert (step.changed, step.is_finished) == (2, False)
    step = perform(visits.predict_services, SYSTEM, visits.PredictServices())
    assert (step.changed, step.is_finished) == (2, False)
    step = perform(visits.predict_services, SYSTEM, visits.PredictServices())
    assert (step.changed, step.is_finished) == (1, True)
    assert all(due(dealer, one) is not None for one in cars)


# ---- followed


def test_a_ladder_of_reminders_once_however_often_one_looks(
    ruled: Dealer, on_monday: list[datetime]
):
    """B6: of one maintenance each step is made once, and days in between change nothing."""
    who = car(ruled, delivered_on=date(2024, 6, 1))
    order = serviced(ruled, who, LAST, 3870)
    sweep()
    sweep()
    found = reminders(ruled, who[1])
    key = f"maintenance:{who[1]}:{order}"
    assert {one.trigger_key for one in found} == {key}
    days = [one.due_from for one in found]
    # Fourteen days ahead: the steps 30, 14 and 7 days before 23 June; the others come later.
    assert days == [date(2026, 5, 24), date(2026, 6, 9), date(2026, 6, 16)]
    assert found[0].state is TaskState.MISSED  # its last day was 7 June
    for day in range(1, 40):
        on_monday[0] = MONDAY + day * DAY
        sweep()
    found = reminders(ruled, who[1])
    offsets = [(one.due_from - date(2026, 6, 23)).days for one in found]
    assert offsets == [-30, -14, -7, 3, 10]
    assert len({one.step_id for one in found}) == 5


def test_a_prediction_that_changes_makes_no_second_contact(
    ruled: Dealer, on_monday: list[datetime]
):
    """B6: a repair reads more kilometres; what is not due moves, nothing is made twice."""
    who = car(ruled, delivered_on=date(2024, 6, 1))
    serviced(ruled, who, LAST, 3870)
    sweep()
    before = {one.id: one.due_from for one in reminders(ruled, who[1])}
    # 28 km a day since the last maintenance, and 200 km left: seven days.
    change(Vehicle, who[1], odometer_km=3870 + 9800, odometer_on=TODAY)
    on_monday[0] = MONDAY + timedelta(hours=1)
    sweep()
    found = due(ruled, who[1])
    assert found is not None
    assert found.due_on == TODAY + 7 * DAY
    after = {one.id: (one.due_from, one.state, one.reason) for one in reminders(ruled, who[1])}
    steps = [one.step_id for one in reminders(ruled, who[1])]
    assert len(steps) == len(set(steps))
    first, second, third = sorted(before)
    assert after[first] == (before[first], TaskState.MISSED, "")
    assert after[second] == (before[second], TaskState.CANCELLED, settling.OVERTAKEN)
    assert after[third] == (TODAY, TaskState.PLANNED, "")


@pytest.mark.parametrize("kind", [RepairKind.MAINTENANCE, RepairKind.BODY])
def test_a_visit_to_the_workshop_ends_the_ladder(
    ruled: Dealer, on_monday: list[datetime], kind: RepairKind
):
    who = car(ruled, delivered_on=date(2024, 6, 1))
    serviced(ruled, who, LAST, 3870)
    sweep()
    on_monday[0] = MONDAY + 2 * DAY
    serviced(ruled, who, TODAY + DAY, 7400, repair_kind=kind)
    sweep()
    ladder = [one for one in reminders(ruled, who[1]) if one.trigger is Trigger.MAINTENANCE]
    ended = [one for one in ladder if one.state is TaskState.CANCELLED]
    why = settling.CAME if kind is RepairKind.MAINTENANCE else settling.SEEN
    assert [one.reason for one in ended] == [why, why]
    for day in range(3, 45):
        on_monday[0] = MONDAY + day * DAY
        sweep()
    again = [one for one in reminders(ruled, who[1]) if one.trigger is Trigger.MAINTENANCE]
    assert len(again) == len(ladder)  # nothing more of this cycle


def test_killed_between_its_parts_the_sweep_makes_nothing_twice(ruled: Dealer):
    who = car(ruled, delivered_on=date(2024, 6, 1))
    serviced(ruled, who, LAST, 3870)
    perform(visits.predict_services, SYSTEM, visits.PredictServices())  # and killed
    form: visits.MakeTasks | None = visits.MakeTasks()
    while form is not None:
        form = perform(visits.make, SYSTEM, form).following
    made = len(reminders(ruled, who[1]))
    assert made == 3
    sweep()
    assert len(reminders(ruled, who[1])) == made


def test_who_sold_the_car_is_not_reminded(ruled: Dealer):
    key = ruled.customer(owner="service", lifecycle=Lifecycle.EXISTING)
    vehicle = ruled.vehicle(key, delivered_on=date(2024, 6, 1))
    serviced(ruled, (key, vehicle), LAST, 3870)
    [owned] = [row.id for row in ruled.rows(Ownership) if row.vehicle_id == vehicle]
    change(Ownership, owned, ended_on=date(2026, 5, 1))
    sweep()
    assert due(ruled, vehicle) is not None
    assert reminders(ruled, vehicle) == []
