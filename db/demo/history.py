"""What became of the cars: sales, services by distance and by time, repairs."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from db.demo.cars import Car
from db.demo.data import table
from db.demo.dice import Dice
from db.demo.facts import Habit
from db.demo.people import File, Holder, Row
from db.demo.world import World
from db.models import OrderKind, RepairKind

_YEAR = 365
_MONTH = 30.4
_SERVICE_EVERY = 180
_WARRANTY_DAYS = 3 * _YEAR


@dataclass(slots=True)
class Event:
    """An order in the making: what happened to which car on which day."""

    day: int
    kind: OrderKind
    car: Car
    repair: RepairKind | None = None
    is_first: bool = False


def _services(world: World, dice: Dice, file: File, car: Car) -> list[Event]:
    """Services fall due by distance or by time, whichever is first, as this customer is used to;
    some are done elsewhere."""
    loyalty = 0.92 - file.gaps / 2
    every = _every(file, car)
    found: list[Event] = []
    day, number = float(car.delivered), 0
    while True:
        day += every * (0.85 + 0.3 * dice.random()) * file.habits.slowed(day)
        number += 1
        if day > car.ends:
            return found
        if day >= car.begins and dice.chance(loyalty):
            came = world.open_day(dice, int(day))
            found.append(Event(came, OrderKind.REPAIR, car, RepairKind.MAINTENANCE, number == 1))


def _every(file: File, car: Car) -> float:
    """Days between two services of this car by this customer."""
    due = min(car.model.service_km / car.km_a_day, car.model.service_months * _MONTH)
    return due * file.habits.stretch


def habit(file: File, car: Car) -> Habit:
    """The truth about one car in the hands of one customer."""
    every, custom = _every(file, car), file.habits
    return Habit(
        customer=file.id,
        vehicle=car.row["id"],
        every_days=round(every),
        every_km=round(every * car.km_a_day),
        left_on=date.fromordinal(custom.left) if custom.left else None,
        fading_from=date.fromordinal(custom.fading) if custom.fading else None,
    )


def _repairs(world: World, dice: Dice, car: Car) -> list[Event]:
    found = []
    for begin in range(car.begins, car.ends - _SERVICE_EVERY // 2, _SERVICE_EVERY):
        kinds = [(RepairKind.REPAIR, 0.15), (RepairKind.BODY, 0.08)]
        if begin - car.delivered < _WARRANTY_DAYS:
            kinds.append((RepairKind.WARRANTY, 0.07))
        for kind, share in kinds:
            if dice.chance(share):
                day = min(car.ends, begin + dice.below(_SERVICE_EVERY))
                found.append(Event(world.open_day(dice, day), OrderKind.REPAIR, car, kind))
    return found


def events(world: World, dice: Dice, file: File, cars: list[Car]) -> list[Event]:
    """All orders of one file, oldest first."""
    found: list[Event] = []
    for car in cars:
        if car.sold >= world.begin:
            found.append(Event(car.sold, OrderKind.SALE, car))
        found += _services(world, dice, file, car)
        found += _repairs(world, dice, car)
    # What was due on the last days may have been put off to a day without him.
    kept = [event for event in found if not file.habits.left or event.day < file.habits.left]
    return sorted(kept, key=lambda event: event.day)


@cache
def _jobs(kind: str) -> tuple[tuple[tuple[str, int, int], ...], tuple[tuple[str, int, int], ...]]:
    """(usual jobs, first ones) of a kind of work as (text, from, to) in yuan."""
    rows = table("cars")["jobs"][kind]
    usual = tuple((row["text"], *row["yuan"]) for row in rows if not row.get("first"))
    return usual, tuple((row["text"], *row["yuan"]) for row in rows if row.get("first"))


def _job(dice: Dice, event: Event) -> tuple[str, int]:
    """(what was done, what it cost in fen)."""
    if event.kind is OrderKind.SALE or event.repair is None:
        text = dice.pick(table("cars")["sales"]["summaries"])
        fen = event.car.model.price_yuan * dice.between(880, 1000) // 1000 // 100 * 10_000
        return text.format(model=event.car.model.name, color=event.car.row["color"]), fen
    kind = event.repair.value
    if event.repair is RepairKind.MAINTENANCE and event.car.model.fuel == "electric":
        kind = "electric"
    usual, first = _jobs(kind)
    text, low, high = dice.pick(first if event.is_first and first else usual)
    return text, dice.between(low, high) * 100


def order(world: World, dice: Dice, file: Holder, event: Event, number: int) -> Row:
    """One order on a file; a car still in the workshop has no closing day."""
    is_sale = event.kind is OrderKind.SALE
    owner = file.owner_id
    desk = world.present(file.store_id, "sales" if is_sale else "service", event.day)
    seller = owner if owner in desk else dice.pick(desk)
    if is_sale:
        closed = event.car.delivered if event.car.delivered > event.day else 0
    else:
        closed = event.day + (0 if dice.chance(0.75) else dice.between(1, 5))
    opened, left = date.fromordinal(event.day), None
    if closed and closed <= world.last:
        left = date.fromordinal(closed)
    summary, fen = _job(dice, event)
    at = world.instant(dice, event.day)
    code = world.stores[file.store_id].code
    if not is_sale:
        _read_odometer(event)
    return {
        "id": number,
        "kind": event.kind.value,
        "number": f"{'XS' if is_sale else 'WX'}{code}-{opened:%y%m%d}-{number:06d}",
        "customer_id": file.id,
        "vehicle_id": event.car.row["id"],
        "ordered_on": opened,
        "closed_on": left,
        "repair_kind": event.repair.value if event.repair else None,
        "odometer_km": None if is_sale else event.car.odometer(event.day),
        "amount_fen": fen,
        "salesperson": world.names[seller],
        "summary": summary,
        "voided_at": at if dice.chance(0.006) else None,
        "version": 1,
        "created_at": at,
        "updated_at": at,
        **file.scope,
    }


def _read_odometer(event: Event) -> None:
    row, day = event.car.row, date.fromordinal(event.day)
    if row["odometer_on"] is None or row["odometer_on"] <= day:
        row["odometer_on"], row["odometer_km"] = day, event.car.odometer(event.day)
