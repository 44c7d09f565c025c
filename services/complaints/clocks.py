"""The clocks of a complaint, computed from what happened to it (spec 3.2).

Four clocks run: acknowledge, first answer, proposal, close. Each begins when the complaint is
received and has a limit by the complaint's level, in working minutes, working days or minutes of
the day and night. Nothing is added up as time goes by: every figure follows from the events and
the store's calendar, so a calendar that is corrected later corrects the clocks with it, and nobody
can stop a clock but by an event that everybody sees.

- A pause (waiting for the customer, or for somebody outside) holds the clocks of proposal and
  close, at most `Rules.pause_days` working days in all; then they run again, waited for or not.
- Raised: the new limit counts from then on, but nothing is due later than it was.
- Lowered: the new limit counts from the beginning, and nothing is due earlier than it was. What was
  missed stays missed.
- Reopened: the clock of closing goes on where it stood; the time that it was closed does not count.
- Merged into another complaint, or withdrawn by the customer: what runs ends, neither met nor
  missed unless it was late by then.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final

from services.core.worktime import (
    MINUTE,
    Calendar,
    add_business_days,
    add_business_minutes,
    business_days,
    business_minutes,
)


class ClockKind(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    """The first substantive answer."""
    PROPOSE = "propose"
    CLOSE = "close"


class Unit(StrEnum):
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    MINUTES = "minutes"
    """Of the day and night."""


class Fact(StrEnum):
    """What moves a clock."""

    RECEIVED = "received"
    LEVELLED = "levelled"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    PROPOSED = "proposed"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"
    REOPENED = "reopened"
    ENDED = "ended"
    """Merged into another complaint, or withdrawn by the customer."""


class ClockState(StrEnum):
    NONE = "none"
    """There is no limit: an L4 is tracked daily until it is closed."""
    RUNNING = "running"
    PAUSED = "paused"
    LATE = "late"
    """Running, and its time is over."""
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"
    """Ended without being met, and without being late."""


ENDS: Final[dict[ClockKind, frozenset[Fact]]] = {
    ClockKind.ACKNOWLEDGE: frozenset(
        {Fact.ACKNOWLEDGED, Fact.ANSWERED, Fact.PROPOSED, Fact.CLOSED}
    ),
    ClockKind.ANSWER: frozenset({Fact.ANSWERED, Fact.PROPOSED, Fact.CLOSED}),
    ClockKind.PROPOSE: frozenset({Fact.PROPOSED, Fact.CLOSED}),
}
"""What meets a clock for good: whoever has the answer knows that he was heard. The clock of closing
is met by the closing that no reopening followed."""
PAUSABLE: Final = frozenset({ClockKind.PROPOSE, ClockKind.CLOSE})


@dataclass(frozen=True, slots=True)
class Limit:
    """So much time; minutes are whole."""

    amount: Fraction
    unit: Unit


@dataclass(frozen=True, slots=True)
class Event:
    """Something that moves the clocks, in the order in which it happened. `level` where it is set:
    received and levelled."""

    at: datetime
    fact: Fact
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the parameters said: limits as of a moment (None: no limit), and how long a complaint
    may be paused in all."""

    limit: Callable[[ClockKind, int, datetime], Limit | None]
    pause_days: int


Gap = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock at a moment. `due_at` holds if nothing else happens (None: no limit); `net` and
    `gross` are the time that it ran and that passed, in the unit of `limit`; `stops` when it stood
    still, the last perhaps beyond the moment."""

    kind: ClockKind
    state: ClockState
    limit: Limit | None
    due_at: datetime | None
    ended_at: datetime | None
    net: Fraction
    gross: Fraction
    stops: Sequence[Gap] = ()

    @property
    def share(self) -> Fraction | None:
        """How much of the time is used up; above 1 when it is over. None without a limit."""
        return None if self.limit is None else self.net / self.limit.amount


@dataclass(frozen=True, slots=True)
class Term:
    """The same of a clock but how much of its time is used, which costs as much again."""

    kind: ClockKind
    state: ClockState
    limit: Limit | None
    due_at: datetime | None
    ended_at: datetime | None
    stops: Sequence[Gap] = ()

    def kept_at(self, moment: datetime) -> bool | None:
        """Whether it was met in its time, as far as a moment tells at which nothing has happened
        since; None where nothing tells: it runs, or ended unmet and in time."""
        if self.ended_at is None:
            return False if self.due_at is not None and _whole(moment) > self.due_at else None
        return _KEPT.get(self.state)


@dataclass(frozen=True, slots=True)
class _Line:
    """A limit that counts from `begin`."""

    begin: datetime
    limit: Limit


class Course:
    """What happened to a complaint, and what its clocks make of it whatever the moment is: each
    part is worked out when it is first asked for, so that a course that is kept costs little.

    The first event is RECEIVED, and no moment that it is asked about lies before the last one.
    """

    def __init__(self, events: Sequence[Event], rules: Rules, calendar: Calendar) -> None:
        self.events = [_cut(each) for each in events]
        self.rules, self.calendar = rules, calendar
        self._lines: dict[ClockKind, tuple[_Line | None, datetime | None]] = {}
        self._latest: tuple[datetime, Clock] | None = None
        """The clock that was asked for last, and its minute: many look at one wall."""

    def clocks(self, now: datetime) -> dict[ClockKind, Clock]:
        """All four. Raises NoWorkingTime for a calendar that is closed for years."""
        return {kind: self._clock(kind, _whole(now)) for kind in ClockKind}

    def terms(self, now: datetime) -> dict[ClockKind, Term]:
        """The same four, for whoever looks at many and asks only when they ended."""
        return {kind: self._term(kind, _whole(now))[0] for kind in ClockKind}

    def next_clock(self, now: datetime) -> Clock | None:
        """Of the clocks that run the one that is due first; the others are not looked at any
        further. None where none is due."""
        if self._first_due is None:
            return None
        minute, latest = _whole(now), self._latest
        if latest is None or latest[0] != minute:
            self._latest = latest = minute, self._clock(self._first_due, minute)
        return latest[1]

    @cached_property
    def _first_due(self) -> ClockKind | None:
        due = {
            kind: at
            for kind in ClockKind
            if self._ended(kind)[0] is None and (at := self._line(kind)[1]) is not None
        }
        return min(due, key=due.__getitem__) if due else None

    @property
    def received(self) -> Event:
        return self.events[0]

    # ---- when it stood still

    @cached_property
    def pauses(self) -> list[Gap]:
        """The pauses as far as they count, in order and apart; the last may reach beyond `now`."""
        left, found = Fraction(self.rules.pause_days), []
        for begin, end in self._waits():
            if not left:
                break
            limit = add_business_days(begin, left, self.calendar)
            until = limit if end is None else min(limit, end)
            if until > begin:
                found.append((begin, until))
                left -= business_days(begin, until, self.calendar)
        return found

    def _waits(self) -> Iterable[tuple[datetime, datetime | None]]:
        begin: datetime | None = None
        for event in self.events:
            if event.fact is Fact.PAUSED and begin is None:
                begin = event.at
            elif begin is not None and event.fact in _RESUMES:
                yield begin, event.at
                begin = None
        if begin is not None:
            yield begin, None

    @cached_property
    def closings(self) -> list[tuple[datetime, datetime | None]]:
        """From each closing to the reopening that followed it."""
        found: list[tuple[datetime, datetime | None]] = []
        for event in self.events:
            if event.fact is Fact.CLOSED:
                found.append((event.at, None))
            elif event.fact is Fact.REOPENED:
                found[-1] = (found[-1][0], event.at)
        return found

    def _stops(self, kind: ClockKind) -> list[Gap]:
        """When this clock stood still, in order and apart."""
        if kind not in PAUSABLE:
            return []
        closed = [(begin, end) for begin, end in self.closings if end is not None]
        return sorted([*self.pauses, *closed]) if kind is ClockKind.CLOSE else self.pauses

    # ---- when it ended

    def _ended(self, kind: ClockKind) -> tuple[datetime | None, bool]:
        """When the clock ended, and whether what it waits for was done."""
        if kind is ClockKind.CLOSE:
            if self.closings and self.closings[-1][1] is None:
                return self.closings[-1][0], True
        else:
            done = next((each.at for each in self.events if each.fact in ENDS[kind]), None)
            if done is not None:
                return done, True
        over = next((each.at for each in self.events if each.fact is Fact.ENDED), None)
        return over, False

    # ---- when it is due

    def _line(self, kind: ClockKind) -> tuple[_Line | None, datetime | None]:
        """The limit that counts, and when it is over: by the levels up to the clock's end."""
        if kind not in self._lines:
            self._lines[kind] = self._counting(kind, self._ended(kind)[0])
        return self._lines[kind]

    def _counting(
        self, kind: ClockKind, until: datetime | None
    ) -> tuple[_Line | None, datetime | None]:
        counts: _Line | None = None
        due: datetime | None = None
        was = 0
        for level, at in self._levels(until):
            is_raised, was = 0 < was < level, level
            limit = self.rules.limit(kind, level, at)
            if limit is None:
                continue
            line = _Line(at if is_raised else self.received.at, limit)
            over = self._over(line, self._stops(kind))
            if due is None or (over < due if is_raised else at < due < over):
                counts, due = line, over
        return counts, due

    def _levels(self, until: datetime | None) -> list[tuple[int, datetime]]:
        return [
            (each.level, each.at)
            for each in self.events
            if each.level is not None and (until is None or each.at <= until)
        ]

    def _over(self, line: _Line, stops: Sequence[Gap]) -> datetime:
        """When the time of a line is over, if nothing else happens."""
        left, begin = line.limit.amount, line.begin
        for stop, go in stops:
            if go <= begin:
                continue
            if stop > begin:
                run = _measure(begin, stop, line.limit.unit, self.calendar)
                if run >= left:
                    break
                left -= run
            begin = go
        return _add(begin, left, line.limit.unit, self.calendar)

    # ---- the clock

    def _term(self, kind: ClockKind, now: datetime) -> tuple[Term, _Line | None]:
        """With the line that counts."""
        ended_at, is_met = self._ended(kind)
        line, due = self._line(kind)
        stops = self._stops(kind)
        if line is None or due is None:
            state = ClockState.NONE if ended_at is None else _OPEN_ENDED[is_met]
            return Term(kind, state, None, None, ended_at, stops), None
        state = self._state(kind, due, ended_at, now, is_met=is_met)
        return Term(kind, state, line.limit, due, ended_at, stops), line

    def _clock(self, kind: ClockKind, now: datetime) -> Clock:
        term, line = self._term(kind, now)
        stops, ended_at = term.stops, term.ended_at
        if line is None:
            zero = Fraction(0)
            return Clock(kind, term.state, None, None, ended_at, zero, zero, stops)
        upto = now if ended_at is None else ended_at
        unit = line.limit.unit
        gross = _measure(line.begin, max(upto, line.begin), unit, self.calendar)
        stood = sum(
            (
                _measure(max(begin, line.begin), min(end, upto), unit, self.calendar)
                for begin, end in stops
                if end > line.begin and begin < upto
            ),
            Fraction(0),
        )
        net = gross - stood
        return Clock(kind, term.state, line.limit, term.due_at, ended_at, net, gross, stops)

    def _state(
        self,
        kind: ClockKind,
        due: datetime,
        ended_at: datetime | None,
        now: datetime,
        *,
        is_met: bool,
    ) -> ClockState:
        if ended_at is not None:
            if ended_at > due:
                return ClockState.MISSED
            return ClockState.MET if is_met else ClockState.STOPPED
        if now > due:
            return ClockState.LATE
        stops = self._stops(kind)
        is_still = any(begin <= now < end for begin, end in stops)
        return ClockState.PAUSED if is_still else ClockState.RUNNING


_RESUMES: Final = frozenset({Fact.RESUMED, Fact.CLOSED, Fact.ENDED})
_KEPT: Final = {ClockState.MET: True, ClockState.MISSED: False}
_OPEN_ENDED: Final = {True: ClockState.MET, False: ClockState.STOPPED}


def _measure(begin: datetime, end: datetime, unit: Unit, calendar: Calendar) -> Fraction:
    if unit is Unit.MINUTES:
        return Fraction((end - begin) // MINUTE)
    if unit is Unit.WORKING_MINUTES:
        return Fraction(business_minutes(begin, end, calendar))
    return business_days(begin, end, calendar)


def _add(begin: datetime, amount: Fraction, unit: Unit, calendar: Calendar) -> datetime:
    if unit is Unit.MINUTES:
        return begin + int(amount) * MINUTE
    if unit is Unit.WORKING_MINUTES:
        return add_business_minutes(begin, int(amount), calendar)
    return add_business_days(begin, amount, calendar)


def _cut(event: Event) -> Event:
    return Event(_whole(event.at), event.fact, event.level)


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
