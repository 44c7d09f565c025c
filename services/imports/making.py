"""Writing what the plans say, many rows at a time: each table is flushed once for a whole wave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.grams import pinyin
from db.models import (
    Consent,
    Customer,
    CustomerSummary,
    Ownership,
    OwnershipRole,
    Purpose,
    Vehicle,
)
from db.summaries import CustomerFacts, VehicleFacts, summary_row
from services.core import clock
from services.customers.writing import reserve_numbers
from services.imports.plans import Place, Plan

CAR_FIELDS: Final = ("vin", "plate", "brand", "model", "color", "delivered_on", "insurance_until")
_FACTS: Final = [fact.name for fact in fields(CustomerFacts)]


@dataclass(slots=True)
class CarDeed:
    """What becomes of a row's car; false when nothing does."""

    vehicle: Vehicle | None = None
    """The car that is there, or the one that was made."""
    new: dict[str, Any] | None = None
    fill: dict[str, Any] = field(default_factory=dict)
    joins: bool = False
    began_on: date | None = None

    def __bool__(self) -> bool:
        return bool(self.new or self.fill or self.joins)


def car_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in CAR_FIELDS if name in values}


def derived(values: Mapping[str, Any]) -> dict[str, Any]:
    """With what a customer's row keeps beside the name."""
    return {**values, "name_pinyin": pinyin(values["name"])} if "name" in values else dict(values)


def customers(
    session: Session, place: Place, values: Sequence[Mapping[str, Any]]
) -> list[Customer]:
    """New files of the store, numbered in order."""
    if not values:
        return []
    last = reserve_numbers(session, len(values))
    rows = [
        Customer(number=f"C{last + nth:07d}", store_id=place.store_id, **derived(one))
        for nth, one in enumerate(values, 1)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def cars(session: Session, deeds: Sequence[tuple[Plan, Customer, CarDeed]]) -> None:
    """Make, join and fill cars. A car that had nobody follows the file that it joins."""
    for plan, customer, deed in deeds:
        if deed.new is not None:
            deed.vehicle = Vehicle(
                store_id=customer.store_id, owner_id=customer.owner_id, **deed.new
            )
            session.add(deed.vehicle)
        elif deed.fill and deed.vehicle is not None:
            plan.changed(deed.vehicle, customer.id, deed.fill)
    session.flush()
    joined: list[tuple[Plan, Ownership]] = []
    for plan, customer, deed in deeds:
        if deed.new is not None:
            plan.made(deed.vehicle)
        if (deed.new is not None or deed.joins) and deed.vehicle is not None:
            ownership = _ownership(customer, deed.vehicle, deed.began_on)
            session.add(ownership)
            joined.append((plan, ownership))
    session.flush()
    for plan, ownership in joined:
        plan.made(ownership)


def _ownership(customer: Customer, vehicle: Vehicle, began_on: date | None) -> Ownership:
    return Ownership(
        vehicle_id=vehicle.id,
        customer_id=customer.id,
        store_id=customer.store_id,
        owner_id=customer.owner_id,
        role=OwnershipRole.OWNER,
        began_on=began_on,
    )


def consents(session: Session, deeds: Sequence[tuple[Plan, Customer]]) -> None:
    rows = [
        (
            plan,
            Consent(
                customer_id=customer.id,
                store_id=customer.store_id,
                owner_id=customer.owner_id,
                purpose=Purpose.SERVICE_CALLS,
                given_at=clock.now(),
            ),
        )
        for plan, customer in deeds
    ]
    session.add_all(row for _, row in rows)
    session.flush()
    for plan, row in rows:
        plan.made(row)


def people_of(session: Session, vehicles: Collection[int]) -> set[int]:
    """Everyone who ever had to do with these cars: their summaries speak of them."""
    if not vehicles:
        return set()
    query = select(col(Ownership.customer_id)).where(col(Ownership.vehicle_id).in_(vehicles))
    return set(session.execute(query.distinct()).scalars())


def summaries(session: Session, files: Sequence[tuple[Customer, CarDeed, bool]]) -> None:
    """The derived rows of new files: all that could be read is known here already."""
    for customer, deed, agreed in files:
        session.add(
            CustomerSummary(
                **summary_row(
                    CustomerFacts(**{name: getattr(customer, name) for name in _FACTS}),
                    _facts(deed),
                    has_service_consent=agreed,
                    documents=(),
                    last_touch_at=None,
                )
            )
        )


def _facts(deed: CarDeed) -> list[VehicleFacts]:
    car = deed.vehicle
    if car is None or not (deed.new or deed.joins):
        return []
    return [VehicleFacts(car.id, car.vin, car.plate, car.delivered_on)]
