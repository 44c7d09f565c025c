"""What the database knows of the people and cars in some rows, few queries for many rows.

Looks past the actor's scope on purpose: a customer of another store must not be made twice. What
is told of him is decided in the plans: that he is there, and no more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from db.models import (
    Consent,
    Customer,
    CustomerKind,
    Ownership,
    OwnershipRole,
    Purpose,
    Store,
    Vehicle,
)
from services.core.access import beyond
from services.core.normal import company_core, name_core
from services.imports.plans import Place


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the rows meet him."""

    id: int
    number: str
    name: str
    kind: CustomerKind
    phone: str | None
    other_phone: str | None
    store_id: int
    store: str

    def answers_to(self, name: str | None) -> bool:
        """Whether `name` may be his: the same core, or a surname with a form of address."""
        if not name:
            return True
        core = company_core if self.kind is CustomerKind.COMPANY else name_core
        return alike(core(self.name), core(name))


def alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) == 1 and long.startswith(short))


@dataclass(frozen=True, slots=True)
class Car:
    """A vehicle as the rows meet it; `owner_id` is its present owner's, None without one."""

    id: int
    vin: str | None
    plate: str | None
    store_id: int
    store: str
    owner_id: int | None


@dataclass(slots=True)
class Known:
    people: dict[int, Person] = field(default_factory=dict)
    by_phone: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, Person] = field(default_factory=dict)
    by_vin: dict[str, Car] = field(default_factory=dict)
    by_plate: dict[str, list[Car]] = field(default_factory=lambda: defaultdict(list))
    files: dict[int, Customer] = field(default_factory=dict)
    """Rows of the store's own customers, locked when they will be written."""
    cars: dict[int, Vehicle] = field(default_factory=dict)
    joined: set[tuple[int, int]] = field(default_factory=set)
    """(vehicle, customer) of every present ownership of these customers."""
    consenting: set[int] = field(default_factory=set)
    """Customers with a living consent to service calls."""
    phoneless: dict[tuple[str, str], int] = field(default_factory=dict)
    """The store's files without a phone by name and note: how such a row finds itself again."""

    def car(self, vin: str | None, plate: str | None) -> Car | None:
        """The car with this VIN, else the one with this plate whose VIN does not speak against."""
        if vin and vin in self.by_vin:
            return self.by_vin[vin]
        same = [car for car in self.by_plate.get(plate or "", ()) if not (vin and car.vin)]
        return same[0] if same else None


def look(
    session: Session,
    place: Place,
    *,
    phones: Collection[str],
    vins: Collection[str],
    plates: Collection[str],
    numbers: Collection[str] = (),
    names: Collection[str] = (),
    lock: bool,
) -> Known:
    """`names` are those of rows without a phone."""
    known = Known()
    for car in _cars(session, vins, plates):
        if car.vin in vins and car.vin:
            known.by_vin[car.vin] = car
        if car.plate:
            known.by_plate[car.plate].append(car)
    cars = {car.id: car for car in (*known.by_vin.values(), *_flat(known.by_plate.values()))}
    owners = {car.owner_id for car in cars.values() if car.owner_id is not None}
    for person in _people(session, phones, numbers, owners):
        known.people[person.id] = person
        known.by_number[person.number] = person
        for phone in {person.phone, person.other_phone} - {None}:
            known.by_phone[str(phone)].append(person)
    known.phoneless = _phoneless(session, place, names)
    mine = {person.id for person in known.people.values() if person.store_id == place.store_id}
    here = sorted(mine | set(known.phoneless.values()))
    known.files = {row.id: row for row in _rows(session, Customer, here, lock=lock)}
    near = [car.id for car in cars.values() if car.store_id == place.store_id]
    known.cars = {row.id: row for row in _rows(session, Vehicle, near, lock=lock)}
    _look_at_files(session, known, here)
    return known


def _flat(groups: Iterable[list[Car]]) -> list[Car]:
    return [car for group in groups for car in group]


def _cars(session: Session, vins: Collection[str], plates: Collection[str]) -> list[Car]:
    if not (vins or plates):
        return []
    query = (
        select(
            col(Vehicle.id),
            col(Vehicle.vin),
            col(Vehicle.plate),
            col(Vehicle.store_id),
            col(Store.name),
            col(Ownership.customer_id),
        )
        .join(Store, col(Store.id) == col(Vehicle.store_id))
        .outerjoin(
            Ownership,
            and_(
                col(Ownership.vehicle_id) == col(Vehicle.id),
                col(Ownership.role) == OwnershipRole.OWNER,
                col(Ownership.ended_on).is_(None),
            ),
        )
        .where(or_(col(Vehicle.vin).in_(vins), col(Vehicle.plate).in_(plates)))
        .order_by(col(Vehicle.id))
    )
    return [Car(*row) for row in beyond(session, query)]


def _people(
    session: Session, phones: Collection[str], numbers: Collection[str], ids: Collection[int]
) -> list[Person]:
    if not (phones or numbers or ids):
        return []
    query = (
        select(
            col(Customer.id),
            col(Customer.number),
            col(Customer.name),
            col(Customer.kind),
            col(Customer.phone),
            col(Customer.other_phone),
            col(Customer.store_id),
            col(Store.name),
        )
        .join(Store, col(Store.id) == col(Customer.store_id))
        .where(
            or_(
                col(Customer.phone).in_(phones),
                col(Customer.other_phone).in_(phones),
                col(Customer.number).in_(numbers),
                col(Customer.id).in_(ids),
            ),
            col(Customer.merged_into_id).is_(None),
        )
        .order_by(col(Customer.id))
    )
    return [Person(*row) for row in beyond(session, query)]


def _rows(session: Session, model: type[Customer | Vehicle], ids: list[int], *, lock: bool) -> list:  # type: ignore[type-arg]
    if not ids:
        return []
    query = select(model).where(col(model.id).in_(ids)).order_by(col(model.id))
    if lock:
        query = query.with_for_update()
    return list(session.execute(query.execution_options(populate_existing=lock)).scalars())


def _look_at_files(session: Session, known: Known, here: list[int]) -> None:
    if not here:
        return
    joined = select(col(Ownership.vehicle_id), col(Ownership.customer_id)).where(
        col(Ownership.customer_id).in_(here), col(Ownership.ended_on).is_(None)
    )
    known.joined = {(vehicle, customer) for vehicle, customer in session.execute(joined)}
    agreed = select(col(Consent.customer_id)).where(
        col(Consent.customer_id).in_(here),
        col(Consent.purpose) == Purpose.SERVICE_CALLS,
        col(Consent.withdrawn_at).is_(None),
    )
    known.consenting = set(session.execute(agreed).scalars())


def _phoneless(
    session: Session, place: Place, names: Collection[str]
) -> dict[tuple[str, str], int]:
    if not names:
        return {}
    query = select(col(Customer.name), col(Customer.note), col(Customer.id)).where(
        col(Customer.store_id) == place.store_id,
        col(Customer.name).in_(names),
        col(Customer.phone).is_(None),
        col(Customer.merged_into_id).is_(None),
    )
    return {(name, note): key for name, note, key in session.execute(query)}
