"""When a customer would like to be called, read from what people write down: 工作日晚上,
10点到16点, after 18:00 (spec 2.3: preferred hours are respected).

A wish is no ban: where no day in time suits, the contact is made on one that does not.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from services.core import clock

_WORDS: Final[dict[str, dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("preferred.toml").read_text(encoding="utf-8")
)
ANY_DAY: Final = frozenset(range(7))
"""Monday 0 to Sunday 6."""
_NOON: Final = 12
_DAY: Final = 24 * 60
_EARLIEST: Final = _WORDS["clock"]["earliest"] * 60
_LATEST: Final = _WORDS["clock"]["latest"] * 60


@dataclass(frozen=True, slots=True)
class Preferred:
    """Weekdays (Monday 0), and minutes of the day from and before which he likes to be called."""

    days: frozenset[int] = ANY_DAY
    begins: int = 0
    ends: int = _DAY

    def suits(self, moment: datetime) -> bool:
        """Whether he likes to be called at this moment, where the dealer works."""
        day = clock.day_of(moment)
        minute = int((moment - clock.midnight(day)) / timedelta(minutes=1))
        return day.weekday() in self.days and self.begins <= minute < self.ends


WHENEVER: Final = Preferred()


@lru_cache(maxsize=4096)
def read(words: str) -> Preferred:
    """What the words say; `WHENEVER` where they say nothing that is understood."""
    said = words.casefold()
    days, said = _days(said)
    begins, ends = _hours(said)
    return Preferred(days or ANY_DAY, begins, ends)


def first_day(day: date, last: date, days: frozenset[int]) -> date:
    """The first day from one to another, both included, that is one of these weekdays; the first of
    all where none is."""
    reach = min((last - day).days, 6)
    suited = (day + timedelta(days=n) for n in range(reach + 1))
    return next((one for one in suited if one.weekday() in days), day)


def _days(said: str) -> tuple[frozenset[int], str]:
    """The weekdays that are named, and the words without them."""
    found: set[int] = set()
    for word in sorted(_WORDS["days"], key=len, reverse=True):
        if word in said:
            found.update(_WORDS["days"][word])
            said = said.replace(word, " ")
    return frozenset(found), said


def _hours(said: str) -> tuple[int, int]:
    """From and to, in minutes of the day: of the clock, else of the words for times of the day."""
    named = [hours for word, hours in _WORDS["times"].items() if word in said]
    late = bool(named) and all(begins >= _NOON for begins, _ends in named)
    found = _by_the_clock(said, late=late)
    if found is not None:
        return found
    if not named:
        return 0, _DAY
    return min(begins for begins, _ends in named) * 60, max(ends for _begins, ends in named) * 60


def _by_the_clock(said: str, *, late: bool) -> tuple[int, int] | None:
    """`late`: the words speak of the afternoon or evening, so that 8 is 20."""
    if (found := _SPAN.search(said)) is not None:
        begins, ends = _minutes(found.groups(), late=late)
    elif (found := _AFTER.search(said)) is not None:
        [begins], ends = _minutes(found.groups(), late=late), _LATEST
    elif (found := _BEFORE.search(said)) is not None:
        begins, [ends] = _EARLIEST, _minutes(found.groups(), late=late)
    else:
        return None
    return (begins, ends) if 0 <= begins < ends <= _DAY else None


def _minutes(groups: Iterable[str | None], *, late: bool) -> list[int]:
    """Minutes of the day of the hours that were found: each is an hour, minutes, and "half"."""
    parts = list(groups)
    hours = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [
        (int(hour) + (_NOON if late and int(hour) < _NOON else 0)) * 60
        + (30 if half else int(minutes or 0))
        for hour, minutes, half in hours
        if hour
    ]


def _pattern(name: str) -> re.Pattern[str]:
    words = _WORDS["clock"]
    return re.compile(words[name].replace("{hour}", words["hour"]))


_SPAN: Final = _pattern("span")
_AFTER: Final = _pattern("after")
_BEFORE: Final = _pattern("before")
