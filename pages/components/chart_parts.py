"""What figures are made of, whichever their kind: axes, bars, lines, words beside them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pages.components.chart_look import Palette, safe, wrapped

Figure = dict[str, Any]
Label = str | dt.date


@dataclass(frozen=True)
class Series:
    """One line or one set of bars. `name` is a text; a missing value is None."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Target:
    """Where the numbers should be; `name` is a text."""

    name: str
    value: float


TICKS: Final = 12
"""Months that are written below a chart at most."""
LEGEND: Final[Figure] = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "traceorder": "normal",
    "y": 1.02,
    "yanchor": "bottom",
    "itemclick": False,
    "itemdoubleclick": False,
}


def coloured(series: Sequence[Series], look: Palette) -> list[tuple[Series, str]]:
    return [(one, look.series[i % len(look.series)]) for i, one in enumerate(series)]


def places(labels: Sequence[Label]) -> list[Any]:
    """Dates stay dates; words go by their place, for two of them may be the same."""
    if _dated(labels):
        return [label.isoformat() for label in labels if isinstance(label, dt.date)]
    return list(range(len(labels)))


def _dated(labels: Sequence[Label]) -> bool:
    return bool(labels) and all(isinstance(label, dt.date) for label in labels)


def shape_of(values: Iterable[float | None], *, share: bool) -> str:
    """One decimal at most: a chart shows the course, the table beside it the digits."""
    if share:
        return ".1%"
    return (
        ",.0f"
        if all(float(value).is_integer() for value in values if value is not None)
        else ",.1f"
    )


def layout_of(
    look: Palette,
    labels: Sequence[Label],
    height: int,
    *,
    legend: bool,
    share: bool,
) -> Figure:
    """Words or days along the bottom, numbers up the left."""
    words: Figure = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    if _dated(labels):
        words |= {"type": "date", "tickformat": "%m-%d", "hoverformat": "%Y-%m-%d", "tickangle": 0}
        if _monthly(labels):  # left to itself it writes a month at each of its weeks
            step = -(-len(labels) // TICKS)
            words |= {"tickformat": "%Y-%m", "dtick": f"M{step}", "hoverformat": "%Y-%m"}
            words["tick0"] = labels[0]
    else:
        ticks = [wrapped(str(label), len(labels)) for label in labels]
        words |= {"tickvals": list(range(len(labels))), "ticktext": ticks}
        words["autotickangles"] = [0, 90]
    return frame_of(look, height, legend=legend) | {
        "xaxis": words,
        "yaxis": numbers_of(look, share=share),
    }


def numbers_of(look: Palette, *, share: bool) -> Figure:
    """An axis of numbers."""
    return {
        "gridcolor": look.grid,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "nticks": 6,
        "tickangle": 0,
        "tickformat": ".0%" if share else ",",
    }


def frame_of(look: Palette, height: int, *, legend: bool) -> Figure:
    """What surrounds every chart."""
    return {
        "height": height,
        "margin": {"l": 4, "r": 8, "t": 36 if legend else 12, "b": 4},
        "showlegend": legend,
        "legend": {**LEGEND, "font": {"size": 12, "color": look.text}},
        "font": {"color": look.text},
        "hovermode": "closest",
        "hoverlabel": {"namelength": -1},
        "bargap": 0.35,
        "dragmode": False,
    }


def _monthly(labels: Sequence[Label]) -> bool:
    """Whether there is one date of each month."""
    return all(isinstance(label, dt.date) and label.day == 1 for label in labels)


def bars_of(
    labels: Sequence[Label],
    one: Series,
    colour: str,
    *,
    share: bool,
    numbers: bool = False,
) -> Figure:
    values = list(one.values)
    shape = shape_of(values, share=share)
    bars: Figure = {
        "type": "bar",
        "x": places(labels),
        "y": values,
        "name": safe(one.name),
        "marker": {"color": colour},
        "hovertemplate": "%{customdata}<br>%{y:" + shape + "}",
        "customdata": [safe(label) for label in labels],
    }
    if numbers:
        bars |= {
            "texttemplate": "%{y:" + shape + "}",
            "textposition": "outside",
            "cliponaxis": False,
        }
    return bars


def last_of(x: list[Any], one: Series, colour: str, *, share: bool) -> Figure:
    """The last value of a line, written at its end."""
    known = [(at, value) for at, value in zip(x, one.values, strict=True) if value is not None]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [at for at, _value in known[-1:]],
        "y": [value for _at, value in known[-1:]],
        "texttemplate": "%{y:" + shape_of(one.values, share=share) + "}",
        "textposition": "middle right",
        "textfont": {"color": colour},
        "marker": {"size": 7, "color": colour},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def target_line(along: list[Any], target: Target, look: Palette, *, share: bool) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": along,
        "y": [target.value] * len(along),
        "name": safe(target.name),
        "line": {"color": look.faint, "width": 1.5, "dash": "dot"},
        "hovertemplate": "%{y:" + shape_of([target.value], share=share) + "}",
    }


def rule(look: Palette, value: float, axis: str) -> Figure:
    """A dotted line over the whole chart."""
    dotted = {"color": look.faint, "width": 1, "dash": "dot"}
    ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": value, "y1": value}
    return {"type": "line", "line": dotted} | ends
