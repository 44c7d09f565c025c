"""Working time against an oracle that knows nothing but the clock on the wall, minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.clock import SHANGHAI
from services.core.worktime import (
    Calendar,
    NoWorkingTime,
    Week,
    add_business_days,
    add_business_minutes,
    business_days,
    business_minutes,
    check_spans,
    holiday_name,
    knows_holidays,
    works_in_china,
)

CASES = 2000
LAST_ANNOUNCED = 2026
SATURDAY = 5
OFFICE = ((540, 720), (810, 1080))
"""9:00 to 12:00, 13:30 to 18:00."""
MON_FRI = (*[OFFICE] * 5, (), ())
SHOWROOM = (*[((540, 1080),)] * 5, ((600, 960),), ((600, 960),))


def at(text: str, zone=SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# ---- the oracle


def hours_of(day: date, calendar: Calendar):
    """The hours of a local day by the rules, each said once and plainly."""
    if day in calendar.days:
        return calendar.days[day]
    if not calendar.weeks:
        return ()
    begun = [week for week in calendar.weeks if week.since <= day]
    week = (
        max(begun, key=lambda week: week.since)
        if begun
        else min(calendar.weeks, key=lambda week: week.since)
    )
    spans = week.hours[day.weekday()]
    if week.keeps_holidays and day.year <= LAST_ANNOUNCED:
        if day in chinese_calendar.holidays:
            return ()
        if day in chinese_calendar.workdays and day.weekday() >= SATURDAY:
            return spans or week.hours[0]
    return spans


def worked(begin: datetime, end: datetime, calendar: Calendar):
    """Every working minute from `begin` to `end`, told by the clock on the wall."""
    minute = begin.astimezone(UTC).replace(second=0, microsecond=0)
    last = end.astimezone(UTC).replace(second=0, microsecond=0)
    day, spans = None, ()
    while minute < last:
        wall = minute.astimezone(calendar.zone)
        if wall.date() != day:
            day = wall.date()
            spans = hours_of(day, calendar)
        of_day = wall.hour * 60 + wall.minute
        if any(opens <= of_day < closes for opens, closes in spans):
            yield minute
        minute += timedelta(minutes=1)


def counted(begin: datetime, end: datetime, calendar: Calendar) -> int:
    return sum(1 for _minute in worked(begin, end, calendar))


# ---- generated calendars


@st.composite
def spans(draw):
    edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=0, max_size=6)))
    return tuple(zip(edges[0::2], edges[1::2], strict=False))


days = st.dates(date(2025, 12, 20), date(2027, 1, 20))
ZONES = [SHANGHAI, UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")]


@st.composite
def weeks(draw):
    usual = draw(st.sampled_from([MON_FRI, SHOWROOM, None]))
    hours = usual or tuple(draw(spans()) for _ in range(7))
    return Week(draw(days), hours, keeps_holidays=draw(st.booleans()))


@st.composite
def calendars(draw):
    return Calendar(
        weeks=tuple(draw(st.lists(weeks(), min_size=0, max_size=3, unique_by=lambda w: w.since))),
        days=draw(st.dictionaries(days, spans(), max_size=4)),
        zone=draw(st.sampled_from(ZONES)),
    )


# Around the new year, spring festival, the make-up weekends, clocks put forward and back, and 2027,
# whose holidays are not announced.
NEAR = [
    *(date(2025, 12, 31), date(2026, 2, 13), date(2026, 2, 27), date(2026, 3, 29)),
    *(date(2026, 4, 4), date(2026, 5, 8), date(2026, 9, 19), date(2026, 10, 3)),
    *(date(2026, 10, 9), date(2026, 10, 24), date(2026, 12, 30), date(2027, 1, 4)),
]


@st.composite
def moments(draw):
    day = draw(st.sampled_from(NEAR) | st.dates(date(2025, 12, 20), date(2027, 1, 20)))
    begin = datetime.combine(day, time(), tzinfo=UTC) + timedelta(
        minutes=draw(st.integers(0, 1439)), seconds=draw(st.integers(0, 59))
    )
    return begin, begin + timedelta(minutes=draw(st.integers(0, 4 * 1440)))


@settings(max_examples=CASES, deadline=None)
@given(calendars(), moments())
def test_as_many_minutes_as_the_clock_on_the_wall_says(calendar, pair):
    begin, end = pair
    assert business_minutes(begin, end, calendar) == counted(begin, end, calendar)
    assert business_minutes(end, begin, calendar) == -business_minutes(begin, end, calendar)


@settings(max_examples=CASES, deadline=None)
@given(calendars(), moments(), st.integers(0, 3000))
def test_due_is_the_first_moment_at_which_so_much_was_worked(calendar, pair, minutes):
    begin, _end = pair
    try:
        due = add_business_minutes(begin, minutes, calendar)
    except NoWorkingTime:
        assert counted(begin, begin + timedelta(days=2), calendar) < minutes
        return
    assert business_minutes(begin, due, calendar) == minutes
    if minutes:
        before = due - timedelta(minutes=1)
        assert business_minutes(begin, before, calendar) == minutes - 1
        assert list(worked(before, due, calendar)) == [before]


# ---- cases by name

CALENDAR = Calendar((Week(date(2020, 1, 1), MON_FRI),))


def test_four_hours_from_friday_evening_are_due_on_monday_after_lunch():
    begin, due = at("2026-11-20 17:50"), at("2026-11-23 14:20")
    assert add_business_minutes(begin, 240, CALENDAR) == due
    assert business_minutes(begin, due, CALENDAR) == 240


def test_what_begins_in_the_lunch_break_or_at_night_counts_from_the_opening():
    assert add_business_minutes(at("2026-11-18 12:40"), 1, CALENDAR) == at("2026-11-18 13:31")
    assert add_business_minutes(at("2026-11-18 22:00"), 1, CALENDAR) == at("2026-11-19 09:01")


def test_done_at_closing_time_is_due_at_closing_time():
    assert add_business_minutes(at("2026-11-20 17:50"), 10, CALENDAR) == at("2026-11-20 18:00")


def test_spring_festival_is_closed_and_its_working_saturday_open():
    assert holiday_name(date(2026, 2, 17)) == "Spring Festival"
    assert business_minutes(at("2026-02-15 00:00"), at("2026-02-24 00:00"), CALENDAR) == 0
    assert business_minutes(at("2026-02-14 00:00"), at("2026-02-15 00:00"), CALENDAR) == 450


def test_a_showroom_that_keeps_holidays_is_closed_on_their_weekends_too():
    showroom = Calendar((Week(date(2020, 1, 1), SHOWROOM),))
    assert business_minutes(at("2026-10-01 00:00"), at("2026-10-08 00:00"), showroom) == 0
    assert business_minutes(at("2026-10-10 00:00"), at("2026-10-12 00:00"), showroom) == 720


def test_a_showroom_that_keeps_no_holidays_is_open_on_them():
    showroom = Calendar((Week(date(2020, 1, 1), SHOWROOM, keeps_holidays=False),))
    assert business_minutes(at("2026-10-01 00:00"), at("2026-10-02 00:00"), showroom) == 540
    assert business_minutes(at("2026-10-03 00:00"), at("2026-10-04 00:00"), showroom) == 360


def test_a_year_without_data_falls_back_to_the_week_and_says_so():
    assert not knows_holidays(2027)
    assert works_in_china(date(2027, 10, 1)) is None
    assert business_minutes(at("2027-10-01 00:00"), at("2027-10-02 00:00"), CALENDAR) == 450


def test_hours_changed_later_leave_the_days_before_as_they_were():
    longer = Week(date(2026, 12, 1), (*[((480, 1200),)] * 5, (), ()))
    changed = Calendar((*CALENDAR.weeks, longer))
    november = at("2026-11-02 00:00"), at("2026-12-01 00:00")
    assert business_minutes(*november, changed) == business_minutes(*november, CALENDAR)
    assert business_minutes(at("2026-12-01 00:00"), at("2026-12-02 00:00"), changed) == 720


def test_a_single_day_stands_above_holidays_and_weeks():
    days = {date(2026, 10, 1): ((600, 660),), date(2026, 11, 18): ()}
    own = Calendar(CALENDAR.weeks, days)
    assert business_minutes(at("2026-10-01 00:00"), at("2026-10-02 00:00"), own) == 60
    assert business_minutes(at("2026-11-18 00:00"), at("2026-11-19 00:00"), own) == 0


def test_a_place_that_never_opens_has_no_due_moment():
    with pytest.raises(NoWorkingTime):
        add_business_minutes(at("2026-11-18 09:00"), 1, Calendar(()))
    with pytest.raises(ValueError, match="negative"):
        add_business_minutes(at("2026-11-18 09:00"), -1, CALENDAR)


@pytest.mark.parametrize(
    "wrong", [((600, 600),), ((700, 600),), ((0, 700), (690, 800)), ((-1, 5),), ((1400, 1441),)]
)
def test_empty_and_overlapping_hours_are_refused(wrong):
    with pytest.raises(ValueError, match=r"empty|overlapping"):
        check_spans(wrong)


# ---- working days


def test_a_working_day_is_as_long_as_each_day_is():
    """From noon to the same share of the next one, also over a short Saturday and a Sunday."""
    short = Calendar((Week(date.min, (*[OFFICE] * 5, ((540, 720),), ())),))
    friday, saturday, monday = (
        at("2026-06-05 12:00"),
        at("2026-06-06 10:12"),
        at("2026-06-08 12:00"),
    )
    assert business_days(friday, saturday, short) == 1
    assert business_days(friday, monday, short) == 2
    assert add_business_days(friday, 1, short) == saturday
    assert add_business_days(friday, 2, short) == monday
    assert add_business_days(friday, Fraction(1, 2), short) == at("2026-06-05 17:15")


def test_working_days_run_over_the_turn_of_the_year():
    calendar = Calendar((Week(date.min, MON_FRI, keeps_holidays=False),))
    begin = at("2026-12-31 18:00")
    assert add_business_days(begin, 1, calendar) == at("2027-01-01 18:00")
    assert business_days(begin, at("2027-01-01 18:00"), calendar) == 1


def test_what_cannot_be_counted_in_days_is_refused():
    always, never = Calendar((Week(date.min, MON_FRI),)), Calendar(())
    begin = at("2026-06-05 12:00")
    assert add_business_days(begin, 0, never) == begin
    with pytest.raises(NoWorkingTime):
        add_business_days(begin, 1, never)
    with pytest.raises(ValueError, match="negative"):
        add_business_days(begin, -1, always)
    with pytest.raises(ValueError, match="before"):
        business_days(begin, begin - timedelta(minutes=1), always)
