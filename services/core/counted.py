"""What the figures of a feature are read from, and the records that make one, a page at a time
(spec 5.1)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlmodel import Session, col

from db.models import Customer, Store
from services.core import clock
from services.core.metrics import Figure, Period

PAGE: Final = 50
AT_ONCE: Final = 10_000
NOBODY: Final = literal("")
NOTHING: Final = literal(None)


@dataclass
class Past:
    """A time at a store (None: all that is seen). A feature adds what its figures count, each read
    once, when it is asked for."""

    session: Session
    period: Period
    store_id: int | None = None

    @property
    def until(self) -> date:
        """The last day that has come."""
        return min(self.period.until, clock.today())

    def here(self, model: Any) -> Iterator[ColumnElement[bool]]:
        if self.store_id is not None:
            yield col(model.store_id) == self.store_id


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One of the records: whose, where, by whom, what it was and came to. `hits`: whether it stands
    above the line; `amount`: what it adds, where records are not only counted. `customer_id` None
    where there is no file, or nobody owns the car now."""

    id: int
    customer_id: int | None
    customer: str
    store: str
    person: str
    on: date | None
    what: StrEnum | str | None
    state: StrEnum | None
    hits: int
    amount: float | None


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of them; `seen` are all that the reader sees, `unseen` those that he does not."""

    lines: list[CountedRow]
    page: int
    pages: int
    seen: int
    unseen: int


Query = Select[Any]
"""Columns: id, customer_id, customer, store, person, on, what, state."""
Pager = Callable[[Session, Figure, int], Behind]


def columns(
    model: Any, person: Any, on: Any, what: Any, state: Any = NOTHING, customer: Any = NOBODY
) -> Query:
    """The store is joined; the customer is for the caller to join. `customer` names whoever has no
    file."""
    return select(
        col(model.id).label("id"),
        col(Customer.id).label("customer_id"),
        func.coalesce(col(Customer.name), customer).label("customer"),
        col(Store.name).label("store"),
        person.label("person"),
        on.label("on"),
        what.label("what"),
        state.label("state"),
    ).join(Store, col(Store.id) == col(model.store_id))


def behind(model: Any, query: Callable[[], Query]) -> Pager:
    """What a figure's rows are, the newest first, as far as the session sees them. `page` from 1
    on; beyond the last one it is the last."""

    def page_of(session: Session, figure: Figure, page: int = 1) -> Behind:
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
                amount=figure.each.get(row.id),
            )
            for row in rows
        ]
        return Behind(lines, here, pages, len(seen), len(set(figure.rows)) - len(seen))

    return page_of


def _seen(session: Session, model: Any, rows: Sequence[int]) -> Sequence[int]:
    found: list[int] = []
    newest = sorted(set(rows), reverse=True)
    for begin in range(0, len(newest), AT_ONCE):
        some = newest[begin : begin + AT_ONCE]
        query = select(col(model.id)).where(col(model.id).in_(some)).order_by(col(model.id).desc())
        found += session.execute(query).scalars()
    return found
