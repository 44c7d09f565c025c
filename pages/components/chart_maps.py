"""Charts of two things at once: which goes with which, and from where to where."""

from collections.abc import Sequence
from typing import Any, Final

from pages.components.chart_look import Palette, colours, column_label, row_label, safe
from pages.components.chart_parts import Figure, frame_of
from pages.components.chart_rows import words_at

LINE_PX: Final = 17
CELL_PX: Final = 26
GAP_PX: Final = 6
HEAD_PX: Final = 13
"""Of a line above a column."""
NODE_PX: Final = 60
VEIL: Final = 0.28
"""How much of its colour a way keeps."""


def heat(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
) -> Figure:
    """How often each row meets each column: the more, the stronger. `counts` by row and column.

    A row's name stands above its cells, a column's above all; no name is cut or turned.
    """
    look = colours()
    names, heads = [row_label(one) for one in rows], [column_label(one) for one in columns]
    words_px = max(map(len, names), default=1) * LINE_PX + GAP_PX
    row_px = words_px + CELL_PX
    edges = [place for row in range(len(rows)) for place in (row, row + words_px / row_px)]
    top = max(map(len, heads), default=1) * HEAD_PX + 6
    layout = frame_of(look, top + 4 + max(1, len(rows)) * row_px, legend=False)
    layout["margin"] = {"l": 4, "r": 4, "t": top, "b": 4}
    hidden = {"visible": False, "fixedrange": True}
    layout["xaxis"] = hidden | {"range": [0, max(1, len(columns))]}
    layout["yaxis"] = hidden | {"range": [max(1, len(rows)), 0]}  # the first on top
    layout["annotations"] = [
        words_at(lines, look, x=0, y=row + GAP_PX / 2 / row_px) for row, lines in enumerate(names)
    ] + [_above(lines, look, place + 0.5) for place, lines in enumerate(heads)]
    cells: Figure = {
        "type": "heatmap",
        "x": list(range(len(columns) + 1)),
        "y": [*edges, len(rows)],
        "z": _between(counts, None),
        "text": _between([[str(count or "") for count in line] for line in counts], ""),
        "hovertext": _between(_told(rows, columns, counts), ""),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False,
        "texttemplate": "%{text}",
        "textfont": {"size": 12},
        "colorscale": _scale(look),
        "zmin": 0,
        "zmax": max((count for line in counts for count in line), default=1) or 1,
        "showscale": False,
        "xgap": 2,
    }
    return {"data": [cells], "layout": layout}


def _between(lines: Sequence[Sequence[Any]], nothing: Any) -> list[list[Any]]:
    """Each line below an empty one, where its name stands."""
    return [each for line in lines for each in ([nothing] * len(line), list(line))]


def _told(
    rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]
) -> list[list[str]]:
    return [
        [
            f"{safe(row)}<br>{safe(column)}<br>{count}"
            for column, count in zip(columns, line, strict=True)
        ]
        for row, line in zip(rows, counts, strict=True)
    ]


def _scale(look: Palette) -> list[list[Any]]:
    last = len(look.scale) - 1
    return [[place / last, colour] for place, colour in enumerate(look.scale)]


def _above(lines: Sequence[str], look: Palette, x: float) -> Figure:
    return {
        "text": "<br>".join(lines),
        "x": x,
        "xref": "x",
        "xanchor": "center",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": 10, "color": look.text},
    }


# ---- from where to where

Way = tuple[str, str, int]
"""From, to (texts), how many."""


def flow(ways: Sequence[Way], *, source_name: str, target_name: str) -> Figure:
    """How many go from what on the left to what on the right; each side has its own order, so that
    there and back are two ways."""
    look = colours()
    sources, targets = (list(dict.fromkeys(way[side] for way in ways)) for side in (0, 1))
    out = {one: sum(way[2] for way in ways if way[0] == one) for one in sources}
    into = {one: sum(way[2] for way in ways if way[1] == one) for one in targets}
    tints = {
        one: look.series[i % len(look.series)]
        for i, one in enumerate(dict.fromkeys([*sources, *targets]))
    }
    height = 40 + NODE_PX * max(len(sources), len(targets), 3)
    layout = frame_of(look, height, legend=False)
    layout["margin"] = {"l": 4, "r": 4, "t": 28, "b": 8}
    layout["annotations"] = [
        _side(source_name, look, 0, "left"),
        _side(target_name, look, 1, "right"),
    ]
    nodes = {
        "label": [f"{safe(one)} {n}" for side in (out, into) for one, n in side.items()],
        "color": [tints[one] for one in (*sources, *targets)],
        "pad": 24,
        "thickness": 12,
        "line": {"width": 0},
        "hovertemplate": "%{label}<extra></extra>",
    }
    links = {
        "source": [sources.index(way[0]) for way in ways],
        "target": [len(sources) + targets.index(way[1]) for way in ways],
        "value": [way[2] for way in ways],
        "color": [_veiled(tints[way[0]]) for way in ways],
        "customdata": [f"{safe(way[0])} → {safe(way[1])}" for way in ways],
        "hovertemplate": "%{customdata}<br>%{value}<extra></extra>",
    }
    data = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": nodes,
        "link": links,
        "textfont": {"size": 12, "color": look.text},
    }
    return {"data": [data], "layout": layout}


def _side(text: str, look: Palette, x: int, anchor: str) -> Figure:
    return {
        "text": safe(text),
        "x": x,
        "xref": "paper",
        "xanchor": anchor,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
        "font": {"size": 12, "color": look.faint},
    }


def _veiled(colour: str) -> str:
    """#rrggbb, seen through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{VEIL})"
