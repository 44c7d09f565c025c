"""What is true of the demonstration dealer and stands in none of its tables.

Each fact is one line of the truth, with the ids of the rows that it is about. What comes later
(points, surveys) joins as further kinds of facts, made where its rows are made.

Only `db.demo`, the scores of `manage.py` and tests may know this: a rule of the house.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final, get_args


class DuplicateKind(StrEnum):
    """In what a second file of one customer differs from the first."""

    NAME_TYPO = "name_typo"
    """A character of the name wrong, left out, or two changed about."""
    NAME_HOMOPHONE = "name_homophone"
    """Another character of the same sound."""
    COURTESY_NAME = "courtesy_name"
    """Surname and a form of address."""
    SHORT_NAME = "short_name"
    """A company without city and legal form."""
    PHONE_SWAPPED = "phone_swapped"
    """Two neighbouring digits changed about."""
    PHONE_DIGIT = "phone_digit"
    """One digit wrong."""
    PHONE_MOVED = "phone_moved"
    """The known number in the field for the second one, beside a new one."""
    OLD_PHONE = "old_phone"
    """A number that he no longer has, or not yet had."""
    NO_PHONE = "no_phone"
    PLATE_TYPO = "plate_typo"
    """The car again, with one sign of its plate wrong and another phone."""
    OLD_PLATE = "old_plate"
    """The car again, with the plate it bore before, and one sign of its VIN wrong."""
    SAME_CAR = "same_car"
    """The very car, as its driver."""
    OTHER_STORE = "other_store"
    """Everything alike, but in another store."""
    BETWEEN_COPIES = "between_copies"
    """Two second files of the same customer, each with an error of its own."""


class LookAlikeKind(StrEnum):
    """Why two files look like one customer's and are not."""

    FAMILY = "family"
    """One phone, one address."""
    FATHER_AND_SON = "father_and_son"
    """One address, names alike in two characters."""
    NAMESAKE = "namesake"
    """One name, one city."""
    FLEET = "fleet"
    """A contact of a company under its phone."""
    SOLD_ON = "sold_on"
    """Owners of one car, one after the other."""


class InventedKind(StrEnum):
    """How the phone numbers of invented files are made up."""

    SERIES = "series"
    """One after the other."""
    KEYBOARD = "keyboard"
    """As the fingers run."""
    PATTERN = "pattern"
    """One beginning, one ending, two digits between."""


class CrowdKind(StrEnum):
    """When many true customers get their files in minutes."""

    SHOW = "show"
    SATURDAY = "saturday"


class MisfiledKind(StrEnum):
    """How an order came onto the file of somebody else."""

    NAMESAKE = "namesake"
    NEIGHBOUR = "neighbour"
    """The file above in the list."""
    STRANGER = "stranger"
    HEAP = "heap"
    """One file for whatever is to be got rid of."""


class BroughtKind(StrEnum):
    """Who brought a car that is not his own, and rightly has the order on his file."""

    RELATIVE = "relative"
    DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`customer` is a second file of `original`; `also` is a second error in the same file."""

    customer: int
    original: int
    kind: DuplicateKind
    also: DuplicateKind | None = None


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two customers, whatever it looks like."""

    customer: int
    other: int
    kind: LookAlikeKind


@dataclass(frozen=True, slots=True)
class Invented:
    """Nobody is behind this file, which `by` opened; `burst` is the first file of its run."""

    customer: int
    by: int
    kind: InventedKind
    burst: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """A true customer whose file was opened in a run that begins with `burst`."""

    customer: int
    by: int
    kind: CrowdKind
    burst: int


@dataclass(frozen=True, slots=True)
class Misfiled:
    """An order on the file of `customer` that belongs on that of `belongs_to`."""

    order: int
    customer: int
    belongs_to: int
    vehicle: int
    kind: MisfiledKind


@dataclass(frozen=True, slots=True)
class Brought:
    """An order on the file of `customer`, rightly, though the car is `owner`'s."""

    order: int
    customer: int
    owner: int
    vehicle: int
    kind: BroughtKind


@dataclass(frozen=True, slots=True)
class Habit:
    """How often this customer has this car serviced, in days and in km, and whether he left.

    `left_on` is the first day without him, None while he comes; `fading_from` the day from which on
    his intervals grow, None while they do not.
    """

    customer: int
    vehicle: int
    every_days: int
    every_km: int
    left_on: date | None
    fading_from: date | None


@dataclass(frozen=True, slots=True)
class Tenure:
    """From when to when somebody worked here, where that lies within the history."""

    user: int
    joined_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Complained:
    """Which clocks of a complaint were late when they ended, and how often it was reopened.

    `late` names them in their order: "acknowledge", "answer", "propose", "close". Of a clock that
    still runs nothing is said: what is in time today may be late tomorrow.
    """

    complaint: int
    order: int
    late: tuple[str, ...]
    reopened: int


Fact = Duplicate | LookAlike | Invented | Crowd | Misfiled | Brought | Habit | Tenure | Complained


def lines(facts: Iterable[Fact]) -> bytes:
    """One line of text a fact, the same on every machine and version: what the digest is over."""
    return b"".join(_line(fact) for fact in facts)


def _line(fact: Fact) -> bytes:
    kind = type(fact).__name__
    values = (str(getattr(fact, name)) for name in _NAMES[type(fact)])
    return f"{'|'.join((kind, *values))}\n".encode()


_NAMES: Final = {kind: tuple(field.name for field in fields(kind)) for kind in get_args(Fact)}
