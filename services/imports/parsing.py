"""From a cell's text to a field's value: the fields' own rules, plus what lists write for choices.

Every parser raises InvalidValue, which carries the reason for the reader.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from services.core import choices, clock, normal
from services.core.normal import InvalidValue
from services.core.words import N_, translate
from services.imports.plans import EXTRA_CELLS, MISSING, Field, Kind, Line, Reason
from services.imports.reading import Row

Choice = TypeVar("Choice", bound=StrEnum)

WORDS: Final[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("aliases.toml").read_text(encoding="utf-8")
)
_BLANKS: Final = frozenset(WORDS["blanks"])
_COMPANIES: Final = tuple(word.casefold() for word in WORDS["companies"])
_PROSE: Final = frozenset(
    {
        "name",
        "contact_name",
        "note",
        "need",
        "summary",
        "street",
        "address",
        "words",
        "demand",
        "answer",
    }
)
"""Here a dash is what somebody wrote, not nothing."""
LONGEST_CELL: Final = 32_767
FURTHEST_YEARS: Final = 30


def folded(text: str) -> str:
    """A heading or a choice as it is compared: half width, small, without blanks and marks."""
    return re.sub(r"[\s_*:()]+", "", normal.half_width(text).casefold())


def storable(cell: str) -> str:
    """A cell as a row keeps it."""
    return normal.storable(cell[:LONGEST_CELL])


def sounds_like_company(name: str) -> bool:
    return any(word in name.casefold() for word in _COMPANIES)


# ---- parsers


def text(most: int, *, lines: bool = False) -> Callable[[str], str]:
    def parse(cell: str) -> str:
        cleaned = normal.clean_text(cell, lines=lines)
        if len(cleaned) > most:
            raise InvalidValue(
                "too_long", N_("This is too long (at most {max} characters)"), max=most
            )
        return cleaned

    return parse


def choice(
    field: str, enum: type[Choice], among: tuple[Choice, ...] = ()
) -> Callable[[str], Choice]:
    """A choice by its words in either language, or by what lists usually write; of some members
    only where `among` names them."""
    members = among or tuple(enum)

    def parse(cell: str) -> Choice:
        value = _choices(field, members).get(folded(normal.clean_text(cell)))
        if value is None:
            options = [choices.choice_label(member) for member in members]
            raise InvalidValue("choice", N_("Write one of these: {options}"), options=options)
        return enum(value)

    return parse


@cache
def _choices(field: str, members: tuple[StrEnum, ...]) -> dict[str, str]:
    known: dict[str, str] = {}
    for member in members:
        label = choices.choice_label(member)
        said = [member.value, label, translate("zh_CN", label), *WORDS["choices"][field][member]]
        known.update((folded(word), member.value) for word in said)
    return known


def yes_or_no(cell: str) -> bool:
    said = folded(normal.clean_text(cell))
    for answer, words in WORDS["choices"]["service_consent"].items():
        if said in map(folded, words):
            return bool(answer == "yes")
    raise InvalidValue("yes_or_no", N_("Choose yes or no"))


def phones(cell: str) -> tuple[str, ...]:
    """Every number of the cell, the first one first."""
    return tuple(normal.phones(cell))


def vin(cell: str) -> str:
    return normal.vin(cell).code


class day:  # noqa: N801 - used like the functions beside it
    """A date. `serial`, from spreadsheets only: Excel's day numbers count too."""

    def __init__(self, *, past: bool) -> None:
        self.past = past

    def __call__(self, cell: str, *, serial: bool = False) -> date:
        today = clock.today()
        last = today if self.past else today.replace(year=today.year + FURTHEST_YEARS, day=1)
        return normal.date_(cell, le=last, serial=serial)


@dataclass(frozen=True, slots=True)
class When:
    """A moment of a list. Where it names a day alone, `at` is that day's beginning."""

    at: datetime
    is_day: bool


_TIME: Final = re.compile(r"[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?$")
_SERIAL: Final = re.compile(r"([0-9]{5})(\.[0-9]+)")
_ZONED: Final = re.compile(r".+:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})")


class moment:  # noqa: N801 - used like the functions beside it
    """A day with or without a time of day, as the dealer's clocks show it, not after now."""

    def __call__(self, cell: str, *, serial: bool = False) -> When:
        written = normal.compact(cell)
        share = _SERIAL.fullmatch(written) if serial else None
        on = normal.date_(share[1] if share else written, le=clock.today(), serial=serial)
        begins = clock.midnight(on)
        found = When(begins, is_day=True)
        if share:
            found = When(begins + timedelta(seconds=round(float(share[2]) * 86_400)), is_day=False)
        elif _ZONED.fullmatch(written):
            found = When(datetime.fromisoformat(written).astimezone(UTC), is_day=False)
        elif hour := _TIME.search(written):
            found = When(_at(on, hour), is_day=False)
        if found.at > clock.now():
            raise InvalidValue("moment_late", N_("This has not come yet"))
        return found


def _at(on: date, hour: re.Match[str]) -> datetime:
    try:
        of_day = time(int(hour[1]), int(hour[2]), int(hour[3] or 0))
    except ValueError:
        raise InvalidValue("time", N_("Write a time of day as hours and minutes: 14:30")) from None
    return datetime.combine(on, of_day, tzinfo=clock.SHANGHAI).astimezone(UTC)


def whole(least: int, most: int) -> Callable[[str], int]:
    return lambda cell: normal.integer(re.sub(r"\.0+$", "", cell.strip()), least, most)


# ---- rows


def line_of(
    kind: Kind, places: Sequence[tuple[int, Field]], row: Row, *, serial: bool, follows: int | None
) -> Line:
    """One row parsed. `places`: which cell goes to which field."""
    values: dict[str, Any] = {}
    found: list[Reason] = [("", EXTRA_CELLS, {})] if row.extra else []
    for at, field in places:
        cell = row.cells[at]
        if not cell or normal.is_blank(cell) or _is_nothing(field.name, cell):
            continue
        try:
            value = (
                field.parse(cell, serial=serial)
                if isinstance(field.parse, day | moment)
                else field.parse(cell)
            )
        except InvalidValue as why:
            found.append((field.name, why.msgid, dict(why.params)))
            continue
        if value != "":
            values[field.name] = value
    refused = {reason[0] for reason in found}
    found += [
        (field.name, MISSING, {})
        for field in kind.fields
        if field.required and field.name not in values and field.name not in refused
    ]
    return Line(row.number, values, tuple(found), follows)


def _is_nothing(field: str, cell: str) -> bool:
    return field not in _PROSE and cell.strip() in _BLANKS


def places_of(
    kind: Kind, columns: Sequence[str], mapping: Mapping[str, str]
) -> list[tuple[int, Field]]:
    """Which cell of a row goes to which field."""
    fields = kind.by_name
    return [(at, fields[mapping[name]]) for at, name in enumerate(columns) if mapping.get(name)]
