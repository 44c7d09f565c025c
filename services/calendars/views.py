"""The calendar of a place as people see it: the week, the year day by day, what was decided."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.models import CalendarDay, CalendarWeek, User
from services.calendars.deciding import (
    YEARS,
    DaysProposal,
    HoursProposal,
    check_store,
    may_change,
)
from services.core import calendars, clock, recorded
from services.core.access import Actor, Permission
from services.core.calendars import DEFAULT, DayState, Place, Plan
from services.core.errors import InvalidInput
from services.core.normal import Spans, written_hours
from services.core.words import N_
from services.core.worktime import Calendar, Week, holiday_name, knows_holidays, works_in_china

MONTHS_AHEAD: Final = 6
"""Months whose working time a change of the week is weighed by."""


class NoSuchYear(InvalidInput):
    msgid = N_("Choose a year from {first} to {last}")


@dataclass(frozen=True, slots=True)
class DayLine:
    """`hours` as they are written, "" is closed; `holiday` by its English name (a msgid)."""

    on: date
    state: DayState
    hours: str
    holiday: str | None
    source: Place


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A week and from when to when it holds. `id`, `from_on`, `created_at` are None for what was
    delivered; `until_on` is the last day, None while nothing follows."""

    id: int | None
    hours: tuple[str, ...]
    keeps_holidays: bool
    source: Place
    from_on: date | None = None
    until_on: date | None = None
    author: str = ""
    reason: str = ""
    created_at: datetime | None = None
    is_withdrawn: bool = False
    is_in_force: bool = False
    may_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class DaysLine:
    """Days in a row that were decided in one go."""

    id: str
    first_on: date
    last_on: date
    hours: str
    source: Place
    author: str
    reason: str
    created_at: datetime
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class CalendarPage:
    year: int
    week: WeekLine
    """The one in force today."""
    weeks: list[WeekLine]
    """Everything decided, the place's own and the group's, also withdrawn, latest first."""
    days: list[DayLine]
    """Each day of the year."""
    minutes: list[int]
    """Working minutes of the twelve months."""
    decided: list[DaysLine]
    """The single days of the year that are decided, in order."""
    knows_holidays: bool
    """If not, plain weekly hours hold in this year until the program is updated."""
    may_change: bool


def page(session: Session, actor: Actor, store_id: int | None, year: int) -> CalendarPage:
    """The working hours of a store, or of the group (None). Raises NotFound, NoSuchYear."""
    actor.require(Permission.CALENDARS_VIEW)
    if year not in YEARS:
        raise NoSuchYear(first=YEARS[0], last=YEARS[-1])
    check_store(session, store_id)
    group, own = calendars.plans(session, store_id)
    made = calendars.composed(group, own)
    weeks = _weeks(session, actor, store_id)
    days = [_day(day, made, group, own) for day in _days_of(date(year, 1, 1), date(year + 1, 1, 1))]
    return CalendarPage(
        year=year,
        week=next((week for week in weeks if week.is_in_force), DELIVERED),
        weeks=weeks,
        days=days,
        minutes=[minutes_in(made, date(year, month, 1)) for month in range(1, 13)],
        decided=_decided(session, actor, store_id, year),
        knows_holidays=knows_holidays(year),
        may_change=may_change(actor, store_id),
    )


# ---- the year


def _day(day: date, made: Calendar, group: Plan, own: Plan) -> DayLine:
    spans, week = made.spans(day), made.week(day) or DEFAULT
    if day in own.days or day in group.days:
        state = DayState.DECIDED_OPEN if spans else DayState.DECIDED_CLOSED
        source = Place.STORE if day in own.days else Place.GROUP
    else:
        state, source = _usual(day, spans, week), _source(week, group, own)
    return DayLine(day, state, written_hours(spans), holiday_name(day), source)


def _usual(day: date, spans: Spans, week: Week) -> DayState:
    if week.keeps_holidays and holiday_name(day) is not None:
        if not works_in_china(day):
            return DayState.HOLIDAY
        if spans:
            return DayState.MAKE_UP
    return DayState.OPEN if spans else DayState.CLOSED


def _source(week: Week, group: Plan, own: Plan) -> Place:
    if week in own.weeks:
        return Place.STORE
    return Place.GROUP if week in group.weeks else Place.DELIVERED


def _days_of(day: date, end: date) -> Iterator[date]:
    while day < end:
        yield day
        day += timedelta(days=1)


def minutes_in(made: Calendar, month: date) -> int:
    """Working minutes of the month that begins on this day."""
    return sum(
        closes - opens for day in _days_of(month, _next(month)) for opens, closes in made.spans(day)
    )


def _next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


# ---- what was decided

DELIVERED: Final = WeekLine(
    id=None,
    hours=tuple(map(written_hours, DEFAULT.hours)),
    keeps_holidays=DEFAULT.keeps_holidays,
    source=Place.DELIVERED,
)


def _of_place(store_id: int | None, model: type[CalendarWeek] | type[CalendarDay]) -> Any:
    return or_(col(model.store_id).is_(None), col(model.store_id) == store_id)


def _weeks(session: Session, actor: Actor, store_id: int | None) -> list[WeekLine]:
    query = (
        select(CalendarWeek)
        .where(_of_place(store_id, CalendarWeek))
        .order_by(col(CalendarWeek.from_on).desc(), col(CalendarWeek.id).desc())
    )
    rows = list(session.execute(query).scalars())
    names = recorded.names_of(session, User, {row.author_id for row in rows})
    begun = [r for r in rows if r.withdrawn_at is None and r.from_on <= clock.today()]
    in_force = max(begun, key=lambda row: (row.store_id is not None, row.from_on), default=None)
    return [
        WeekLine(
            id=row.id,
            hours=tuple(map(written_hours, row.hours)),
            keeps_holidays=row.keeps_holidays,
            source=_who(row),
            from_on=row.from_on,
            until_on=_until(row, rows),
            author=names.get(row.author_id or 0, ""),
            reason=row.reason,
            created_at=row.created_at,
            is_withdrawn=row.withdrawn_at is not None,
            is_in_force=row is in_force,
            may_withdraw=row.withdrawn_at is None and may_change(actor, row.store_id),
        )
        for row in rows
    ]


def _who(row: CalendarWeek | CalendarDay) -> Place:
    return Place.GROUP if row.store_id is None else Place.STORE


def _until(row: CalendarWeek, rows: Sequence[CalendarWeek]) -> date | None:
    """The day before the place's next week; for the group's, also before the store's first."""
    if row.withdrawn_at is not None:
        return None
    living = [other for other in rows if other.withdrawn_at is None]
    later = [r.from_on for r in living if r.store_id == row.store_id and r.from_on > row.from_on]
    if row.store_id is None:
        later += [r.from_on for r in living if r.store_id is not None and r.from_on > row.from_on]
    return min(later) - timedelta(days=1) if later else None


def _decided(session: Session, actor: Actor, store_id: int | None, year: int) -> list[DaysLine]:
    query = (
        select(CalendarDay)
        .where(
            _of_place(store_id, CalendarDay),
            col(CalendarDay.falls_on).between(date(year, 1, 1), date(year, 12, 31)),
            col(CalendarDay.withdrawn_at).is_(None),
        )
        .order_by(col(CalendarDay.store_id), col(CalendarDay.falls_on))
    )
    rows = list(session.execute(query).scalars())
    names = recorded.names_of(session, User, {row.author_id for row in rows})
    found = [
        DaysLine(
            id=f"{first.id}-{last.id}",
            first_on=first.falls_on,
            last_on=last.falls_on,
            hours=written_hours(first.hours),
            source=_who(first),
            author=names.get(first.author_id or 0, ""),
            reason=first.reason,
            created_at=first.created_at,
            may_withdraw=may_change(actor, first.store_id),
        )
        for first, last in _runs(rows)
    ]
    return sorted(found, key=lambda line: (line.first_on, line.source))


def _runs(rows: Iterable[CalendarDay]) -> Iterator[tuple[CalendarDay, CalendarDay]]:
    """First and last row of days that follow each other and were decided by one deed."""

    def deed(pair: tuple[int, CalendarDay]) -> tuple[object, ...]:
        at, row = pair
        return row.store_id, row.falls_on - timedelta(days=at), row.created_at, row.author_id

    for _deed, pairs in groupby(enumerate(rows), deed):
        run = [row for _at, row in pairs]
        yield run[0], run[-1]


# ---- what a change would do


@dataclass(frozen=True, slots=True)
class MonthEffect:
    """A month (its first day) and its working minutes as they are and as they would be."""

    month: date
    before: int
    after: int


def effect_of_hours(session: Session, actor: Actor, proposal: HoursProposal) -> list[MonthEffect]:
    """What a week would do to its first `MONTHS_AHEAD` months. Raises NotFound (store)."""
    actor.require(Permission.CALENDARS_CHANGE)
    check_store(session, proposal.store_id)
    week = Week(proposal.from_on, proposal.hours, proposal.keeps_holidays)
    months = [proposal.from_on.replace(day=1)]
    while len(months) < MONTHS_AHEAD:
        months.append(_next(months[-1]))

    def decide(plan: Plan) -> Plan:
        others = (one for one in plan.weeks if one.since != week.since)
        return replace(plan, weeks=(*others, week))

    return _effect(session, proposal.store_id, decide, months)


def effect_of_days(session: Session, actor: Actor, proposal: DaysProposal) -> list[MonthEffect]:
    """What single days would do to their months.

    Raises NotFound (store), DaysReversed, TooManyDays.
    """
    actor.require(Permission.CALENDARS_CHANGE)
    check_store(session, proposal.store_id)
    days = proposal.days()

    def decide(plan: Plan) -> Plan:
        return replace(plan, days={**plan.days, **dict.fromkeys(days, proposal.spans)})

    months = sorted({day.replace(day=1) for day in days})
    return _effect(session, proposal.store_id, decide, months)


def _effect(
    session: Session,
    store_id: int | None,
    decide: Callable[[Plan], Plan],
    months: Sequence[date],
) -> list[MonthEffect]:
    group, own = calendars.plans(session, store_id)
    before = calendars.composed(group, own)
    if store_id is None:
        after = calendars.composed(decide(group), own)
    else:
        after = calendars.composed(group, decide(own))
    return [
        MonthEffect(month, minutes_in(before, month), minutes_in(after, month)) for month in months
    ]
