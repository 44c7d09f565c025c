"""The clocks of complaints as the database holds them: many at once, by four looks at it."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import DateTime, String, select, type_coerce
from sqlalchemy import case as which
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, EventKind, Severity, Urgency
from services.complaints import limits
from services.complaints.clocks import (
    Clock,
    ClockKind,
    ClockState,
    Course,
    Event,
    Fact,
)
from services.core import calendars, clock
from services.core.words import N_
from services.core.worktime import Calendar

FACTS: Final[Mapping[EventKind, Fact]] = {
    EventKind.REGISTERED: Fact.RECEIVED,
    EventKind.ACKNOWLEDGED: Fact.ACKNOWLEDGED,
    EventKind.PROPOSED: Fact.PROPOSED,
    EventKind.REPLIED: Fact.ANSWERED,
    EventKind.PAUSED: Fact.PAUSED,
    EventKind.RESUMED: Fact.RESUMED,
    EventKind.CLOSED: Fact.CLOSED,
    EventKind.REOPENED: Fact.REOPENED,
    EventKind.MERGED: Fact.ENDED,
    EventKind.WITHDRAWN: Fact.ENDED,
}
"""What a deed is to the clocks; a talk with the customer is one where it answered him."""
ANSWERS: Final = "is_answer"
"""In the details of a talk: the customer was told something of substance."""
_TELLING: Final = (EventKind.CONTACTED, EventKind.SURVEYED)
DETAILS: Final = which(
    (col(ComplaintEvent.kind).in_(_TELLING), col(ComplaintEvent.details)), else_=None
).label("details")
"""The details of talks and of surveys: what is in those of others neither clocks nor figures ask,
and reading it costs more than all else of an event."""
CLOCKS: Final[Mapping[ClockKind, str]] = {
    ClockKind.ACKNOWLEDGE: N_("Acknowledge"),
    ClockKind.ANSWER: N_("First answer"),
    ClockKind.PROPOSE: N_("Proposal"),
    ClockKind.CLOSE: N_("Closing"),
}
"""Their names."""
RUNNING: Final = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.LATE})

KEPT: Final = 5000
"""Courses that are kept, of some 3 kB each: those of the walls of all stores of a large group."""

Clocks = dict[ClockKind, Clock]


Told = tuple[datetime, str, str, str, bool | None]
"""The columns of an event that its clocks follow from, as the database keeps them."""
_E: Final = ComplaintEvent
_TOLD: Final = (
    type_coerce(col(_E.at), DateTime()),
    type_coerce(col(_E.kind), String()),
    type_coerce(col(_E.severity), String()),
    type_coerce(col(_E.urgency), String()),
    which((col(_E.kind).in_(_TELLING), col(_E.details)[ANSWERS].as_boolean())),
)
"""Not made into values of ours before it is known that they are new."""


@dataclass(frozen=True, slots=True)
class Case:
    """What of a complaint its clocks depend on, beside its events."""

    id: int
    store_id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One event, as far as the clocks know it."""

    at: datetime
    kind: EventKind
    severity: Severity
    urgency: Urgency
    is_answer: bool


def clocks_of(
    session: Session, cases: Collection[Case], now: datetime | None = None
) -> dict[int, Clocks]:
    """The four clocks of each complaint (id), now or at another moment."""
    now = now or clock.now()
    return {key: course.clocks(now) for key, course in _courses(session, cases, now)}


def next_clocks(session: Session, cases: Collection[Case]) -> dict[int, Clock | None]:
    """Of each complaint (id) the clock that is due first of those that run."""
    now = clock.now()
    return {key: course.next_clock(now) for key, course in _courses(session, cases, now)}


def _courses(
    session: Session, cases: Collection[Case], now: datetime
) -> Iterator[tuple[int, Course]]:
    """What the clocks of each follow from."""
    happened = _events(session, [case.id for case in cases], now)
    places = calendars.calendars(session, {case.store_id for case in cases})
    book = limits.book(session)
    for case in cases:
        ground = _Ground(case.store_id, book, places[case.store_id])
        yield case.id, _course(tuple(happened[case.id]), case.received_at, ground)


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What the clocks of a store's complaints follow, beside what happened. Books and calendars
    are kept while nothing is decided: the same ones are the same ground."""

    store_id: int
    book: limits.Book
    calendar: Calendar

    def __hash__(self) -> int:
        return hash((self.store_id, id(self.book), id(self.calendar)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Ground)
            and self.store_id == other.store_id
            and self.book is other.book
            and self.calendar is other.calendar
        )


@lru_cache(maxsize=KEPT)
def _course(happened: tuple[Told, ...], received_at: datetime, ground: _Ground) -> Course:
    """Kept under all that it follows from: who looks at a wall again finds most of it there."""
    rules = ground.book.rules(ground.store_id, received_at)
    return Course(history(received_at, itertools.starmap(_line, happened)), rules, ground.calendar)


def history(received_at: datetime, lines: Iterable[Line]) -> list[Event]:
    """What happened, as the clocks take it, in the order in which it happened."""
    events: list[Event] = []
    level = 0
    for line in sorted(lines, key=lambda line: line.at):
        fact = Fact.ANSWERED if line.is_answer else FACTS.get(line.kind)
        was, level = level, limits.level_of(line.severity, line.urgency)
        if fact is Fact.RECEIVED:
            events.append(Event(received_at, fact, level))
            continue
        if level != was:
            events.append(Event(line.at, Fact.LEVELLED, level))
        if fact is not None:
            events.append(Event(line.at, fact))
    return events


def _events(session: Session, ids: Collection[int], now: datetime) -> dict[int, list[Told]]:
    query = (
        select(col(_E.complaint_id), *_TOLD)
        .where(col(_E.complaint_id).in_(ids), col(_E.at) <= now)
        .order_by(col(_E.complaint_id), col(_E.seq))
    )
    found: dict[int, list[Told]] = {key: [] for key in ids}
    for key, *told in session.execute(query):
        found[key].append(tuple(told))
    return found


def _line(at: datetime, kind: str, severity: str, urgency: str, is_answer: bool | None) -> Line:
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return Line(aware, EventKind(kind), Severity(severity), Urgency(urgency), bool(is_answer))


def line(
    at: datetime,
    kind: EventKind,
    severity: Severity,
    urgency: Urgency,
    details: Mapping[str, Any] | None,
) -> Line:
    """What of an event (its columns) the clocks know."""
    return Line(at, kind, severity, urgency, bool(details and details.get(ANSWERS)))


def keep(complaint: Complaint, found: Clocks) -> bool:
    """Write down when the clocks that run are due, for sorting; whether that was not known."""
    due = due_columns(found)
    is_new = any(getattr(complaint, name) != value for name, value in due.items())
    if is_new:
        for name, value in due.items():
            setattr(complaint, name, value)
    return is_new


def due_columns(found: Clocks) -> dict[str, Any]:
    """The columns of a complaint that say when its running clocks are due; None for the others."""
    due = {kind: one.due_at if one.state in RUNNING else None for kind, one in found.items()}
    ahead = [at for at in due.values() if at is not None]
    return {
        **{f"{kind.value}_due_at": at for kind, at in due.items()},
        "next_due_at": min(ahead, default=None),
    }
