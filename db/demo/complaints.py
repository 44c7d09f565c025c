"""Complaints: who complains about which order, told in the order in which they came in.

Which of their clocks were late is part of the truth (`facts.Complained`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from operator import itemgetter
from typing import Final

from db.demo.beside import Beside
from db.demo.cases import actions, complaint
from db.demo.crises import Crisis, Spared
from db.demo.data import table
from db.demo.delays import MINUTE
from db.demo.dice import COMPLAINING, Dice
from db.demo.facts import Fact
from db.demo.matters import Grievance
from db.demo.people import File, Row
from db.demo.stories import Story
from db.demo.world import CHINA, World, moment
from db.models import (
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintFile,
    ComplaintPerson,
    ComplaintStep,
    CustomerKind,
    OrderKind,
    Remedy,
)
from db.types import Base

MODELS: Final[tuple[type[Base], ...]] = (
    Complaint,
    ComplaintEvent,
    CauseAction,
    Remedy,
    ComplaintStep,
    ComplaintFile,
    ComplaintPerson,
)
"""In the order in which they can be filled."""
_WITHOUT_ID: Final = {ComplaintPerson, Complaint}
"""The one is known by what it names, the other by its place among all."""
_DAYS_AFTER: Final = (1, 12)
_MOST: Final = 700_000
"""With more customers than these each complains less: a month's numbers have four digits."""


Rows = dict[type[Base], list[Row]]
Ids = Iterator[int]


@dataclass(frozen=True, slots=True)
class Told:
    """Some complaints with all that belongs to them."""

    rows: Rows
    facts: list[Fact]
    is_last: bool


class Grievances:
    """Gathered customer by customer; few enough to be kept until all are known."""

    def __init__(self, world: World) -> None:
        self._world, self._dice = world, Dice()
        self._found: list[Grievance] = []
        self._spared = Spared(world)

    def gather(self, file: File, orders: list[Row]) -> None:
        """Of a true customer's own orders those that he complains about."""
        dice, world, shares = self._dice, self._world, table("complaints")["shares"]
        often = min(1.0, _MOST / world.customers)
        is_person = file.row["kind"] == CustomerKind.PERSON.value
        for order in orders:
            is_sale = order["kind"] == OrderKind.SALE.value
            dice.begin(world.seed, COMPLAINING + order["id"])
            share = shares["sale" if is_sale else "repair"] * often
            if order["voided_at"]:
                continue
            ordered = order["ordered_on"].toordinal()
            if not dice.chance(share):
                if ordered >= self._spared.since and is_person:
                    self._spared.keep(_grievance(file, order, moment(ordered, 0)), ordered)
                continue
            day = ordered + dice.between(*_DAYS_AFTER)
            if day > world.last:
                continue
            # Not with the opening: a whole day would be over at its end, not next morning.
            at = world.instant(dice, world.open_day(dice, day)) + MINUTE
            self._found.append(_grievance(file, order, at))

    def told(self, at_once: int) -> Iterator[Told]:
        """So many complaints at a time, once at least; all are gathered."""
        self._found += self._spared.chosen()
        self._found.sort(key=lambda one: (one.at, one.order))
        months: Counter[str] = Counter()
        ids = {model: count(1) for model in MODELS if model not in _WITHOUT_ID}
        ends = range(at_once, max(len(self._found), 1) + at_once, at_once)
        for end in ends:
            rows: Rows = {model: [] for model in MODELS}
            facts: list[Fact] = []
            for key, one in enumerate(self._found[end - at_once : end], end - at_once + 1):
                month = f"{one.at.astimezone(CHINA):%Y%m}"
                months[month] += 1
                number = f"TS-{month}-{months[month]:04d}"
                facts.append(self._tell(one, key, number, rows, ids))
            yield Told(rows, facts, is_last=end == ends[-1])

    def _tell(
        self, one: Grievance, key: int, number: str, rows: Rows, ids: Mapping[type[Base], Ids]
    ) -> Fact:
        """One complaint, put among the rows."""
        world, dice = self._world, self._dice
        story: Story | Crisis
        if one.crisis is None:
            story = Story(world, dice, one, key)
            removed = _numbered(actions(world, dice, story), ids[CauseAction])
            beside = Beside(world, dice, story, removed, ids[CauseAction])
            ideas, diary = beside.ideas, beside.diary
        else:
            story = Crisis(world, dice, one, key, ids[CauseAction])
            removed = _numbered(actions(world, dice, story), ids[CauseAction])
            ideas, diary = story.ideas, story.diary
        rows[Complaint].append(complaint(world, story, number))
        rows[CauseAction] += sorted([*removed, *ideas], key=itemgetter("id"))
        for model, found in (
            (ComplaintEvent, story.events),
            (Remedy, story.remedies),
            (ComplaintStep, diary.steps),
            (ComplaintFile, diary.files),
        ):
            rows[model] += _numbered(found, ids[model])
        rows[ComplaintPerson] += diary.people
        return story.truth()


def _numbered(rows: Iterable[Row], ids: Ids) -> list[Row]:
    return [{"id": next(ids), **row} for row in rows]


def _grievance(file: File, order: Row, at: datetime) -> Grievance:
    return Grievance(
        at=at,
        order=order["id"],
        customer=file.id,
        phone=file.row["phone"],
        vehicle=order["vehicle_id"],
        store=file.store_id,
        work=order["repair_kind"] or order["kind"],
        job=order["summary"],
    )
