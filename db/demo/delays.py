"""When the clocks of a complaint end: in time past doubt, or late past doubt.

What is in time comes so soon that no calendar makes it late, because working time never exceeds the
time that passes. What is late is so by more than a plain working day, or by minutes where the limit
counts day and night. Nobody works at night: the one comes the evening before, the other the morning
after.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import chinese_calendar  # type: ignore[import-untyped]

from db.demo.data import table
from db.demo.dice import Dice
from db.demo.world import CHINA, moment

CLOCKS: Final = ("acknowledge", "answer", "propose", "close")
MINUTE: Final = timedelta(minutes=1)

_APART: Final = 20 * MINUTE
"""From the end of one clock to the next: room for what happens between."""
_STEP: Final = MINUTE
_OPENS, _CLOSES, _HOUR = 9 * 60, 20 * 60, 60
_AFTERNOON, _AFTERNOON_MINUTES = 15 * 60, 150
_SATURDAY = 5
_KNOWN: Final = frozenset(day.year for day in chinese_calendar.holidays)

Plan = Mapping[str, Any]
"""Clock -> when it ends, as `complaints.toml` says."""


def late_clocks(dice: Dice, plan: Plan) -> tuple[str, ...]:
    """Which clocks are late: mostly none, else all from one on; none that has no limit."""
    throw = dice.random()
    for place, clock in enumerate(CLOCKS):
        throw -= table("complaints")["late"][clock]
        if throw < 0:
            return tuple(one for one in CLOCKS[place:] if has_limit(plan, one))
    return ()


def has_limit(plan: Plan, clock: str) -> bool:
    return "late" in plan[clock] or "late_days" in plan[clock]


def ends(
    dice: Dice, since: datetime, plan: Plan, late: Collection[str], *, is_early: bool = False
) -> dict[str, datetime]:
    """When each clock ends, one after the other; `is_early` leaves time for a second closing."""
    found: dict[str, datetime] = {}
    last = since
    for clock in CLOCKS:
        span = plan[clock]
        if clock in late:
            at = too_late(dice, since, span)
        else:
            at = in_time(dice, since, span["first" if is_early and clock == "close" else "met"])
        last = found[clock] = max(at, last + _APART) if found else at
    return found


def in_time(dice: Dice, since: datetime, minutes: tuple[int, int]) -> datetime:
    return evening(dice, since + dice.between(*minutes) * MINUTE)


def too_late(dice: Dice, since: datetime, span: Plan) -> datetime:
    if "late" in span:
        return morning(dice, since + dice.between(*span["late"]) * MINUTE)
    day = _plain_day(since, dice.between(*span["late_days"]))
    return moment(day, _AFTERNOON + dice.below(_AFTERNOON_MINUTES))


def between(dice: Dice, begin: datetime, end: datetime, count: int) -> list[datetime]:
    """So many moments in their order, spread over the time between two ends of clocks."""
    found: list[datetime] = []
    last, minutes = begin, (end - begin) // MINUTE
    for left in range(count, 0, -1):
        at = end - minutes * left // (count + 1) * MINUTE
        ways = (evening(dice, at), morning(dice, at), last + _STEP)
        last = next(one for one in ways if last + _STEP <= one <= end - left * _STEP)
        found.append(last)
    return found


def evening(dice: Dice, at: datetime) -> datetime:
    """The same moment, or an hour of the evening before the night in which it lies."""
    day, minute = _local(at)
    if _OPENS <= minute < _CLOSES:
        return at
    return moment(day - (minute < _OPENS), _CLOSES - 1 - dice.below(_HOUR))


def morning(dice: Dice, at: datetime) -> datetime:
    """The same moment, or an hour of the morning after the night in which it lies."""
    day, minute = _local(at)
    if _OPENS <= minute < _CLOSES:
        return at
    return moment(day + (minute >= _CLOSES), _OPENS + dice.below(_HOUR))


def _local(at: datetime) -> tuple[int, int]:
    """(day, minute of it) in China."""
    here = at.astimezone(CHINA)
    return here.toordinal(), here.hour * _HOUR + here.minute


def _plain_day(since: datetime, count: int) -> int:
    """The nth plain working day after a moment."""
    day, _minute = _local(since)
    while count:
        day += 1
        count -= _is_plain(day)
    return day


@lru_cache(maxsize=1000)
def _is_plain(day: int) -> bool:
    """From Monday to Friday and no public holiday: every store that keeps a week works on it."""
    on = date.fromordinal(day)
    is_holiday = on.year in _KNOWN and not chinese_calendar.is_workday(on)
    return on.weekday() < _SATURDAY and not is_holiday
