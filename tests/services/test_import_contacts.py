"""What an import brought, and what the sweep made of it, goes together; what people did stays."""

from datetime import datetime
from uuid import uuid4

import pytest

from db.models import (
    BatchState,
    CallResult,
    Customer,
    Order,
    RowState,
    TaskState,
    Trigger,
    Vehicle,
    VisitTask,
)
from services import imports, sweeping, visits
from services.core.run import fetch, perform
from services.imports.undo import USED
from services.visits.unmaking import TAKEN_BACK
from tests.dealer import Dealer
from tests.services.test_imports import SALE, VIN, bring, doing, person, rows_of, table
from tests.services.test_visits import SYSTEM, on_monday, planned, record, ruled, sweep, tasks

__all__ = ["on_monday", "ruled"]

OTHER_VIN = "LSVAA4182E2184848"


def insured(number: int, vin: str) -> dict[str, str]:
    """A customer with a car whose insurance runs out in two weeks and a half."""
    return person(number, vin=vin, insurance_until="2026-06-26")


def brought(dealer: Dealer, *rows: dict[str, str]) -> int:
    key = bring(dealer, "customers", table(*rows))
    for duty in ("maintenances", "visits"):
        sweeping.DUTIES[duty].do(SYSTEM)
    return key


def undo(dealer: Dealer, batch: int) -> None:
    imports.undo_all(doing(dealer), batch)
    assert fetch(imports.batch, dealer.caller("manager"), batch).state is BatchState.UNDONE


def test_what_only_the_sweep_has_made_goes_with_the_file(ruled: Dealer):
    batch = brought(ruled, insured(1, VIN), insured(2, OTHER_VIN))
    assert {one.customer_id for one in tasks(ruled)} == {one.id for one in ruled.rows(Customer)}
    undo(ruled, batch)
    assert ruled.rows(VisitTask) == ruled.rows(Customer) == ruled.rows(Vehicle) == []
    sweep()
    assert ruled.rows(VisitTask) == []


@pytest.mark.parametrize("deed", ["tried", "planned", "moved"])
def test_what_somebody_has_worked_on_keeps_its_file(ruled: Dealer, deed: str):
    batch = brought(ruled, insured(1, VIN), insured(2, OTHER_VIN))
    kept = next(one for one in ruled.rows(Customer) if one.name == "客户1号")
    one = tasks(ruled, customer_id=kept.id, state=TaskState.PLANNED)[0]
    if deed == "tried":
        record(ruled, one.id, CallResult.NO_ANSWER, who="manager")
    elif deed == "planned":
        planned(ruled, "manager", customer_id=kept.id)
    else:
        form = visits.MoveTask(
            request_id=uuid4(),
            task_id=one.id,
            version=one.version,
            due_on=one.expires_on,
            reason="客户出差",
        )
        perform(visits.move, ruled.caller("manager"), form)
    undo(ruled, batch)
    assert [one.name for one in ruled.rows(Customer)] == ["客户1号"]
    assert {one.customer_id for one in ruled.rows(VisitTask)} == {kept.id}
    states = {number: row.state for number, row in rows_of(ruled, batch).items()}
    assert states == {2: RowState.KEPT, 3: RowState.REVERSED}
    assert rows_of(ruled, batch)[2].reasons == [["", USED, {}]]


def test_a_car_of_an_older_file_goes_with_its_reminders(ruled: Dealer):
    bring(ruled, "customers", table(person(1)))
    batch = brought(ruled, insured(1, VIN))
    assert tasks(ruled, trigger=Trigger.INSURANCE)
    undo(ruled, batch)
    assert ruled.rows(Vehicle) == []
    assert [one.name for one in ruled.rows(Customer)] == ["客户1号"]
    assert tasks(ruled, trigger=Trigger.INSURANCE) == []


def test_of_an_order_that_was_voided_nobody_is_called(ruled: Dealer, on_monday: list[datetime]):
    row = {**SALE, "vin": VIN, "model": "帕萨特", "closed_on": "2026-06-07"}
    batch = bring(ruled, "sales", table(row))
    sweep()
    made = tasks(ruled, trigger=Trigger.DELIVERY)
    assert {one.state for one in made} == {TaskState.PLANNED}
    undo(ruled, batch)
    [order] = ruled.rows(Order)
    assert order.voided_at is not None
    ended = tasks(ruled, trigger=Trigger.DELIVERY)
    assert {(one.state, one.reason) for one in ended} == {(TaskState.CANCELLED, TAKEN_BACK)}
    sweep()
    assert len(tasks(ruled, trigger=Trigger.DELIVERY)) == len(made)
