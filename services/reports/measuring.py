"""How wide words are, on whatever machine shows them: measured a little too wide, never too narrow.

The widths are Arial's; Noto Sans and YaHei are narrower. Whoever shows the words breaks the lines
himself, so a line is given a little less room than there is.
"""

import math
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

LEADING: Final = 1.35
"""Height of a line, in sizes of its font."""
_SPARE: Final = 0.97
"""Of a line's width that is used: Chinese punctuation may not begin a line and pulls a sign along.
"""
_BOLDER: Final = 1.1
_LATIN: Final = (
    (0.26, "ijl'|"),
    (0.31, " !,./:;I[]\\ft"),
    (0.4, "()-r`{}*"),
    (0.44, '"'),
    (0.53, "cksvxyzJ^"),
    (0.73, "ABCDEHKNRSUVXYPw&"),
    (0.8, "GOQ"),
    (0.95, "mMW%"),
    (1.02, "@"),
)
_SIZES: Final = {sign: size for size, signs in _LATIN for sign in signs}
_LAST_NARROW: Final = 0x2000
_OTHER: Final = 0.62
ELLIPSIS: Final = "…"
LONGEST: Final = 4_000
"""Characters of one text that are looked at; no slide holds as many."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Words that fit into their box at a size in points, with the lines they take there."""

    text: str
    size: float
    lines: int

    @property
    def height(self) -> float:
        return self.lines * self.size * LEADING


def clean(text: str, *, lines: bool = False) -> str:
    """The text without what no document can hold (control signs, halves of signs, direction marks);
    blanks and, unless `lines`, line breaks become single blanks."""
    kept = "".join(_shown(sign) for sign in str(text)[:LONGEST])
    parts = [" ".join(line.split()) for line in kept.splitlines()]
    return ("\n" if lines else " ").join(part for part in parts if part)


def _shown(sign: str) -> str:
    if sign in "\n\r\t\u200d\ufe0f":  # the last two hold emoji together
        return sign
    kind = unicodedata.category(sign)
    if kind in {"Cs", "Cn", "Co"}:
        return "\ufffd"
    return "" if kind in {"Cc", "Cf"} else sign


@cache
def _width(sign: str) -> float:
    if sign in _SIZES:
        return _SIZES[sign]
    if unicodedata.combining(sign) or sign in "\u200d\ufe0f":
        return 0.0
    wide = unicodedata.east_asian_width(sign) in "WFA" or ord(sign) > _LAST_NARROW
    return 1.06 if wide else _OTHER


def width(text: str, size: float, *, bold: bool = False) -> float:
    """In points."""
    return sum(map(_width, text)) * size * (_BOLDER if bold else 1.0)


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """The lines of the text in `room` points: broken at blanks, and between Chinese characters."""
    return [
        line
        for paragraph in text.split("\n")
        for line in _lines(paragraph, room * _SPARE / size / (_BOLDER if bold else 1.0))
    ]


def _lines(text: str, room: float) -> list[str]:
    lines: list[str] = []
    line, used, last_break = "", 0.0, 0
    for sign in text:
        if used + _width(sign) > room and line:
            cut = last_break or len(line)
            lines.append(line[:cut].rstrip())
            line = line[cut:].lstrip()
            used, last_break = sum(map(_width, line)), 0
        line += sign
        used += _width(sign)
        if sign in " -" or _width(sign) > 1:
            last_break = len(line)
        elif _width(sign) and len(line) > 1 and _width(line[-2]) > 1:
            last_break = len(line) - 1
    return [*lines, line.rstrip()]


def cut(text: str, room: float, size: float, lines: int = 1, *, bold: bool = False) -> str:
    """As much of the text as goes on so many lines, with an ellipsis if that is not all."""
    found = wrapped(text, room, size, bold=bold)
    if len(found) <= lines:
        return text
    # The lines are what the text was broken into, so its beginning is found by their lengths.
    last = found[lines - 1]
    while last and len(wrapped(last + ELLIPSIS, room, size, bold=bold)) > 1:
        last = last[:-1]
    return _joined([*found[: lines - 1], last.rstrip() + ELLIPSIS], text)


def _joined(lines: list[str], text: str) -> str:
    """Lines put together again as the text has them: with its blanks and its line breaks."""
    joined = lines[0]
    at = len(lines[0])
    for line in lines[1:]:
        gap = ""
        while at < len(text) and text[at] in " \n":
            gap += text[at]
            at += 1
        joined += gap + line
        at += len(line)
    return joined


def fit(
    text: str, room: float, height: float, sizes: tuple[float, float], *, bold: bool = False
) -> Fitted:
    """The text at the largest size (of `sizes`, largest and least) at which it fits into its box,
    cut where even the least is too large. One line always has room."""
    size, least = sizes
    while size > least and _too_high(text, room, height, size, bold=bold):
        size = max(least, size - 1)
    most = max(1, math.floor(height / (size * LEADING) + 0.01))
    shown = cut(text, room, size, most, bold=bold)
    return Fitted(shown, size, len(wrapped(shown, room, size, bold=bold)))


def _too_high(text: str, room: float, height: float, size: float, *, bold: bool) -> bool:
    return len(wrapped(text, room, size, bold=bold)) * size * LEADING > height + 0.01
