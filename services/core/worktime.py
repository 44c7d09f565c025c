"""Working time: how many working minutes lie between two instants, and when so many have passed.

A calendar is a value: weekly hours valid from a day on, public holidays with the working weekends
that make up for them, and single days that differ. Every clock of the house is computed over one.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from math import ceil
from typing import Final, Protocol

import chinese_calendar  # type: ignore[import-untyped]

from services.core.clock import SHANGHAI

DAY: Final = 24 * 60
MINUTE: Final = timedelta(minutes=1)
FURTHEST: Final = 5
"""Years ahead in which a due moment is looked for."""
MONDAY: Final = 0
_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)

Span = tuple[int, int]
"""Minutes of a local day, [opens, closes), 0 to 1440."""
Amount = int | Fraction


class NoWorkingTime(ValueError):
    """The calendar holds too little working time ahead to ever be done."""


@dataclass(frozen=True, slots=True)
class Week:
    """Opening hours by weekday, Monday first, from a local day on."""

    since: date
    hours: tuple[tuple[Span, ...], ...]
    keeps_holidays: bool = True
    """Closed on public holidays and open on the weekends that make up for them."""

    def __post_init__(self) -> None:
        if len(self.hours) != len("MTWTFSS"):
            raise ValueError("seven weekdays")
        for spans in self.hours:
            check_spans(spans)


@dataclass(frozen=True)
class Calendar:
    """The hours of one place. `weeks` may come in any order; `days` hold what differs."""

    weeks: tuple[Week, ...]
    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    """Local day -> its hours; empty means closed. Stands above weeks and holidays."""
    zone: tzinfo = SHANGHAI
    _years: dict[int, "_Year"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The working hours of a local day."""
        if day in self.days:
            return self.days[day]
        week = self.week(day)
        if week is None:
            return ()
        usual = week.hours[day.weekday()]
        if not week.keeps_holidays or holiday_name(day) is None:
            return usual
        # A weekend that makes up for a holiday is worked like a Monday where weekends are free.
        return (usual or week.hours[MONDAY]) if works_in_china(day) else ()

    def week(self, day: date) -> Week | None:
        """The hours in force; before the first ones, these already."""
        if not self._begun:
            return None
        at = bisect_right(self._begun, day)
        return self._ordered[max(at - 1, 0)]

    @cached_property
    def _ordered(self) -> list[Week]:
        return sorted(self.weeks, key=lambda week: week.since)

    @cached_property
    def _begun(self) -> list[date]:
        return [week.since for week in self._ordered]

    def year(self, number: int) -> "_Year":
        if number not in self._years:
            self._years[number] = _Year(self._open_in(number))
        return self._years[number]

    def _open_in(self, number: int) -> Iterator[list[Span]]:
        """The days of a local year on which it is open: their spans in minutes since 1970 (UTC)."""
        day, end = date(number, 1, 1), date(number + 1, 1, 1)
        while day < end:
            if spans := list(self._open_on(day)):
                yield spans
            day += timedelta(days=1)

    def _open_on(self, day: date) -> Iterator[Span]:
        spans = self.spans(day)
        if not spans:
            return
        midnight = _minute(datetime.combine(day, time(), tzinfo=self.zone))
        following = datetime.combine(day + timedelta(days=1), time(), tzinfo=self.zone)
        if _minute(following) - midnight == DAY:
            yield from ((midnight + opens, midnight + closes) for opens, closes in spans)
        else:  # clocks are put forward or back: hours are what the clock on the wall shows
            yield from self._by_the_wall(midnight, _minute(following), spans)

    def _by_the_wall(self, first: int, end: int, spans: Sequence[Span]) -> Iterator[Span]:
        for minute in range(first, end):
            wall = (_ZERO + minute * MINUTE).astimezone(self.zone)
            of_day = wall.hour * 60 + wall.minute
            if any(opens <= of_day < closes for opens, closes in spans):
                yield minute, minute + 1


class _Counter(Protocol):
    """What is counted of a year: `total` in all, how much of it before a minute (since 1970), and
    the first minute at which so much (above 0, at most all) has passed."""

    total: int

    def until(self, minute: int) -> Amount: ...

    def moment(self, amount: Amount) -> int: ...


class _Minutes:
    """Working minutes."""

    def __init__(self, days: Sequence[Sequence[Span]]) -> None:
        self.spans = [span for spans in days for span in spans]
        self.starts = [opens for opens, _closes in self.spans]
        self.before = [0, *accumulate(closes - opens for opens, closes in self.spans)]
        self.total = self.before[-1]

    def until(self, minute: int) -> int:
        at = bisect_right(self.starts, minute) - 1
        if at < 0:
            return 0
        opens, closes = self.spans[at]
        return self.before[at] + min(minute, closes) - opens

    def moment(self, amount: Amount) -> int:
        worked = ceil(amount)
        at = bisect_right(self.before, worked - 1) - 1
        return self.spans[at][0] + worked - self.before[at]


class _Days:
    """Working days; of a day under way, the share of its working minutes that is over."""

    def __init__(self, days: Sequence[Sequence[Span]]) -> None:
        self.days = [_Minutes([spans]) for spans in days]
        self.starts = [spans[0][0] for spans in days]
        self.total = len(days)

    def until(self, minute: int) -> Amount:
        at = bisect_right(self.starts, minute) - 1
        if at < 0:
            return 0
        worked, total = self.days[at].until(minute), self.days[at].total
        return at + 1 if worked == total else Fraction(at * total + worked, total)

    def moment(self, amount: Amount) -> int:
        # In whole numbers, because fractions of fractions cost most of what a clock does.
        parts, whole = amount.numerator, amount.denominator
        at = -(-parts // whole) - 1
        worked = -(-(parts - at * whole) * self.days[at].total // whole)
        return self.days[at].moment(worked)


class _Year:
    """The open spans of each day of a year on which it is open, counted in the ways asked for."""

    def __init__(self, days: Iterable[Sequence[Span]]) -> None:
        self.open = list(days)

    @cached_property
    def minutes(self) -> _Minutes:
        return _Minutes(self.open)

    @cached_property
    def days(self) -> _Days:
        return _Days(self.open)


Way = Callable[[_Year], _Counter]


def _minutes(year: _Year) -> _Counter:
    return year.minutes


def _days(year: _Year) -> _Counter:
    return year.days


def business_minutes(begin: datetime, end: datetime, calendar: Calendar) -> int:
    """Whole working minutes from `begin` to `end`; negative when `end` comes first.

    Both are aware instants, cut to the minute. Outside working hours nothing is counted.
    """
    if end < begin:
        return -business_minutes(end, begin, calendar)
    return int(_between(begin, end, calendar, _minutes))


def add_business_minutes(begin: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The first instant (UTC) at which `minutes` working minutes have passed since `begin`.

    Ten minutes before closing, ten minutes are done at closing time, not at the next opening.
    With 0 it is `begin` itself, cut to the minute. Raises ValueError for a negative number and
    NoWorkingTime when five years do not hold so many.
    """
    return _after(begin, minutes, calendar, _minutes)


def business_days(begin: datetime, end: datetime, calendar: Calendar) -> Fraction:
    """Working days from `begin` to `end`, of each day the share of its working minutes that lies
    between: from the middle of a working day to the middle of the next it is 1, however long each
    is. Aware instants, cut to the minute. Raises ValueError when `end` comes first.
    """
    if end < begin:
        raise ValueError("end comes before begin")
    return Fraction(_between(begin, end, calendar, _days))


def add_business_days(begin: datetime, days: Amount, calendar: Calendar) -> datetime:
    """The first instant (UTC) at which so many working days, as `business_days` counts them, have
    passed since `begin`. Raises as `add_business_minutes` does.
    """
    return _after(begin, days, calendar, _days)


def _between(begin: datetime, end: datetime, calendar: Calendar, way: Way) -> Amount:
    first, last = _local_year(begin, calendar), _local_year(end, calendar)
    full = sum(way(calendar.year(number)).total for number in range(first, last))
    behind = way(calendar.year(first)).until(_minute(begin))
    return full + way(calendar.year(last)).until(_minute(end)) - behind


def _after(begin: datetime, amount: Amount, calendar: Calendar, way: Way) -> datetime:
    if amount < 0:
        raise ValueError("time must not be negative")
    if amount == 0:
        return _instant(_minute(begin))
    number = _local_year(begin, calendar)
    wanted = amount + way(calendar.year(number)).until(_minute(begin))
    for ahead in range(FURTHEST):
        year = way(calendar.year(number + ahead))
        if wanted <= year.total:
            return _instant(year.moment(wanted))
        wanted -= year.total
    raise NoWorkingTime


def check_spans(spans: Sequence[Span]) -> None:
    """Raises ValueError unless the spans of a day are whole, in order and apart."""
    end = 0
    for opens, closes in spans:
        if not 0 <= opens < closes <= DAY:
            raise ValueError("empty or outside of the day")
        if opens < end:
            raise ValueError("overlapping")
        end = closes


@lru_cache(maxsize=4096)
def works_in_china(day: date) -> bool | None:
    """Whether the State Council lets people work on this day; None for a year not announced yet."""
    if not knows_holidays(day.year):
        return None
    works: bool = chinese_calendar.is_workday(day)
    return works


def knows_holidays(year: int) -> bool:
    """Whether the holidays of a year are known; if not, plain weekly hours hold."""
    return year in _KNOWN


@lru_cache(maxsize=4096)
def holiday_name(day: date) -> str | None:
    """The public holiday that a day belongs to or makes up for, by its English name."""
    if not knows_holidays(day.year):
        return None
    name: str | None = chinese_calendar.get_holiday_detail(day)[1]
    return name


_KNOWN: Final[frozenset[int]] = frozenset(day.year for day in chinese_calendar.holidays)


def _local_year(moment: datetime, calendar: Calendar) -> int:
    return moment.astimezone(calendar.zone).year


def _minute(moment: datetime) -> int:
    return (moment - _ZERO) // MINUTE


def _instant(minute: int) -> datetime:
    return _ZERO + minute * MINUTE
