"""Bars that lie. Each has its label on a line of its own above it, with the whole width of the
chart: a name in any language is read there, on a phone too, where no room is left of the bars."""

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Any, Final

from pages.components.chart_look import Palette, colours, row_label, safe
from pages.components.chart_parts import (
    LEGEND,
    Figure,
    Series,
    coloured,
    frame_of,
    numbers_of,
    shape_of,
)

LINE_PX: Final = 17
"""Of a line of a label."""
BAR_PX: Final = 18
GAP_PX: Final = 10
"""Between two rows."""
TOP_PX: Final = 32
"""For a legend, or the head of a column."""
BOTTOM_PX: Final = 24
ROOM: Final = 1.18
"""The longest bar is shorter than the chart by this: its number stands beside it."""
VITAL_SHARE: Final = 0.8
"""Pareto's line: the few causes that make four fifths."""
SHARES: Final = 1.3
"""Where the running share ends, in lengths of the longest bar."""


def lying(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    target: Series | None = None,
    share: bool = False,
    faint: Collection[int] = (),
) -> Figure:
    """Amounts below each other, the first on top; as high as it needs to be. `target` says for each
    row where it should be; the `faint` rows say little and are grey."""
    look = colours()
    rows = _Rows(labels, len(series))
    data = [
        rows.bars(one, nth, colour, share=share)
        for nth, (one, colour) in enumerate(coloured(series, look))
    ]
    for bars in data if faint else ():
        tints = [
            look.grid if row in faint else bars["marker"]["color"] for row in range(len(labels))
        ]
        bars["marker"] = {"color": tints}
    layout = rows.layout(look, legend=len(series) > 1 or target is not None)
    most = 1.0 if share else max((v or 0 for one in series for v in one.values), default=1)
    layout["xaxis"] |= {"range": [0, ROOM * (most or 1)], "tickformat": ".0%" if share else ","}
    if share:
        layout["xaxis"]["tickvals"] = [0.25, 0.5, 0.75, 1]  # no room for 0 at the edge
    if target is not None:
        data.append(rows.marks(target, look, share=share))
        for nth, one in enumerate(series):  # at the edge, where no mark strikes them out
            data[nth]["textposition"] = "none"
            shape = shape_of(one.values, share=share)
            data.append(rows.written(one.values, ROOM * (most or 1), look, nth=nth, shape=shape))
    return {"data": data, "layout": layout}


def pareto(
    labels: Sequence[str],
    counts: Sequence[int],
    *,
    count_name: str,
    share_name: str,
    whole: int | None = None,
) -> Figure:
    """Causes by number, most frequent first, each with the share that it makes with those above.

    The vital few, those that it takes to reach 80 %, stand out, above a dotted line.
    `whole` is how many there are where rarer causes are left out.
    """
    look = colours()
    ranked = sorted(zip(counts, labels, strict=True), key=lambda pair: -pair[0])
    sums = list(accumulate(count for count, _label in ranked))
    all_of_them = whole or max(sums, default=0) or 1
    shares = [part / all_of_them for part in sums]
    vital = next((i for i, part in enumerate(shares) if part >= VITAL_SHARE), len(shares)) + 1
    rows = _Rows([label for _count, label in ranked], 1)
    values = [count for count, _label in ranked]
    bars = rows.bars(Series(count_name, values), 0, look.series[0], share=False)
    bars["marker"] = {
        "color": [look.series[0] if i < vital else look.soft for i in range(len(sums))]
    }
    most = max(values, default=1) or 1
    layout = rows.layout(look, legend=False)
    layout["xaxis"] |= {"range": [0, SHARES * most], "visible": False}
    layout["margin"] |= {"t": TOP_PX, "b": 4}
    layout["annotations"].append(_head(share_name, look))
    if vital < len(ranked):
        layout["shapes"] = [_below(vital - 0.5, look)]
    return {"data": [bars, rows.written(shares, SHARES * most, look)], "layout": layout}


class _Rows:
    """Where things stand in rows of which each is one unit high: its label above `count` bars."""

    def __init__(self, labels: Sequence[str], count: int) -> None:
        self.labels = [row_label(str(label)) for label in labels]
        self.lines = max(map(len, self.labels), default=1)
        self.count = count
        self.px = GAP_PX + self.lines * LINE_PX + count * BAR_PX

    def top(self, nth: int) -> float:
        """Of the bars with this number, from the middle of their row."""
        return (GAP_PX / 2 + self.lines * LINE_PX + nth * BAR_PX) / self.px - 0.5

    def bars(self, one: Series, nth: int, colour: str, *, share: bool) -> Figure:
        shape = shape_of(one.values, share=share)
        return {
            "type": "bar",
            "x": list(one.values),
            "y": list(range(len(self.labels))),
            "offset": self.top(nth),
            "width": (BAR_PX - 3) / self.px,
            "orientation": "h",
            "name": safe(one.name),
            "marker": {"color": colour},
            "texttemplate": "%{x:" + shape + "}",
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{customdata}<br>%{x:" + shape + "}",
            "customdata": [" ".join(lines) for lines in self.labels],
        }

    def marks(self, target: Series, look: Palette, *, share: bool) -> Figure:
        """A line across the bars of each row."""
        known = [(row, at) for row, at in enumerate(target.values) if at is not None]
        ends = self.top(0) - 2 / self.px, self.top(self.count) - 1 / self.px
        return {
            "type": "scatter",
            "mode": "lines",
            "x": [place for _row, at in known for place in (at, at, None)],
            "y": [place for row, _at in known for place in (row + ends[0], row + ends[1], None)],
            "name": safe(target.name),
            "line": {"color": look.text, "width": 2},
            "hovertemplate": "%{x:" + shape_of(target.values, share=share) + "}",
        }

    def written(
        self,
        values: Sequence[float | None],
        at: float,
        look: Palette,
        *,
        nth: int = 0,
        shape: str = ".0%",
    ) -> Figure:
        """A number at the end of each row, beside the bars with this number."""
        middle = self.top(nth) + (BAR_PX - 3) / self.px / 2
        known = [(row, value) for row, value in enumerate(values) if value is not None]
        return {
            "type": "scatter",
            "mode": "text",
            "x": [at] * len(known),
            "y": [row + middle for row, _value in known],
            "customdata": [value for _row, value in known],
            "texttemplate": "%{customdata:" + shape + "}",
            "textposition": "middle left",
            "textfont": {"color": look.text},
            "cliponaxis": False,
            "hoverinfo": "skip",
            "showlegend": False,
        }

    def layout(self, look: Palette, *, legend: bool) -> Figure:
        top = TOP_PX if legend else 4
        height = top + BOTTOM_PX + max(1, len(self.labels)) * self.px
        layout = frame_of(look, height, legend=legend)
        layout["margin"] = {"l": 4, "r": 4, "t": top, "b": BOTTOM_PX}
        layout["legend"] = {**LEGEND, "y": 1, "font": {"size": 12, "color": look.text}}
        layout["xaxis"] = numbers_of(look, share=False)
        layout["yaxis"] = {
            "visible": False,
            "fixedrange": True,
            "range": [max(1, len(self.labels)) - 0.5, -0.5],  # the first on top
        }
        layout["annotations"] = [
            words_at(lines, look, x=0, y=row - 0.5 + GAP_PX / 2 / self.px)
            for row, lines in enumerate(self.labels)
        ]
        return layout


def words_at(lines: Sequence[str], look: Palette, *, x: float, y: float) -> Figure:
    """Words below a place of the left edge; `y` in rows."""
    return {
        "text": "<br>".join(lines),
        "x": x,
        "xref": "paper",
        "xanchor": "left",
        "y": y,
        "yref": "y",
        "yanchor": "top",
        "align": "left",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": 12, "color": look.text},
    }


def _head(text: str, look: Palette) -> dict[str, Any]:
    return {
        "text": safe(text),
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12, "color": look.faint},
    }


def _below(y: float, look: Palette) -> Figure:
    dotted = {"color": look.faint, "width": 1, "dash": "dot"}
    ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
    return {"type": "line", "line": dotted} | ends
