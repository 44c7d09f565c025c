"""How long each clock of a complaint may run: dated parameters by level, read for many at once
(spec 3.2, C09, C15)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from sqlmodel import Session

from db.models import ParameterValue, Severity, Urgency
from services.complaints.clocks import ClockKind, Limit, Rules, Unit
from services.core import clock, parameters
from services.core.kept import Kept
from services.core.parameters import Dated, Number

_K = ClockKind
_UNITS: Final = {
    parameters.Unit.WORKING_MINUTES: Unit.WORKING_MINUTES,
    parameters.Unit.WORKING_DAYS: Unit.WORKING_DAYS,
    parameters.Unit.MINUTES: Unit.MINUTES,
}
_PER_DAY: Final = {
    parameters.Unit.WORKING_MINUTES: 4 * 60,
    parameters.Unit.WORKING_DAYS: 1,
    parameters.Unit.MINUTES: 24 * 60,
}
_LEVELS: Final = [(severity, urgency) for severity in Severity for urgency in Urgency]
"""From the lightest to the heaviest: an urgent one weighs more than an ordinary one of its
severity."""
_WEIGHTS: Final[Mapping[str, int]] = {each: at + 1 for at, each in enumerate(Severity)}
_PLACES: Final[Mapping[tuple[str, str], int]] = {each: at + 1 for at, each in enumerate(_LEVELS)}


MAJOR: Final = (Severity.L3, Severity.L4)
"""Managers and directors know of these at once, and more is asked for before they are closed."""


def heavier(severity: Severity) -> Severity:
    """The next level; L4 stays."""
    levels = list(Severity)
    return levels[min(levels.index(severity) + 1, len(levels) - 1)]


def place_of(severity: str) -> int:
    """1 of the lightest to 4."""
    return _WEIGHTS[severity]


def level_of(severity: str, urgency: str) -> int:
    """The place among the levels, 1 to 8: what `clocks` compares. Also by what a database keeps of
    a `Severity` and an `Urgency`."""
    return _PLACES[severity, urgency]


def key_of(severity: Severity, kind: ClockKind) -> str | None:
    """The parameter that holds a limit; None where there is no limit."""
    key = f"complaints.{severity.value}.{kind.value}"
    return key if key in parameters.PARAMETERS else None


_KEYS: Final = [
    key
    for severity in Severity
    for kind in ClockKind
    if (key := key_of(severity, kind)) is not None
]


@dataclass(frozen=True, slots=True)
class Book:
    """What the parameters said and say, of all stores: one look at the database for any number of
    complaints."""

    decided: Mapping[str, list[Dated]]
    _known: dict[tuple[object, ...], Limit | None] = field(default_factory=dict, compare=False)
    """Limits that were looked up: of a month's complaints most ask for the same."""

    def rules(self, store_id: int, received_at: datetime) -> Rules:
        """The rules of a complaint of this store that came in then."""
        pause = self._value(parameters.PAUSE_DAYS, clock.day_of(received_at), store_id)
        return Rules(self._limits(store_id), int(pause))

    def longest_days(self) -> int:
        """The longest limit that ever was, in days; a working day counts as four hours at least."""
        return max(
            ceil(int(amount) / _PER_DAY[parameters.parameter(key).unit])
            for key in _KEYS
            for amount in self._amounts(key)
        )

    def _amounts(self, key: str) -> list[Number]:
        decided = [one.value for one in self.decided.get(key, ()) if one.value is not None]
        return [parameters.parameter(key).default, *decided]

    def _limits(self, store_id: int) -> Callable[[ClockKind, int, datetime], Limit | None]:
        def limit(kind: ClockKind, level: int, at: datetime) -> Limit | None:
            day = clock.day_of(at)
            asked = (kind, level, day, store_id)
            if asked not in self._known:
                self._known[asked] = self._limit(kind, level, day, store_id)
            return self._known[asked]

        return limit

    def _limit(self, kind: ClockKind, level: int, day: date, store_id: int) -> Limit | None:
        severity, urgency = _LEVELS[level - 1]
        key = key_of(severity, kind)
        if key is None:
            return None
        amount: Number | Fraction = self._value(key, day, store_id)
        unit = _UNITS[parameters.parameter(key).unit]
        if urgency is Urgency.URGENT:
            share = self._value(parameters.URGENT_SHARE, day, store_id)
            amount = _share(Fraction(int(amount)), Decimal(share), unit)
        return Limit(Fraction(amount), unit)

    def _value(self, key: str, day: date, store_id: int) -> Number:
        known = parameters.parameter(key)
        now = parameters.in_force(self.decided.get(key, ()), day, store_id)
        return parameters.held(now, known)


def book(session: Session) -> Book:
    """The same one while nobody decides anything."""
    return _BOOK.of(session)


def _read(session: Session) -> Book:
    decided: dict[str, list[Dated]] = {}
    keys = [*_KEYS, parameters.PAUSE_DAYS, parameters.URGENT_SHARE]
    for one in parameters.history(session, keys):
        decided.setdefault(one.key, []).append(one)
    return Book(decided)


_BOOK: Final = Kept((ParameterValue,), _read)


def _share(amount: Fraction, share: Decimal, unit: Unit) -> Fraction:
    """A part of a limit: minutes are whole, and at least one."""
    part = amount * Fraction(share)
    return part if unit is Unit.WORKING_DAYS else Fraction(max(ceil(part), 1))
