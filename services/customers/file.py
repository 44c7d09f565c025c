"""The 360 view: one file with everything on it, masked as the actor's rights say (F40)."""

from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import (
    Consent,
    Customer,
    CustomerSummary,
    Document,
    Order,
    Store,
    Touch,
    User,
    Vehicle,
)
from db.summaries import missing_names
from services.core import masks
from services.core.access import Actor, Permission
from services.core.errors import NotFound
from services.customers import cars, policy
from services.customers.next_actions import next_actions
from services.customers.views import (
    SHORT_LIST,
    ConsentView,
    CustomerFile,
    DocumentView,
    OrderView,
    VehicleView,
    label_of,
)

_owner, _second = aliased(User), aliased(User)

# Built once: a file is opened all day long.
_HEAD: Final = (
    select(
        Customer,
        col(CustomerSummary.missing),
        col(Store.name),
        col(_owner.name),
        col(_second.name),
    )
    .join(CustomerSummary, col(CustomerSummary.customer_id) == col(Customer.id))
    .join(Store, col(Store.id) == col(Customer.store_id))
    .outerjoin(_owner, col(_owner.id) == col(Customer.owner_id))
    .outerjoin(_second, col(_second.id) == col(Customer.second_contact_id))
    .where(col(Customer.id) == bindparam("id"))
)
_TOTALS: Final = select(
    select(func.count()).where(col(Touch.customer_id) == bindparam("id")).scalar_subquery(),
    select(col(Touch.next_contact_on))
    .where(col(Touch.customer_id) == bindparam("id"))
    .order_by(col(Touch.at).desc())
    .limit(1)
    .scalar_subquery(),
    func.count(col(Order.id)),
    func.coalesce(func.sum(col(Order.amount_fen)), 0),
).where(col(Order.customer_id) == bindparam("id"), col(Order.voided_at).is_(None))
"""How many touches, when the last promised the next; how many orders, and their money in fen."""


def file(session: Session, actor: Actor, customer_id: int) -> CustomerFile:
    """One customer's file. Raises NotFound for what is not the actor's to see."""
    actor.require(Permission.CUSTOMERS_VIEW)
    head = session.execute(_HEAD, {"id": customer_id}).one_or_none()
    if head is None:
        raise NotFound(record="Customer", id=customer_id)
    customer, lacking, store, owner, second_contact = head
    masking = policy.Masking(session, actor, customer)
    hidden = masking.hidden()
    vehicles = cars.of_file(session, masking)
    may_edit = policy.may_edit(actor, customer)
    missing = missing_names(lacking)
    born = None if "birthday" in hidden else customer.birthday
    touches, planned, orders, fen = session.execute(_TOTALS, {"id": customer.id}).one()
    return CustomerFile(
        id=customer.id,
        version=customer.version,
        number=customer.number,
        label=label_of(customer.lifecycle, customer.value_class),
        values=masks.shown(customer, policy.FILE_FIELDS, hidden),
        store=store,
        owner=owner or "",
        second_contact=second_contact or "",
        masked=_masked(customer, vehicles, hidden),
        may_edit=may_edit,
        may_assign=may_edit and actor.may(Permission.CUSTOMERS_ASSIGN),
        may_touch=actor.may(Permission.CUSTOMERS_TOUCH),
        may_reveal=actor.may(Permission.CUSTOMERS_REVEAL),
        missing=missing,
        actions=next_actions(born, vehicles, planned, missing),
        vehicles=vehicles,
        orders=_orders(session, customer.id),
        consents=_consents(session, customer.id),
        documents=_documents(session, customer.id),
        merged_into=_merged_into(session, customer),
        totals={"touches": touches, "orders": orders, "amount_fen": int(fen)},
    )


def _masked(
    customer: Customer, vehicles: list[VehicleView], hidden: frozenset[str]
) -> frozenset[str]:
    """The hidden fields that hold anything, on the file or on one of its cars."""
    own = frozenset(name for name in hidden if getattr(customer, name, None))
    return own.union(*(car.masked for car in vehicles))


def _merged_into(session: Session, customer: Customer) -> str | None:
    if customer.merged_into_id is None:
        return None
    query = select(col(Customer.number)).where(col(Customer.id) == customer.merged_into_id)
    number: str | None = session.execute(query).scalar_one_or_none()
    return number


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
