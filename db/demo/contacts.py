"""Every word exchanged with a customer: what was due, who spoke, what was written down."""

from datetime import date
from functools import cache
from typing import Any, Final

from db.demo.cars import Car
from db.demo.data import table
from db.demo.dice import Dice
from db.demo.history import Event
from db.demo.people import File, Part, Row
from db.demo.world import World
from db.models import CustomerKind, Lifecycle, OrderKind, RepairKind

_YEAR: Final = 365
_WEEK: Final = 7
_SATURDAY: Final = 5
_MOST_INSURED: Final = 2
"""Cars of one file whose renewal is talked about one by one; a fleet's is one matter."""
_CALLED_IN_A_GAP: Final = 0.25
Due = tuple[int, str]
"""The day and the purpose of a contact."""


class _Slots(dict[str, Any]):
    """What stands in the braces of a text, drawn when it is asked for.

    `agreed` is the day that the text names for the next contact, 0 if it names none.
    """

    def __init__(self, dice: Dice, model: str, day: int) -> None:
        super().__init__(model=model)
        self._dice, self._day, self.agreed = dice, day, 0

    def __missing__(self, name: str) -> Any:
        dice = self._dice
        if name == "km":
            return dice.between(3, 60) * 1000
        if name == "minutes":
            return dice.between(2, 12)
        if name == "days":
            days = dice.between(2, 12)
            self.agreed = self._day + days
            return days
        words = table("touches")["slots"][name]
        if name not in _AGREED:
            return dice.pick(words)
        weekday = (self._day - 1) % _WEEK
        wanted = dice.between(*_AGREED[name])
        # Next week's day is at least a week's end away; any other is the first to come.
        ahead = (wanted - weekday - 1) % _WEEK + 1
        if name == "next_week":
            ahead = _WEEK - weekday + wanted
        self.agreed = self._day + ahead
        return words[wanted % len(words)]


_AGREED: Final = {"weekday": (0, 6), "weekend": (5, 6), "next_week": (0, 4)}
"""Slots that name a day, with the weekdays (Monday is 0) that they can mean."""


@cache
def _undated(ends: str) -> tuple[str, ...]:
    """The endings that name no day: for texts that have named one."""
    dated = ("{days}", *(f"{{{name}}}" for name in _AGREED))
    return tuple(
        end for end in table("touches")["ends"][ends] if not any(slot in end for slot in dated)
    )


def text(dice: Dice, purpose: str, model: str, day: int) -> tuple[str, int]:
    """(what was written down, the day it names for the next contact or 0)."""
    about = table("touches")[purpose]
    slots = _Slots(dice, model, day)
    words = str(dice.pick(about["texts"])).format_map(slots)
    if dice.chance(0.65):
        ends = _undated(about["ends"]) if slots.agreed else table("touches")["ends"][about["ends"]]
        end = dice.pick(ends)
        words = f"{words}。{end}".format_map(slots) if end else words
    return words, slots.agreed


def _of_orders(dice: Dice, found: list[Event]) -> list[Due]:
    out: list[Due] = []
    for event in found:
        if event.kind is OrderKind.SALE:
            out += [(event.day + after, "after_sale") for after in (3, 30) if dice.chance(0.55)]
            continue
        if dice.chance(0.4):
            out.append((event.day + dice.between(2, 4), "after_service"))
        if event.repair is RepairKind.MAINTENANCE and dice.chance(0.3):
            out.append((event.day - dice.between(3, 20), "service_due"))
    return out


def _of_years(world: World, dice: Dice, file: File, cars: list[Car]) -> list[Due]:
    """Birthdays, renewals, campaigns and calls that come by themselves, year by year."""
    out: list[Due] = []
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
        day = begin + dice.below(_YEAR)
        if dice.chance(0.42) and day <= file.ends:
            out.append((day, "inbound"))
    return out


def _day_of_year(day: int) -> int:
    return date.fromordinal(day).timetuple().tm_yday


def _of_nobody(dice: Dice, file: File) -> list[Due]:
    """An invented file: nobody ever answered."""
    day, out = file.created, []
    for _ in range(dice.pick((0, 0, 0, 1, 2, 2))):
        day += dice.between(3, 40)
        out.append((day, "unanswered"))
    return out


def _due(world: World, dice: Dice, file: File, cars: list[Car], found: list[Event]) -> list[Due]:
    """(day, purpose) of every contact of one file, oldest first."""
    out: list[Due] = []
    day = file.created
    if file.part is Part.INVENTED:
        out = _of_nobody(dice, file)
    elif file.lifecycle == Lifecycle.POTENTIAL.value:
        out.append((day, "first_visit"))
        for _ in range(dice.between(1, 6)):
            day += dice.between(2, 30)
            out.append((day, "follow_up"))
    else:
        if dice.chance(0.6):
            out.append((day, "first_visit"))
        out += _of_orders(dice, found)
        out += _of_years(world, dice, file, cars)
    until = min(world.last, file.quiet_since)
    first = max(world.begin, file.created)
    kept = [(on, purpose) for on, purpose in out if first <= on <= until]
    if file.lifecycle == Lifecycle.LOST.value:
        calls = dice.between(0, 3)
        kept += [(dice.between(first, world.last), "recall_lost") for _ in range(calls)]
    return sorted(kept)


def _is_missed(dice: Dice, file: File, day: int) -> bool:
    """Whether a contact fell into the weeks in which nobody called a leaver's customers."""
    into = day - file.handed_on
    return 0 <= into < file.silent and not dice.chance(_CALLED_IN_A_GAP)


def _speaker(world: World, dice: Dice, file: File, day: int, purpose: str) -> int:
    if purpose == "campaign" and file.row["is_member"] and world.club and dice.chance(0.5):
        return dice.pick(world.club)
    whose = file.former if file.former is not None and day < file.handed_on else file.owner_id
    if whose is not None and world.works(whose, day) and dice.chance(0.85):
        return whose
    return dice.pick(world.present(file.store_id, "everyone", day))


def _next(world: World, dice: Dice, day: int, *, is_open: bool, agreed: int) -> date | None:
    """When to call again: as the text says, else mostly agreed in what is still fresh."""
    if agreed:
        return date.fromordinal(agreed)
    fresh = day > world.today - 45
    if not dice.chance((0.55 if fresh else 0.2) if is_open else 0.06):
        return None
    return date.fromordinal(day + dice.between(5, 60 if fresh else 30))


def touches(world: World, dice: Dice, file: File, cars: list[Car], found: list[Event]) -> list[Row]:
    """All contacts with one customer, without ids, oldest first."""
    models = [car.model.name for car in cars]
    models = models or [model["name"] for model in table("cars")["models"]]
    rows = []
    for due, purpose in _due(world, dice, file, cars, found):
        about = table("touches")[purpose]
        day = world.open_day(dice, due)
        # Nobody sends birthday wishes to a company, and its own calls are as many.
        if purpose == "birthday" and file.row["kind"] == CustomerKind.COMPANY.value:
            continue
        if _is_missed(dice, file, day):
            continue
        words, agreed = text(dice, purpose, dice.pick(models), day)
        is_open = about["ends"] == "open"
        rows.append(
            {
                "customer_id": file.id,
                "at": max(world.instant(dice, day), file.row["created_at"]),
                "kind": dice.pick(about["kinds"]),
                "is_inbound": dice.below(100) < about["inbound"],
                "summary": words,
                "user_id": _speaker(world, dice, file, day, purpose),
                "next_contact_on": _next(world, dice, day, is_open=is_open, agreed=agreed),
                **file.scope,
            }
        )
    rows.sort(key=lambda row: row["at"])
    return rows
