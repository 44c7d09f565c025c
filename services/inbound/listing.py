"""Calls as they are looked at: who waits for an answer, all of some days, one of them."""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import Customer, InboundCall, User
from services.core import clock, masks, parameters
from services.core.access import GRANTS, WRITES, Actor, Permission, load
from services.core.errors import NotFound
from services.core.normal import EARLIEST, LATEST
from services.customers import policy
from services.inbound.views import CallRow, Filters, Listing, Rates

MOST: Final = 200
BACK: Final = timedelta(weeks=4)


def due(session: Session, actor: Actor) -> list[CallRow]:
    """Who waits for an answer, the soonest promised first."""
    actor.require(Permission.VISITS_VIEW)
    query = _ROWS.where(col(InboundCall.answered_at).is_(None))
    query = query.order_by(col(InboundCall.promised_at), col(InboundCall.id)).limit(MOST)
    return [_row(row) for row in session.execute(query)]


def page(session: Session, actor: Actor, filters: Filters) -> Listing:
    """The calls of some days, the latest first; at most `MOST`."""
    actor.require(Permission.VISITS_VIEW)
    query = _ROWS.where(
        col(InboundCall.at) >= clock.midnight(_within(filters.since)),
        col(InboundCall.at) < clock.midnight(_within(filters.until)) + timedelta(days=1),
    )
    if filters.wish is not None:
        query = query.where(col(InboundCall.wish) == filters.wish)
    if filters.answerer_id is not None:
        query = query.where(col(InboundCall.answerer_id) == filters.answerer_id)
    if filters.is_lost:
        query = query.where(col(InboundCall.item) != "")
    query = query.order_by(col(InboundCall.at).desc(), col(InboundCall.id).desc())
    rows = [_row(row) for row in session.execute(query.limit(MOST + 1))]
    return Listing(rows[:MOST], len(rows) > MOST)


def one(session: Session, actor: Actor, call_id: int) -> CallRow:
    """One call, with the number to dial as the customer's file shows it. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    call = load(session, InboundCall, call_id)
    row = session.execute(_ROWS.where(col(InboundCall.id) == call_id)).first()
    if row is None:
        raise NotFound(record="InboundCall", id=call_id)
    may_work = actor.may(Permission.VISITS_WORK) and actor.covers(WRITES, call)
    return _row(row, _phone(session, actor, call), may_work=may_work)


def answerers(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of who may answer callers of the actor's store; of all for the group's people."""
    actor.require(Permission.VISITS_VIEW)
    roles = [role for role, grants in GRANTS.items() if Permission.VISITS_WORK in grants]
    query = select(col(User.id), col(User.name)).where(
        col(User.is_active), col(User.role).in_(roles)
    )
    if not actor.is_of_group:
        query = query.where(col(User.store_id) == actor.store_id)
    query = query.order_by(col(User.store_id) != actor.store_id, col(User.name), col(User.id))
    return [(key, name) for key, name in session.execute(query)]


def rates(session: Session, actor: Actor) -> Rates:
    """How fast calls were answered, and how promises were kept, over the last four weeks, of what
    he sees (V40, spec 2.6)."""
    actor.require(Permission.VISITS_VIEW)
    now, call = clock.now(), InboundCall
    rings = parameters.value(session, parameters.RINGS, clock.today(), actor.store_id)
    promised, answered = col(call.promised_at), col(call.answered_at)
    is_over = promised.is_not(None) & (answered.is_not(None) | (promised < now))
    query = select(
        _sum(col(call.rings) <= int(rings)),
        _sum(col(call.rings).is_not(None)),
        _sum(is_over & (answered <= promised)),
        _sum(is_over),
    ).where(col(call.at) >= now - BACK)
    in_time, counted, kept, over = session.execute(query).one()
    is_open = answered.is_(None)
    waiting = select(_sum(is_open), _sum(is_open & (promised < now))).where(is_open)
    waits, late = session.execute(waiting).one()
    return Rates(in_time, counted, kept, over, waits, late)


def _within(day: date) -> date:
    """A day of which there can be anything: a calendar lets one choose others."""
    return min(max(day, EARLIEST), LATEST)


def _sum(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _phone(session: Session, actor: Actor, call: InboundCall) -> str:
    """Of somebody without a file as he gave it, for those who work. What a customer gave for the
    answer is whole for whoever owes it to him; else the file's policy decides."""
    if call.phone and call.answerer_id == actor.id and call.answered_at is None:
        return call.phone
    if call.customer_id is None:
        return call.phone if actor.may(Permission.VISITS_WORK) else masked(call.phone)
    query = select(Customer).where(col(Customer.id) == call.customer_id)
    customer = session.execute(query).scalar_one_or_none()
    phone = call.phone or (customer.phone if customer else "") or ""
    if customer is None or "phone" in policy.hidden_fields(session, actor, customer):
        return masked(phone)
    return phone


def masked(phone: str) -> str:
    return masks.phone(phone) if phone else ""


_taker, _answered = aliased(User), aliased(User)
_ROWS: Final[Any] = (
    select(
        col(InboundCall.id),
        col(InboundCall.version),
        col(InboundCall.at),
        col(InboundCall.store_id),
        func.coalesce(col(_taker.name), "").label("taken_by"),
        col(InboundCall.customer_id),
        col(InboundCall.vehicle_id),
        func.coalesce(col(Customer.name), col(InboundCall.caller)).label("who"),
        func.coalesce(func.nullif(col(InboundCall.phone), ""), col(Customer.phone), "").label(
            "phone"
        ),
        col(InboundCall.rings),
        col(InboundCall.urgency),
        col(InboundCall.wish),
        col(InboundCall.words),
        col(InboundCall.is_transferred),
        col(InboundCall.answerer_id),
        func.coalesce(col(User.name), "").label("answerer"),
        col(InboundCall.promised_at),
        col(InboundCall.answered_at),
        func.coalesce(col(_answered.name), "").label("answered_by"),
        col(InboundCall.reply_channel),
        col(InboundCall.reply),
        col(InboundCall.appointment_id),
        col(InboundCall.complaint_id),
        col(InboundCall.item),
        col(InboundCall.substitute),
        col(InboundCall.demand_result),
        col(InboundCall.companion),
        col(InboundCall.companion_answer),
    )
    .outerjoin(Customer, col(Customer.id) == col(InboundCall.customer_id))
    .outerjoin(User, col(User.id) == col(InboundCall.answerer_id))
    .outerjoin(_taker, col(_taker.id) == col(InboundCall.taken_by_id))
    .outerjoin(_answered, col(_answered.id) == col(InboundCall.answered_by_id))
)


def _row(row: Row[Any], phone: str | None = None, *, may_work: bool = False) -> CallRow:
    """`phone` None: masked, as in every list."""
    values = row._asdict()
    values["phone"] = masked(row.phone) if phone is None else phone
    return CallRow(**values, may_work=may_work)
