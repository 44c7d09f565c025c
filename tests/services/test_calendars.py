"""Working hours: deciding them from a day on, single days, taking back; the year as shown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from db.models import AuditEntry, CalendarDay, CalendarWeek
from services import calendars
from services.calendars import (
    AlreadyDecided,
    AlreadyWithdrawn,
    ChangeHours,
    DayHasPassed,
    DaysProposal,
    DaysReversed,
    DayState,
    HoursProposal,
    NoSuchYear,
    NothingChanges,
    NothingDecided,
    Place,
    SetDays,
    TooManyDays,
    WithdrawDays,
    WithdrawHours,
)
from services.core import clock
from services.core.errors import AppError, NotFound, NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer

TODAY = date(2026, 5, 6)
"""A Wednesday."""
OFFICE = "9:00-12:00, 13:30-18:00"
LONG = "08:00-20:00"
REASON = "decided at the monthly meeting"


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture(autouse=True)
def may_sixth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def week_of(hours: str, **more: Any) -> dict[str, Any]:
    return {
        "from_on": TODAY,
        "keeps_holidays": True,
        **dict.fromkeys(calendars.WEEKDAYS, hours),
        **more,
    }


def change(dealer: Dealer, hours: str = OFFICE, *, who: str = "director", **more: Any) -> int:
    values = {"request_id": uuid4(), "reason": REASON, **week_of(hours, **more)}
    return perform(calendars.change_hours, dealer.caller(who), ChangeHours(**values))


def set_days(
    dealer: Dealer, first: date, last: date | None = None, *, who: str = "director", **more: Any
) -> int:
    values = {"request_id": uuid4(), "reason": REASON, "first_on": first, "last_on": last or first}
    return perform(calendars.set_days, dealer.caller(who), SetDays(**values | more))


def withdraw(dealer: Dealer, key: int, *, who: str = "director", **more: Any) -> int:
    form = WithdrawHours(request_id=uuid4(), id=key, reason="decided too soon", **more)
    return perform(calendars.withdraw_hours, dealer.caller(who), form)


def withdraw_days(
    dealer: Dealer, first: date, last: date, *, who: str = "director", **more: Any
) -> int:
    values = {"request_id": uuid4(), "reason": REASON, "first_on": first, "last_on": last}
    return perform(calendars.withdraw_days, dealer.caller(who), WithdrawDays(**values | more))


def page(dealer: Dealer, store_id: int | None = None, year: int = 2026) -> calendars.CalendarPage:
    return fetch(calendars.page, dealer.caller("steward"), store_id, year)


def on(found: calendars.CalendarPage, day: date) -> tuple[DayState, str, Place]:
    [line] = [line for line in found.days if line.on == day]
    return line.state, line.hours, line.source


# ---- the year as it is shown


def test_as_delivered_all_week_and_holidays_kept(dealer: Dealer):
    found = page(dealer)
    assert len(found.days) == 365
    assert found.week.hours == ("09:00-18:00",) * 7
    assert found.week.source is Place.DELIVERED
    assert on(found, date(2026, 5, 10)) == (DayState.OPEN, "09:00-18:00", Place.DELIVERED)
    assert on(found, date(2026, 10, 3))[:2] == (DayState.HOLIDAY, "")
    assert on(found, date(2026, 10, 10))[0] is DayState.MAKE_UP
    assert {line.holiday for line in found.days if line.on.month == 10} == {None, "National Day"}
    assert found.minutes[10] == 30 * 540
    assert found.minutes[9] == (31 - 7) * 540


def test_each_day_says_why_and_by_whom(dealer: Dealer):
    change(dealer, "9:00-18:00", sunday="")
    change(dealer, OFFICE, store_id=2, from_on=days(7), sunday="")
    set_days(dealer, days(4), hours=LONG)
    set_days(dealer, days(5), store_id=2)
    here, there = page(dealer, 1), page(dealer, 2)
    assert on(here, days(2)) == (DayState.OPEN, "09:00-18:00", Place.GROUP)
    assert on(here, days(4)) == (DayState.DECIDED_OPEN, LONG, Place.GROUP)
    assert on(there, days(4)) == on(here, days(4))
    assert on(there, days(5)) == (DayState.DECIDED_CLOSED, "", Place.STORE)
    assert on(there, days(6)) == (DayState.OPEN, "09:00-18:00", Place.GROUP)
    assert on(there, days(7)) == (DayState.OPEN, "09:00-12:00, 13:30-18:00", Place.STORE)
    assert on(here, days(11)) == (DayState.CLOSED, "", Place.GROUP)
    assert on(here, days(-20)) == (DayState.OPEN, "09:00-18:00", Place.DELIVERED)
    assert on(here, date(2026, 9, 20)) == (DayState.MAKE_UP, "09:00-18:00", Place.GROUP)


def test_who_keeps_no_holidays_has_none_and_still_sees_their_names(dealer: Dealer):
    change(dealer, keeps_holidays=False)
    [day] = [line for line in page(dealer).days if line.on == date(2026, 10, 1)]
    assert (day.state, day.holiday) == (DayState.OPEN, "National Day")


def test_a_year_that_is_not_announced_is_said_to_be_so(dealer: Dealer):
    assert page(dealer).knows_holidays
    found = page(dealer, year=2027)
    assert not found.knows_holidays
    assert on(found, date(2027, 10, 1))[0] is DayState.OPEN


@pytest.mark.parametrize("year", [0, 1999, 2101, 10**9])
def test_a_year_far_away_is_refused(dealer: Dealer, year: int):
    with pytest.raises(NoSuchYear):
        page(dealer, year=year)


def test_an_unknown_store_has_no_page(dealer: Dealer):
    with pytest.raises(NotFound):
        page(dealer, 99)


# ---- weeks


def test_a_change_leaves_the_days_before_it_as_they_were(dealer: Dealer):
    before = page(dealer)
    change(dealer, from_on=days(10))
    after = page(dealer)
    told = [(a, b) for a, b in zip(before.days, after.days, strict=True) if a.hours != b.hours]
    assert min(line.on for line, _now in told) == days(10)
    assert (before.week, after.week.source) == (after.week, Place.DELIVERED)
    assert after.weeks[0].from_on == days(10)


def test_weeks_say_from_when_to_when_who_and_why(dealer: Dealer):
    change(dealer, OFFICE)
    change(dealer, LONG, from_on=days(20))
    change(dealer, "10:00-16:00", from_on=days(10), store_id=1, who="manager")
    told = [
        (week.source, week.from_on, week.until_on, week.is_in_force, week.author)
        for week in page(dealer, 1).weeks
    ]
    assert told == [
        (Place.GROUP, days(20), None, False, "director 某"),
        (Place.STORE, days(10), None, False, "manager 某"),
        (Place.GROUP, TODAY, days(9), True, "director 某"),
    ]
    assert page(dealer, 1).week.reason == REASON
    assert len(page(dealer, 2).weeks) == 2


def test_a_week_may_be_put_between_two(dealer: Dealer):
    change(dealer, OFFICE)
    change(dealer, LONG, from_on=days(20))
    change(dealer, "10:00-16:00", from_on=days(10))
    found = page(dealer)
    assert [on(found, days(n))[1] for n in (9, 10, 20)] == [
        "09:00-12:00, 13:30-18:00",
        "10:00-16:00",
        LONG,
    ]


@pytest.mark.parametrize(
    ("error", "values"),
    [
        (AlreadyDecided, {"from_on": days(4)}),
        (NothingChanges, {"from_on": days(5), **dict.fromkeys(calendars.WEEKDAYS, OFFICE)}),
        (NothingChanges, {"from_on": days(5), "store_id": 1, "hours": OFFICE}),
        (NothingChanges, {"from_on": days(3), "hours": "9:00-18:00"}),
        (DayHasPassed, {"from_on": days(-1)}),
        (NotFound, {"store_id": 99}),
    ],
)
def test_refused_weeks_write_nothing(dealer: Dealer, error: type[AppError], values: dict[str, Any]):
    change(dealer, OFFICE, from_on=days(4))
    with pytest.raises(error):
        change(dealer, **{"hours": LONG, **values})
    assert len(dealer.rows(CalendarWeek)) == 1


def test_the_past_is_corrected_only_on_purpose(dealer: Dealer):
    key = change(dealer, from_on=days(-10), corrects_past=True)
    assert on(page(dealer), days(-10))[1] == "09:00-12:00, 13:30-18:00"
    with pytest.raises(DayHasPassed):
        withdraw(dealer, key)
    withdraw(dealer, key, corrects_past=True)
    assert on(page(dealer), days(-10))[1] == "09:00-18:00"
    told = [row.details["corrects_past"] for row in deeds(dealer)]
    assert told == [True, True]


def test_a_withdrawn_week_never_was_and_its_day_is_free(dealer: Dealer):
    key = change(dealer, from_on=days(3))
    assert withdraw(dealer, key) == key
    with pytest.raises(AlreadyWithdrawn):
        withdraw(dealer, key)
    with pytest.raises(NotFound):
        withdraw(dealer, 99)
    change(dealer, LONG, from_on=days(3))
    found = page(dealer)
    assert on(found, days(3))[1] == LONG
    assert [(week.is_withdrawn, week.may_withdraw) for week in found.weeks] == [
        (False, False),
        (True, False),
    ]


def test_of_two_at_once_for_one_day_one_is_told(dealer: Dealer):
    def decide(hours: str) -> str:
        try:
            change(dealer, hours, from_on=days(1))
        except AlreadyDecided:
            return "refused"
        return "done"

    with ThreadPoolExecutor(4) as people:
        came = sorted(people.map(decide, [LONG, "1:00-2:00", "2:00-3:00", "3:00-4:00"]))
    assert came == ["done", "refused", "refused", "refused"]


def test_wrong_hours_are_refused_by_field_and_reason():
    with pytest.raises(ValidationError) as refused:
        ChangeHours(**week_of(OFFICE, tuesday="9:00-8:00"), request_id=uuid4(), reason=REASON)
    [error] = refused.value.errors()
    assert (error["loc"], error["type"]) == (("tuesday",), "hours_empty")


# ---- single days


def test_spring_festival_in_one_go_and_back(dealer: Dealer):
    assert set_days(dealer, date(2026, 6, 1), date(2026, 6, 9)) == 9
    [line] = page(dealer).decided
    assert (line.first_on, line.last_on, line.hours) == (date(2026, 6, 1), date(2026, 6, 9), "")
    assert withdraw_days(dealer, date(2026, 6, 1), date(2026, 6, 3)) == 3
    [rest] = page(dealer).decided
    assert (rest.first_on, rest.last_on) == (date(2026, 6, 4), date(2026, 6, 9))
    assert on(page(dealer), date(2026, 6, 3))[0] is DayState.OPEN
    assert withdraw_days(dealer, date(2026, 5, 6), date(2026, 6, 30)) == 6
    assert page(dealer).decided == []


def test_deeds_of_one_range_are_one_line_each(dealer: Dealer):
    set_days(dealer, days(1), days(2))
    set_days(dealer, days(3), hours=LONG)
    set_days(dealer, days(1), days(3), store_id=1, who="manager", hours="10:00-11:00")
    told = [(line.first_on, line.last_on, line.source) for line in page(dealer, 1).decided]
    assert told == [
        (days(1), days(2), Place.GROUP),
        (days(1), days(3), Place.STORE),
        (days(3), days(3), Place.GROUP),
    ]
    assert len({line.id for line in page(dealer, 1).decided}) == 3


@pytest.mark.parametrize(
    ("error", "first", "last", "more"),
    [
        (DaysReversed, 9, 8, {}),
        (TooManyDays, 9, 9 + 31, {}),
        (DayHasPassed, -1, 3, {}),
        (AlreadyDecided, 2, 5, {}),
        (NothingChanges, 9, 10, {"hours": "9:00-18:00"}),
        (NothingChanges, 5, 5, {"store_id": 1}),
        (NotFound, 9, 9, {"store_id": 99}),
    ],
)
def test_refused_days_write_nothing(
    dealer: Dealer, error: type[AppError], first: int, last: int, more: dict[str, Any]
):
    set_days(dealer, days(5))
    with pytest.raises(error):
        set_days(dealer, days(first), days(last), **more)
    assert len(dealer.rows(CalendarDay)) == 1


def test_days_of_another_place_are_not_withdrawn(dealer: Dealer):
    set_days(dealer, days(5))
    with pytest.raises(NothingDecided):
        withdraw_days(dealer, days(5), days(5), store_id=1)
    with pytest.raises(DayHasPassed):
        withdraw_days(dealer, days(-5), days(5))


# ---- who


@pytest.mark.parametrize("store_id", [None, 2])
def test_a_manager_decides_for_his_own_store_only(dealer: Dealer, store_id: int | None):
    here = change(dealer, store_id=1, who="manager")
    elsewhere = change(dealer, LONG, store_id=store_id)
    set_days(dealer, days(2), store_id=store_id)
    for attempt in (
        lambda: change(dealer, "1:00-2:00", from_on=days(9), store_id=store_id, who="manager"),
        lambda: set_days(dealer, days(3), store_id=store_id, who="manager"),
        lambda: withdraw(dealer, elsewhere, who="manager"),
        lambda: withdraw_days(dealer, days(2), days(2), store_id=store_id, who="manager"),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    assert withdraw(dealer, here, who="manager")
    assert not fetch(calendars.page, dealer.caller("manager"), store_id, 2026).may_change
    assert fetch(calendars.page, dealer.caller("manager"), 1, 2026).may_change


@pytest.mark.parametrize("who", ["steward", "club_manager", "admin"])
def test_others_only_look(dealer: Dealer, who: str):
    found = fetch(calendars.page, dealer.caller(who), 1, 2026)
    assert not found.may_change
    with pytest.raises(NotPermitted):
        change(dealer, who=who)


# ---- what a change would do


def test_the_effect_of_a_week_on_its_months(dealer: Dealer):
    proposal = HoursProposal(**week_of(OFFICE, from_on=date(2026, 11, 1)))
    found = fetch(calendars.effect_of_hours, dealer.caller("director"), proposal)
    assert [month.month for month in found] == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        *(date(2027, n, 1) for n in range(1, 5)),
    ]
    assert (found[0].before, found[0].after) == (30 * 540, 30 * 450)
    change(dealer, OFFICE, from_on=date(2026, 11, 1))
    assert page(dealer).minutes[10] == found[0].after


def test_the_effect_of_days_on_the_months_they_touch(dealer: Dealer):
    change(dealer, "10:00-16:00", store_id=2)
    proposal = DaysProposal(store_id=2, first_on=date(2026, 5, 30), last_on=date(2026, 6, 1))
    found = fetch(calendars.effect_of_days, dealer.caller("manager2"), proposal)
    assert [(month.month.month, month.before - month.after) for month in found] == [
        (5, 2 * 360),
        (6, 360),
    ]
    set_days(dealer, date(2026, 5, 30), date(2026, 6, 1), store_id=2, who="manager2")
    assert [page(dealer, 2).minutes[n] for n in (4, 5)] == [month.after for month in found]


# ---- the audit


def deeds(dealer: Dealer) -> list[AuditEntry]:
    return [row for row in dealer.rows(AuditEntry) if row.action.startswith("calendars:")]


def test_every_deed_stands_in_the_audit(dealer: Dealer):
    key = change(dealer, "9:00-18:00", sunday=OFFICE, from_on=days(1))
    set_days(dealer, days(2), days(3), hours=LONG)
    withdraw_days(dealer, days(2), days(3))
    withdraw(dealer, key)
    told = deeds(dealer)
    assert [(row.action, row.subject_kind) for row in told] == [
        ("calendars:changed", "calendar_weeks"),
        ("calendars:days_set", "calendar_days"),
        ("calendars:days_withdrawn", "calendar_days"),
        ("calendars:withdrawn", "calendar_weeks"),
    ]
    assert told[0].details == {
        "changes": [["sunday", "09:00-18:00", "09:00-12:00, 13:30-18:00"]],
        "from_on": days(1).isoformat(),
        "corrects_past": False,
    }
    assert told[1].details["changes"] == [["hours", ["09:00-18:00"], LONG]]
    assert [row.reason for row in told] == [REASON, REASON, REASON, "decided too soon"]
