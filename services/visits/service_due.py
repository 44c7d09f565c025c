"""When a car is due for its next maintenance: by distance or by time, whichever comes first
(spec 2.5, V05).

A pure rule over what is known of one car. Readings are written by hand, so some are wrong: see
`agreeing`. Whatever is in them, the day lies after the last maintenance and not later than the
months allow.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from statistics import median_low
from typing import Final

from db.models import ServiceBasis

MOST_READINGS: Final = 24
"""The last ones; what is older says little of how a car is driven now."""
LEAST_DAYS: Final = 14
"""Readings of fewer days say nothing: a repair and its rework."""
RECENT_DAYS: Final = 730
"""How a car is driven now is read off what is not older, where that is enough."""
UNSURE: Final = 0.15
"""Of the time from the last maintenance, before and after, where the distance is only assumed."""
_DAY: Final = timedelta(days=1)
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Norms:
    """What the group decided: km and months between two maintenances, and up to the first; the km
    a day that hold where nothing is known, and those between which a car's own are believed."""

    km: int = 10_000
    months: int = 12
    first_km: int = 10_000
    first_months: int = 12
    usual: int = 40
    least: int = 5
    most: int = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """What the odometer showed on a day, as somebody wrote it down."""

    on: date
    km: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """The day, and the days between which it lies (the same day where the distance is measured).

    `is_first`: no maintenance is known yet. `by_km`: the distance comes before the months.
    """

    due_on: date
    window_from: date
    window_until: date
    daily_km: float
    basis: ServiceBasis
    is_first: bool
    by_km: bool


def predict(
    delivered_on: date | None, last_on: date | None, readings: Iterable[Reading], norms: Norms
) -> Prediction | None:
    """When the maintenance after the last one (`last_on`; None: the first) is due. None where
    nothing is known that the time could be counted from."""
    begin = last_on or delivered_on
    if begin is None:
        return None
    known = agreeing(_with_delivery(delivered_on, readings), norms.most)
    measured = _daily_km(known, norms)
    daily = norms.usual if measured is None else measured
    is_first = last_on is None
    km, months = (norms.first_km, norms.first_months) if is_first else (norms.km, norms.months)
    by_months = after_months(begin, months)
    by_km = _by_distance(begin, known, km, daily, by_months)
    due = min(by_km, by_months)
    basis = ServiceBasis.ASSUMED if measured is None else ServiceBasis.MEASURED
    around = timedelta(0)
    if basis is ServiceBasis.ASSUMED:
        around = timedelta(days=round((due - begin).days * UNSURE))
    return Prediction(
        due_on=due,
        window_from=due - around,
        window_until=due + around,
        daily_km=float(daily),
        basis=basis,
        is_first=is_first,
        by_km=by_km < by_months,
    )


def agreeing(readings: Iterable[Reading], most: int) -> Sequence[Reading]:
    """The readings that can all be true, by day: the longest run of them in which the odometer
    never falls and never rises by more than `most` km a day; of two such runs the later
    one, then the longer one in days.

    So one that fell, or that has a digit too many, stands against all others and is left out.
    Zero is "not read". Of several on one day the middle one counts, of two the smaller: a digit
    too many is more common than a car that was read twice.
    """
    by_day = sorted((one for one in readings if one.km >= 0), key=lambda one: (one.on, one.km))
    days = [
        Reading(on, median_low([one.km for one in same]))
        for on, same in groupby(by_day, key=lambda one: one.on)
    ][-MOST_READINGS:]
    runs: list[list[Reading]] = []
    for one in days:
        before = [run for run in runs if _follows(run[-1], one, most)]
        runs.append([*max(before, key=_reach, default=[]), one])
    return max(runs, key=_weight, default=[])


def _reach(run: Sequence[Reading]) -> tuple[int, int]:
    """Of runs that go on with the same reading: the longest, of two such that which began first."""
    return len(run), -run[0].on.toordinal()


def _weight(run: Sequence[Reading]) -> tuple[int, date, timedelta]:
    return len(run), run[-1].on, run[-1].on - run[0].on


def _follows(one: Reading, other: Reading, most: int) -> bool:
    return 0 <= other.km - one.km <= most * (other.on - one.on).days


def _with_delivery(delivered_on: date | None, readings: Iterable[Reading]) -> Iterable[Reading]:
    """What was read, but for zeros; a car begins with nothing on the clock. Of one that was
    delivered used the next reading does not agree with that, or its distance is bounded."""
    if delivered_on is not None:
        yield Reading(delivered_on, 0)
    for one in readings:
        if one.km > 0 and (delivered_on is None or one.on >= delivered_on):
            yield one


def _daily_km(known: Sequence[Reading], norms: Norms) -> float | None:
    """Bounded; None where fewer than two readings lie far enough apart."""
    if not known:
        return None
    last = known[-1]
    far = [one for one in known if (last.on - one.on).days >= LEAST_DAYS]
    if not far:
        return None
    recent = [one for one in far if (last.on - one.on).days <= RECENT_DAYS]
    first = recent[0] if recent else far[-1]
    daily = (last.km - first.km) / (last.on - first.on).days
    return min(max(daily, norms.least), norms.most)


def _by_distance(
    begin: date, known: Sequence[Reading], interval: int, daily: float, latest: date
) -> date:
    """The day on which the distance since `begin` reaches the interval, not before the day after
    it and not after `latest`. Counted from the last reading where that lies later."""
    last = known[-1] if known and known[-1].on >= begin else Reading(begin, 0)
    there = next((one.km for one in known if one.on == begin), None)
    driven = daily * (last.on - begin).days if there is None else last.km - there
    left = min((interval - driven) / daily, (latest - last.on).days)
    return max(begin + _DAY, last.on + timedelta(days=round(left)))


def after_months(day: date, months: int) -> date:
    """The same day so many months later; the last of a month that is shorter."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
