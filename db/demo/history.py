"""What happened: sales, services by distance and by time, repairs, and every word exchanged."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from db.demo.cars import Car
from db.demo.data import table
from db.demo.dice import Dice
from db.demo.people import File, Row
from db.demo.world import World, moment
from db.models import CustomerKind, Lifecycle, OrderKind, RepairKind

_YEAR = 365
_MONTH = 30.4
_SERVICE_EVERY = 180
_WARRANTY_DAYS = 3 * _YEAR
_MOST_INSURED = 2
"""Cars of one file whose renewal is talked about one by one; a fleet's is one matter."""


@dataclass(slots=True)
class Event:
    """An order in the making: what happened to which car on which day."""

    day: int
    kind: OrderKind
    car: Car
    repair: RepairKind | None = None
    is_first: bool = False


def _services(world: World, dice: Dice, file: File, car: Car) -> list[Event]:
    """Services fall due by distance or by time, whichever is first; some are done elsewhere."""
    loyalty = 0.86 - file.gaps / 2
    every = min(car.model.service_km / car.km_a_day, car.model.service_months * _MONTH)
    found: list[Event] = []
    day, number = float(car.delivered), 0
    while True:
        day += every * (0.8 + 0.4 * dice.random())
        number += 1
        if day > car.ends:
            return found
        if day >= car.begins and dice.chance(loyalty):
            came = world.open_day(dice, int(day))
            found.append(Event(came, OrderKind.REPAIR, car, RepairKind.MAINTENANCE, number == 1))


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
    return sorted(found, key=lambda event: event.day)


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


def order(world: World, dice: Dice, file: File, event: Event, number: int) -> Row:
    """One order; a car still in the workshop has no closing day."""
    is_sale = event.kind is OrderKind.SALE
    desks = world.desks[file.store_id]
    owner = file.row["owner_id"]
    desk = desks.sales if is_sale else desks.service
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


class _Slots(dict[str, Any]):
    """What stands in the braces of a text, drawn when it is asked for."""

    def __init__(self, dice: Dice, model: str) -> None:
        super().__init__(model=model)
        self._dice = dice

    def __missing__(self, name: str) -> Any:
        dice = self._dice
        if name == "km":
            return dice.between(3, 60) * 1000
        if name in {"days", "minutes"}:
            return dice.between(2, 12)
        return dice.pick(table("touches")["slots"][name])


def _text(dice: Dice, purpose: str, model: str) -> str:
    about = table("touches")[purpose]
    text = str(dice.pick(about["texts"]))
    if dice.chance(0.65):
        end = dice.pick(table("touches")["ends"][about["ends"]])
        text = f"{text}。{end}" if end else text
    return text.format_map(_Slots(dice, model)) if "{" in text else text


def _contacts_of_orders(dice: Dice, found: list[Event]) -> list[tuple[int, str]]:
    out = []
    for event in found:
        if event.kind is OrderKind.SALE:
            out += [(event.day + after, "after_sale") for after in (3, 30) if dice.chance(0.55)]
            continue
        if dice.chance(0.4):
            out.append((event.day + dice.between(2, 4), "after_service"))
        if event.repair is RepairKind.MAINTENANCE and dice.chance(0.3):
            out.append((event.day - dice.between(3, 20), "service_due"))
    return out


def _contacts_of_years(
    world: World, dice: Dice, file: File, cars: list[Car]
) -> list[tuple[int, str]]:
    """Birthdays, renewals, campaigns and calls that come by themselves, year by year."""
    out = []
    birthday = file.row["birthday"]
    share = 0.6 if file.row["is_member"] else 0.25
    for year in (0, 1):
        begin = world.begin + year * _YEAR
        if birthday and dice.chance(share):
            in_year = (birthday.timetuple().tm_yday - _day_of_year(begin)) % _YEAR
            out.append((begin + in_year, "birthday"))
        out += [
            (begin + (car.delivered - begin) % _YEAR - 30, "insurance")
            for car in cars[:_MOST_INSURED]
            if dice.chance(0.33)
        ]
        if dice.chance(share):
            out.append((begin + dice.below(_YEAR), "campaign"))
        if dice.chance(0.3):
            out.append((begin + dice.below(_YEAR), "inbound"))
    return out


def _day_of_year(day: int) -> int:
    return date.fromordinal(day).timetuple().tm_yday


def _contacts(
    world: World, dice: Dice, file: File, cars: list[Car], found: list[Event]
) -> list[tuple[int, str]]:
    """(day, purpose) of every contact of one file, oldest first."""
    out: list[tuple[int, str]] = []
    day = file.created
    if file.lifecycle == Lifecycle.POTENTIAL.value:
        out.append((day, "first_visit"))
        for _ in range(dice.between(1, 6)):
            day += dice.between(2, 30)
            out.append((day, "follow_up"))
    else:
        if dice.chance(0.6):
            out.append((day, "first_visit"))
        out += _contacts_of_orders(dice, found)
        out += _contacts_of_years(world, dice, file, cars)
    until = min(world.last, file.quiet_since)
    first = max(world.begin, file.created)
    kept = [(on, purpose) for on, purpose in out if first <= on <= until]
    if file.lifecycle == Lifecycle.LOST.value:
        calls = dice.between(0, 3)
        kept += [(dice.between(first, world.last), "recall_lost") for _ in range(calls)]
    return sorted(kept)


def _speaker(world: World, dice: Dice, file: File, day: int, purpose: str) -> int:
    if purpose == "campaign" and file.row["is_member"] and world.club and dice.chance(0.5):
        return dice.pick(world.club)
    desks = world.desks[file.store_id]
    owner: int | None = file.row["owner_id"]
    gone = owner in desks.left and day >= world.left_on
    if owner is not None and not gone and dice.chance(0.85):
        return owner
    return dice.pick(desks.everyone)


def _next(world: World, dice: Dice, day: int, *, is_open: bool) -> date | None:
    """When to call again: mostly agreed in what is still fresh."""
    fresh = day > world.today - 45
    if not dice.chance((0.55 if fresh else 0.2) if is_open else 0.06):
        return None
    return date.fromordinal(day + dice.between(5, 60 if fresh else 30))


def touches(world: World, dice: Dice, file: File, cars: list[Car], found: list[Event]) -> list[Row]:
    """All contacts with one customer, without ids, oldest first."""
    models = [car.model.name for car in cars]
    models = models or [model["name"] for model in table("cars")["models"]]
    rows = []
    for due, purpose in _contacts(world, dice, file, cars, found):
        about = table("touches")[purpose]
        day = world.open_day(dice, due)
        # Nobody sends birthday wishes to a company, and its own calls are as many.
        if purpose == "birthday" and file.row["kind"] == CustomerKind.COMPANY.value:
            continue
        at: datetime = moment(day, 9 * 60 + dice.below(9 * 60))
        rows.append(
            {
                "customer_id": file.id,
                "at": at,
                "kind": dice.pick(about["kinds"]),
                "is_inbound": dice.below(100) < about["inbound"],
                "summary": _text(dice, purpose, dice.pick(models)),
                "user_id": _speaker(world, dice, file, day, purpose),
                "next_contact_on": _next(world, dice, day, is_open=about["ends"] == "open"),
                **file.scope,
            }
        )
    rows.sort(key=lambda row: row["at"])
    return rows
