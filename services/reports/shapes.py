"""What stands on a slide and where, in points from its upper left corner; for all formats."""

from dataclasses import dataclass
from typing import Literal

from services.reports.measuring import Fitted
from services.reports.slides import Numbers, Values

Align = Literal["left", "right", "center"]
Mark = Literal["line", "dashed", "dots", "ticks"]
"""A line with points, a broken line without, points alone, short strokes alone."""


@dataclass(frozen=True, slots=True)
class Words:
    left: float
    top: float
    width: float
    height: float
    words: Fitted
    colour: str
    is_bold: bool = False
    align: Align = "left"
    is_middle: bool = False
    """Halfway between the top and the bottom of its box."""
    is_title: bool = False
    is_number: bool = False
    """The slide's own number."""


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    width: float
    height: float
    fill: str
    line: str = ""
    is_round: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: cells row by row, the header first."""

    left: float
    top: float
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    cells: tuple[tuple[Fitted, ...], ...]
    right: frozenset[int]
    is_summed: bool


@dataclass(frozen=True, slots=True)
class Stroke:
    """A series. `weak`: from which value on it is drawn in a softer colour."""

    name: str
    values: Values
    colour: str
    mark: Mark = "line"
    is_right: bool = False
    """Measured on the axis on the right, from 0 to 1."""
    has_labels: bool = False
    weak: int | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart ready to be drawn: columns, and lines before them."""

    labels: tuple[str, ...]
    columns: tuple[Stroke, ...]
    lines: tuple[Stroke, ...]
    numbers: Numbers
    top: float
    step: float
    """Of the axis on the left: where it ends, and how far its lines are apart."""
    has_axis: bool = True
    is_stacked: bool = False
    every: int = 1
    """Each how manieth label is written."""

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        return (*self.columns, *self.lines)

    @property
    def has_right(self) -> bool:
        return any(line.is_right for line in self.lines)

    @property
    def has_legend(self) -> bool:
        return len(self.strokes) > 1


@dataclass(frozen=True, slots=True)
class Graph:
    left: float
    top: float
    width: float
    height: float
    plot: Plot


Shape = Words | Box | Grid | Graph


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    shapes: tuple[Shape, ...]
