"""The ledger and its wall: what runs out first, and every complaint, newest first (C03, C09)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import Complaint, Customer, Store, User
from services.complaints import checklists, seeking, timing, trees
from services.complaints.marks import FLAGS, Mark
from services.complaints.narrowing import EVERYTHING, Filters, bounds
from services.complaints.views import ComplaintRow, Page, Tally
from services.core.access import Actor, Permission, load
from services.core.fields import id_in

PAGE: Final = 50
MOST_ON_WALL: Final = 200
"""What needs somebody soonest; the rest of the open ones stands in the ledger."""


def wall(session: Session, actor: Actor, filters: Filters = EVERYTHING) -> list[ComplaintRow]:
    """The open ones, whose time runs out first before the others; those without a clock last."""
    actor.require(Permission.COMPLAINTS_VIEW)
    filters, whose = seeking.wanted(session, actor, filters)
    return soonest(session, filters, *whose)


def page(
    session: Session, actor: Actor, filters: Filters = EVERYTHING, after: str | None = None
) -> Page:
    """One page of the ledger, newest first. `after` is the code of the last row seen."""
    actor.require(Permission.COMPLAINTS_VIEW)
    filters, whose = seeking.wanted(session, actor, filters)
    rows = newest(session, filters, PAGE + 1, id_in(after), *whose)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Page(rows, str(rows[-1].id) if more else None)


def of_customer(session: Session, actor: Actor, customer_id: int) -> list[ComplaintRow]:
    """The complaints of one customer's file: the open ones first, each part newest first.

    Raises NotFound for a file that is not the actor's to see.
    """
    actor.require(Permission.COMPLAINTS_VIEW)
    load(session, Customer, customer_id)
    is_over = col(Complaint.closed_at).is_not(None)
    query = _ROWS.where(col(Complaint.customer_id) == customer_id)
    query = query.order_by(is_over, col(Complaint.id).desc()).limit(MOST_ON_WALL)
    return _rows(session, session.execute(query).all())


def tally(session: Session, actor: Actor, customer_id: int) -> Tally:
    """How many complaints `of_customer` has; none for a file that is not the actor's to see."""
    actor.require(Permission.COMPLAINTS_VIEW)
    is_open = col(Complaint.closed_at).is_(None)
    query = (
        select(func.count(), func.count().filter(is_open))
        .select_from(Complaint)
        .join(Customer, col(Customer.id) == col(Complaint.customer_id))
        .where(col(Complaint.customer_id) == customer_id)
    )
    total, still = session.execute(query).one()
    return Tally(still, total)


_handler, _first = aliased(User), aliased(User)

# Built once.
_ROWS: Final[Any] = (
    select(
        col(Complaint.id),
        col(Complaint.number),
        col(Complaint.store_id),
        col(Complaint.received_at),
        col(Complaint.person),
        col(Complaint.kind),
        col(Complaint.severity),
        col(Complaint.urgency),
        col(Complaint.category_id),
        col(Complaint.stage),
        col(Complaint.waiting_for),
        col(Complaint.department),
        col(Complaint.promised_at),
        col(Complaint.heard_at),
        col(Complaint.closed_at),
        col(Complaint.finding),
        col(Complaint.cause_id),
        col(Complaint.demand_kind),
        *(col(getattr(Complaint, name)) for name in FLAGS),
        col(Customer.name).label("customer"),
        col(Store.name).label("store"),
        col(_handler.name).label("handler"),
        col(_first.name).label("first_responder"),
    )
    .join(Store, col(Store.id) == col(Complaint.store_id))
    .join(_handler, col(_handler.id) == col(Complaint.handler_id))
    .join(_first, col(_first.id) == col(Complaint.first_responder_id))
    .outerjoin(Customer, col(Customer.id) == col(Complaint.customer_id))
)


def soonest(session: Session, filters: Filters, *wanted: ColumnElement[bool]) -> list[ComplaintRow]:
    """Of those that are open the ones whose time runs out first."""
    due = col(Complaint.next_due_at)
    query = _ROWS.where(*bounds(filters), *wanted, col(Complaint.closed_at).is_(None))
    query = query.order_by(due.is_(None), due, col(Complaint.id)).limit(MOST_ON_WALL)
    return _rows(session, session.execute(query).all())


def heaviest(
    session: Session, filters: Filters, *wanted: ColumnElement[bool]
) -> list[ComplaintRow]:
    """Of those that are open the ones of the highest level, of those the oldest."""
    query = _ROWS.where(*bounds(filters), *wanted, col(Complaint.closed_at).is_(None))
    query = query.order_by(col(Complaint.severity).desc(), col(Complaint.id)).limit(MOST_ON_WALL)
    return _rows(session, session.execute(query).all())


def newest(
    session: Session,
    filters: Filters,
    most: int,
    before: int | None,
    *wanted: ColumnElement[bool],
) -> list[ComplaintRow]:
    """Of those that the actor sees the newest, registered before the one with the id `before`."""
    query = _ROWS.where(*bounds(filters), *wanted).order_by(col(Complaint.id).desc()).limit(most)
    if before:
        query = query.where(col(Complaint.id) < before)
    return _rows(session, session.execute(query).all())


def _rows(session: Session, found: Sequence[Row[Any]]) -> list[ComplaintRow]:
    """With the clocks of the open ones, all by a few looks at the database."""
    still = [row for row in found if row.closed_at is None]
    cases = [timing.Case(one.id, one.store_id, one.received_at) for one in still]
    running = timing.next_clocks(session, cases) if cases else {}
    names = trees.named(session)
    crises = checklists.progress(session, still)
    return [
        ComplaintRow(
            id=row.id,
            number=row.number,
            received_at=row.received_at,
            who=row.customer or row.person,
            kind=row.kind,
            severity=row.severity,
            urgency=row.urgency,
            category=names[row.category_id],
            stage=row.stage,
            waiting_for=row.waiting_for,
            department=row.department,
            handler=row.handler,
            first_responder=row.first_responder,
            store=row.store,
            next_clock=running.get(row.id),
            promised_at=None if row.heard_at else row.promised_at,
            closed_at=row.closed_at,
            finding=row.finding,
            cause=names[row.cause_id] if row.cause_id is not None else None,
            demand_kind=row.demand_kind,
            marks=tuple(mark for mark in Mark if getattr(row, f"is_{mark}")),
            crisis=crises.get(row.id),
        )
        for row in found
    ]
