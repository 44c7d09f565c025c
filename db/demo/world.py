"""What holds for the whole dealer group: its calendar, its stores, who works where."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property, lru_cache

from db.demo.accounts import Member, Shop
from db.demo.data import table
from db.demo.dice import Dice, Weighted
from db.models import Desk, Role

HISTORY_DAYS = 730
"""Orders and touches go back this far; older cars and files came over without them."""

CHINA = timezone(timedelta(hours=8))
"""One zone, no summer time."""

_LEAVER_DAYS = 60
_SATURDAY = 5
_WEEK = 7
_CLOSED_BEFORE, _CLOSED_AFTER = 1, 6
_TO_WEEKEND = 0.18
_FIRST_STORE, _FEWEST = 10, 4


@dataclass(frozen=True)
class Desks:
    """The ids of one store's people who work with customers."""

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
        self.left_on = self.today - _LEAVER_DAYS
        self.stores = {store.id: store for store in stores}
        self.store_shares = Weighted(
            {store.id: max(_FEWEST, _FIRST_STORE - store.id) for store in stores}
        )
        self.desks: dict[int, Desks] = {store.id: Desks() for store in stores}
        self.names: dict[int, str] = {}
        self.club: list[int] = []
        self._closed = _holidays()

    def employ(self, members: list[Member]) -> None:
        for member in members:
            self.names[member.id] = member.account.name
            if member.account.role in {Role.CLUB_MANAGER, Role.CLUB_STAFF}:
                self.club.append(member.id)
            if member.store_id is None or member.account.role is not Role.SPECIALIST:
                continue
            desks = self.desks[member.store_id]
            if member.account.left:
                desks.left.append(member.id)
            elif member.account.desk is Desk.SALES:
                desks.sales.append(member.id)
            elif member.account.desk is Desk.SERVICE:
                desks.service.append(member.id)

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
        return moment(day, 9 * 60 + dice.below(9 * 60))


def moment(day: int, minute: int) -> datetime:
    """The instant of a minute of a day in China."""
    return _midnight(day) + timedelta(minutes=minute)


@lru_cache(maxsize=5000)
def _midnight(day: int) -> datetime:
    return datetime.fromordinal(day).replace(tzinfo=CHINA).astimezone(UTC)


def _holidays() -> frozenset[int]:
    """The days around the Chinese new year on which no store is open."""
    days: list[date] = table("cars")["calendar"]["new_years"]
    return frozenset(
        first.toordinal() + offset
        for first in days
        for offset in range(-_CLOSED_BEFORE, _CLOSED_AFTER)
    )
