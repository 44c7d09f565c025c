"""Who complains: found as one types, with the cars and orders that it may be about (C03)."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.grams import fold
from db.models import Customer, Order, Ownership, Vehicle
from services import customers
from services.complaints import helping
from services.complaints.views import Caller, CallersCar, CallersOrder, Match
from services.core.access import Actor, Permission
from services.customers import cars
from services.customers.policy import Masking

MATCHES: Final = 5
ORDERS: Final = 20
_END, _PART = 4, 3
"""So many characters of a plate or a VIN say which car is meant: the last ones, and any in a row
for those who may search parts of numbers."""


def callers(session: Session, actor: Actor, text: str) -> list[Match]:
    """The customers that best match a few characters (`customers.find`); where a plate or a VIN was
    typed, with the car."""
    actor.require(Permission.COMPLAINTS_REGISTER)
    found = customers.find(session, actor, text, MATCHES)
    parts = actor.may(Permission.CUSTOMERS_SEARCH_PARTS)
    meant = _meant(session, [row.id for row in found], text, parts=parts)
    return [Match(row.id, row.name, row.number, row.phone, meant.get(row.id)) for row in found]


def caller(session: Session, actor: Actor, customer_id: int) -> Caller | None:
    """A customer with his cars and latest orders, plates masked as on his file. None for one that
    is not the actor's to see: a draft may remember somebody who was handed on since."""
    actor.require(Permission.COMPLAINTS_REGISTER)
    query = select(Customer).where(col(Customer.id) == customer_id)
    customer = session.execute(query).scalar_one_or_none()
    if customer is None:
        return None
    views = cars.of_file(session, Masking(session, actor, customer))
    orders = (
        select(Order)
        .where(col(Order.customer_id) == customer_id, col(Order.voided_at).is_(None))
        .order_by(col(Order.ordered_on).desc(), col(Order.id).desc())
        .limit(ORDERS)
    )
    return Caller(
        id=customer.id,
        name=customer.name,
        number=customer.number,
        store_id=customer.store_id,
        cars=[
            CallersCar(car.id, car.values["plate"] or "", car.values["model"] or "", car.is_current)
            for car in sorted(views, key=lambda car: not car.is_current)
        ],
        orders=[
            CallersOrder(one.id, one.kind, one.number, one.ordered_on, one.vehicle_id, one.summary)
            for one in session.execute(orders).scalars()
        ],
        has_address=bool(customer.street),
        advisor_id=customer.owner_id if helping.may_help(session, customer.owner_id) else None,
    )


def _meant(
    session: Session, customer_ids: Collection[int], text: str, *, parts: bool
) -> dict[int, int]:
    """Customer -> the car (id) of which the text names the plate or the VIN."""
    asked = [fold(word) for word in text.split()]
    if not customer_ids or not any(len(word) >= _PART for word in asked):
        return {}
    query = (
        select(col(Ownership.customer_id), col(Vehicle.id), col(Vehicle.plate), col(Vehicle.vin))
        .join(Vehicle, col(Vehicle.id) == col(Ownership.vehicle_id))
        .where(col(Ownership.customer_id).in_(customer_ids))
        .order_by(col(Ownership.ended_on).is_(None), col(Vehicle.id))
    )
    return {
        customer_id: key
        for customer_id, key, *numbers in session.execute(query)
        if any(
            _names(word, fold(number or ""), parts=parts) for word in asked for number in numbers
        )
    }


def _names(word: str, number: str, *, parts: bool) -> bool:
    is_end = len(word) >= _END and number.endswith(word)
    return is_end or (parts and len(word) >= _PART and word in number)
