"""The budget of contacts is laid anew upon whom something changed of, and upon nobody else."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import delete
from sqlmodel import col

from db.engine import write_transaction
from db.models import Customer, Desk, TaskState, Trigger, VisitKind, VisitTask, VisitWeighing
from services import sweeping, visits
from services.core import audit, clock
from services.core.access import System
from services.core.run import perform
from tests.dealer import Dealer, as_system
from tests.services.complaint_deeds import laid

MONDAY: Final = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
"""10:00 where the dealer works."""
DAY: Final = timedelta(days=1)
SYSTEM: Final = System("tests")


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment, which a test may set: `on_monday[0] = …`."""
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def weigh() -> visits.Weighed:
    return perform(visits.weigh, SYSTEM, visits.WeighTasks())


def planned(dealer: Dealer, customer: int, n: int = 0, **more: Any) -> int:
    """An open contact past the services, due in two weeks; its id."""
    due = date(2026, 6, 22)
    values = {
        "store_id": 1,
        "customer_id": customer,
        "desk": Desk.SERVICE,
        "kind": VisitKind.CALL,
        "trigger": Trigger.REPAIR,
        "trigger_key": f"order:{customer}-{n}",
        "due_from": due,
        "due_to": due,
        "expires_on": due + 7 * DAY,
        "created_at": MONDAY,
        **more,
    }
    [key] = dealer.add(VisitTask(**values))
    return key


@pytest.fixture
def one(dealer: Dealer) -> tuple[Dealer, int, int]:
    """A dealer with two customers who were looked at, one of them and his contact (ids)."""
    other, key = dealer.customer(), dealer.customer()
    planned(dealer, other)
    task = planned(dealer, key)
    assert weigh().customers == 2
    assert weigh().customers == 0, "nothing changed"
    return dealer, key, task


def changed(dealer: Dealer, model: Any, key: int, **values: Any) -> None:
    with write_transaction() as session:
        actor = as_system(session)
        row = session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)
        audit.record(session, actor, audit.Action.DATA_LOADED, row)
    assert dealer.row(model, key)


CHANGES: Final[dict[str, Callable[[Dealer, int, int], Any]]] = {
    "reached": lambda dealer, key, _task: dealer.touch(key),
    "complains": lambda dealer, key, _task: laid(dealer, customer_id=key),
    "left alone": lambda dealer, key, _task: changed(
        dealer, Customer, key, do_not_contact_until=date(2026, 7, 1)
    ),
    "one more contact": lambda dealer, key, _task: planned(dealer, key, 1),
    "moved": lambda dealer, _key, task: changed(
        dealer, VisitTask, task, due_from=date(2026, 6, 21)
    ),
    "ended, and another one": lambda dealer, key, task: (
        changed(dealer, VisitTask, task, state=TaskState.CANCELLED, ended_at=MONDAY),
        planned(dealer, key, 1),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whom_something_changed_of_is_looked_at_again_and_nobody_else(
    one: tuple[Dealer, int, int], change: str
):
    dealer, key, task = one
    CHANGES[change](dealer, key, task)
    assert weigh().customers == 1
    weigh()  # what the first look changed is looked at once more
    assert weigh().customers == 0


def test_what_does_not_matter_wakes_nobody(one: tuple[Dealer, int, int]):
    dealer, key, _task = one
    dealer.touch(key, is_inbound=True)
    dealer.touch(key, at=MONDAY - 30 * DAY)
    changed(dealer, Customer, key, need="SUV")
    assert weigh().customers == 0


def test_each_day_is_looked_at_anew(one: tuple[Dealer, int, int], on_monday: list[datetime]):
    on_monday[0] = MONDAY + DAY
    assert weigh().customers == 2
    assert weigh().customers == 0


def test_what_was_changed_is_looked_at_until_it_rests(dealer: Dealer):
    """A stamp is of the state before, so it is kept of those alone who were left as they were."""
    key = dealer.customer()
    dealer.touch(key, at=MONDAY - DAY)
    planned(dealer, key, due_from=MONDAY.date(), due_to=MONDAY.date())
    first = weigh()
    assert (first.changed, first.customers) == (1, 1)
    assert dealer.rows(VisitWeighing) == []
    second = weigh()
    assert (second.changed, second.customers) == (0, 1)
    assert len(dealer.rows(VisitWeighing)) == 1
    assert weigh().customers == 0


def test_many_are_looked_at_in_lots(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    """Whatever the lots are, everybody is looked at, once."""
    keys = [dealer.customer() for _ in range(7)]
    for key in keys:
        planned(dealer, key)
    for lot, at_once in ((1, 2), (2, 5), (3, 3), (500, 5000)):
        monkeypatch.setattr("services.visits.weighing.MOST", lot)
        monkeypatch.setattr("services.visits.weighing.AT_ONCE", at_once)
        with write_transaction() as session:
            as_system(session)
            session.execute(delete(VisitWeighing).where(col(VisitWeighing.customer_id) > 0))
        looked, after = [], 0
        while True:
            found = perform(visits.weigh, SYSTEM, visits.WeighTasks(after=after))
            looked.append(found.customers)
            if found.last is None:
                break
            after = found.last
        assert sum(looked) == 7, (lot, at_once, looked)
        assert max(looked) <= lot
        assert weigh().customers == 0


def test_one_sweep_comes_to_rest(dealer: Dealer):
    key = dealer.customer()
    dealer.touch(key, at=MONDAY - DAY)
    planned(dealer, key, due_from=MONDAY.date(), due_to=MONDAY.date())
    assert sweeping.DUTIES["visits"].do(SYSTEM) == 1
    assert weigh().customers == 0
