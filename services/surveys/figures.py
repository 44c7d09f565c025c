"""The figures of surveys: means, net promoters, and what moves the whole. Pure.

Shares have the interval of Wilson (`core.metrics`). A net promoter score is a difference of two
shares of the same customers; its interval is made of theirs by the method of variance estimates
recovery (G. Y. Zou and A. Donner 2008), with the correlation that two shares of one whole have.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Final

from services.core.metrics import Z, wilson
from services.surveys.scoring import DETRACTOR, PROMOTER
from services.surveys.views import Mean, Net

SCORES: Final = (0.0, 100.0)
FEWEST: Final = 2


def mean_of(values: Sequence[float], bounds: tuple[float, float] = SCORES) -> Mean:
    """The mean and, from two values on, mean +/- Z s / sqrt(n), within the bounds of the scale."""
    n = len(values)
    if not n:
        return Mean(0)
    middle = fmean(values)
    if n < FEWEST:
        return Mean(n, middle)
    half = Z * stdev(values) / sqrt(n)
    return Mean(n, middle, max(bounds[0], middle - half), min(bounds[1], middle + half))


def net_of(values: Iterable[int]) -> Net:
    """Promoters less detractors (Reichheld 2003), as a share of all, with its interval."""
    marks = list(values)
    n = len(marks)
    pro = sum(mark >= PROMOTER for mark in marks)
    contra = sum(mark <= DETRACTOR for mark in marks)
    fors, against = wilson(pro, n), wilson(contra, n)
    if fors is None or against is None:
        return Net(0)
    p, q = pro / n, contra / n
    spread = sqrt((p - p * p) * (q - q * q))
    together = -p * q / spread if spread else 0.0
    below = _apart(p - fors[0], against[1] - q, together)
    above = _apart(fors[1] - p, q - against[0], together)
    value = p - q
    return Net(n, pro, contra, value, max(-1.0, value - below), min(1.0, value + above))


def _apart(one: float, other: float, together: float) -> float:
    """How far a difference of two shares may lie off, from how far each may."""
    return sqrt(max(0.0, one * one + other * other - 2 * together * one * other))


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r, -1.0 to 1.0; None where one of the two does not vary."""
    if any(len(set(side)) < FEWEST for side in zip(*pairs, strict=True)) or not pairs:
        return None  # told by the values: rounding makes a spread where there is none
    mx, my = fmean(x for x, _y in pairs), fmean(y for _x, y in pairs)
    sx = sqrt(sum((x - mx) ** 2 for x, _y in pairs))
    sy = sqrt(sum((y - my) ** 2 for _x, y in pairs))
    if not sx * sy:
        return None
    r = sum((x - mx) / sx * ((y - my) / sy) for x, y in pairs)
    return max(-1.0, min(1.0, r))


def driving(
    parts: Mapping[str, Sequence[tuple[float, float]]],
) -> list[tuple[str, int, float, float, float]]:
    """Which question moves the whole, heaviest first: (code, n, importance, performance, chance).

    `parts`: question -> (its answer 0 to 100, the whole without it) of everybody who gave both.
    Importance is derived, not asked: how the answers go with the whole (Pearson's r). Performance
    is the mean answer. The chance is importance times what lacks to 100, not below 0: where there
    is most to win. A question whose answers do not vary says nothing and is left out.
    """
    found = []
    for code, pairs in parts.items():
        r = correlation(pairs)
        if r is None:
            continue
        performance = fmean(x for x, _y in pairs)
        found.append((code, len(pairs), r, performance, max(0.0, r) * (100 - performance)))
    return sorted(found, key=lambda one: (-one[4], one[0]))
