"""Tables that fit: columns as wide as they need, cells of two lines, rows over several slides."""

import math
from typing import Final

from services.reports.measuring import ELLIPSIS, LEADING, Fitted, clean, cut, width, wrapped
from services.reports.shapes import Grid
from services.reports.slides import Table

PAD: Final = 7.0
"""Left and right of a cell's words; above and below them a little less."""
ROWS: Final = 12
"""Most rows of a slide; more are not read from a wall."""
_ABOVE: Final = 4.5
_SIZE: Final = 12.0
_SMALL: Final = 11.0
_LINES: Final = 2


def spread(table: Table, left: float, top: float, room: float, bottom: float) -> list[Grid]:
    """The table as one grid for each slide it takes; each begins with the header."""
    widths = _widths(table, room, _SIZE)
    head = _row(table.header, widths, _SIZE, bold=True)
    rows = _rows(table, widths, _SIZE)
    room_below = bottom - top - _height(head)
    groups = _grouped(rows, room_below, ROWS)
    # As few slides as need be, but none with a single row left over.
    even = _grouped(rows, room_below, math.ceil(len(rows) / len(groups)))
    groups = even if len(even) == len(groups) else groups
    last = len(groups) - 1
    return [
        _grid(table, left, top, widths, [head, *group], is_summed=table.is_summed and at == last)
        for at, group in enumerate(groups)
    ]


def _grouped(
    rows: list[tuple[Fitted, ...]], room: float, most: int
) -> list[list[tuple[Fitted, ...]]]:
    groups: list[list[tuple[Fitted, ...]]] = [[]]
    used = 0.0
    for row in rows:
        if groups[-1] and (len(groups[-1]) == most or used + _height(row) > room):
            groups.append([])
            used = 0.0
        groups[-1].append(row)
        used += _height(row)
    return groups


def beside(table: Table, left: float, top: float, room: float, bottom: float) -> Grid:
    """The first rows of the table, smaller; dots in the last one if there are more."""
    widths = _widths(table, room, _SMALL)
    found = [_row(table.header, widths, _SMALL, bold=True)]
    rows = _rows(table, widths, _SMALL)
    for row in rows:
        if top + sum(map(_height, found)) + _height(row) > bottom:
            dots = tuple(Fitted(ELLIPSIS, _SMALL, 1) for _ in widths)
            return _grid(table, left, top, widths, [*found[:-1], dots], is_summed=False)
        found.append(row)
    return _grid(table, left, top, widths, found, is_summed=table.is_summed)


def _rows(table: Table, widths: tuple[float, ...], size: float) -> list[tuple[Fitted, ...]]:
    last = len(table.rows) - 1
    return [
        _row(row, widths, size, bold=table.is_summed and at == last)
        for at, row in enumerate(table.rows)
    ]


def _widths(table: Table, room: float, size: float) -> tuple[float, ...]:
    """As wide as their words, but the widest give way until all have room; what is left over is
    shared out in proportion."""
    wanted = [
        max(
            40.0,
            width(clean(name), size, bold=True) + 2 * PAD + 4,
            *(width(clean(row[at]), size) + 2 * PAD + 4 for row in table.rows if at < len(row)),
        )
        for at, name in enumerate(table.header)
    ]
    limit, left = room, room
    for at, wide in enumerate(sorted(wanted)):
        limit = left / (len(wanted) - at)
        if wide > limit:
            break
        left -= wide
        limit = wide
    found = [min(wide, limit) for wide in wanted]
    scale = room / sum(found) if found else 1.0
    return tuple(wide * scale for wide in found)


def _row(
    row: tuple[str, ...], widths: tuple[float, ...], size: float, *, bold: bool = False
) -> tuple[Fitted, ...]:
    texts = [clean(text) for text in row[: len(widths)]]
    texts += [""] * (len(widths) - len(texts))
    return tuple(
        _cell(text, max(wide - 2 * PAD, 1.0), size, bold=bold)
        for text, wide in zip(texts, widths, strict=True)
    )


def _cell(text: str, room: float, size: float, *, bold: bool) -> Fitted:
    shown = cut(text, room, size, _LINES, bold=bold)
    return Fitted(shown, size, len(wrapped(shown, room, size, bold=bold)))


def _height(row: tuple[Fitted, ...]) -> float:
    return max((cell.lines * cell.size * LEADING for cell in row), default=0.0) + 2 * _ABOVE


def _grid(
    table: Table,
    left: float,
    top: float,
    widths: tuple[float, ...],
    rows: list[tuple[Fitted, ...]],
    *,
    is_summed: bool,
) -> Grid:
    heights = tuple(map(_height, rows))
    return Grid(left, top, widths, heights, tuple(rows), table.right, is_summed)
