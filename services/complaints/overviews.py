"""What boards and figures show of many complaints."""

from dataclasses import dataclass
from datetime import datetime

from db.models import (
    Department,
    Severity,
)
from services.complaints.views import Heading


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """What lies with one department: counts of complaints that are not closed, and their age."""

    department: Department
    open: int
    late: int
    """A clock that runs is over."""
    waiting: int
    """For the customer, or for somebody outside."""
    tossed: int
    """Passed on too often, or back to a department that had had it."""
    mean_days: float
    median_days: float
    """Since they were received, days of 24 hours."""
    idle: float | None
    """The share of their working time that has passed since anything happened; None where there
    was none."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """How many complaints that are not closed somebody took, and how many he handles."""

    id: int
    name: str
    took: int
    handles: int


@dataclass(frozen=True, slots=True)
class Board:
    """Who holds what: the departments with most late ones first, the people with most first."""

    departments: list[DepartmentLine]
    people: list[PersonLine]


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """One node of a tree: how many complaints are sorted just there, and how many there or below.
    `share` is what `total` is of all that were received."""

    heading: Heading
    own: int
    total: int
    share: float


@dataclass(frozen=True, slots=True)
class CauseBoard:
    """The nodes that hold any, each below the one that it belongs to, the fullest first."""

    received: int
    lines: list[HeadingLine]
    unsorted: int
    """How many stand nowhere in the tree: their cause is not found yet."""


@dataclass(frozen=True, slots=True)
class CountedLine:
    """A complaint behind a figure, its level and closing as they are today. `counts` is how often
    it is among the cases, `hits` how often above the line; `amount` what it adds in the metric's
    unit (working hours, yuan), None where cases are only counted."""

    id: int
    number: str
    store: str
    category: Heading
    severity: Severity
    received_at: datetime
    closed_at: datetime | None
    counts: int
    hits: int
    amount: float | None


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of the complaints behind a figure. `seen` are all that the reader sees, `unseen`
    those that he does not; both count complaints."""

    lines: list[CountedLine]
    page: int
    pages: int
    seen: int
    unseen: int


@dataclass(frozen=True, slots=True)
class Loudest:
    """A pair of cause and car, by their places, that is more frequent than chance makes it:
    complaints, and how many were to be expected."""

    row: int
    column: int
    count: int
    expected: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Causes by cars, both the most frequent first. `counts` has a row for each cause and in it a
    number for each car, and one more of each where there are others."""

    causes: list[Heading]
    models: list[str]
    counts: list[list[int]]
    crossed: int
    """All of them together."""
    left_out: int
    """Those whose cause is not found yet, or of no known car."""
    loudest: Loudest | None


@dataclass(frozen=True, slots=True)
class Handover:
    """How often a department handed a complaint to another one."""

    source: Department
    target: Department
    count: int


@dataclass(frozen=True, slots=True)
class Handovers:
    """The ways that complaints went, the most frequent first; how many handovers, of how many
    complaints."""

    ways: list[Handover]
    count: int
    complaints: int
