"""Points between two amounts, with the middle of each, so that the corner shows which matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pages.components.chart_look import colours, safe
from pages.components.chart_parts import Figure, frame_of, numbers_of, rule


@dataclass(frozen=True)
class Point:
    """`mark` stands in it, `name` is told of it; both are texts."""

    mark: str
    name: str
    x: float
    y: float
    is_loud: bool = False


def points(found: Sequence[Point], *, x_name: str, y_name: str, height: int = 300) -> Figure:
    """One disc for each; dotted lines through the means part the field in four."""
    look = colours()
    dots: Figure = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [one.x for one in found],
        "y": [one.y for one in found],
        "text": [safe(one.mark) for one in found],
        "textfont": {"color": look.page, "size": 12},
        "customdata": [safe(one.name) for one in found],
        "marker": {
            "size": 24,
            "color": [look.loud if one.is_loud else look.series[0] for one in found],
        },
        "hovertemplate": "%{customdata}<br>%{x:,.2f} · %{y:,.0f}<extra></extra>",
        "cliponaxis": False,
    }
    layout = frame_of(look, height, legend=False)
    for axis, name in (("xaxis", x_name), ("yaxis", y_name)):
        title = {"text": safe(name), "font": {"size": 12, "color": look.faint}}
        layout[axis] = numbers_of(look, share=False) | {"title": title}
    layout["xaxis"] |= {"showgrid": False, "tickformat": ".2f"}
    layout["margin"] = {"l": 4, "r": 20, "t": 20, "b": 4}
    if found:
        layout["shapes"] = [
            rule(look, fmean(one.y for one in found), "y"),
            _upright(rule(look, fmean(one.x for one in found), "x")),
        ]
    return {"data": [dots], "layout": layout}


def _upright(line: Figure) -> Figure:
    """A rule that stands."""
    at = line["y0"]
    ends = {"xref": "x", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1}
    return {"type": "line", "line": line["line"]} | ends
