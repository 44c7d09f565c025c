"""Charts as SVG, for paper: the same plots that PowerPoint draws by itself."""

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import Final

from services.reports.look import colours
from services.reports.measuring import cut, width, wrapped
from services.reports.plots import AXIS, GAP, LABEL, inside, softer
from services.reports.shapes import Graph, Stroke

FONTS: Final = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, Arial, Liberation Sans, sans-serif"
_LEGEND: Final = 26.0
_LINE: Final = LABEL * 1.3
_DIGITS: Final = {"0": 0, "0.0": 1, "0.00": 2, "0%": 0, "0.0%": 1}
_COLUMN: Final = 100 / (100 + GAP)
"""Of the room of a label that its columns take."""
_WIDEST: Final = 90.0
_LEGEND_NAME: Final = 160.0


def number(value: float, form: str) -> str:
    """A number as the chart's format has it."""
    if form.endswith("%"):
        return f"{value * 100:,.{_DIGITS[form]}f}%"
    return f"{value:,.{_DIGITS[form]}f}"


def svg(graph: Graph) -> str:
    """The chart as an SVG element of the graph's size in points."""
    inside = "".join(_Drawing(graph).parts())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{graph.width:.1f}pt" '
        f'height="{graph.height:.1f}pt" viewBox="0 0 {graph.width:.1f} {graph.height:.1f}" '
        f'font-family="{FONTS}" font-size="{LABEL}">{inside}</svg>'
    )


class _Drawing:
    """One chart: its room between the axes, and where a label and a value are in it."""

    def __init__(self, graph: Graph) -> None:
        plot = self.plot = graph.plot
        self.width = graph.width
        self.left = AXIS if plot.has_axis else 4.0
        self.right = graph.width - (AXIS if plot.has_right else 4.0)
        # Without a legend the highest column still needs room for its number.
        self.top = _LEGEND + 8 if plot.has_legend else 18.0
        self.each = (self.right - self.left) / len(plot.labels)
        lines = max(len(self._broken(label)) for label in plot.labels)
        self.bottom = graph.height - 8 - lines * _LINE

    def _broken(self, label: str) -> list[str]:
        if self.plot.every > 1:
            return [label]
        return wrapped(label, max(self.each - 6, 1), LABEL)[:3]

    def x(self, at: float) -> float:
        return self.left + (at + 0.5) * self.each

    def y(self, value: float, top: float) -> float:
        share = min(1.0, max(0.0, value / top))
        return self.bottom - share * (self.bottom - self.top)

    def parts(self) -> Iterator[str]:
        plot = self.plot
        yield from self._axes()
        for number_, stroke in enumerate(plot.columns):
            yield from self._columns(stroke, number_)
        for stroke in plot.lines:
            yield from self._line(stroke)
        if plot.has_legend:
            yield from self._legend()

    def _axes(self) -> Iterator[str]:
        look, plot = colours(), self.plot
        if plot.has_axis:
            for at in range(round(plot.top / plot.step) + 1):
                y = self.y(at * plot.step, plot.top)
                yield _rule(self.left, y, self.right, y, look.line, 0.75)
                told = number(at * plot.step, plot.numbers)
                yield _text(self.left - 6, y + 4, told, look.grey, "end")
        if plot.has_right:
            for fifth in range(6):
                y = self.y(fifth / 5, 1)
                yield _text(self.right + 6, y + 4, f"{fifth * 20}%", look.grey)
        yield _rule(self.left, self.bottom, self.right, self.bottom, look.line, 1)
        for at in range(0, len(plot.labels), plot.every):
            for line, words in enumerate(self._broken(plot.labels[at])):
                y = self.bottom + 15 + line * _LINE
                yield _text(self.x(at), y, words, look.grey, "middle")

    def _columns(self, stroke: Stroke, number_: int) -> Iterator[str]:
        plot, look = self.plot, colours()
        beside = 1 if plot.is_stacked else len(plot.columns)
        wide = min(_WIDEST, self.each * _COLUMN / beside)
        for at, value in enumerate(stroke.values):
            if value is None:
                continue
            below = 0.0
            if plot.is_stacked:
                below = sum(one.values[at] or 0.0 for one in plot.columns[:number_])
            x = self.x(at) - wide * beside / 2 + (0 if plot.is_stacked else number_ * wide)
            top, foot = self.y(below + value, plot.top), self.y(below, plot.top)
            weak = stroke.weak is not None and at >= stroke.weak
            colour = softer(stroke.colour) if weak else stroke.colour
            yield (
                f'<rect x="{x + 0.5:.1f}" y="{top:.1f}" width="{wide - 1:.1f}" '
                f'height="{foot - top:.1f}" fill="#{colour}"/>'
            )
            if stroke.has_labels:
                within = inside(stroke, plot, at)
                y = (top + foot) / 2 + 4 if within else top - 5
                shown = number(value, plot.numbers)
                tone = look.page if within else look.text
                yield _text(x + wide / 2, y, shown, tone, "middle", bold=True)

    def _line(self, stroke: Stroke) -> Iterator[str]:
        top = 1.0 if stroke.is_right else self.plot.top
        points = [
            (self.x(at), self.y(value, top)) if value is not None else None
            for at, value in enumerate(stroke.values)
        ]
        colour = f"#{stroke.colour}"
        if stroke.mark in {"line", "dashed"}:
            wide = 2.25 if stroke.mark == "line" else 1.5
            dashes = ' stroke-dasharray="6 4"' if stroke.mark == "dashed" else ""
            for one, other in pairwise(points):
                if one and other:
                    yield _rule(*one, *other, stroke.colour, wide, dashes)
        for at, point in enumerate(points):
            if point is None or stroke.mark == "dashed":
                continue
            x, y = point
            if stroke.mark == "ticks":
                half = min(24.0, self.each * 0.4)
                yield _rule(x - half, y, x + half, y, stroke.colour, 3)
            else:
                size = 5.5 if stroke.mark == "dots" else 3.2
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}"/>'
            if stroke.has_labels:
                told = number(stroke.values[at] or 0.0, self.plot.numbers)
                yield _text(x, y - 10, told, stroke.colour, "middle", bold=True)

    def _legend(self) -> Iterator[str]:
        plot = self.plot
        room = max(20.0, min(_LEGEND_NAME, self.width / len(plot.strokes) - 40))
        names = [cut(stroke.name, room, LABEL) for stroke in plot.strokes]
        x = (self.width - sum(width(name, LABEL) + 36 for name in names)) / 2
        for stroke, name in zip(plot.strokes, names, strict=True):
            colour = stroke.colour
            if stroke in plot.columns:
                yield f'<rect x="{x:.1f}" y="6" width="10" height="10" rx="2" fill="#{colour}"/>'
            elif stroke.mark == "dots":
                yield f'<circle cx="{x + 5:.1f}" cy="11" r="5" fill="#{colour}"/>'
            else:
                dashes = ' stroke-dasharray="5 3"' if stroke.mark == "dashed" else ""
                yield _rule(x - 4, 11, x + 12, 11, colour, 2.25, dashes)
            yield _text(x + 17, 15, name, colours().grey)
            x += width(name, LABEL) + 36


def _rule(
    x: float, y: float, to_x: float, to_y: float, colour: str, wide: float, more: str = ""
) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="#{colour}" '
        f'stroke-width="{wide}"{more}/>'
    )


def _text(
    x: float, y: float, words: str, colour: str, anchor: str = "start", *, bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="#{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )
