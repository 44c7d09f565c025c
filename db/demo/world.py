"""What holds for the whole dealer group: its calendar, its stores, who works where."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, cached_property, lru_cache
from itertools import accumulate

from db.demo.accounts import Member, Shop
from db.demo.data import table
from db.demo.dice import STAFF, Dice, Weighted
from db.demo.facts import Tenure
from db.models import Department, Desk, Role

HISTORY_DAYS = 730
"""Orders and touches go back this far; older cars and files came over without them."""

CHINA = timezone(timedelta(hours=8))
"""One zone, no summer time."""

_LEFT_DAYS = (45, 400)
_JOINED_LATEST = 90
_NEVER_LEFT = date.max.toordinal()
_SATURDAY = 5
_WEEK = 7
_CLOSED_BEFORE, _CLOSED_AFTER = 1, 6
_TO_WEEKEND = 0.18
_FIRST_STORE, _FEWEST = 10, 4
_OPENS, _OPEN_MINUTES = 9 * 60, 9 * 60


@dataclass(frozen=True)
class Desks:
    """The ids of one store's people who work with customers; `left` are in none of the others."""

    sales: list[int] = field(default_factory=list)
    service: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    @cached_property
    def everyone(self) -> list[int]:
        return self.sales + self.service


class World:
    """Days are counted as ordinals (`date.toordinal`); the history ends the day before `as_of`."""

    def __init__(self, *, as_of: date, seed: int, customers: int, stores: list[Shop]) -> None:
        self.as_of = as_of
        self.seed = seed
        self.customers = customers
        self.today = as_of.toordinal()
        self.begin = self.today - HISTORY_DAYS
        self.last = self.today - 1
        self.stores = {store.id: store for store in stores}
        self.store_shares = Weighted(
            {store.id: max(_FEWEST, _FIRST_STORE - store.id) for store in stores}
        )
        self.desks: dict[int, Desks] = {store.id: Desks() for store in stores}
        self.names: dict[int, str] = {}
        self.club: list[int] = []
        self.directors: list[int] = []
        self.managers: dict[int, int] = {}
        """Store -> who leads it."""
        self.guests: dict[Department, int] = {}
        """Another department -> who is asked there."""
        self.tenures: dict[int, tuple[int, int]] = {}
        """First day and first day without him of everyone who works with customers."""
        self._present: dict[tuple[int, str, int], list[int]] = {}
        self._closed = _holidays()
        self._busy = list(accumulate(self._weights()))

    def employ(self, members: list[Member]) -> None:
        for member in members:
            self.names[member.id] = member.account.name
            if member.account.role in {Role.CLUB_MANAGER, Role.CLUB_STAFF}:
                self.club.append(member.id)
            if member.account.role is Role.DIRECTOR:
                self.directors.append(member.id)
            if member.account.role is Role.MANAGER and member.store_id is not None:
                self.managers[member.store_id] = member.id
            if member.account.department is not None:
                self.guests[member.account.department] = member.id
            if member.store_id is None or member.account.role is not Role.SPECIALIST:
                continue
            desks = self.desks[member.store_id]
            if member.account.desk not in {Desk.SALES, Desk.SERVICE}:
                continue
            desk = desks.sales if member.account.desk is Desk.SALES else desks.service
            self.tenures[member.id] = self._tenure(member, is_first=not desk)
            (desks.left if member.account.left else desk).append(member.id)

    def _tenure(self, member: Member, *, is_first: bool) -> tuple[int, int]:
        """The first of a desk was always there: somebody must be."""
        dice = Dice()
        dice.begin(self.seed, STAFF + member.id)
        if member.account.left:
            return 0, self.today - dice.between(*_LEFT_DAYS)
        if is_first or not dice.chance(table("planting")["staff"]["joined"]):
            return 0, _NEVER_LEFT
        return dice.between(self.begin + 1, self.today - _JOINED_LATEST), _NEVER_LEFT

    def opened(self, user_id: int) -> datetime:
        """When somebody's account was made: before the history for most."""
        return moment(max(self.begin, self.tenures.get(user_id, (0, 0))[0]), _OPENS)

    def tenure_facts(self) -> Iterator[Tenure]:
        for user_id, (joined, left) in self.tenures.items():
            if joined or left < self.today:
                yield Tenure(
                    user_id,
                    date.fromordinal(joined) if joined else None,
                    date.fromordinal(left) if left < self.today else None,
                )

    def works(self, user_id: int, day: int) -> bool:
        """Whether somebody worked here on that day; who never sees customers always does."""
        joined, left = self.tenures.get(user_id, (0, _NEVER_LEFT))
        return joined <= day < left

    def present(self, store_id: int, desk: str, day: int) -> list[int]:
        """Who of a desk ("sales", "service", "everyone") worked in the store on that day."""
        key = (store_id, desk, day)
        found = self._present.get(key)
        if found is None:
            desks = self.desks[store_id]
            people = [*getattr(desks, desk), *(desks.left if desk == "everyone" else ())]
            found = self._present[key] = [one for one in people if self.works(one, day)]
        return found

    def day_at(self, place: float) -> int:
        """The day of the history before which `place` (0 to 1) of its visitors have come."""
        return min(self.last, self.begin + bisect(self._busy, place * self._busy[-1]))

    def _weights(self) -> Iterator[float]:
        """How busy each day is: months have their seasons, weekends are busier, new year is shut.

        Spring festival and the autumn sell cars; the heat and the weeks after the festival do not.
        """
        seasons: list[int] = table("cars")["calendar"]["seasons"]
        for day in range(self.begin, self.today):
            weight = seasons[date.fromordinal(day).month - 1]
            if day in self._closed:
                yield 0
            else:
                yield weight * (1.7 if (day - 1) % _WEEK >= _SATURDAY else 1)

    def open_day(self, dice: Dice, day: int) -> int:
        """The day on which what was due on `day` took place: weekends are busier, new year is not.

        Never later than the last day of the history.
        """
        weekday = (day - 1) % _WEEK
        if weekday < _SATURDAY and dice.chance(_TO_WEEKEND):
            day += _SATURDAY - weekday + dice.below(2)
        if day in self._closed:
            day += _CLOSED_BEFORE + _CLOSED_AFTER
        return min(day, self.last)

    def instant(self, dice: Dice, day: int) -> datetime:
        """A minute of `day` between nine and six in China."""
        return moment(day, _OPENS + dice.below(_OPEN_MINUTES))


def moment(day: int, minute: int) -> datetime:
    """The instant of a minute of a day in China."""
    return _midnight(day) + timedelta(minutes=minute)


@lru_cache(maxsize=5000)
def _midnight(day: int) -> datetime:
    return datetime.fromordinal(day).replace(tzinfo=CHINA).astimezone(UTC)


@cache
def _holidays() -> frozenset[int]:
    """The days around the Chinese new year on which no store is open."""
    days: list[date] = table("cars")["calendar"]["new_years"]
    return frozenset(
        first.toordinal() + offset
        for first in days
        for offset in range(-_CLOSED_BEFORE, _CLOSED_AFTER)
    )
