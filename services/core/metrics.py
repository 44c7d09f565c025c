"""What a figure is, and what a metric: what it counts, of what, in which unit (spec 5.1).

Features declare their metrics beside what they count; `services.kpi` is the dictionary of all.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import ceil, sqrt
from statistics import mean, median
from typing import Any, Final

from services.core import clock
from services.core.words import N_

Z: Final = 1.959964
"""Of the normal distribution, for an interval that holds 95 times of 100."""
FEW: Final = 30
"""A share of fewer cases than these says little, and is shown in grey."""


class Unit(StrEnum):
    SHARE = "share"
    """0.0 to 1.0."""
    PER_HUNDRED = "per_hundred"
    PER_THOUSAND = "per_thousand"
    WORKING_HOURS = "working_hours"
    COUNT = "count"
    YUAN = "yuan"
    POINTS = "points"
    """Of a survey, a form or a review."""
    TIMES = "times"


UNITS: Final = {
    Unit.PER_HUNDRED: N_("{value} / 100"),
    Unit.PER_THOUSAND: N_("{value} / 1,000"),
    Unit.WORKING_HOURS: N_("{value} h"),
    Unit.COUNT: N_("{value} cases"),
    Unit.YUAN: N_("{value} yuan"),
    Unit.POINTS: N_("{value} points"),
    Unit.TIMES: N_("{value} times"),
}
"""How a value is told; a share is the same in every language: 50 %."""


class Better(StrEnum):
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Period:
    """From the beginning of one day to the end of another, where the dealer works."""

    since: date
    until: date

    @cached_property
    def begin(self) -> datetime:
        return clock.midnight(self.since)

    @cached_property
    def end(self) -> datetime:
        """Not in it any more."""
        return clock.midnight(self.until + timedelta(days=1))

    @property
    def seen_at(self) -> datetime:
        """The moment as of which its figures are told: what happens later belongs to later."""
        return min(clock.now(), self.end)

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.begin <= moment < self.end


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` is None where there is nothing to count.

    `n` is how many cases stand behind it, `rows` which they are (ids; one may count more than
    once), `hits` which of them are counted above the line. `parts` are further figures that belong
    to it, in its unit unless their names say otherwise. `each` is what a row adds in that unit,
    where rows are not only counted.
    """

    value: float | None
    n: int
    numerator: float | None = None
    denominator: float | None = None
    parts: Mapping[str, float | None] = field(default_factory=dict)
    rows: Sequence[int] = ()
    hits: Sequence[int] = ()
    each: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """`measure` takes what the feature knows of a period; `label` and `formula` are msgids,
    `target` is the key of the parameter that says where the figure should be."""

    code: str
    label: str
    formula: str
    unit: Unit
    better: Better
    measure: Callable[[Any], Figure]
    target: str | None = None


def share(hits: Sequence[int], rows: Sequence[int]) -> Figure:
    """How many of the cases, with the interval of Wilson that holds the true share 95 times of
    100."""
    low, high = wilson(len(hits), len(rows)) or (None, None)
    return Figure(
        value=len(hits) / len(rows) if rows else None,
        n=len(rows),
        numerator=len(hits),
        denominator=len(rows),
        parts={"low": low, "high": high},
        rows=rows,
        hits=hits,
    )


def average(values: Mapping[int, float]) -> Figure:
    """The mean of what the cases (ids) are worth."""
    rows = list(values)
    return Figure(
        value=mean(values.values()) if values else None,
        n=len(rows),
        numerator=sum(values.values()),
        denominator=len(rows),
        rows=rows,
        hits=rows,
        each=values,
    )


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """The interval of a share (E. B. Wilson 1927); None without cases."""
    if not n:
        return None
    p, z2 = hits / n, Z * Z
    middle, half = p + z2 / (2 * n), Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)


def rate(rows: Collection[int], base: int, per: int) -> Figure:
    """How many cases for every `per` of the base."""
    return Figure(
        value=per * len(rows) / base if base else None,
        n=base,
        numerator=len(rows),
        denominator=base,
        rows=list(rows),
        hits=list(rows),
    )


@dataclass(frozen=True, slots=True)
class Control:
    """What chance alone makes of a rate: its centre, and per point the lowest and highest value
    that says nothing. In cases for every `per` of the base; None where there is no base."""

    centre: float | None
    values: Sequence[float | None]
    limits: Sequence[tuple[float, float] | None]

    def is_signal(self, at: int) -> bool:
        """Whether a point lies beyond what chance makes."""
        value, limit = self.values[at], self.limits[at]
        return value is not None and limit is not None and not limit[0] <= value <= limit[1]


def control(counts: Sequence[int], bases: Sequence[int], per: int) -> Control:
    """A u-chart: u = sum(counts) / sum(bases), limits u +/- 3 sqrt(u / base), not below 0
    (spec 3.6)."""
    whole = sum(bases)
    if not whole:
        return Control(None, [None] * len(counts), [None] * len(counts))
    u = sum(counts) / whole
    half = [3 * sqrt(u / base) if base else None for base in bases]
    return Control(
        centre=per * u,
        values=[
            per * count / base if base else None for count, base in zip(counts, bases, strict=True)
        ],
        limits=[None if h is None else (per * max(u - h, 0.0), per * (u + h)) for h in half],
    )


def spread(values: Mapping[int, int], gross: Mapping[int, int], parts: int) -> Figure:
    """The median of what each case (id) took, beside the ninth of ten, the mean, and the same of
    `gross`: in whole parts, so many of which make the unit."""
    net, whole = sorted(values.values()), sorted(gross.values())

    def told(of: Callable[[Sequence[int]], Any], took: Sequence[int]) -> float | None:
        return float(Fraction(of(took)) / parts) if took else None

    return Figure(
        value=told(median, net),
        n=len(net),
        denominator=len(net),
        parts={
            "p90": told(_ninth, net),
            "mean": told(mean, net),
            "gross": told(median, whole),
            "gross_p90": told(_ninth, whole),
        },
        rows=list(values),
        each={key: took / parts for key, took in values.items()},
    )


def _ninth(ordered: Sequence[int]) -> int:
    """The smallest value that nine of ten do not exceed: one that occurred."""
    return ordered[ceil(len(ordered) * 0.9) - 1]
