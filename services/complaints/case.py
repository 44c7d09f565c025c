"""One complaint whole: what it is about, its clocks, everything that happened to it (C01, C03)."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, Customer, EventKind, Store, User, Vehicle
from services.complaints import closing, events, stages, timing, trees
from services.complaints.passing import passing
from services.complaints.views import Case, EventLine
from services.core import masks
from services.core.access import Actor, Permission, load
from services.core.recorded import names_of


def case(session: Session, actor: Actor, complaint_id: int) -> Case:
    """Raises NotFound. His phone and plate are shown whole to those in whose hands it is."""
    actor.require(Permission.COMPLAINTS_VIEW)
    one = load(session, Complaint, complaint_id)
    happened = events.of(session, one.id)
    is_his = events.in_hands(actor, one)
    people = names_of(session, User, _people(one, happened))
    found = timing.clocks_of(session, [timing.Case(one.id, one.store_id, one.received_at)])
    nodes = trees.named(session)
    passed = passing(happened)
    customer = _customer(session, one.customer_id)
    return Case(
        id=one.id,
        version=one.version,
        number=one.number,
        kind=one.kind,
        stage=one.stage,
        severity=one.severity,
        urgency=one.urgency,
        who=customer or one.person,
        values=_values(session, one, people, is_clear=is_his),
        store_id=one.store_id,
        department=one.department,
        handler_id=one.handler_id,
        customer_id=one.customer_id if customer else None,
        category=nodes[one.category_id],
        cause=nodes.get(one.cause_id) if one.cause_id else None,
        clocks=list(found[one.id].values()),
        events=[_line(each, people) for each in reversed(happened)],
        lacks=closing.missing(session, actor, one, happened),
        deeds=_deeds(actor, one, is_his=is_his),
        transfers=passed.transfers,
        returns=passed.returns,
    )


def _people(one: Complaint, happened: Any) -> set[int | None]:
    named = {each.actor_id for each in happened} | {each.handler_id for each in happened}
    return named | {one.first_responder_id, one.accountable_id, one.handler_id}


def _customer(session: Session, customer_id: int | None) -> str | None:
    """The name in the file, where the reader sees the file."""
    query = select(col(Customer.name)).where(col(Customer.id) == customer_id)
    return session.execute(query).scalar() if customer_id is not None else None


def _values(
    session: Session, one: Complaint, people: dict[int, str], *, is_clear: bool
) -> dict[str, Any]:
    """Field -> value, in the order in which they are read."""
    car = select(col(Vehicle.model), col(Vehicle.plate)).where(col(Vehicle.id) == one.vehicle_id)
    found = session.execute(car).first() if one.vehicle_id is not None else None
    plate = found.plate or "" if found else ""
    parent = select(col(Complaint.number)).where(col(Complaint.id) == one.parent_id)
    return {
        "words": one.words,
        "demand": one.demand,
        "person": one.person,
        "phone": one.phone if is_clear or not one.phone else masks.phone(one.phone),
        "vehicle_id": f"{found.model} {plate if is_clear else masks.plate(plate)}" if found else "",
        "channel": one.channel,
        "received_at": one.received_at,
        "store_id": session.execute(
            select(col(Store.name)).where(col(Store.id) == one.store_id)
        ).scalar(),
        "department": one.department,
        "first_responder": people.get(one.first_responder_id, ""),
        "accountable": people.get(one.accountable_id, ""),
        "handler_id": people.get(one.handler_id, ""),
        "promised_at": one.promised_at,
        "finding": one.finding,
        "waiting_for": one.waiting_for,
        "is_safety": one.is_safety,
        "is_media": one.is_media,
        "satisfaction": one.satisfaction,
        "parent": session.execute(parent).scalar() if one.parent_id is not None else None,
    }


def _line(event: ComplaintEvent, people: dict[int, str]) -> EventLine:
    return EventLine(
        id=event.id,
        kind=event.kind,
        at=event.at,
        actor=people.get(event.actor_id or 0, ""),
        note=event.note,
        stage=event.stage,
        severity=event.severity,
        urgency=event.urgency,
        department=event.department,
        handler=people.get(event.handler_id, ""),
        details=dict(event.details),
    )


def _deeds(actor: Actor, one: Complaint, *, is_his: bool) -> frozenset[EventKind]:
    """What the stage allows and his rights do; what else is missing the deed itself says."""
    if not actor.may(Permission.COMPLAINTS_HANDLE):
        return frozenset()
    light = events.is_light(one)
    allowed = {kind for kind in stages.MOVES if stages.allows(kind, one.stage, is_light=light)}
    mine = allowed if is_his else allowed & events.BY_ANYONE
    waits = EventKind.PAUSED if one.waiting_for is not None else EventKind.RESUMED
    return frozenset(mine - {waits})
