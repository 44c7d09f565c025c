"""The calendar of a store out of what was decided: by hand and by the code, alike; never stale."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from chinese_calendar import Holiday
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from db.engine import engine, write_transaction
from db.models import CalendarDay, CalendarWeek
from services.core import audit, calendars
from services.core.calendars import DEFAULT
from services.core.labels import HOLIDAYS
from services.core.normal import Spans
from services.core.worktime import Calendar, Week
from tests.dealer import Dealer, as_system

NOW = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
FIRST, LAST = date(2025, 12, 1), date(2027, 1, 31)
CHOICES: tuple[Spans, ...] = ((), ((540, 1080),), ((540, 720), (810, 1080)), ((0, 1440),))


@dataclass(frozen=True)
class Decision:
    """A week (seven hours) or a day (one), of a store or the group, perhaps withdrawn."""

    store_id: int | None
    day: date
    hours: tuple[Spans, ...]
    keeps: bool
    is_withdrawn: bool

    @property
    def is_week(self) -> bool:
        return len(self.hours) == 7

    def row(self) -> CalendarWeek | CalendarDay:
        hours = [[list(span) for span in spans] for spans in self.hours]
        told = {
            "store_id": self.store_id,
            "created_at": NOW,
            "reason": "generated",
            "withdrawn_at": NOW if self.is_withdrawn else None,
        }
        if self.is_week:
            return CalendarWeek(from_on=self.day, hours=hours, keeps_holidays=self.keeps, **told)
        return CalendarDay(falls_on=self.day, hours=hours[0], **told)


spans = st.sampled_from(CHOICES)
decisions = st.builds(
    Decision,
    store_id=st.sampled_from([None, 1, 2]),
    day=st.dates(FIRST, LAST) | st.just(date(2026, 10, 1)),
    hours=st.tuples(spans) | st.tuples(*[spans] * 7),
    keeps=st.booleans(),
    is_withdrawn=st.booleans(),
)


def living(found: list[Decision], store_id: int | None, *, weeks: bool) -> Iterator[Decision]:
    for one in found:
        if one.store_id == store_id and one.is_week == weeks and not one.is_withdrawn:
            yield one


def by_hand(found: list[Decision], store_id: int | None, day: date) -> Spans:
    """The hours of a day by the rules, each said once and plainly."""
    for place in (store_id, None):
        for one in living(found, place, weeks=False):
            if one.day == day:
                return one.hours[0]
    for place in (store_id, None):
        begun = [one for one in living(found, place, weeks=True) if one.day <= day]
        if begun:
            last = max(begun, key=lambda one: one.day)
            return Calendar((Week(last.day, last.hours, last.keeps),)).spans(day)
    return Calendar((DEFAULT,)).spans(day)


def once_each(found: list[Decision]) -> list[Decision]:
    """Without a second living decision of a place for a day, which the database refuses."""
    seen = set()
    kept = []
    for one in found:
        if one.is_withdrawn or (key := (one.store_id, one.day, one.is_week)) not in seen:
            kept.append(one)
            if not one.is_withdrawn:
                seen.add(key)
    return kept


def days_of(found: list[Decision]) -> Iterator[date]:
    """Each day near a decision, the holidays of autumn, and the days around two new years."""
    for one in found:
        yield from (one.day + timedelta(days=n) for n in range(-1, 8))
    yield from (date(2026, 9, 18) + timedelta(days=n) for n in range(25))
    yield from (date(2025, 12, 28), date(2026, 1, 1), date(2027, 1, 1))


def test_the_calendar_is_what_the_decisions_say(dealer: Dealer):
    @settings(max_examples=200, deadline=None)
    @given(st.lists(decisions, max_size=8).map(once_each))
    def holds(found: list[Decision]) -> None:
        with Session(engine()) as session:
            as_system(session)
            session.add_all([one.row() for one in found])
            session.flush()
            calendars._KEPT._latest = None  # all of them are decided at one instant
            made = calendars.calendars(session, [1, 2])
            made_of_group = calendars.calendar(session, None)
            for day in days_of(found):
                assert made_of_group.spans(day) == by_hand(found, None, day)
                for store_id in (1, 2):
                    assert made[store_id].spans(day) == by_hand(found, store_id, day)
            session.rollback()

    holds()


def week(minute: int, **more: object) -> CalendarWeek:
    values = {
        "from_on": date(2026, 5, 4),
        "hours": [[[minute, minute + 60]]] * 7,
        "keeps_holidays": True,
        "created_at": datetime.now(UTC),
        "reason": "because",
    }
    return CalendarWeek(**values | more)


def hours(store_id: int | None = None) -> Spans:
    with Session(engine()) as session:
        as_system(session)
        return calendars.calendar(session, store_id).spans(date(2026, 5, 8))


def test_what_another_session_decides_or_withdraws_is_seen_at_once(dealer: Dealer):
    assert hours() == DEFAULT.hours[0]
    [key] = dealer.add(week(600))
    assert hours() == hours(1) == ((600, 660),)
    dealer.add(week(700, store_id=1))
    assert (hours(), hours(1), hours(2)) == (((600, 660),), ((700, 760),), ((600, 660),))
    with write_transaction() as session:
        as_system(session)
        row = session.execute(select(CalendarWeek).where(col(CalendarWeek.id) == key)).scalar_one()
        row.withdrawn_at = datetime.now(UTC)
        audit.record(session, as_system(session), audit.Action.CALENDARS_WITHDRAWN, row)
    assert (hours(), hours(1)) == (DEFAULT.hours[0], ((700, 760),))


def test_what_was_rolled_back_is_not_taken_for_what_came_instead(dealer: Dealer):
    with Session(engine()) as session:
        as_system(session)
        session.add(week(600))
        session.flush()
        assert calendars.calendar(session, None).spans(date(2026, 5, 8)) == ((600, 660),)
        session.rollback()
    dealer.add(week(700))
    assert hours() == ((700, 760),)


def test_while_nothing_is_decided_one_small_query_is_all(dealer: Dealer):
    dealer.add(week(600, store_id=1))
    with Session(engine()) as session:
        as_system(session)
        first = calendars.calendar(session, 1)
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        event.listen(engine(), "before_cursor_execute", note)
        try:
            assert calendars.calendar(session, 1) is first
            others = calendars.calendars(session, [1, 2])
        finally:
            event.remove(engine(), "before_cursor_execute", note)
    assert len(asked) == 2
    assert others[1] is first
    assert others[2] is not first


def test_stores_without_decisions_share_the_groups_calendar(dealer: Dealer):
    dealer.add(week(600, store_id=1))
    with Session(engine()) as session:
        as_system(session)
        made = calendars.calendars(session, [1, 2])
        assert made[2] is calendars.calendar(session, None)
        assert made[1] is not made[2]


def test_the_database_refuses_two_living_weeks_of_a_day(dealer: Dealer):
    dealer.add(week(600), week(600, store_id=1), week(600, withdrawn_at=NOW))
    for twice in (week(700), week(700, store_id=1)):
        with pytest.raises(IntegrityError):
            dealer.add(twice)


def test_every_holiday_has_words():
    assert {holiday.value for holiday in Holiday} == set(HOLIDAYS)
