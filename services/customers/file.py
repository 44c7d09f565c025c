"""The 360 view: one file with everything on it, masked as the actor's rights say (F40)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import (
    Consent,
    Customer,
    CustomerSummary,
    Document,
    Order,
    Ownership,
    Purpose,
    Store,
    Touch,
    User,
    Vehicle,
)
from db.summaries import missing_names
from services.core import clock, masks
from services.core.access import Actor, Permission, beyond, load
from services.core.labels import choice_label
from services.core.words import N_
from services.customers import policy
from services.customers.next_actions import next_actions
from services.customers.views import (
    SHORT_LIST,
    ConsentView,
    CustomerFile,
    DocumentView,
    OrderView,
    Person,
    TimelineEntry,
    VehicleView,
    label_of,
)

TIMELINE_PAGE = 30
CONSENT_GIVEN = N_("Consent given: {purpose}")
CONSENT_WITHDRAWN = N_("Consent withdrawn: {purpose}")
_CAR_FIELDS = (
    "vin",
    "plate",
    "brand",
    "model",
    "color",
    "sold_on",
    "delivered_on",
    "warranty_until",
    "warranty_km",
    "odometer_km",
    "odometer_on",
    "insurance_until",
    "inspection_due_on",
)


def file(session: Session, actor: Actor, customer_id: int) -> CustomerFile:
    """One customer's file. Raises NotFound for what is not the actor's to see."""
    actor.require(Permission.CUSTOMERS_VIEW)
    customer = load(session, Customer, customer_id)
    hidden = policy.hidden_fields(session, actor, customer)
    values = _values(customer, policy.FILE_FIELDS, hidden)
    summary = session.execute(
        select(CustomerSummary).where(col(CustomerSummary.customer_id) == customer.id)
    ).scalar_one()
    vehicles = _vehicles(session, actor, customer)
    consents = _consents(session, customer.id)
    may_edit = policy.may_edit(actor, customer)
    missing = missing_names(summary.missing)
    born = None if "birthday" in hidden else customer.birthday
    return CustomerFile(
        id=customer.id,
        version=customer.version,
        number=customer.number,
        label=label_of(customer.lifecycle, customer.value_class),
        values=values,
        store=_name(session, Store, customer.store_id),
        owner=_name(session, User, customer.owner_id),
        second_contact=_name(session, User, customer.second_contact_id),
        masked=_masked(customer, vehicles, hidden),
        may_edit=may_edit,
        may_assign=may_edit and actor.may(Permission.CUSTOMERS_ASSIGN),
        may_touch=actor.may(Permission.CUSTOMERS_TOUCH),
        may_reveal=actor.may(Permission.CUSTOMERS_REVEAL),
        missing=missing,
        actions=next_actions(born, vehicles, _latest_plan(session, customer.id), missing),
        vehicles=vehicles,
        orders=_orders(session, customer.id),
        consents=consents,
        documents=_documents(session, customer.id),
        merged_into=_merged_into(session, customer),
        totals=_totals(session, customer.id),
    )


def timeline(
    session: Session, actor: Actor, customer_id: int, before: datetime | None = None
) -> list[TimelineEntry]:
    """Every touch, order and consent, newest first; at most `TIMELINE_PAGE` older than `before`."""
    actor.require(Permission.CUSTOMERS_VIEW)
    customer = load(session, Customer, customer_id)
    before = before or datetime.max.replace(tzinfo=UTC)
    entries = [
        *_touch_entries(session, customer.id, before),
        *_order_entries(session, customer.id, before),
        *_consent_entries(session, customer.id, before),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:TIMELINE_PAGE]


def _shown(name: str, value: Any, hidden: frozenset[str]) -> Any:
    return masks.masked(name, value) if name in hidden else value


def _values(row: Any, names: tuple[str, ...], hidden: frozenset[str]) -> dict[str, Any]:
    return {name: _shown(name, getattr(row, name), hidden) for name in names}


def _masked(
    customer: Customer, vehicles: list[VehicleView], hidden: frozenset[str]
) -> frozenset[str]:
    """The hidden fields that hold anything, on the file or on one of its cars."""
    own = frozenset(name for name in hidden if getattr(customer, name, None))
    return own.union(*(car.masked for car in vehicles))


def _name(session: Session, model: Any, key: int | None) -> str:
    if key is None:
        return ""
    name: str = session.execute(select(col(model.name)).where(col(model.id) == key)).scalar_one()
    return name


def _merged_into(session: Session, customer: Customer) -> str | None:
    if customer.merged_into_id is None:
        return None
    query = select(col(Customer.number)).where(col(Customer.id) == customer.merged_into_id)
    number: str | None = session.execute(query).scalar_one_or_none()
    return number


def _vehicles(session: Session, actor: Actor, customer: Customer) -> list[VehicleView]:
    mine = select(col(Ownership.vehicle_id)).where(col(Ownership.customer_id) == customer.id)
    cars = session.execute(
        select(Vehicle).where(col(Vehicle.id).in_(mine)).order_by(col(Vehicle.id).desc())
    ).scalars()
    return [
        _vehicle(session, customer, car, policy.hidden_fields(session, actor, customer, car))
        for car in cars
    ]


def _vehicle(
    session: Session, customer: Customer, car: Vehicle, hidden: frozenset[str]
) -> VehicleView:
    parts = session.execute(
        select(Ownership, col(Customer.number), col(Customer.name))
        .join(Customer, col(Customer.id) == col(Ownership.customer_id))
        .where(col(Ownership.vehicle_id) == car.id)
        .order_by(col(Ownership.began_on).desc().nulls_last(), col(Ownership.id).desc())
    ).all()
    everyone = beyond(
        session, select(func.count()).where(col(Ownership.vehicle_id) == car.id)
    ).scalar_one()
    people = [
        Person(
            ownership_id=part.id,
            customer_id=part.customer_id,
            number=number,
            name=name,
            role=part.role,
            began_on=part.began_on,
            ended_on=part.ended_on,
        )
        for part, number, name in parts
    ]
    return VehicleView(
        id=car.id,
        version=car.version,
        values=_values(car, _CAR_FIELDS, hidden),
        people=people,
        hidden_people=everyone - len(people),
        is_current=any(
            person.customer_id == customer.id and person.ended_on is None for person in people
        ),
        masked=frozenset(name for name in hidden if getattr(car, name, None)),
    )


def _orders(session: Session, customer_id: int) -> list[OrderView]:
    query = (
        select(Order, col(Vehicle.model))
        .outerjoin(Vehicle, col(Vehicle.id) == col(Order.vehicle_id))
        .where(col(Order.customer_id) == customer_id, col(Order.voided_at).is_(None))
        .order_by(col(Order.ordered_on).desc(), col(Order.id).desc())
        .limit(SHORT_LIST)
    )
    return [
        OrderView(
            id=order.id,
            kind=order.kind,
            number=order.number,
            ordered_on=order.ordered_on,
            closed_on=order.closed_on,
            repair_kind=order.repair_kind,
            vehicle=model or "",
            odometer_km=order.odometer_km,
            amount_fen=order.amount_fen,
            salesperson=order.salesperson,
            summary=order.summary,
        )
        for order, model in session.execute(query)
    ]


def _consents(session: Session, customer_id: int) -> list[ConsentView]:
    query = (
        select(Consent)
        .where(col(Consent.customer_id) == customer_id)
        .order_by(col(Consent.given_at).desc())
        .limit(SHORT_LIST)
    )
    return [
        ConsentView(
            id=row.id,
            purpose=row.purpose,
            channel=row.channel,
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
            proof=row.proof,
        )
        for row in session.execute(query).scalars()
    ]


def _documents(session: Session, customer_id: int) -> list[DocumentView]:
    query = (
        select(Document)
        .where(col(Document.customer_id) == customer_id)
        .order_by(col(Document.id).desc())
        .limit(SHORT_LIST)
    )
    return [
        DocumentView(
            id=row.id,
            kind=row.kind,
            title=row.title,
            status=row.status,
            place=row.place,
            retain_until=row.retain_until,
        )
        for row in session.execute(query).scalars()
    ]


def _latest_plan(session: Session, customer_id: int) -> Any:
    query = (
        select(col(Touch.next_contact_on))
        .where(col(Touch.customer_id) == customer_id)
        .order_by(col(Touch.at).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _totals(session: Session, customer_id: int) -> dict[str, int]:
    """Figures for the header: how many touches and orders there are, and their money in fen."""
    touches = session.execute(
        select(func.count()).select_from(Touch).where(col(Touch.customer_id) == customer_id)
    ).scalar_one()
    orders, fen = session.execute(
        select(func.count(), func.coalesce(func.sum(col(Order.amount_fen)), 0))
        .select_from(Order)
        .where(col(Order.customer_id) == customer_id, col(Order.voided_at).is_(None))
    ).one()
    return {"touches": touches, "orders": orders, "amount_fen": int(fen)}


def _touch_entries(session: Session, customer_id: int, before: datetime) -> list[TimelineEntry]:
    query = (
        select(Touch, col(User.name))
        .outerjoin(User, col(User.id) == col(Touch.user_id))
        .where(col(Touch.customer_id) == customer_id, col(Touch.at) < before)
        .order_by(col(Touch.at).desc())
        .limit(TIMELINE_PAGE)
    )
    return [
        TimelineEntry(
            at=touch.at,
            kind=touch.kind.value,
            msgid=choice_label(touch.kind),
            text=touch.summary,
            person=name or "",
            is_inbound=touch.is_inbound,
            next_contact_on=touch.next_contact_on,
        )
        for touch, name in session.execute(query)
    ]


def _order_entries(session: Session, customer_id: int, before: datetime) -> list[TimelineEntry]:
    query = (
        select(Order)
        .where(
            col(Order.customer_id) == customer_id,
            col(Order.voided_at).is_(None),
            col(Order.ordered_on) <= before.date(),
        )
        .order_by(col(Order.ordered_on).desc())
        .limit(TIMELINE_PAGE)
    )
    entries = [
        TimelineEntry(
            at=clock.midnight(order.ordered_on),
            kind=order.kind.value,
            msgid=choice_label(order.kind),
            text=order.summary or order.number,
            person=order.salesperson,
            amount_fen=order.amount_fen,
            has_clock=False,
        )
        for order in session.execute(query).scalars()
    ]
    return [entry for entry in entries if entry.at < before]


def _consent_entries(session: Session, customer_id: int, before: datetime) -> list[TimelineEntry]:
    query = select(Consent).where(col(Consent.customer_id) == customer_id)
    entries = []
    for consent in session.execute(query).scalars():
        for at, msgid in (
            (consent.given_at, CONSENT_GIVEN),
            (consent.withdrawn_at, CONSENT_WITHDRAWN),
        ):
            if at is not None and at < before:
                purpose = choice_label(Purpose(consent.purpose))
                entries.append(
                    TimelineEntry(at=at, kind="consent", msgid=msgid, text=purpose, person="")
                )
    return entries
