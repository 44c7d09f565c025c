"""What figures ask of each complaint, as it stood at a moment: worked out once, and kept as long as
nothing else happens to it (spec 3.6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any, Final

from sqlalchemy import String, func, select, type_coerce
from sqlalchemy import case as which
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, EventKind, Severity
from services.complaints import limits, timing
from services.complaints.clocks import ClockKind, Term
from services.complaints.passing import passing
from services.complaints.timing import Ground, Told
from services.core import calendars, clock
from services.core.worktime import Calendar, business_minutes

KEPT: Final = 50_000
"""Accounts that are kept, of some 2 kB each: those of five years of a large group."""
AT_ONCE: Final = 5000
"""Complaints whose events are read in one go; a statement takes some 32,000 ids."""
_TALKS: Final = frozenset({EventKind.CONTACTED, EventKind.PROPOSED, EventKind.REPLIED})
_ENDS: Final = frozenset({EventKind.MERGED, EventKind.WITHDRAWN})
_E: Final = ComplaintEvent


@dataclass(frozen=True, slots=True)
class Took:
    """Working minutes from the receipt to the end of a clock, without and with its pauses."""

    net: int
    gross: int


@dataclass(frozen=True, slots=True)
class Account:
    """One complaint, whatever the moment, as long as nothing else had happened by then."""

    events: int
    kinds: frozenset[str]
    """Of what had happened to it at all."""
    severity: Severity
    department: str
    """The last ones."""
    closed_at: datetime | None
    """None where it was not closed, or opened again."""
    is_one_talk: bool
    """The customer was talked to on one day at most."""
    was_raised: bool
    was_returned: bool
    """It came back to a department that had had it."""
    answered_by: Sequence[int | None]
    """Who gave the last answer, and who confirmed it (ids)."""
    marks: Sequence[tuple[datetime, int]]
    """How content the customer was, and when he said so."""
    terms: Mapping[ClockKind, Term]
    took: Mapping[ClockKind, Took]
    """Of the clocks that have ended."""

    @property
    def is_merged(self) -> bool:
        return EventKind.MERGED in self.kinds

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and not self.kinds & _ENDS


@dataclass(frozen=True, slots=True)
class _Key:
    """All that an account follows from. Events are added and never changed, so these tell which of
    a complaint's were seen: by a later moment there are more of them."""

    place: str
    complaint_id: int
    count: int
    last: int
    recorded_at: datetime
    ground: Ground


class _Shelf:
    """Accounts by their keys; when it is full, those that were put there first make room."""

    def __init__(self, room: int) -> None:
        self._room, self._lock = room, Lock()
        self._accounts: dict[_Key, Account] = {}

    def known(self, keys: Mapping[int, _Key]) -> dict[int, Account]:
        with self._lock:
            found = {key: self._accounts.get(one) for key, one in keys.items()}
        return {key: account for key, account in found.items() if account is not None}

    def put(self, made: Mapping[_Key, Account]) -> None:
        with self._lock:
            self._accounts.update(made)
            for old in list(self._accounts)[: max(0, len(self._accounts) - self._room)]:
                del self._accounts[old]


_shelf: Final = _Shelf(KEPT)


def accounts(
    session: Session, cases: Collection[timing.Case], narrowed: Sequence[Any], seen_at: datetime
) -> dict[int, Account]:
    """Of these complaints, all those that `narrowed` says, by id, as they stood at a moment.

    One look tells what has happened to them; only of those that nobody asked about since are the
    events read. One to which nothing had happened by then has no account.
    """
    keys = _keys(session, cases, narrowed, seen_at)
    found = _shelf.known(keys)
    missing = [case for case in cases if case.id in keys and case.id not in found]
    made: dict[_Key, Account] = {}
    for begin in range(0, len(missing), AT_ONCE):
        some = missing[begin : begin + AT_ONCE]
        happened = _events(session, [case.id for case in some], seen_at)
        for case in some:
            key = keys[case.id]
            found[case.id] = made[key] = _account(happened[case.id], case, key.ground)
    _shelf.put(made)
    return found


def _keys(
    session: Session, cases: Collection[timing.Case], narrowed: Sequence[Any], seen_at: datetime
) -> dict[int, _Key]:
    query = (
        select(
            col(_E.complaint_id),
            func.count(col(_E.id)),
            func.max(col(_E.seq)),
            func.max(col(_E.recorded_at)),
        )
        .join(Complaint, col(Complaint.id) == col(_E.complaint_id))
        .where(*narrowed, col(_E.at) <= seen_at)
        .group_by(col(_E.complaint_id))
    )
    seen = {
        key: (count, last, recorded_at) for key, count, last, recorded_at in session.execute(query)
    }
    place = str(session.get_bind().engine.url)
    book = limits.book(session)
    places = calendars.calendars(session, {case.store_id for case in cases})
    grounds = {key: Ground(key, book, calendar) for key, calendar in places.items()}
    return {
        case.id: _Key(place, case.id, *seen[case.id], grounds[case.store_id])
        for case in cases
        if case.id in seen
    }


@dataclass(frozen=True, slots=True)
class _Line:
    """One event, as far as an account tells of it."""

    told: Told
    actor_id: int | None
    department: str
    handler_id: int
    mark: int | None

    @property
    def at(self) -> datetime:
        return self.told[0]

    @property
    def kind(self) -> str:
        return self.told[1]


_LINE: Final = (
    *timing.TOLD,
    col(_E.actor_id),
    type_coerce(col(_E.department), String()),
    col(_E.handler_id),
    which((col(_E.kind) == EventKind.SURVEYED, col(_E.details)["satisfaction"].as_integer())),
)


def _events(session: Session, ids: Collection[int], seen_at: datetime) -> Mapping[int, list[_Line]]:
    query = (
        select(col(_E.complaint_id), *_LINE)
        .where(col(_E.complaint_id).in_(ids), col(_E.at) <= seen_at)
        .order_by(col(_E.complaint_id), col(_E.seq))
    )
    found: dict[int, list[_Line]] = defaultdict(list)
    for key, at, kind, severity, urgency, is_answer, *more in session.execute(query):
        found[key].append(_Line((timing.aware(at), kind, severity, urgency, is_answer), *more))
    return found


def _account(lines: Sequence[_Line], case: timing.Case, ground: Ground) -> Account:
    course = timing.course((line.told for line in lines), case.received_at, ground)
    terms = course.terms(max(line.at for line in lines))
    levels = [limits.place_of(line.told[2]) for line in lines]
    days = {clock.day_of(line.at) for line in lines if line.kind in _TALKS}
    return Account(
        events=len(lines),
        kinds=_kinds(frozenset(line.kind for line in lines)),
        severity=Severity(lines[-1].told[2]),
        department=lines[-1].department,
        closed_at=_closed_at(lines),
        is_one_talk=len(days) <= 1,
        was_raised=max(levels) > levels[0],
        was_returned=passing(lines).returns > 0,
        answered_by=_answered_by(lines),
        marks=tuple((line.at, line.mark) for line in lines if line.mark is not None),
        terms=terms,
        took={
            kind: _took(case.received_at, one, one.ended_at, ground.calendar)
            for kind, one in terms.items()
            if one.ended_at is not None
        },
    )


@cache
def _kinds(found: frozenset[str]) -> frozenset[str]:
    """The same set for all complaints that went the same way."""
    return found


def _closed_at(lines: Iterable[_Line]) -> datetime | None:
    at = None
    for line in lines:
        if line.kind == EventKind.CLOSED:
            at = line.at
        elif line.kind == EventKind.REOPENED:
            at = None
    return at


def _answered_by(lines: Iterable[_Line]) -> Sequence[int | None]:
    last: list[int | None] = []
    for line in lines:
        if line.kind == EventKind.REPLIED:
            last = [line.actor_id]
        elif line.kind == EventKind.CONFIRMED:
            last.append(line.actor_id)
    return tuple(last)


def _took(received_at: datetime, one: Term, until: datetime, calendar: Calendar) -> Took:
    gross = business_minutes(received_at, max(until, received_at), calendar)
    stood = sum(
        business_minutes(max(begin, received_at), min(end, until), calendar)
        for begin, end in one.stops
        if end > received_at and begin < until
    )
    return Took(gross - stood, gross)
