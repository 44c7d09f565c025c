"""Complaints: who complains about which order, told in the order in which they came in.

Which of their clocks were late is part of the truth (`facts.Complained`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from db.demo.cases import actions, complaint
from db.demo.data import table
from db.demo.delays import MINUTE
from db.demo.dice import COMPLAINING, Dice
from db.demo.facts import Fact
from db.demo.matters import Grievance
from db.demo.people import File, Row
from db.demo.stories import Story
from db.demo.world import CHINA, World
from db.models import CauseAction, Complaint, ComplaintEvent, OrderKind, Remedy
from db.types import Base

MODELS: Final[tuple[type[Base], ...]] = (Complaint, ComplaintEvent, CauseAction, Remedy)
_DAYS_AFTER: Final = (1, 12)
_MOST: Final = 700_000
"""With more customers than these each complains less: a month's numbers have four digits."""


@dataclass(frozen=True, slots=True)
class Told:
    """Some complaints with all that belongs to them."""

    rows: dict[type[Base], list[Row]]
    facts: list[Fact]
    is_last: bool


class Grievances:
    """Gathered customer by customer; few enough to be kept until all are known."""

    def __init__(self, world: World) -> None:
        self._world, self._dice = world, Dice()
        self._found: list[Grievance] = []

    def gather(self, file: File, orders: list[Row]) -> None:
        """Of a true customer's own orders those that he complains about."""
        dice, world, shares = self._dice, self._world, table("complaints")["shares"]
        often = min(1.0, _MOST / world.customers)
        for order in orders:
            is_sale = order["kind"] == OrderKind.SALE.value
            dice.begin(world.seed, COMPLAINING + order["id"])
            share = shares["sale" if is_sale else "repair"] * often
            if order["voided_at"] or not dice.chance(share):
                continue
            day = order["ordered_on"].toordinal() + dice.between(*_DAYS_AFTER)
            if day > world.last:
                continue
            self._found.append(
                Grievance(
                    # Not with the opening: a whole day would be over at its end, not next morning.
                    at=world.instant(dice, world.open_day(dice, day)) + MINUTE,
                    order=order["id"],
                    customer=file.id,
                    phone=file.row["phone"],
                    vehicle=order["vehicle_id"],
                    store=file.store_id,
                    work=order["repair_kind"] or order["kind"],
                    job=order["summary"],
                )
            )

    def told(self, at_once: int) -> Iterator[Told]:
        """So many complaints at a time, once at least; all are gathered."""
        self._found.sort(key=lambda one: (one.at, one.order))
        months: Counter[str] = Counter()
        event_ids, action_ids, remedy_ids = count(1), count(1), count(1)
        ends = range(at_once, max(len(self._found), 1) + at_once, at_once)
        for end in ends:
            rows: dict[type[Base], list[Row]] = {model: [] for model in MODELS}
            facts: list[Fact] = []
            for key, one in enumerate(self._found[end - at_once : end], end - at_once + 1):
                month = f"{one.at.astimezone(CHINA):%Y%m}"
                months[month] += 1
                story = Story(self._world, self._dice, one, key)
                rows[Complaint].append(complaint(story, f"TS-{month}-{months[month]:04d}"))
                rows[ComplaintEvent] += [{"id": next(event_ids), **row} for row in story.events]
                removed = actions(self._world, self._dice, story)
                rows[CauseAction] += [{"id": next(action_ids), **row} for row in removed]
                rows[Remedy] += [{"id": next(remedy_ids), **row} for row in story.remedies]
                facts.append(story.truth())
            yield Told(rows, facts, is_last=end == ends[-1])
