"""The clocks of complaints as the database holds them: many at once, by four looks at it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import DateTime, String, select, type_coerce
from sqlalchemy import case as which
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, EventKind
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

FACTS: Final[Mapping[str, Fact]] = {
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
"""The columns of an event that its clocks follow from, as the database keeps them: when, what, its
severity, its urgency, whether it answered the customer."""
_E: Final = ComplaintEvent
TOLD: Final = (
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
        ground = Ground(case.store_id, book, places[case.store_id])
        yield case.id, _course(tuple(happened[case.id]), case.received_at, ground)


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What the clocks of a store's complaints follow, beside what happened. Books and calendars
    are kept while nothing is decided: the same ones are the same ground."""

    store_id: int
    book: limits.Book
    calendar: Calendar

    def __hash__(self) -> int:
        return hash((self.store_id, id(self.book), id(self.calendar)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Ground)
            and self.store_id == other.store_id
            and self.book is other.book
            and self.calendar is other.calendar
        )


def course(happened: Iterable[Told], received_at: datetime, ground: Ground) -> Course:
    """What happened to a complaint, as its clocks take it."""
    rules = ground.book.rules(ground.store_id, received_at)
    return Course(_history(received_at, happened), rules, ground.calendar)


@lru_cache(maxsize=KEPT)
def _course(happened: tuple[Told, ...], received_at: datetime, ground: Ground) -> Course:
    """Kept under all that it follows from: who looks at a wall again finds most of it there."""
    return course(happened, received_at, ground)


def _history(received_at: datetime, happened: Iterable[Told]) -> list[Event]:
    """In the order in which it happened."""
    events: list[Event] = []
    level = 0
    for at, kind, severity, urgency, is_answer in sorted(happened, key=itemgetter(0)):
        fact = Fact.ANSWERED if is_answer else FACTS.get(kind)
        was, level = level, limits.level_of(severity, urgency)
        if fact is Fact.RECEIVED:
            events.append(Event(received_at, fact, level))
            continue
        if level != was:
            events.append(Event(aware(at), Fact.LEVELLED, level))
        if fact is not None:
            events.append(Event(aware(at), fact))
    return events


def aware(at: datetime) -> datetime:
    """An instant as the database gives it: SQLite forgets that it is UTC."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _events(session: Session, ids: Collection[int], now: datetime) -> dict[int, list[Told]]:
    query = (
        select(col(_E.complaint_id), *TOLD)
        .where(col(_E.complaint_id).in_(ids), col(_E.at) <= now)
        .order_by(col(_E.complaint_id), col(_E.seq))
    )
    found: dict[int, list[Told]] = {key: [] for key in ids}
    for key, *told in session.execute(query):
        found[key].append(tuple(told))
    return found


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
