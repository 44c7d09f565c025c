"""What all charts share: colours of the theme, Plotly's settings, words that fit and are safe."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import streamlit as st
from babel import dates

LINE_OF_AXIS: Final = 26
"""Wide characters along an axis on a phone; all labels share them."""
LINE_OF_LABEL: Final = (2, 8)
"""Fewest and most wide characters on one line of a label; narrow ones count about half."""
LABEL_LINES: Final = 3
LINE_OF_ROW: Final = 25
"""Wide characters of a line that has the whole width of a card on a phone."""
LINE_OF_COLUMN: Final = 3.5
"""Wide characters above one of nine columns there."""
LONGEST_WORD: Final = 4.3
"""Wide characters of a word that stays whole above a column."""
HALF_WIDTH: Final = 0x2E80
"""Characters below are about half as wide as Chinese ones."""


@dataclass(frozen=True)
class Palette:
    series: tuple[str, ...]
    scale: tuple[str, ...]
    """From little to much."""
    soft: str
    band: str
    loud: str
    text: str
    grid: str
    faint: str
    page: str


@cache
def palette(theme: Literal["light", "dark"]) -> Palette:
    """The colours of a theme, from the one place that has them, the configuration."""

    def of(token: str) -> Any:
        return st.get_option(f"theme.{theme}.{token}")

    return Palette(
        series=tuple(of("chartCategoricalColors")),
        scale=tuple(of("chartSequentialColors")),
        soft=of("chartSequentialColors")[2],
        band=of("chartSequentialColors")[0],
        loud=of("redColor"),
        text=of("textColor"),
        grid=of("dataframeBorderColor"),
        faint=of("grayColor"),
        page=of("backgroundColor"),
    )


def colours() -> Palette:
    """Those of the theme that the reader has chosen."""
    return palette("dark" if st.context.theme.type == "dark" else "light")


def safe(text: object) -> str:
    """User text as Plotly shows it letter by letter: it reads a few tags, entities, line breaks."""
    one_line = " ".join(str(text).split())
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        one_line = one_line.replace(sign, entity)
    return one_line


@cache
def config(tongue: str) -> dict[str, Any]:
    """Plotly's settings; its locale is given inline, so that nothing is fetched for it."""
    settings: dict[str, Any] = {"displayModeBar": False, "showTips": False, "scrollZoom": False}
    if tongue == "en":
        return settings

    def months(width: Literal["wide", "abbreviated"]) -> list[str]:
        return list(dates.get_month_names(width, locale=tongue).values())

    def days(width: Literal["wide", "abbreviated"]) -> list[str]:
        names = dates.get_day_names(width, locale=tongue)
        return [names[day] for day in (6, 0, 1, 2, 3, 4, 5)]  # Plotly's week begins on Sunday

    tag = tongue.replace("_", "-")
    words = {
        "months": months("wide"),
        "shortMonths": months("abbreviated"),
        "days": days("wide"),
        "shortDays": days("abbreviated"),
        "date": "%Y-%m-%d",
    }
    return settings | {"locale": tag, "locales": {tag: {"dictionary": {}, "format": words}}}


def wrapped(label: str, among: int) -> str:
    """A label on a few short lines of like length; what does not fit ends in an ellipsis."""
    label = " ".join(label.split())
    least, most = LINE_OF_LABEL
    room = max(least, min(most, LINE_OF_AXIS // max(among, 1)))
    if wide(label) < room * LABEL_LINES:
        room = math.ceil(wide(label) / math.ceil(wide(label) / room)) if label else room
    lines = _lines(label, room)
    kept = lines[:LABEL_LINES]
    if len(kept) < len(lines):
        kept[-1] = kept[-1].rstrip()[: max(1, len(kept[-1]) - 1)] + "…"
    return "<br>".join(safe(part) for part in kept)


def row_label(label: str) -> list[str]:
    """A label that has a line, or as many as it takes, of the chart's whole width."""
    return [safe(part) for part in _lines(" ".join(label.split()), LINE_OF_ROW, LINE_OF_ROW)]


def column_label(label: str) -> list[str]:
    """A label above a narrow column, whole, on as many lines as it takes; only words that would
    reach over the next column are broken."""
    lines: list[str] = []
    for word in label.split():
        parts = (
            [word] if wide(word) <= LONGEST_WORD else _lines(word, LINE_OF_COLUMN, LINE_OF_COLUMN)
        )
        if lines and wide(f"{lines[-1]} {parts[0]}") <= LINE_OF_COLUMN:
            lines[-1] += f" {parts.pop(0)}"
        lines += parts
    return [safe(part) for part in lines] or [""]


def _lines(label: str, room: float, longest: float | None = None) -> list[str]:
    """Broken where a line is full; `longest` is the widest that a word without spaces may be."""
    lines = [""]
    for sign in label:
        lines[-1] += sign
        if wide(lines[-1]) > room:
            lines[-1:] = _broken(lines[-1], 2 * room if longest is None else longest)
    return lines


def wide(line: str) -> float:
    """How many Chinese characters take as much room."""
    return sum(0.55 if ord(sign) < HALF_WIDTH else 1.0 for sign in line)


def _broken(line: str, longest: float) -> list[str]:
    """The line in two: at its last space, else before a Chinese character, else far too long."""
    head, space, tail = line.rpartition(" ")
    if space and head:
        return [head, tail]
    if ord(line[-1]) >= HALF_WIDTH or wide(line) > longest:
        return [line[:-1], line[-1]]
    return [line]
