"""Opening hours of a day as people write them: 9:00-12:00, 13:30-18:00."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from services.core.normal.data import list_of
from services.core.normal.refusal import InvalidValue
from services.core.normal.text import clean_text, half_width
from services.core.words import N_

Spans = tuple[tuple[int, int], ...]
"""Minutes of a local day, each [opens, closes), in order and apart, 0 to 1440."""

MOST: Final = 6
"""Ranges of one day."""
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_LONGEST: Final = 200
"""Characters read."""
_UNTIL: Final = "|".join(map(re.escape, list_of("hours", "until")))
_BETWEEN: Final = re.compile("|".join(map(re.escape, list_of("hours", "between"))))
_RANGE: Final = re.compile(
    rf"\s*([0-9]{{1,2}}):([0-9]{{2}})\s*(?:{_UNTIL})\s*([0-9]{{1,2}}):([0-9]{{2}})\s*"
)
_CLOSED: Final = frozenset(list_of("hours", "closed"))


def hours(text: str) -> Spans:
    """Hours written as 9:00-12:00, 13:30-18:00; full-width signs too, 24:00 as an end. Blank (or a
    word such as "closed") is a closed day. Ranges may come in any order; those that touch are one.

    Raises `InvalidValue`: "hours" (not written so), "hours_outside" (no such time of day),
    "hours_empty" (ends before it begins), "hours_overlap", "hours_many".
    """
    written = half_width(clean_text(text)).strip()
    if not written or written.lower() in _CLOSED:
        return ()
    if len(written) > _LONGEST:
        raise _unreadable()
    parts = _BETWEEN.split(written)
    if len(parts) > MOST:
        raise InvalidValue("hours_many", N_("At most {max} ranges a day"), max=MOST)
    return _joined(sorted(_range(part) for part in parts))


def written_hours(spans: Sequence[Sequence[int]]) -> str:
    """The one form in which hours are written; `hours` reads it back."""
    return ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in spans)


def _unreadable() -> InvalidValue:
    return InvalidValue(
        "hours",
        N_("Write hours such as 9:00-12:00, 13:30-18:00, and nothing for a closed day"),
    )


def _range(part: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(part)
    if found is None:
        raise _unreadable()
    begin, end = _minute(found[1], found[2]), _minute(found[3], found[4])
    if begin >= end:
        said = written_hours([(begin, end)])
        raise InvalidValue("hours_empty", N_("{range} ends before it has begun"), range=said)
    return begin, end


def _minute(hour: str, minute: str) -> int:
    found = int(hour) * _HOUR + int(minute)
    if int(minute) >= _HOUR or found > _DAY:
        raise InvalidValue("hours_outside", N_("A day goes from 0:00 to 24:00"))
    return found


def _joined(ranges: list[tuple[int, int]]) -> Spans:
    for one, following in pairwise(ranges):
        if following[0] < one[1]:
            raise InvalidValue(
                "hours_overlap",
                N_("{first} and {second} overlap"),
                first=written_hours([one]),
                second=written_hours([following]),
            )
    found: list[tuple[int, int]] = []
    for begin, end in ranges:
        if found and found[-1][1] == begin:
            begin = found.pop()[0]  # noqa: PLW2901 - the range goes on
        found.append((begin, end))
    return tuple(found)


def _clock(minute: int) -> str:
    return f"{minute // _HOUR:02}:{minute % _HOUR:02}"
