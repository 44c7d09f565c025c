"""The records that make up a figure of contacts, a page of them at a time (spec 5.1)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, func, literal, select
from sqlmodel import Session, col

from db.models import (
    CallAttempt,
    Customer,
    Order,
    Ownership,
    OwnershipRole,
    Store,
    User,
    Vehicle,
    VisitTask,
)
from services.core import clock
from services.core.metrics import Figure

PAGE: Final = 50
AT_ONCE: Final = 10_000
_NOBODY: Final = literal("")


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One of the records: whose, where, by whom, what it was and came to. `hits`: whether it stands
    above the line. `customer_id` None where nobody owns the car now."""

    id: int
    customer_id: int | None
    customer: str
    store: str
    person: str
    on: date | None
    what: StrEnum | str | None
    state: StrEnum | None
    hits: int


@dataclass(frozen=True, slots=True)
class BehindVisits:
    """One page of them; `seen` are all that the reader sees, `unseen` those that he does not."""

    lines: list[CountedRow]
    page: int
    pages: int
    seen: int
    unseen: int


Query = Select[Any]
"""Columns: id, customer_id, customer, store, person, on, what, state."""


def _columns(model: Any, person: Any, on: Any, what: Any, state: Any) -> Query:
    return select(
        col(model.id).label("id"),
        col(Customer.id).label("customer_id"),
        func.coalesce(col(Customer.name), "").label("customer"),
        col(Store.name).label("store"),
        person.label("person"),
        on.label("on"),
        what.label("what"),
        state.label("state"),
    ).join(Store, col(Store.id) == col(model.store_id))


def _tasks() -> Query:
    one = VisitTask
    return (
        _columns(
            one,
            func.coalesce(col(User.name), ""),
            col(one.due_to),
            col(one.trigger),
            col(one.state),
        )
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.owner_id))
    )


def _attempts() -> Query:
    one = CallAttempt
    return (
        _columns(
            one, func.coalesce(col(User.name), ""), col(one.at), col(one.kind), col(one.result)
        )
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.user_id))
    )


def _orders() -> Query:
    one = Order
    return _columns(
        one, col(one.salesperson), col(one.closed_on), col(one.number), col(one.repair_kind)
    ).join(Customer, col(Customer.id) == col(one.customer_id))


def _customers() -> Query:
    one = Customer
    return _columns(
        one, func.coalesce(col(User.name), ""), literal(None), col(one.lifecycle),
        col(one.value_class),
    ).outerjoin(User, col(User.id) == col(one.owner_id))  # fmt: skip


def _cars() -> Query:
    """With whoever owns the car now; of several the first."""
    first = (
        select(func.min(col(Ownership.customer_id)))
        .where(
            col(Ownership.vehicle_id) == col(Vehicle.id),
            col(Ownership.role) == OwnershipRole.OWNER,
            col(Ownership.ended_on).is_(None),
        )
        .scalar_subquery()
    )
    one = Vehicle
    return _columns(one, _NOBODY, col(one.delivered_on), col(one.model), literal(None)).outerjoin(
        Customer, col(Customer.id) == first
    )


def behind(
    model: Any, query: Callable[[], Query]
) -> Callable[[Session, Figure, int], BehindVisits]:
    """What a figure's rows are, the newest first, as far as the session sees them. `page` from 1
    on; beyond the last one it is the last."""

    def page_of(session: Session, figure: Figure, page: int = 1) -> BehindVisits:
        hits = Counter(figure.hits)
        seen = _seen(session, model, figure.rows)
        pages = max(1, -(-len(seen) // PAGE))
        here = min(max(page, 1), pages)
        ids = seen[(here - 1) * PAGE : here * PAGE]
        rows = session.execute(query().where(col(model.id).in_(ids)).order_by(col(model.id).desc()))
        lines = [
            CountedRow(
                id=row.id,
                customer_id=row.customer_id,
                customer=row.customer,
                store=row.store,
                person=row.person,
                on=clock.day_of(row.on) if hasattr(row.on, "hour") else row.on,
                what=row.what,
                state=row.state,
                hits=hits[row.id],
            )
            for row in rows
        ]
        return BehindVisits(lines, here, pages, len(seen), len(set(figure.rows)) - len(seen))

    return page_of


def _seen(session: Session, model: Any, rows: Sequence[int]) -> Sequence[int]:
    found: list[int] = []
    newest = sorted(set(rows), reverse=True)
    for begin in range(0, len(newest), AT_ONCE):
        some = newest[begin : begin + AT_ONCE]
        query = select(col(model.id)).where(col(model.id).in_(some)).order_by(col(model.id).desc())
        found += session.execute(query).scalars()
    return found


BEHIND_TASKS: Final = behind(VisitTask, _tasks)
BEHIND_ATTEMPTS: Final = behind(CallAttempt, _attempts)
BEHIND_ORDERS: Final = behind(Order, _orders)
BEHIND_CUSTOMERS: Final = behind(Customer, _customers)
BEHIND_CARS: Final = behind(Vehicle, _cars)
