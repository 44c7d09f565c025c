"""The cars of a file: who owns, drives and pays for which, from when to when."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.models import Customer, Ownership, OwnershipRole, Store, Vehicle
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission, beyond, load
from services.core.audit import Action, Change
from services.core.errors import Conflict, InvalidInput, NotPermitted, StaleRecord
from services.core.words import N_
from services.customers import policy, summary
from services.customers.inputs import AddVehicle, EndOwnership, UpdateVehicle
from services.customers.views import Receipt
from services.customers.writing import KnownElsewhere


class CarOwned(Conflict):
    """The car has an owner: it was sold on, or somebody typed a wrong VIN or plate."""

    msgid = N_("This car belongs to {name} ({number}). If it was sold on, say so")


class CarHere(Conflict):
    msgid = N_("This car is already on the file in this role")


class NameTheCar(InvalidInput):
    msgid = N_("Give the VIN or the plate of the car")


class VinTaken(Conflict):
    msgid = N_("Another car has this VIN")


class EndsBeforeBegin(InvalidInput):
    msgid = N_("The end cannot lie before the beginning")


def add_vehicle(session: Session, actor: Actor, form: AddVehicle) -> Receipt:
    """Put a car on the file. A known VIN or plate joins that car. Raises CarOwned for one that has
    another owner, unless `former_owner_ends` (F13: sold on is a transfer, not a duplicate)."""
    actor.require(Permission.CUSTOMERS_EDIT)
    customer = load(session, Customer, form.customer_id, lock=True)
    policy.require_edit(actor, customer)
    if not (form.vin or form.plate):
        raise NameTheCar
    vehicle = _known(session, actor, form)
    began = form.began_on or form.delivered_on
    if vehicle is None:
        vehicle = _new(session, customer, form)
    elif form.role is OwnershipRole.OWNER:
        _take_over(session, actor, vehicle, customer, form, began or clock.today())
    ownership = _join(session, customer, vehicle, form.role, began)
    audit.record(
        session,
        actor,
        Action.VEHICLES_ADDED,
        vehicle,
        changes=_filled(vehicle),
        customer_id=customer.id,
        part=ownership.role,
    )
    summary.refresh(session, customer.id)
    return Receipt(vehicle.id, vehicle.version)


def update_vehicle(session: Session, actor: Actor, form: UpdateVehicle) -> Receipt:
    """Correct a car's data: only the fields that were sent. Raises StaleRecord, VinTaken."""
    actor.require(Permission.CUSTOMERS_EDIT)
    customer = load(session, Customer, form.customer_id)
    policy.require_edit(actor, customer)
    vehicle = load(session, Vehicle, form.vehicle_id, lock=True)
    _require_part(session, customer, vehicle)
    meta = {"request_id", "customer_id", "vehicle_id", "version"}
    values = form.model_dump(include=form.model_fields_set - meta)
    blind = policy.hidden_fields(session, actor, customer, vehicle) & values.keys()
    if blind:
        raise NotPermitted(record="vehicles", fields=sorted(blind))
    if vehicle.version != form.version:
        raise StaleRecord(version=vehicle.version)
    changes = audit.difference(vehicle, values)
    if not changes:
        return Receipt(vehicle.id, vehicle.version)
    if values.get("vin") and _vin_taken(session, actor, values["vin"], vehicle.id):
        raise VinTaken
    for change in changes:
        setattr(vehicle, change.field, change.new)
    audit.record(
        session,
        actor,
        Action.VEHICLES_EDITED,
        vehicle,
        changes=changes,
        customer_id=customer.id,
    )
    for key in _people_of(session, vehicle.id):
        summary.refresh(session, key)
    return Receipt(vehicle.id, vehicle.version)


def end_ownership(session: Session, actor: Actor, form: EndOwnership) -> Receipt:
    """The customer no longer owns, drives or pays for a car."""
    actor.require(Permission.CUSTOMERS_EDIT)
    customer = load(session, Customer, form.customer_id, lock=True)
    policy.require_edit(actor, customer)
    ownership = load(session, Ownership, form.ownership_id, lock=True)
    if ownership.customer_id != customer.id:
        raise InvalidInput
    if ownership.began_on and form.ended_on < ownership.began_on:
        raise EndsBeforeBegin
    change = Change("ended_on", ownership.ended_on, form.ended_on)
    ownership.ended_on = form.ended_on
    audit.record(
        session,
        actor,
        Action.VEHICLES_EDITED,
        ownership,
        changes=[change],
        reason=form.reason,
        vehicle=ownership.vehicle_id,
    )
    summary.refresh(session, customer.id)
    return Receipt(ownership.id)


def _known(session: Session, actor: Actor, form: AddVehicle) -> Vehicle | None:
    """The car with this VIN, else with this plate. Raises KnownElsewhere for another store's,
    TooOften for who asks for very many."""
    policy.count_guess(actor, "form")
    same = col(Vehicle.vin) == form.vin if form.vin else col(Vehicle.plate) == form.plate
    vehicle: Vehicle | None = (
        session.execute(select(Vehicle).where(same).with_for_update()).scalars().first()
    )
    if vehicle is not None:
        return vehicle
    elsewhere = select(col(Store.name)).join(Vehicle, col(Vehicle.store_id) == col(Store.id))
    if store := beyond(session, elsewhere.where(same).limit(1)).scalar_one_or_none():
        raise KnownElsewhere(store=store)
    return None


def _new(session: Session, customer: Customer, form: AddVehicle) -> Vehicle:
    vehicle = Vehicle(
        store_id=customer.store_id,
        owner_id=customer.owner_id,
        **form.model_dump(
            include={"vin", "plate", "brand", "model", "delivered_on", "insurance_until"}
        ),
    )
    session.add(vehicle)
    session.flush()
    return vehicle


def _take_over(
    session: Session,
    actor: Actor,
    vehicle: Vehicle,
    customer: Customer,
    form: AddVehicle,
    day: date,
) -> None:
    """End the present owner's part and let the car follow its new owner's file."""
    present = session.execute(
        select(Ownership).where(
            col(Ownership.vehicle_id) == vehicle.id,
            col(Ownership.role) == OwnershipRole.OWNER,
            col(Ownership.ended_on).is_(None),
            col(Ownership.customer_id) != customer.id,
        )
    ).scalar_one_or_none()
    if present is None:
        if actor.covers(WRITES, vehicle):  # nobody's car follows its new owner's file
            vehicle.store_id, vehicle.owner_id = customer.store_id, customer.owner_id
        return
    former = load(session, Customer, present.customer_id)
    if not form.former_owner_ends:
        raise CarOwned(name=former.name, number=former.number, id=former.id)
    if not actor.covers(WRITES, former):
        raise NotPermitted(record="customers", id=former.id)
    present.ended_on = max(day, present.began_on or day)
    vehicle.store_id, vehicle.owner_id = customer.store_id, customer.owner_id
    summary.refresh(session, former.id)


def _join(
    session: Session, customer: Customer, vehicle: Vehicle, role: OwnershipRole, began: date | None
) -> Ownership:
    here = select(col(Ownership.id)).where(
        col(Ownership.vehicle_id) == vehicle.id,
        col(Ownership.customer_id) == customer.id,
        col(Ownership.role) == role,
        col(Ownership.ended_on).is_(None),
    )
    if session.execute(here).first():
        raise CarHere
    ownership = Ownership(
        vehicle_id=vehicle.id,
        customer_id=customer.id,
        store_id=customer.store_id,
        owner_id=customer.owner_id,
        role=role,
        began_on=began,
    )
    session.add(ownership)
    return ownership


def _require_part(session: Session, customer: Customer, vehicle: Vehicle) -> None:
    if customer.id not in _people_of(session, vehicle.id):
        raise NotPermitted(record="vehicles", id=vehicle.id)


def _people_of(session: Session, vehicle_id: int) -> set[int]:
    query = select(col(Ownership.customer_id)).where(
        col(Ownership.vehicle_id) == vehicle_id,
        or_(col(Ownership.ended_on).is_(None), col(Ownership.ended_on) >= clock.today()),
    )
    return set(session.execute(query).scalars())


def _vin_taken(session: Session, actor: Actor, vin: str, but: int) -> bool:
    policy.count_guess(actor, "form")
    query = select(col(Vehicle.id)).where(col(Vehicle.vin) == vin, col(Vehicle.id) != but)
    return beyond(session, query).first() is not None


def _filled(vehicle: Vehicle) -> list[Change]:
    names: tuple[Any, ...] = ("vin", "plate", "brand", "model", "delivered_on", "insurance_until")
    return [Change(name, None, value) for name in names if (value := getattr(vehicle, name))]
