"""Charts: one look, one way to draw. Figures are plain dicts, three times cheaper than objects.

All words that go in are texts: Plotly reads a few HTML tags, so they are escaped here. The
sentence that a chart proves, its reading, stands above it and is what a screen reader says.
"""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from pages.components.chart_look import colours, config, safe
from pages.components.chart_maps import flow, heat
from pages.components.chart_parts import (
    Figure,
    Label,
    Series,
    Target,
    bars_of,
    coloured,
    last_of,
    layout_of,
    places,
    rule,
    shape_of,
    target_line,
)
from pages.components.chart_rows import lying, pareto
from pages.components.words import language, plain

__all__ = [
    "Figure",
    "Label",
    "Series",
    "Target",
    "bar",
    "control",
    "draw",
    "flow",
    "heat",
    "line",
    "lying",
    "pareto",
    "stacked",
]

SMALL: Final = 5
"""An axis up to here counts one by one."""
MANY: Final = 13
"""More bars than this carry no numbers of their own; they would run into each other."""


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
    x = places(labels)
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": list(one.values),
            "name": safe(one.name),
            "line": {"color": colour, "width": 2.5 if i == 0 else 2},
            "hovertemplate": "%{y:" + shape_of(one.values, share=share) + "}",
        }
        for i, (one, colour) in enumerate(coloured(series, look))
    ]
    data += [last_of(x, one, colour, share=share) for one, colour in coloured(series, look)]
    if target is not None:
        data.append(target_line(x, target, look, share=share))
    legend = len(series) > 1 or target is not None
    layout = layout_of(look, labels, height, legend=legend, share=share)
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
) -> Figure:
    """Amounts side by side; for long labels there is `lying`."""
    look = colours()
    wordy = len(labels) * len(series) <= MANY
    data = [
        bars_of(labels, one, colour, share=share, numbers=wordy)
        for one, colour in coloured(series, look)
    ]
    legend = len(series) > 1 or target is not None
    layout = layout_of(look, labels, height, legend=legend, share=share)
    layout["barmode"] = "group"
    if not share and all((value or 0) <= SMALL for one in series for value in one.values):
        layout["yaxis"]["dtick"] = 1  # no halves of a case
    if target is not None:
        data.append(target_line(places(labels), target, look, share=share))
    return {"data": data, "layout": layout}


def stacked(
    labels: Sequence[Label],
    series: Sequence[Series],
    *,
    target: Series | None = None,
    height: int = 280,
) -> Figure:
    """What amounts are made of; `target` says for each label where they should end."""
    look = colours()
    data = [bars_of(labels, one, colour, share=False) for one, colour in coloured(series, look)]
    if target is not None:
        drawn = target_line(places(labels), Target(target.name, 0), look, share=False)
        data.append(drawn | {"y": list(target.values)})
    layout = layout_of(look, labels, height, legend=True, share=False)
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
    x = places(labels)
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
        figure["layout"]["shapes"] = [rule(look, centre, "y")]
    figure["layout"]["yaxis"]["rangemode"] = "tozero"
    return figure
