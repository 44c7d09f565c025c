"""Lists of sales and of repair orders (F40): each order once, on the file of its customer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Customer,
    CustomerKind,
    Lifecycle,
    Order,
    OrderKind,
    RepairKind,
    RowOutcome,
    ValueClass,
    Vehicle,
)
from services.core import normal
from services.core.words import N_
from services.customers.summary import refresh
from services.imports import known as lookups
from services.imports import making
from services.imports.known import Car, Known
from services.imports.of_customers import CAR_OF, OTHER_NAME
from services.imports.parsing import choice, day, phones, sounds_like_company, text, vin, whole
from services.imports.plans import (
    ELSEWHERE,
    KEPT,
    SAME_AS,
    Field,
    Kind,
    Line,
    Place,
    Plan,
    Reason,
    Seen,
    skipped,
    wrong,
)

NAME_WHO: Final = N_("Name the customer by phone, plate, VIN or number")
NOBODY: Final = N_("Nobody on file has this phone, plate, VIN or number. Import the customer first")
CLOSED_EARLY: Final = N_("The order cannot be closed before its date")
CAR_UNKNOWN: Final = N_("This car is not on file; the order was entered without it")
NOT_HIS_CAR: Final = N_("This car is not on the customer's file")

_SHARED: Final = (
    Field("order_number", text(40), required=True),
    Field("ordered_on", day(past=True), required=True),
    Field("customer_number", text(12)),
    Field("name", normal.name),
    Field("phone", phones),
    Field("plate", normal.plate),
    Field("vin", vin),
    Field("closed_on", day(past=False)),
    Field("amount_fen", normal.money_fen),
    Field("odometer_km", whole(0, 2_000_000)),
    Field("salesperson", text(80)),
    Field("summary", text(500)),
)
SALE_FIELDS: Final = (*_SHARED, Field("brand", text(40)), Field("model", text(80)))
REPAIR_FIELDS: Final = (*_SHARED, Field("repair_kind", choice("repair_kind", RepairKind)))
_OF_ORDER: Final = (
    *("ordered_on", "closed_on", "repair_kind", "odometer_km", "amount_fen", "salesperson"),
    "summary",
)


@dataclass(slots=True)
class Deed:
    values: dict[str, Any]
    """Of a new order, or the blanks of the one that is there."""
    order: Order | None = None
    customer: Customer | None = None
    new_customer: dict[str, Any] | None = None
    of_customer: dict[str, Any] = field(default_factory=dict)
    car: making.CarDeed = field(default_factory=making.CarDeed)
    of_car: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class World:
    known: Known
    orders: dict[str, Order]


def keys(values: Mapping[str, Any]) -> set[str]:
    found = {f"o:{values.get('order_number')}"} | {f"p:{p}" for p in values.get("phone", ())}
    return found | {f"c:{values[name]}" for name in ("vin", "plate") if name in values}


def look(
    kind: OrderKind, session: Session, place: Place, lines: Sequence[Line], lock: bool
) -> World:
    def all_of(name: str) -> set[str]:
        return {line.values[name] for line in lines if name in line.values}

    known = lookups.look(
        session,
        place,
        phones={phone for line in lines for phone in line.values.get("phone", ())[:1]},
        vins=all_of("vin"),
        plates=all_of("plate"),
        numbers={number.upper() for number in all_of("customer_number")},
        lock=lock,
    )
    query = select(Order).where(
        col(Order.kind) == kind,
        col(Order.store_id) == place.store_id,
        col(Order.number).in_(all_of("order_number")),
        col(Order.voided_at).is_(None),
    )
    if lock:
        query = query.with_for_update()
    rows = session.execute(query.execution_options(populate_existing=lock)).scalars()
    return World(known, {row.number: row for row in rows})


def plan(kind: OrderKind, place: Place, world: World, line: Line) -> Plan:
    values, fault = line.values, _fault(line)
    if line.wrong or fault:
        return wrong(line, *fault)
    there = world.orders.get(values["order_number"])
    wanted = {name: values[name] for name in _OF_ORDER if name in values}
    if there is not None:
        return _again(line, there, wanted)
    car = world.known.car(values.get("vin"), values.get("plate"))
    customer, refusal = customer_of(place, world.known, line, car)
    if refusal:
        return skipped(line, refusal)
    deed = Deed(wanted, customer=customer)
    if customer is None:
        if kind is OrderKind.REPAIR or not {"name", "phone"} <= values.keys():
            return wrong(line, ("phone", NOBODY, {}))
        deed.new_customer = _new_customer(values)
    notes: list[Reason] = []
    _plan_car(kind, place, world.known, line, deed, car, notes)
    if customer is not None and kind is OrderKind.SALE:
        changes = {"lifecycle": Lifecycle.EXISTING, "is_archived": False}
        potential = customer.lifecycle is Lifecycle.POTENTIAL
        deed.of_customer = {
            name: value
            for name, value in changes.items()
            if (potential if name == "lifecycle" else customer.is_archived)
        }
    return Plan(line, RowOutcome.NEW, notes, deed)


def _fault(line: Line) -> list[Reason]:
    """What is wrong with a row whose every cell is right."""
    values = line.values
    if not line.wrong and values.get("closed_on", values["ordered_on"]) < values["ordered_on"]:
        return [("closed_on", CLOSED_EARLY, {})]
    if not line.wrong and not {"phone", "plate", "vin", "customer_number"} & values.keys():
        return [("phone", NAME_WHO, {})]
    return []


def _again(line: Line, there: Order, wanted: Mapping[str, Any]) -> Plan:
    """The order is on file: only its blanks are filled."""
    notes: list[Reason] = []
    fill: dict[str, Any] = {}
    for name, value in wanted.items():
        now = getattr(there, name)
        if now in (None, "") or (name == "amount_fen" and now == 0 and value):
            fill[name] = value
        elif now != value:
            shown = f"{now / 100:.2f}" if name == "amount_fen" else str(getattr(now, "value", now))
            notes.append((name, KEPT, {"value": shown}))
    outcome = RowOutcome.UPDATED if fill else RowOutcome.SAME
    return Plan(line, outcome, notes, Deed(fill, order=there))


def customer_of(
    place: Place, known: Known, line: Line, car: Car | None
) -> tuple[Customer | None, Reason | None]:
    """Whose order it is: by number, else by phone (and name), else by the car's owner."""
    values, name = line.values, line.values.get("name")
    person = known.by_number.get(values.get("customer_number", "").upper())
    which = "customer_number"
    if person is None and "phone" in values:
        people, which = known.by_phone.get(values["phone"][0], []), "phone"
        here = [one for one in people if one.store_id == place.store_id]
        mine = [one for one in here if one.answers_to(name)]
        if here and not mine:
            named = {"name": here[0].name, "number": here[0].number}
            return None, ("phone", OTHER_NAME, named)
        person = next(iter(mine or people), None)
    if person is None and car is not None:
        person, which = known.people.get(car.owner_id or 0), "vin" if car.vin else "plate"
        if person is not None and not person.answers_to(name):
            person = None
    if person is None:
        return None, None
    if person.store_id != place.store_id:
        return None, (which, ELSEWHERE, {"store": person.store})
    return known.files[person.id], None


def _new_customer(values: Mapping[str, Any]) -> dict[str, Any]:
    company = sounds_like_company(values["name"])
    numbers = dict(zip(("phone", "other_phone"), values["phone"], strict=False))
    return {
        "name": values["name"],
        **numbers,
        "kind": CustomerKind.COMPANY if company else CustomerKind.PERSON,
        "lifecycle": Lifecycle.EXISTING,
        "value_class": ValueClass.ORDINARY,
    }


def _plan_car(
    kind: OrderKind,
    place: Place,
    known: Known,
    line: Line,
    deed: Deed,
    car: Car | None,
    notes: list[Reason],
) -> None:
    """A sale makes its car; a repair only knows it, and reads its odometer."""
    values = line.values
    which = "vin" if "vin" in values else "plate"
    if which not in values:
        return
    if car is None:
        if kind is OrderKind.REPAIR:
            notes.append((which, CAR_UNKNOWN, {}))
            return
        sold = {"sold_on": values["ordered_on"], "delivered_on": values.get("closed_on")}
        deed.car = making.CarDeed(
            new={**making.car_values(values), **sold}, began_on=values["ordered_on"]
        )
        return
    vehicle = known.cars.get(car.id)
    mine = deed.customer is not None and car.owner_id == deed.customer.id
    if vehicle is None or (car.owner_id is not None and not mine):
        owner = known.people.get(car.owner_id or 0)
        told = owner is not None and owner.store_id == place.store_id
        if owner is not None and told:
            notes.append((which, CAR_OF, {"name": owner.name, "number": owner.number}))
        else:
            notes.append((which, NOT_HIS_CAR, {}))
        if vehicle is None or kind is OrderKind.SALE:
            return
    joins = kind is OrderKind.SALE and car.owner_id is None
    deed.car = making.CarDeed(vehicle=vehicle, joins=joins, began_on=values["ordered_on"])
    if kind is OrderKind.REPAIR:
        deed.of_car = _reading(vehicle, values)


def _reading(vehicle: Vehicle, values: Mapping[str, Any]) -> dict[str, Any]:
    """The odometer, if this reading is the latest and does not run backwards."""
    km, on = values.get("odometer_km"), values["ordered_on"]
    if km is None or (vehicle.odometer_on and vehicle.odometer_on >= on):
        return {}
    return {} if km <= (vehicle.odometer_km or 0) else {"odometer_km": km, "odometer_on": on}


def repeats(plan: Plan, seen: Seen) -> None:
    """An order stands once in a file: the first row wins."""
    if plan.outcome in {RowOutcome.WRONG, RowOutcome.SKIPPED}:
        return
    key, number = f"o:{plan.line.values['order_number']}", plan.line.number
    before = seen.setdefault(key, (number, ""))
    if before[0] != number:
        plan.outcome, plan.deed = RowOutcome.SKIPPED, None
        plan.reasons = [("order_number", SAME_AS, {"row": before[0]})]


def apply(
    kind: OrderKind, session: Session, place: Place, _world: World, plans: Iterable[Plan]
) -> None:
    todo = list(plans)
    for one in todo:
        if one.deed.order is not None:
            one.changed(one.deed.order, one.deed.order.customer_id, one.deed.values)
    todo = [one for one in todo if one.deed.order is None]
    fresh = [one for one in todo if one.deed.new_customer is not None]
    made = making.customers(session, place, [one.deed.new_customer for one in fresh])
    for one, row in zip(fresh, made, strict=True):
        one.deed.customer = row
        one.made(row)
        one.revisions.append((row, row.id, "number", None, row.number))
    for one in todo:
        if one.deed.of_customer:
            one.changed(one.deed.customer, one.deed.customer.id, one.deed.of_customer)
        if one.deed.of_car:
            one.changed(one.deed.car.vehicle, one.deed.customer.id, one.deed.of_car)
    making.cars(session, [(one, one.deed.customer, one.deed.car) for one in todo if one.deed.car])
    _make_orders(kind, session, todo)
    making.summaries(session, [(one.deed.customer, one.deed.car, False) for one in fresh])
    for one in todo:
        if one.deed.new_customer is None and (one.deed.of_customer or one.deed.car):
            refresh(session, one.deed.customer.id)


def _make_orders(kind: OrderKind, session: Session, plans: list[Plan]) -> None:
    orders = []
    for one in plans:
        customer, car = one.deed.customer, one.deed.car.vehicle
        order = Order(
            kind=kind,
            number=one.line.values["order_number"],
            customer_id=customer.id,
            vehicle_id=car.id if car else None,
            store_id=customer.store_id,
            owner_id=customer.owner_id,
            **one.deed.values,
        )
        orders.append((one, order))
    session.add_all(order for _, order in orders)
    session.flush()
    for one, order in orders:
        one.made(order)
        one.revisions.append((order, order.customer_id, "order_number", None, order.number))


def _kind(name: str, label: str, fields: tuple[Field, ...], kind: OrderKind) -> Kind:
    return Kind(
        name,
        label,
        fields,
        keys,
        partial(look, kind),
        partial(plan, kind),
        repeats,
        partial(apply, kind),
    )


SALES: Final = _kind("sales", N_("Sales orders"), SALE_FIELDS, OrderKind.SALE)
REPAIRS: Final = _kind("repairs", N_("Repair orders"), REPAIR_FIELDS, OrderKind.REPAIR)
