"""The cars on a customer's file, each with everyone whose it is or was (F40)."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Customer, Ownership, Vehicle
from services.core import masks
from services.core.access import beyond
from services.customers.policy import Masking
from services.customers.views import Person, VehicleView

VEHICLE_FIELDS: Final = (
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


def of_file(session: Session, masking: Masking) -> list[VehicleView]:
    """The cars that the customer has or had, the newest file of a car first."""
    mine = select(col(Ownership.vehicle_id)).where(
        col(Ownership.customer_id) == masking.customer.id
    )
    query = select(Vehicle).where(col(Vehicle.id).in_(mine)).order_by(col(Vehicle.id).desc())
    cars = session.execute(query).scalars().all()
    if not cars:
        return []
    people, everyone = _people(session, [car.id for car in cars])
    return [
        _view(masking, car, people[car.id], everyone[car.id] - len(people[car.id])) for car in cars
    ]


def _people(
    session: Session, cars: Collection[int]
) -> tuple[dict[int, list[Person]], dict[int, int]]:
    """By car: whoever of its people the actor sees, and how many there are in all."""
    query = (
        select(Ownership, col(Customer.number), col(Customer.name))
        .join(Customer, col(Customer.id) == col(Ownership.customer_id))
        .where(col(Ownership.vehicle_id).in_(cars))
        .order_by(col(Ownership.began_on).desc().nulls_last(), col(Ownership.id).desc())
    )
    people: dict[int, list[Person]] = defaultdict(list)
    for part, number, name in session.execute(query):
        person = Person(
            ownership_id=part.id,
            customer_id=part.customer_id,
            number=number,
            name=name,
            role=part.role,
            began_on=part.began_on,
            ended_on=part.ended_on,
        )
        people[part.vehicle_id].append(person)
    counted = select(col(Ownership.vehicle_id), func.count()).where(
        col(Ownership.vehicle_id).in_(cars)
    )
    everyone = beyond(session, counted.group_by(col(Ownership.vehicle_id)))
    return people, dict(everyone.all())


def _view(masking: Masking, car: Vehicle, people: list[Person], hidden_people: int) -> VehicleView:
    hidden = masking.hidden(car)
    return VehicleView(
        id=car.id,
        version=car.version,
        values=masks.shown(car, VEHICLE_FIELDS, hidden),
        people=people,
        hidden_people=hidden_people,
        is_current=any(
            person.customer_id == masking.customer.id and person.ended_on is None
            for person in people
        ),
        masked=frozenset(name for name in hidden if getattr(car, name, None)),
    )
