"""Whoever was not reached is tried again at another time of the day, not for ever (spec 2.4)."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Final

from db.models import CallResult
from services.core import clock
from services.core.normal import Spans

BANDS: Final = (9, 11, 14, 17)
"""Hours at which the times of the day begin, where the dealer works; the last ends the day."""
DIFFERENT: Final = 3
"""At so many times of the day one must have tried, before it counts as tried enough."""
ENGAGED: Final = timedelta(minutes=30)
"""Whoever is on the telephone is free again after this."""
IN_SIGHT: Final = 14
"""Days among which the next open one is looked for; no store is closed longer."""


def band_of(moment: datetime) -> int:
    """Which time of the day it is: 0 the first, also before it begins."""
    hour = moment.astimezone(clock.SHANGHAI).hour
    return max((n for n, begins in enumerate(BANDS) if hour >= begins), default=0)


def counted(tries: Collection[datetime]) -> int:
    """Attempts, of which several at one time of one day are one."""
    return len({(clock.day_of(at), band_of(at)) for at in tries})


def is_enough(tries: Collection[datetime], most: int) -> bool:
    """Whether one has tried `most` times and not always at the same time of the day (B2)."""
    bands = {band_of(at) for at in tries}
    return counted(tries) >= most and len(bands) >= min(most, DIFFERENT)


def again_at(
    result: CallResult,
    tries: Collection[datetime],
    now: datetime,
    hours: Callable[[date], Spans],
) -> datetime:
    """When to try again: soon where the line was engaged, else at a time of the day at which
    nobody tried yet, or else the longest ago; `hours` are the store's of a day, in minutes."""
    if result is CallResult.BUSY and _is_open(now + ENGAGED, hours):
        return now + ENGAGED
    tried = [band_of(at) for at in sorted(tries)]
    today = clock.day_of(now)
    later = [(today, band) for band in _bands(hours(today)) if band > band_of(now)]
    open_day = _next_open(today, hours)
    following = [(open_day, band) for band in _bands(hours(open_day)) or range(len(BANDS))]
    fresh = [each for each in [*later, *following] if each[1] not in tried]
    if result is CallResult.OFF:
        fresh = [each for each in fresh if each[0] > today]
    if fresh:
        return _begins(*fresh[0], hours)
    oldest = min(following, key=lambda each: _last(tried, each[1]))
    return _begins(*oldest, hours)


def _bands(spans: Spans) -> list[int]:
    """The times of the day in which a store is open for a while."""
    ends = [*BANDS[1:], 24]
    return [
        n
        for n, (begin, end) in enumerate(zip(BANDS, ends, strict=True))
        if any(opens < end * 60 and closes > begin * 60 for opens, closes in spans)
    ]


def _next_open(today: date, hours: Callable[[date], Spans]) -> date:
    """The first day after this one on which the store is open; tomorrow, if none is in sight."""
    following = [today + timedelta(days=n) for n in range(1, IN_SIGHT + 1)]
    return next((day for day in following if hours(day)), following[0])


def _is_open(moment: datetime, hours: Callable[[date], Spans]) -> bool:
    day = clock.day_of(moment)
    minute = int((moment - clock.midnight(day)) / timedelta(minutes=1))
    return any(opens <= minute < closes for opens, closes in hours(day))


def _last(tried: list[int], band: int) -> int:
    """The place of the last try at this time of the day."""
    return max(n for n, each in enumerate(tried) if each == band) if band in tried else -1


def _begins(day: date, band: int, hours: Callable[[date], Spans]) -> datetime:
    """When it begins, or when the store opens in it."""
    begin = BANDS[band] * 60
    opens = next((opens for opens, closes in hours(day) if closes > begin), begin)
    return clock.midnight(day) + timedelta(minutes=max(begin, opens))
