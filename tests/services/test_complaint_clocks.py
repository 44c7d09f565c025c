"""The clocks of complaints by example: the acceptance cases, and what other systems got wrong."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from services.complaints.clocks import (
    Clock,
    ClockKind,
    ClockState,
    Course,
    Event,
    Fact,
    Limit,
    Rules,
    Unit,
)
from services.core.clock import SHANGHAI
from services.core.worktime import Calendar, Week

OFFICE = ((540, 720), (810, 1080))
"""9:00 to 12:00, 13:30 to 18:00."""
CALENDAR = Calendar((Week(date.min, (*[OFFICE] * 5, (), ())),))
HOURS_4 = Limit(240, Unit.WORKING_MINUTES)
CLOCK_24 = Limit(1440, Unit.MINUTES)
DAYS_3 = Limit(3, Unit.WORKING_DAYS)
LIMITS = {1: HOURS_4, 2: CLOCK_24, 3: Limit(720, Unit.MINUTES), 4: Limit(120, Unit.MINUTES)}


def at(text: str) -> datetime:
    """A moment where the dealer works: 2026-06-05 is a Friday without holidays near."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def limit(kind: ClockKind, level: int, _at: datetime) -> Limit | None:
    if kind is ClockKind.CLOSE:
        return None if level == 4 else DAYS_3
    return LIMITS[level]


RULES = Rules(limit, pause_days=5)


def told(kind: ClockKind, now: str, *events: tuple[str, Fact], level: int = 1, **more) -> Clock:
    """One clock of a complaint of this level that was received with the first event."""
    happened = [
        Event(at(when), fact, level if fact is Fact.RECEIVED else None) for when, fact in events
    ]
    raised = more.get("levels", [])
    happened += [Event(at(when), Fact.LEVELLED, to) for when, to in raised]
    happened.sort(key=lambda event: event.at)
    calendar = more.get("calendar", CALENDAR)
    return Course(happened, more.get("rules", RULES), calendar).clocks(at(now))[kind]


def due(*events: tuple[str, Fact], kind: ClockKind = ClockKind.ANSWER, **more) -> str:
    found = told(kind, "2026-06-04 12:00", *events, **more)
    assert found.due_at is not None
    return f"{found.due_at.astimezone(SHANGHAI):%m-%d %H:%M}"


RECEIVED = ("2026-06-05 17:50", Fact.RECEIVED)


def test_c1_four_hours_from_friday_evening_end_on_monday_after_lunch():
    """10 minutes on Friday, 180 before Monday's lunch, 50 after it."""
    assert due(RECEIVED) == "06-08 14:20"


def test_c2_a_pause_takes_out_just_the_working_time_between():
    begun = ("2026-06-05 09:00", Fact.RECEIVED)
    paused = (("2026-06-05 12:00", Fact.PAUSED), ("2026-06-08 12:00", Fact.RESUMED))
    plain = told(ClockKind.CLOSE, "2026-06-09 09:00", begun)
    held = told(ClockKind.CLOSE, "2026-06-09 09:00", begun, *paused)
    assert plain.net - held.net == Fraction(270 + 180, 450)
    assert held.gross == plain.net
    assert due(begun, kind=ClockKind.CLOSE) == "06-09 18:00"
    assert due(begun, *paused, kind=ClockKind.CLOSE) == "06-10 18:00"


def test_a_pause_never_stops_the_first_answer():
    begun = ("2026-06-05 09:00", Fact.RECEIVED)
    assert due(begun, ("2026-06-05 09:10", Fact.PAUSED)) == due(begun) == "06-05 14:30"


def test_waiting_for_ever_holds_the_clock_for_five_working_days_only():
    begun = ("2026-06-01 09:00", Fact.RECEIVED)
    waits = ("2026-06-01 09:00", Fact.PAUSED)
    assert due(begun, waits, kind=ClockKind.CLOSE) == "06-10 18:00"
    again = [
        ("2026-06-01 09:00", Fact.PAUSED),
        ("2026-06-03 18:00", Fact.RESUMED),
        ("2026-06-04 09:00", Fact.PAUSED),
    ]
    assert due(begun, *again, kind=ClockKind.CLOSE) == "06-10 18:00"
    late = told(ClockKind.CLOSE, "2026-06-11 09:00", begun, waits)
    assert late.state is ClockState.LATE


def test_what_is_paused_says_so_and_how_long_it_ran():
    found = told(
        ClockKind.CLOSE,
        "2026-06-05 15:00",
        ("2026-06-05 09:00", Fact.RECEIVED),
        ("2026-06-05 10:30", Fact.PAUSED),
    )
    assert (found.state, found.net) == (ClockState.PAUSED, Fraction(90, 450))
    assert found.share == Fraction(90, 1350)


def test_reopened_goes_on_where_it_stood_and_does_not_begin_anew():
    events = [
        ("2026-06-01 09:00", Fact.RECEIVED),
        ("2026-06-02 18:00", Fact.CLOSED),
        ("2026-06-08 09:00", Fact.REOPENED),
    ]
    assert due(*events, kind=ClockKind.CLOSE) == "06-08 18:00"
    again = told(ClockKind.CLOSE, "2026-06-09 10:00", *events, ("2026-06-08 17:59", Fact.CLOSED))
    assert (again.state, again.net) == (ClockState.MET, 3 - Fraction(1, 450))


def test_closed_late_stays_late_however_often_it_is_opened():
    events = [
        ("2026-06-01 09:00", Fact.RECEIVED),
        ("2026-06-04 09:01", Fact.CLOSED),
        ("2026-06-05 09:00", Fact.REOPENED),
    ]
    assert told(ClockKind.CLOSE, "2026-06-05 09:05", *events).state is ClockState.LATE
    events.append(("2026-06-05 09:10", Fact.CLOSED))
    assert told(ClockKind.CLOSE, "2026-06-05 10:00", *events).state is ClockState.MISSED


def test_answered_in_the_very_minute_is_in_time_and_a_minute_later_is_not():
    for minute, state in (("14:20:59", ClockState.MET), ("14:21:00", ClockState.MISSED)):
        answered = (f"2026-06-08 {minute}", Fact.ANSWERED)
        found = told(ClockKind.ANSWER, "2026-06-09 09:00", RECEIVED, answered)
        assert found.state is state


def test_lowering_the_level_hides_no_breach_and_brings_nothing_forward():
    begun = ("2026-06-04 09:00", Fact.RECEIVED)
    missed = told(
        ClockKind.ANSWER, "2026-06-05 09:00", begun, level=3, levels=[("2026-06-04 21:30", 2)]
    )
    assert missed.state is ClockState.LATE
    assert due(begun, level=3, levels=[("2026-06-04 20:00", 2)]) == "06-05 09:00"
    assert due(begun, level=2, levels=[("2026-06-04 10:00", 1)]) == "06-05 09:00"


def test_raising_the_level_gives_its_whole_time_from_then_on_and_never_more_than_there_was():
    begun = ("2026-06-04 09:00", Fact.RECEIVED)
    assert due(begun, level=2, levels=[("2026-06-04 10:00", 4)]) == "06-04 12:00"
    assert due(begun, level=2, levels=[("2026-06-05 08:00", 4)]) == "06-05 09:00"


def test_a_crisis_has_no_day_by_which_it_must_be_closed():
    found = told(ClockKind.CLOSE, "2026-06-30 09:00", ("2026-06-01 09:00", Fact.RECEIVED), level=4)
    assert (found.state, found.due_at, found.share) == (ClockState.NONE, None, None)


def test_who_has_the_answer_was_acknowledged_too():
    answered = ("2026-06-05 17:55", Fact.ANSWERED)
    found = told(ClockKind.ACKNOWLEDGE, "2026-06-09 09:00", RECEIVED, answered)
    assert (found.state, found.ended_at) == (ClockState.MET, at("2026-06-05 17:55"))


@pytest.mark.parametrize(
    ("ended", "state"),
    [("2026-06-08 09:00", ClockState.STOPPED), ("2026-06-08 15:00", ClockState.MISSED)],
)
def test_withdrawn_or_merged_is_neither_met_nor_missed_unless_it_was_late(ended, state):
    found = told(ClockKind.ANSWER, "2026-06-10 09:00", RECEIVED, (ended, Fact.ENDED))
    assert found.state is state


def test_a_calendar_corrected_later_corrects_the_clock():
    closed = Calendar(CALENDAR.weeks, {date(2026, 6, 8): ()})
    assert due(RECEIVED, calendar=closed) == "06-09 14:20"


def test_limits_are_those_of_the_day_on_which_they_began_to_count():
    changes = at("2026-06-06 00:00")
    rules = Rules(lambda _kind, _level, moment: CLOCK_24 if moment >= changes else HOURS_4, 5)
    assert due(RECEIVED, rules=rules) == "06-08 14:20"
    assert due(("2026-06-06 08:00", Fact.RECEIVED), rules=rules) == "06-07 08:00"


def test_received_at_night_in_another_zone_counts_from_the_next_morning():
    """Systems that count hours in UTC began this one a day early."""
    assert due(("2026-06-04 23:50", Fact.RECEIVED)) == "06-05 14:30"
