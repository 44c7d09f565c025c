"""Whoever was not reached is tried again at another time of the day, not for ever (spec 2.4)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from db.models import CallResult
from services.core import clock

BANDS: Final = (9, 11, 14, 17)
"""Hours at which the times of the day begin, where the dealer works; the last ends the day."""
DIFFERENT: Final = 3
"""At so many times of the day one must have tried, before it counts as tried enough."""
ENGAGED: Final = timedelta(minutes=30)
"""Whoever is on the telephone is free again after this."""


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


def again_at(result: CallResult, tries: Collection[datetime], now: datetime) -> datetime:
    """When to try again: soon where the line was engaged, else at a time of the day at which
    nobody tried yet, or else the longest ago."""
    if result is CallResult.BUSY:
        return now + ENGAGED
    tried = [band_of(at) for at in sorted(tries)]
    today = clock.day_of(now)
    later = [(today, band) for band in range(len(BANDS)) if band > band_of(now)]
    following = [(today + timedelta(days=1), band) for band in range(len(BANDS))]
    fresh = [each for each in [*later, *following] if each[1] not in tried]
    if result is CallResult.OFF:
        fresh = [each for each in fresh if each[0] > today]
    if fresh:
        return _begins(*fresh[0])
    oldest = min(range(len(BANDS)), key=lambda band: _last(tried, band))
    return _begins(today + timedelta(days=1), oldest)


def _last(tried: list[int], band: int) -> int:
    """The place of the last try at this time of the day."""
    return max(n for n, each in enumerate(tried) if each == band) if band in tried else -1


def _begins(day: date, band: int) -> datetime:
    return clock.midnight(day) + timedelta(hours=BANDS[band])
