"""Charts: one look, one way to draw. Figures are plain dicts, three times cheaper than objects.

All words that go in are texts: Plotly reads a few HTML tags, so they are escaped here. The
sentence that a chart proves, its reading, stands above it and is what a screen reader says.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import streamlit as st

from pages.components.chart_look import Palette, colours, config, safe, wrapped
from pages.components.words import language, plain

Figure = dict[str, Any]
Label = str | dt.date

VITAL_SHARE: Final = 0.8
"""Pareto's line: the few causes that make four fifths."""
SMALL: Final = 5
"""An axis up to here counts one by one."""
MANY: Final = 13
"""More bars than this carry no numbers of their own; they would run into each other."""


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


def draw(figure: Figure, *, key: str, reading: str, about: str = "") -> None:
    """Show a chart below the sentence that it proves. Both are texts: `raw(...)`.

    `about` says which period, which stores, compared with what.
    """
    with st.container(gap=None):
        st.markdown(f"**{plain(reading)}**")
        if about:
            st.caption(plain(about))
    st.plotly_chart(figure, key=key, alt=reading, config=config(language()))


# ---- the family


def line(
    labels: Sequence[Label],
    series: Sequence[Series],
    *,
    target: Target | None = None,
    share: bool = False,
    height: int = 280,
) -> Figure:
    """A course over time; the last value of each line is written beside it. `share`: 0.0 to 1.0."""
    look = colours()
    x = _places(labels)
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": list(one.values),
            "name": safe(one.name),
            "line": {"color": colour, "width": 2.5 if i == 0 else 2},
            "hovertemplate": "%{y:" + _format(one.values, share=share) + "}",
        }
        for i, (one, colour) in enumerate(_coloured(series, look))
    ]
    data += [_last(x, one, colour, share=share) for one, colour in _coloured(series, look)]
    if target is not None:
        data.append(_target(x, target, look, share=share))
    legend = len(series) > 1 or target is not None
    layout = _layout(look, labels, height, legend=legend, share=share)
    layout["hovermode"] = "x unified"
    layout["margin"]["r"] = 48  # room for the last value
    return {"data": data, "layout": layout}


def bar(
    labels: Sequence[Label],
    series: Sequence[Series],
    *,
    target: Target | None = None,
    share: bool = False,
    height: int = 280,
    lying: bool = False,
) -> Figure:
    """Amounts side by side; `lying` for long labels, which then read from the top."""
    look = colours()
    wordy = len(labels) * len(series) <= MANY
    data = [
        _bars(labels, one, colour, share=share, lying=lying, numbers=wordy)
        for one, colour in _coloured(series, look)
    ]
    legend = len(series) > 1 or target is not None
    layout = _layout(look, labels, height, legend=legend, share=share, lying=lying)
    layout["barmode"] = "group"
    if not share and all((value or 0) <= SMALL for one in series for value in one.values):
        layout["xaxis" if lying else "yaxis"]["dtick"] = 1  # no halves of a case
    if target is not None:
        along = [-0.5, *_places(labels)[1:-1], len(labels) - 0.5] if lying else _places(labels)
        data.append(_target(along, target, look, share=share, lying=lying))
    return {"data": data, "layout": layout}


def stacked(
    labels: Sequence[Label], series: Sequence[Series], *, height: int = 280, lying: bool = False
) -> Figure:
    """What amounts are made of."""
    look = colours()
    data = [
        _bars(labels, one, colour, share=False, lying=lying, numbers=False)
        for one, colour in _coloured(series, look)
    ]
    layout = _layout(look, labels, height, legend=True, share=False, lying=lying)
    layout["barmode"] = "stack"
    return {"data": data, "layout": layout}


def control(
    labels: Sequence[Label],
    series: Series,
    *,
    centre: float | None,
    limits: Sequence[tuple[float, float] | None],
    loud: Sequence[int],
    height: int = 280,
) -> Figure:
    """A course between the limits that chance makes; the points beyond them (`loud`) stand out."""
    look = colours()
    figure = line(labels, [series], height=height)
    x = _places(labels)
    lows = [limit[0] if limit else None for limit in limits]
    highs = [limit[1] if limit else None for limit in limits]
    edge: Figure = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "line": {"width": 0, "shape": "hvh"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    band = [edge | {"y": lows}, edge | {"y": highs, "fill": "tonexty", "fillcolor": look.band}]
    marks: Figure = {
        "type": "scatter",
        "mode": "markers",
        "x": [x[at] for at in loud],
        "y": [series.values[at] for at in loud],
        "marker": {"size": 10, "color": look.loud},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    figure["data"] = [*band, *figure["data"], marks]
    if centre is not None:
        figure["layout"]["shapes"] = [_rule(look, centre, "y")]
    figure["layout"]["yaxis"]["rangemode"] = "tozero"
    return figure


def pareto(
    labels: Sequence[str],
    counts: Sequence[int],
    *,
    count_name: str,
    share_name: str,
    height: int = 320,
) -> Figure:
    """Causes by number, most frequent first, and their running share.

    The vital few, those that it takes to reach 80 %, stand out.
    """
    look = colours()
    ranked = sorted(zip(counts, labels, strict=True), key=lambda pair: -pair[0])
    sums = list(accumulate(count for count, _label in ranked))
    whole = sums[-1] if sums and sums[-1] else 1
    shares = [part / whole for part in sums]
    vital = next((i for i, part in enumerate(shares) if part >= VITAL_SHARE), len(shares)) + 1
    names = [label for _count, label in ranked]
    bars = _bars(
        names,
        Series(count_name, [count for count, _label in ranked]),
        look.series[0],
        share=False,
        numbers=len(ranked) <= MANY,
    )
    tints = [look.series[0] if i < vital else look.soft for i in range(len(ranked))]
    bars["marker"] = {"color": tints}
    running = _running(names, Series(share_name, shares), look, bars["customdata"])
    layout = _layout(look, names, height, legend=True, share=False)
    most = max(counts, default=1)
    layout["yaxis"]["range"] = [0, most * 1.2]
    if most <= SMALL:
        layout["yaxis"]["dtick"] = 1
    layout["yaxis2"] = SHARE_AXIS
    layout["shapes"] = [_rule(look, VITAL_SHARE, "y2")]
    return {"data": [bars, running], "layout": layout}


# ---- parts

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
SHARE_AXIS: Final[Figure] = {
    "overlaying": "y",
    "side": "right",
    "range": [0, 1.08],
    "tickformat": ".0%",
    "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
    "showgrid": False,
    "zeroline": False,
    "automargin": True,
}


def _running(names: Sequence[str], shares: Series, look: Palette, hover: Any) -> Figure:
    """The running share over the bars, on an axis of its own."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": _places(names),
        "y": shares.values,
        "yaxis": "y2",
        "name": safe(shares.name),
        "line": {"color": look.series[2], "width": 2},
        "marker": {"size": 6},
        "customdata": hover,
        "hovertemplate": "%{customdata}<br>%{y:.0%}",
    }


def _coloured(series: Sequence[Series], look: Palette) -> list[tuple[Series, str]]:
    return [(one, look.series[i % len(look.series)]) for i, one in enumerate(series)]


def _places(labels: Sequence[Label]) -> list[Any]:
    """Dates stay dates; words go by their place, for two of them may be the same."""
    if _dated(labels):
        return [label.isoformat() for label in labels if isinstance(label, dt.date)]
    return list(range(len(labels)))


def _dated(labels: Sequence[Label]) -> bool:
    return bool(labels) and all(isinstance(label, dt.date) for label in labels)


def _format(values: Iterable[float | None], *, share: bool) -> str:
    """One decimal at most: a chart shows the course, the table beside it the digits."""
    if share:
        return ".1%"
    return (
        ",.0f"
        if all(float(value).is_integer() for value in values if value is not None)
        else ",.1f"
    )


def _layout(
    look: Palette,
    labels: Sequence[Label],
    height: int,
    *,
    legend: bool,
    share: bool,
    lying: bool = False,
) -> Figure:
    words: Figure = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    if _dated(labels):
        words |= {"type": "date", "tickformat": _date_format(labels), "hoverformat": "%Y-%m-%d"}
        words["tickangle"] = 0
    else:
        ticks = [wrapped(str(label), len(labels), lying=lying) for label in labels]
        words |= {"tickvals": list(range(len(labels))), "ticktext": ticks}
        words["autotickangles"] = [0, 90]
        if lying:
            words["range"] = [len(labels) - 0.5, -0.5]  # the first on top
    numbers: Figure = {
        "gridcolor": look.grid,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "nticks": 6,
        "tickangle": 0,
        "tickformat": ".0%" if share else ",",
        "rangemode": "tozero" if lying else "normal",
    }
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
        "xaxis": numbers if lying else words,
        "yaxis": words if lying else numbers,
    }


def _date_format(labels: Sequence[Label]) -> str:
    """Months where there is one date in each, else days."""
    firsts = all(isinstance(label, dt.date) and label.day == 1 for label in labels)
    return "%Y-%m" if firsts else "%m-%d"


def _bars(
    labels: Sequence[Label],
    one: Series,
    colour: str,
    *,
    share: bool,
    lying: bool = False,
    numbers: bool = False,
) -> Figure:
    places, values = _places(labels), list(one.values)
    axis = "x" if lying else "y"
    shape = _format(values, share=share)
    bars: Figure = {
        "type": "bar",
        "x": values if lying else places,
        "y": places if lying else values,
        "orientation": "h" if lying else "v",
        "name": safe(one.name),
        "marker": {"color": colour},
        "hovertemplate": "%{customdata}<br>%{" + axis + ":" + shape + "}",
        "customdata": [safe(label) for label in labels],
    }
    if numbers:
        bars |= {
            "texttemplate": "%{" + axis + ":" + shape + "}",
            "textposition": "auto" if lying else "outside",
            "insidetextanchor": "end",
            "cliponaxis": False,
        }
    return bars


def _last(x: list[Any], one: Series, colour: str, *, share: bool) -> Figure:
    """The last value of a line, written at its end."""
    known = [(at, value) for at, value in zip(x, one.values, strict=True) if value is not None]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [at for at, _value in known[-1:]],
        "y": [value for _at, value in known[-1:]],
        "texttemplate": "%{y:" + _format(one.values, share=share) + "}",
        "textposition": "middle right",
        "textfont": {"color": colour},
        "marker": {"size": 7, "color": colour},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _target(
    along: list[Any], target: Target, look: Palette, *, share: bool, lying: bool = False
) -> Figure:
    level = [target.value] * len(along)
    axis = "x" if lying else "y"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": level if lying else along,
        "y": along if lying else level,
        "name": safe(target.name),
        "line": {"color": look.faint, "width": 1.5, "dash": "dot"},
        "hovertemplate": "%{" + axis + ":" + _format([target.value], share=share) + "}",
    }


def _rule(look: Palette, value: float, axis: str) -> Figure:
    """A dotted line over the whole chart."""
    dotted = {"color": look.faint, "width": 1, "dash": "dot"}
    ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": value, "y1": value}
    return {"type": "line", "line": dotted} | ends
