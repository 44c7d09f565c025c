"""The clocks of complaints against an oracle that goes through every minute of the case."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import lcm

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.complaints.clocks import ClockKind, Course, Event, Fact, Limit, Rules, Unit
from services.core.clock import SHANGHAI
from services.core.worktime import Calendar, Week
from tests.properties.test_worktime import MON_FRI, OFFICE, SHOWROOM, hours_of

CASES = 2000
FIRST = date(2026, 1, 26)
"""The spring festival of 2026 lies in the middle of the window, with its make-up days."""
DAYS = 110
DAY = 24 * 60
BEGIN = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=SHANGHAI)
SHORT_SATURDAY = (*[OFFICE] * 5, ((540, 720),), ())
CALENDARS = (
    Calendar((Week(date.min, MON_FRI),)),
    Calendar((Week(date.min, SHOWROOM, keeps_holidays=False),)),
    Calendar((Week(date.min, SHORT_SATURDAY), Week(date(2026, 2, 9), MON_FRI))),
    Calendar((Week(date.min, MON_FRI),), {date(2026, 2, 3): (), date(2026, 2, 7): ((600, 661),)}),
)


class Minutes:
    """A calendar as what it is in each minute of the window: how much of a working day that is, in
    parts of which `day` make one."""

    def __init__(self, calendar: Calendar) -> None:
        days = [hours_of(FIRST + timedelta(days=n), calendar) for n in range(DAYS)]
        lengths = [sum(closes - opens for opens, closes in spans) for spans in days]
        self.day = lcm(*(length for length in lengths if length))
        self.part = np.zeros(DAYS * DAY, np.int64)
        for number, (spans, length) in enumerate(zip(days, lengths, strict=True)):
            for opens, closes in spans:
                self.part[number * DAY + opens : number * DAY + closes] = self.day // length
        self.open = (self.part > 0).astype(np.int64)

    def ticks(self, unit: Unit):
        """What each minute counts, and how much of that makes one unit."""
        if unit is Unit.MINUTES:
            return np.ones_like(self.open), 1
        return (self.open, 1) if unit is Unit.WORKING_MINUTES else (self.part, self.day)


MINUTES = [Minutes(calendar) for calendar in CALENDARS]


class Oracle:
    """Everything told minute by minute; `events` are (minute, fact, level)."""

    def __init__(self, events, rules: Rules, minutes: Minutes, now: int) -> None:
        self.events, self.rules, self.minutes, self.now = events, rules, minutes, now
        self.paused = self.effective(self.state({Fact.PAUSED}, {Fact.RESUMED, Fact.CLOSED}))
        closed = self.state({Fact.CLOSED}, {Fact.REOPENED})
        begun = [at for at, fact, _level in events if fact is Fact.CLOSED]
        again = [at for at, fact, _level in events if fact is Fact.REOPENED]
        self.closed_at = begun[-1] if len(begun) > len(again) else None
        self.closed = closed & (np.arange(closed.size) < (again[-1] if again else 0))

    def state(self, begins, ends):
        """The minutes that lie in a state."""
        found = np.zeros(DAYS * DAY, bool)
        for at, fact, _level in self.events:
            if fact in begins:
                found[at:] = True
            elif fact in ends or fact is Fact.ENDED:
                found[at:] = False
        return found

    def effective(self, asked):
        """A pause counts until so many working days were paused in all."""
        used = np.cumsum(np.where(asked, self.minutes.part, 0))
        before = np.concatenate([[0], used[:-1]])
        return asked & (before < self.rules.pause_days * self.minutes.day)

    def still(self, kind):
        if kind in {ClockKind.ACKNOWLEDGE, ClockKind.ANSWER}:
            return np.zeros(DAYS * DAY, bool)
        return self.paused | self.closed if kind is ClockKind.CLOSE else self.paused

    def over(self, kind, begin, limit: Limit):
        ticks, one = self.minutes.ticks(limit.unit)
        run = np.cumsum(np.where(self.still(kind), 0, ticks)[begin:])
        at = int(np.argmax(run >= limit.amount * one))
        assert run[at] >= limit.amount * one, "the window is too short"
        return begin + at + 1

    def ended(self, kind):
        met = {
            ClockKind.ACKNOWLEDGE: {Fact.ACKNOWLEDGED, Fact.ANSWERED, Fact.PROPOSED, Fact.CLOSED},
            ClockKind.ANSWER: {Fact.ANSWERED, Fact.PROPOSED, Fact.CLOSED},
            ClockKind.PROPOSE: {Fact.PROPOSED, Fact.CLOSED},
            ClockKind.CLOSE: set(),
        }[kind]
        if kind is ClockKind.CLOSE and self.closed_at is not None:
            return self.closed_at, True
        for at, fact, _level in self.events:
            if fact in met:
                return at, True
            if fact is Fact.ENDED:
                return at, False
        return None, False

    def clock(self, kind):
        """(state, limit, due, ended, net, gross)."""
        end, is_met = self.ended(kind)
        counts, due, level_was = None, None, None
        for at, _fact, level in self.events:
            if level is None or (end is not None and at > end):
                continue
            limit = self.rules.limit(kind, level, moment(at))
            raised = level_was is not None and level > level_was
            level_was = level
            if limit is None:
                continue
            begin = at if raised else self.events[0][0]
            over = self.over(kind, begin, limit)
            if due is None:
                counts, due = (begin, limit), over
            elif raised:
                if over < due:
                    counts, due = (begin, limit), over
            elif due > at and over > due:  # lowered before it was missed
                counts, due = (begin, limit), over
        if counts is None:
            state = "none" if end is None else "met" if is_met else "stopped"
            return state, None, None, end, 0, 0
        begin, limit = counts
        ticks, one = self.minutes.ticks(limit.unit)
        last = max(self.now if end is None else end, begin)
        gross = int(ticks[begin:last].sum())
        net = int(np.where(self.still(kind), 0, ticks)[begin:last].sum())
        return (
            self.say(kind, due, end, is_met),
            limit,
            due,
            end,
            Fraction(net, one),
            Fraction(gross, one),
        )

    def say(self, kind, due, end, is_met):
        if end is not None:
            return "missed" if end > due else "met" if is_met else "stopped"
        if self.now > due:
            return "late"
        return "paused" if self.still(kind)[self.now] else "running"


def moment(minute: int) -> datetime:
    return (BEGIN + timedelta(minutes=minute)).astimezone(UTC)


def minute_of(at: datetime | None) -> int | None:
    return None if at is None else int((at - BEGIN) / timedelta(minutes=1))


# ---- histories

NEXT = {
    "open": (
        Fact.LEVELLED,
        Fact.ACKNOWLEDGED,
        Fact.ANSWERED,
        Fact.PROPOSED,
        Fact.PAUSED,
        Fact.CLOSED,
    ),
    "paused": (
        Fact.LEVELLED,
        Fact.ACKNOWLEDGED,
        Fact.ANSWERED,
        Fact.PROPOSED,
        Fact.RESUMED,
        Fact.CLOSED,
    ),
    "closed": (Fact.REOPENED,),
}
STATES = {
    Fact.PAUSED: "paused",
    Fact.RESUMED: "open",
    Fact.CLOSED: "closed",
    Fact.REOPENED: "open",
}
GAPS = st.one_of(st.integers(0, 90), st.integers(0, 2 * DAY), st.integers(0, 6 * DAY))
LEVELS = st.integers(1, 4)
LIMITS = st.one_of(
    st.builds(Limit, st.sampled_from([15, 30, 240, 450, 900]), st.just(Unit.WORKING_MINUTES)),
    st.builds(Limit, st.integers(1, 6), st.just(Unit.WORKING_DAYS)),
    st.builds(Limit, st.sampled_from([15, 30, 720, 1440, 2880]), st.just(Unit.MINUTES)),
)


@st.composite
def histories(draw):
    """Any order of what may follow on what, at any hour, also several things in one minute."""
    at = draw(st.integers(0, 20 * DAY))
    events, state = [(at, Fact.RECEIVED, draw(LEVELS))], "open"
    for _step in range(draw(st.integers(0, 10))):
        at += draw(GAPS)
        if at > 60 * DAY:
            break
        fact = draw(st.sampled_from([*NEXT[state], *([Fact.ENDED] if state != "closed" else [])]))
        events.append((at, fact, draw(LEVELS) if fact is Fact.LEVELLED else None))
        if fact is Fact.ENDED:
            break
        state = STATES.get(fact, state)
    return events, min(at + draw(GAPS), 66 * DAY)


@st.composite
def books(draw):
    """Limits for every clock and level, others from a day on; none for closing the highest."""
    books = [
        {(kind, level): draw(LIMITS) for kind in ClockKind for level in range(1, 5)}
        for _book in range(draw(st.integers(1, 2)))
    ]
    for book in books:
        book[ClockKind.CLOSE, 4] = None
    changes = moment(draw(st.integers(0, 30)) * DAY)
    pause_days = draw(st.integers(0, 5))
    return Rules(lambda kind, level, at: books[-1 if at >= changes else 0][kind, level], pause_days)


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories(), rules=books(), which=st.sampled_from(range(len(CALENDARS))))
def test_every_clock_agrees_with_the_minute_counter(history, rules, which):
    events, now = history
    told = Oracle(events, rules, MINUTES[which], now)
    happened = [Event(moment(at), fact, level) for at, fact, level in events]
    found = Course(happened, rules, CALENDARS[which]).clocks(moment(now))
    for kind in ClockKind:
        one = found[kind]
        shown = (
            one.state,
            one.limit,
            minute_of(one.due_at),
            minute_of(one.ended_at),
            one.net,
            one.gross,
        )
        assert shown == told.clock(kind), kind
