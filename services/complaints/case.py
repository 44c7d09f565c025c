"""One complaint whole: what it is about, its clocks, everything that happened to it (C01, C03)."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, Customer, EventKind, Order, Store, User, Vehicle
from services.complaints import (
    checklists,
    events,
    filing,
    guards,
    helping,
    meeting,
    naming,
    promising,
    stages,
    timing,
    trees,
    work,
)
from services.complaints.clocks import ClockKind
from services.complaints.lacks import Lack
from services.complaints.limits import MAJOR
from services.complaints.passing import passing
from services.complaints.timing import Clocks
from services.complaints.views import Case, EventLine, RemedyLine
from services.core import masks
from services.core.access import Actor, Permission, load
from services.core.recorded import names_of
from services.customers import policy

_FACTS: Final = frozenset({Lack.FINDING, Lack.CAUSE})


def case(session: Session, actor: Actor, complaint_id: int) -> Case:
    """Raises NotFound. Phone, address and plate are whole for those in whose hands it is and for
    whoever is sent to him; the phone of his file is as the file shows it to the reader."""
    actor.require(Permission.COMPLAINTS_VIEW)
    one = load(session, Complaint, complaint_id)
    happened = events.of(session, one.id)
    is_his = events.in_hands(actor, one)
    is_clear = is_his or helping.is_sent(session, actor, one)
    people = names_of(session, User, _people(one, happened))
    found = timing.clocks_of(session, [timing.Case(one.id, one.store_id, one.received_at)])
    nodes = trees.named(session)
    passed = passing(happened)
    promised = work.remedies(session, actor, one, is_his=is_his)
    deeds = _deeds(session, actor, one, promised, is_his=is_his)
    customer = _customer(session, one.customer_id)
    return Case(
        id=one.id,
        version=one.version,
        number=one.number,
        kind=one.kind,
        stage=one.stage,
        severity=one.severity,
        urgency=one.urgency,
        who=customer.name if customer else one.person,
        values=_values(session, one, people, _phone(session, actor, customer), is_clear=is_clear),
        store_id=one.store_id,
        department=one.department,
        handler_id=one.handler_id,
        customer_id=one.customer_id if customer else None,
        spokesperson_id=one.spokesperson_id,
        category=nodes[one.category_id],
        cause=nodes.get(one.cause_id) if one.cause_id else None,
        clocks=list(found[one.id].values()),
        promised_at=None if one.heard_at else one.promised_at,
        promise_limit=promising.limit(found[one.id]),
        events=[_line(each, people) for each in reversed(happened)],
        remedies=promised,
        actions=work.actions(session, actor, one, happened, is_his=is_his),
        steps=work.steps(session, actor, one),
        files=filing.files(session, one),
        named=naming.named(session, one),
        checklists=checklists.checklists(one, happened, people),
        is_major=checklists.is_crisis(one) or one.severity in MAJOR,
        last_meeting=meeting.last_meeting(happened),
        lacks=(lacks := guards.missing(session, actor, one, happened)),
        deeds=deeds,
        next_deed=_next(deeds, happened, found[one.id], lacks),
        transfers=passed.transfers,
        returns=passed.returns,
    )


def _people(one: Complaint, happened: Any) -> set[int | None]:
    named = {each.actor_id for each in happened} | {each.handler_id for each in happened}
    his = {one.first_responder_id, one.accountable_id, one.handler_id, one.spokesperson_id}
    return named | his


def _customer(session: Session, customer_id: int | None) -> Customer | None:
    """The file, where the reader sees it."""
    query = select(Customer).where(col(Customer.id) == customer_id)
    return session.execute(query).scalar() if customer_id is not None else None


def _phone(session: Session, actor: Actor, customer: Customer | None) -> str:
    """Where the file says that he is reached; "" for who does not see the file."""
    if customer is None or not customer.phone:
        return ""
    is_hidden = "phone" in policy.hidden_fields(session, actor, customer)
    return masks.phone(customer.phone) if is_hidden else customer.phone


def _values(
    session: Session,
    one: Complaint,
    people: dict[int, str],
    customer_phone: str,
    *,
    is_clear: bool,
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
        "phone": one.phone if is_clear else masks.masked("phone", one.phone),
        "customer_phone": customer_phone,
        "address": one.address if is_clear else masks.masked("address", one.address),
        "vehicle_id": f"{found.model} {plate if is_clear else masks.plate(plate)}" if found else "",
        "order_id": _order(session, one.order_id),
        "product": one.product,
        "demand_kind": one.demand_kind,
        "channel": one.channel,
        "link": one.link,
        "external_no": one.external_no,
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
        "whys": one.whys,
        "waiting_for": one.waiting_for,
        "is_safety": one.is_safety,
        "is_media": one.is_media,
        "is_dispute": one.is_dispute,
        "is_legal": one.is_legal,
        "legal_stage": one.legal_stage,
        "spokesperson_id": people.get(one.spokesperson_id or 0, ""),
        "satisfaction": one.satisfaction,
        "parent": session.execute(parent).scalar() if one.parent_id is not None else None,
    }


def _order(session: Session, order_id: int | None) -> str:
    """Its number and its day, where the reader sees the order."""
    if order_id is None:
        return ""
    query = select(col(Order.number), col(Order.ordered_on)).where(col(Order.id) == order_id)
    found = session.execute(query).first()
    return f"{found.number} {found.ordered_on}" if found else ""


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


def _deeds(
    session: Session,
    actor: Actor,
    one: Complaint,
    promised: Iterable[RemedyLine],
    *,
    is_his: bool,
) -> frozenset[EventKind]:
    """What the stage allows and his rights do; what else is missing the deed itself says."""
    light = events.is_light(one)
    allowed = {kind for kind in stages.MOVES if stages.allows(kind, one.stage, is_light=light)}
    if not actor.may(Permission.COMPLAINTS_HANDLE):
        return frozenset(allowed & filing.deeds(session, actor, one))
    mine = allowed if is_his else (allowed & events.BY_ANYONE) - {EventKind.ACTED}
    never = {EventKind.PAUSED if one.waiting_for is not None else EventKind.RESUMED}
    if not any(remedy.may_deliver for remedy in promised):
        never.add(EventKind.EXECUTED)
    if not actor.may(Permission.COMPLAINTS_LEAD):
        never |= {EventKind.FLAGGED, EventKind.NAMED}
    return frozenset(mine - never)


def _next(
    deeds: frozenset[EventKind],
    happened: Sequence[ComplaintEvent],
    found: Clocks,
    lacks: Sequence[Lack],
) -> EventKind | None:
    """Of the deeds that lead on the first that was not done since the stage began; the facts once
    more where nothing else is done before the case is closed, and they keep it open."""
    stage = happened[-1].stage
    since = takewhile(lambda event: event.stage is stage, reversed(happened))
    done = {event.kind for event in since}
    if found[ClockKind.ACKNOWLEDGE].ended_at is not None:
        done.add(EventKind.ACKNOWLEDGED)
    if stage in stages.LOOKED_INTO:
        done.add(EventKind.FOUND)
    leading = next((kind for kind in stages.ONWARD if kind in deeds - done), None)
    is_unclear = leading is EventKind.CLOSED and bool(_FACTS.intersection(lacks))
    return EventKind.FOUND if is_unclear and EventKind.FOUND in deeds else leading
