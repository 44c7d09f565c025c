"""Charts made ready to be drawn: axes, colours, marks and labels that fit."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate
from typing import Final

from services.core.words import N_, translate
from services.reports.look import colours
from services.reports.measuring import clean, cut, width
from services.reports.shapes import Plot, Stroke
from services.reports.slides import (
    Bullets,
    Chart,
    Columns,
    ControlChart,
    Language,
    Pareto,
    Series,
    Values,
)

LABEL: Final = 11.0
"""Size of all words in a chart."""
AXIS: Final = 40.0
"""Width of an axis with its numbers."""
CAUSES: Final = 10
VITAL: Final = 0.8
"""The causes up to this share of all stand out."""
_MOST_LABELLED: Final = 24
"""Columns that have room for their numbers."""
_WIDEST: Final = 90.0
_NAME: Final = 200.0
GAP: Final = 80
"""Between columns, in hundredths of their width."""
WEAK: Final = 0.6
"""How far a softer colour is on its way to the page's."""
_HIGH: Final = 0.08
"""Of the axis: lower columns have no room for a number."""


def plot(chart: Chart, room: float, language: Language) -> Plot | None:
    """The chart for so many points of width; `None` if it has nothing to show.

    Raises `ValueError` for a series that has not one value for each label.
    """
    made: Plot
    match chart:
        case ControlChart():
            made = _control(chart, language)
        case Pareto():
            made = _pareto(chart, language)
        case Bullets():
            made = _bullets(chart)
        case Columns():
            made = _columns(chart)
    if not any(value is not None for stroke in made.strokes for value in stroke.values):
        return None
    return _labelled(made, room, is_time=isinstance(chart, ControlChart))


def _stroke(series: Series, labels: tuple[str, ...], colour: str) -> Stroke:
    return Stroke(_name(series), _numbers(series.values, labels), colour)


def _name(series: Series) -> str:
    """For the legend, in which several have to stand."""
    return cut(clean(series.name), _NAME, LABEL)


def _numbers(values: Values, labels: tuple[str, ...]) -> Values:
    if len(values) != len(labels):
        raise ValueError(f"{len(values)} values for {len(labels)} labels")
    return tuple(v if v is not None and math.isfinite(v) else None for v in values)


def _control(chart: ControlChart, language: Language) -> Plot:
    look = colours()
    rate = _stroke(chart.rate, chart.labels, look.accent)

    def limit(msgid: str, values: Values, colour: str) -> Stroke:
        known = _numbers(values, chart.labels)
        single = sum(value is not None for value in known) == 1
        name = translate(language, msgid)
        return Stroke(name, known, colour, "ticks" if single else "dashed")

    lower = limit(N_("Lower limit"), chart.lower, look.series[2])
    upper = limit(N_("Upper limit"), chart.upper, look.series[2])
    beyond = tuple(
        value
        if value is not None
        and ((low is not None and value < low) or (high is not None and value > high))
        else None
        for value, low, high in zip(rate.values, lower.values, upper.values, strict=True)
    )
    lines = [limit(N_("Centre line"), chart.centre, look.grey), upper, lower, rate]
    if any(value is not None for value in beyond):
        name = translate(language, N_("Outside the limits"))
        lines.append(Stroke(name, beyond, look.bad, "dots", has_labels=True))
    top, step = _axis(value for line in lines for value in line.values)
    if not any(value is not None for value in rate.values):
        lines = []
    return Plot(_clean(chart.labels), (), tuple(lines), chart.numbers, top, step)


def _pareto(chart: Pareto, language: Language) -> Plot:
    look = colours()
    counts = _numbers(chart.counts.values, chart.labels)
    pairs = [(n, label) for n, label in zip(counts, chart.labels, strict=True) if n and n > 0]
    pairs.sort(key=lambda pair: -pair[0])
    if len(pairs) > CAUSES:
        pairs[CAUSES:] = [(sum(n for n, _ in pairs[CAUSES:]), chart.rest)]
    total = sum(n for n, _ in pairs)
    shares = tuple(n / total for n in accumulate(n for n, _ in pairs))
    vital = 1 + sum(share < VITAL for share in shares)
    columns = Stroke(
        _name(chart.counts), tuple(n for n, _ in pairs), look.accent, has_labels=True,
        weak=vital,
    )  # fmt: skip
    share = Stroke(
        translate(language, N_("Cumulative share")), shares, look.series[2], is_right=True
    )
    labels = _clean(tuple(label for _, label in pairs))
    # Both axes end at all of them: so the line begins on the first column.
    return Plot(labels, (columns,), (share,), "0", total or 1, total or 1, has_axis=False)


def _bullets(chart: Bullets) -> Plot:
    shares = _stroke(chart.shares, chart.labels, colours().accent)
    targets = replace(_stroke(chart.targets, chart.labels, colours().text), mark="ticks")
    if not any(share is not None for share in shares.values):
        targets = replace(targets, values=shares.values)
    return Plot(
        _clean(chart.labels),
        (replace(shares, has_labels=True),),
        (targets,),
        "0.0%",
        1.05 * max([1.0, *(share or 0.0 for share in shares.values)]),
        0.2,
        has_axis=False,
    )


def _columns(chart: Columns) -> Plot:
    look = colours()
    colour = (look.series[at % len(look.series)] for at in range(len(chart.series)))
    found = [_stroke(one, chart.labels, next(colour)) for one in chart.series]
    many = len(found) * len(chart.labels) > _MOST_LABELLED
    has_labels = not (chart.is_stacked or many)
    heights: Iterable[float | None] = (value for stroke in found for value in stroke.values)
    if chart.is_stacked:
        heights = [sum(v or 0 for v in one) for one in zip(*(s.values for s in found), strict=True)]
    top, step = _axis(heights)
    return Plot(
        _clean(chart.labels),
        tuple(replace(stroke, has_labels=has_labels) for stroke in found),
        (),
        chart.numbers,
        top,
        step,
        has_axis=not has_labels,
        is_stacked=chart.is_stacked,
    )


def _axis(values: Iterable[float | None]) -> tuple[float, float]:
    """Where an axis from 0 ends, a little above all values, and its step: 1, 2 or 5 of some power
    of ten, so that there are four to eight lines."""
    highest = max((value for value in values if value is not None), default=0.0)
    if highest <= 0:
        return 1.0, 0.5
    rough = highest * 1.08 / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough)
    return math.ceil(highest * 1.08 / step) * step, step


def _clean(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(clean(label) for label in labels)


def _labelled(made: Plot, room: float, *, is_time: bool) -> Plot:
    """With labels that fit under their points: times leave some out, names are broken and cut."""
    inner = room - AXIS * made.has_axis - AXIS * made.has_right
    each = inner / max(1, len(made.labels))
    if is_time:
        labels = tuple(cut(label, _WIDEST, LABEL) for label in made.labels)
        widest = max((width(label, LABEL) for label in labels), default=0.0)
        return replace(made, labels=labels, every=max(1, math.ceil((widest + 6) / each)))
    return replace(
        made, labels=tuple(cut(label, max(each - 6, 1), LABEL, 3) for label in made.labels)
    )


def softer(colour: str) -> str:
    """The colour (RRGGBB) mixed with white."""
    parts = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    return "".join(f"{round(part + (255 - part) * WEAK):02X}" for part in parts)


def inside(stroke: Stroke, plot: Plot, at: int) -> bool:
    """Whether a column has its number within: where a line or a target stands on its end."""
    value = stroke.values[at]
    high = value is not None and value > plot.top * _HIGH
    return high and ((plot.has_right and at == 0) or any(s.mark == "ticks" for s in plot.lines))
