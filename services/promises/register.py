"""The register of promises: what customers wait for, in one list, wherever it was promised.

A complaint's customer is promised to hear from us by a moment (`Complaint.promised_at`, C13): that
stays with the complaint, whose clocks know it, and is read from there. Everything else that a
customer was promised is a row of `promises`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import Complaint, Customer, Promise, PromiseState, User
from services.core import clock
from services.core.access import WRITES, Actor, Permission, load
from services.promises.views import PromiseLine, Register

MOST: Final = 200
"""Lines of the register that are shown at once; nobody owes more."""
_maker = aliased(User)
_keeper = aliased(User)


class Kept(StrEnum):
    """Whose promises are shown."""

    MINE = "mine"
    ALL = "all"


class Standing(StrEnum):
    """Which of them."""

    OPEN = "open"
    CLOSED = "closed"


def register(
    session: Session, actor: Actor, whose: Kept = Kept.ALL, standing: Standing = Standing.OPEN
) -> Register:
    """The promises in the actor's sight: the open ones by their moment, so that the most overdue
    come first, or the closed ones, the newest first."""
    actor.require(Permission.VISITS_VIEW)
    own = [col(Promise.owner_id) == actor.id] if whose is Kept.MINE else []
    handled = [col(Complaint.handler_id) == actor.id] if whose is Kept.MINE else []
    is_open = standing is Standing.OPEN
    lines = [*_own(session, actor, own, is_open=is_open),
             *_of_complaints(session, handled, is_open=is_open)]  # fmt: skip
    if is_open:
        lines.sort(key=lambda line: line.due_at)
    else:
        lines.sort(key=lambda line: line.closed_at or line.due_at, reverse=True)
    opened, late = _count(session, own, handled)
    return Register(lines[:MOST], opened, late)


def of_customer(session: Session, actor: Actor, customer_id: int) -> list[PromiseLine]:
    """Everything one customer was promised: what is open by its moment, then what is closed.

    Raises NotFound.
    """
    actor.require(Permission.CUSTOMERS_VIEW)
    load(session, Customer, customer_id)
    own = [col(Promise.customer_id) == customer_id]
    theirs = [col(Complaint.customer_id) == customer_id]
    found = []
    for is_open in (True, False):
        lines = [*_own(session, actor, own, is_open=is_open),
                 *_of_complaints(session, theirs, is_open=is_open)]  # fmt: skip
        found += sorted(lines, key=lambda line: line.due_at, reverse=not is_open)
    return found


def _own(
    session: Session, actor: Actor, wanted: Sequence[ColumnElement[bool]], *, is_open: bool
) -> list[PromiseLine]:
    state = col(Promise.state)
    query = (
        select(Promise, col(Customer.name), func.coalesce(col(_maker.name), ""),
               func.coalesce(col(_keeper.name), ""))
        .join(Customer, col(Customer.id) == col(Promise.customer_id))
        .outerjoin(_maker, col(_maker.id) == col(Promise.made_by_id))
        .outerjoin(_keeper, col(_keeper.id) == col(Promise.owner_id))
        .where(*wanted, state == PromiseState.OPEN if is_open else state != PromiseState.OPEN)
        .limit(MOST)
    )  # fmt: skip
    order = col(Promise.due_at) if is_open else col(Promise.closed_at).desc()
    now, may = clock.now(), actor.may(Permission.VISITS_WORK)
    return [
        PromiseLine(
            promise_id=row.id,
            version=row.version,
            complaint_id=None,
            number="",
            customer_id=row.customer_id,
            customer=name,
            what=row.what,
            made_at=row.made_at,
            made_by=maker,
            due_at=row.due_at,
            owner_id=row.owner_id,
            owner=keeper,
            state=row.state,
            closed_at=row.closed_at,
            told_by=row.told_by,
            told_at=row.told_at,
            reply=row.reply,
            is_late=row.due_at < (row.closed_at or now),
            may_close=row.state is PromiseState.OPEN and may and actor.covers(WRITES, row),
        )
        for row, name, maker, keeper in session.execute(query.order_by(order, col(Promise.id)))
    ]


def _waits() -> ColumnElement[bool]:
    return col(Complaint.heard_at).is_(None) & col(Complaint.closed_at).is_(None)


def _of_complaints(
    session: Session, wanted: Sequence[ColumnElement[bool]], *, is_open: bool
) -> list[PromiseLine]:
    """Of the closed ones only those of whom it is known when they heard from us."""
    promised, heard = col(Complaint.promised_at), col(Complaint.heard_at)
    query: Any = (
        select(Complaint, func.coalesce(col(Customer.name), ""), func.coalesce(col(User.name), ""))
        .outerjoin(Customer, col(Customer.id) == col(Complaint.customer_id))
        .outerjoin(User, col(User.id) == col(Complaint.handler_id))
        .where(*wanted, promised.is_not(None), _waits() if is_open else heard.is_not(None))
        .order_by(promised if is_open else heard.desc(), col(Complaint.id))
        .limit(MOST)
    )
    now = clock.now()
    return [
        PromiseLine(
            promise_id=None,
            version=0,
            complaint_id=row.id,
            number=row.number,
            customer_id=row.customer_id,
            customer=name or row.person,
            what="",
            made_at=None,
            made_by="",
            due_at=row.promised_at,
            owner_id=row.handler_id,
            owner=handler,
            state=PromiseState.OPEN if is_open else PromiseState.KEPT,
            closed_at=row.heard_at,
            told_by=None,
            told_at=row.heard_at,
            reply="",
            is_late=row.promised_at < (row.heard_at or now),
            may_close=False,
        )
        for row, name, handler in session.execute(query)
    ]


def _count(
    session: Session, own: Sequence[ColumnElement[bool]], handled: Sequence[ColumnElement[bool]]
) -> tuple[int, int]:
    """How many are open, and how many of them are late."""
    now = clock.now()
    opened = late = 0
    for table, due, wanted in (
        (Promise, col(Promise.due_at), [*own, col(Promise.state) == PromiseState.OPEN]),
        (Complaint, col(Complaint.promised_at),
         [*handled, col(Complaint.promised_at).is_not(None), _waits()]),
    ):  # fmt: skip
        query = select(func.count(), func.sum(case((due < now, 1), else_=0)))
        count, over = session.execute(query.select_from(table).where(*wanted)).one()
        opened, late = opened + count, late + int(over or 0)
    return opened, late
