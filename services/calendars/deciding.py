"""Deciding when a place is open: hours by weekday from a day on, single days, taking back.

A director decides for the group and each store, a manager for his own. What has passed may be
corrected, because every clock is computed anew from its events; whoever does so says so.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.locks import lock_decisions
from db.models import CalendarDay, CalendarWeek, Store
from services.core import audit, calendars, clock, fields, normal
from services.core.access import WRITES, Actor, Permission, Reach, load
from services.core.calendars import Plan
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from services.core.inputs import Input, Request
from services.core.normal import Spans, written_hours
from services.core.words import N_
from services.core.worktime import Calendar, Week

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARS: Final = range(2000, 2101)
"""Years that are shown, so those for which something can be decided."""
MOST_DAYS: Final = 31
"""Days decided in one go."""
Day = Annotated[date, fields.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31))]


class DayHasPassed(InvalidInput):
    msgid = N_("This day has passed. Choose a later one, or say that you correct the past")


class DaysReversed(InvalidInput):
    msgid = N_("The last day must not be before the first day")


class TooManyDays(InvalidInput):
    msgid = N_("At most {most} days in one go")


class AlreadyDecided(Conflict):
    msgid = N_("{day} is decided already. Withdraw that first, or choose another day")


class NothingChanges(Conflict):
    msgid = N_("These working hours hold anyhow")


class AlreadyWithdrawn(Conflict):
    msgid = N_("This was withdrawn already")


class NothingDecided(Conflict):
    msgid = N_("Nothing is decided for these days")


# ---- what is typed


class HoursProposal(Input):
    """The week of a store (None: the group) from a day on; a weekday's "" is closed."""

    store_id: fields.PositiveId | None = None
    from_on: Day
    monday: fields.Hours
    tuesday: fields.Hours
    wednesday: fields.Hours
    thursday: fields.Hours
    friday: fields.Hours
    saturday: fields.Hours
    sunday: fields.Hours
    keeps_holidays: bool

    @property
    def hours(self) -> tuple[Spans, ...]:
        return tuple(normal.hours(getattr(self, name)) for name in WEEKDAYS)


class ChangeHours(HoursProposal, Request):
    reason: fields.Reason
    corrects_past: bool = False


class DaysProposal(Input):
    """The same hours for each day of a range; "" is closed."""

    store_id: fields.PositiveId | None = None
    first_on: Day
    last_on: Day
    hours: fields.Hours = ""

    @property
    def spans(self) -> Spans:
        return normal.hours(self.hours)

    def days(self) -> list[date]:
        """Raises DaysReversed, TooManyDays."""
        number = (self.last_on - self.first_on).days + 1
        if number < 1:
            raise DaysReversed
        if number > MOST_DAYS:
            raise TooManyDays(most=MOST_DAYS)
        return [self.first_on + timedelta(days=n) for n in range(number)]


class SetDays(DaysProposal, Request):
    reason: fields.Reason
    corrects_past: bool = False


class WithdrawHours(Request):
    id: fields.PositiveId
    reason: fields.Reason
    corrects_past: bool = False


class WithdrawDays(Request):
    """Every decision of this place for the days from the first to the last."""

    store_id: fields.PositiveId | None = None
    first_on: Day
    last_on: Day
    reason: fields.Reason
    corrects_past: bool = False


# ---- deciding


def change_hours(session: Session, actor: Actor, form: ChangeHours) -> int:
    """Decide a week from a day on; returns the decision's id.

    Raises NotPermitted and NotFound (store), DayHasPassed, AlreadyDecided, NothingChanges.
    """
    actor.require(Permission.CALENDARS_CHANGE)
    _check_turn(session, actor, form.store_id, form.from_on, corrects_past=form.corrects_past)
    decided, made = _now(session, form.store_id)
    if any(week.since == form.from_on for week in decided.weeks):
        raise AlreadyDecided(day=form.from_on)
    was = made.week(form.from_on) or calendars.DEFAULT
    if (was.hours, was.keeps_holidays) == (form.hours, form.keeps_holidays):
        raise NothingChanges
    row = CalendarWeek(
        store_id=form.store_id,
        from_on=form.from_on,
        hours=[_listed(spans) for spans in form.hours],
        keeps_holidays=form.keeps_holidays,
        created_at=clock.now(),
        author_id=actor.id,
        reason=form.reason,
    )
    session.add(row)
    audit.record(
        session,
        actor,
        audit.Action.CALENDARS_CHANGED,
        row,
        changes=_changes(was, form),
        reason=form.reason,
        from_on=form.from_on,
        corrects_past=form.from_on < clock.today(),
    )
    return row.id


def _changes(was: Week, form: ChangeHours) -> list[audit.Change]:
    hours = zip(WEEKDAYS, was.hours, strict=True)
    told = [audit.Change(day, written_hours(old), getattr(form, day)) for day, old in hours]
    told.append(audit.Change("keeps_holidays", was.keeps_holidays, form.keeps_holidays))
    return [change for change in told if change.old != change.new]


def set_days(session: Session, actor: Actor, form: SetDays) -> int:
    """Close a range of days, or open it at these hours; returns how many days.

    Raises NotPermitted and NotFound (store), DaysReversed, TooManyDays, DayHasPassed,
    AlreadyDecided, NothingChanges.
    """
    actor.require(Permission.CALENDARS_CHANGE)
    days = form.days()
    _check_turn(session, actor, form.store_id, form.first_on, corrects_past=form.corrects_past)
    decided, made = _now(session, form.store_id)
    if taken := decided.days.keys() & set(days):
        raise AlreadyDecided(day=min(taken))
    was = [made.spans(day) for day in days]
    if all(spans == form.spans for spans in was):
        raise NothingChanges
    at = clock.now()
    rows = [
        CalendarDay(
            store_id=form.store_id,
            falls_on=day,
            hours=_listed(form.spans),
            created_at=at,
            author_id=actor.id,
            reason=form.reason,
        )
        for day in days
    ]
    session.add_all(rows)
    audit.record(
        session,
        actor,
        audit.Action.CALENDARS_DAYS_SET,
        rows[0],
        changes=[audit.Change("hours", sorted({written_hours(each) for each in was}), form.hours)],
        reason=form.reason,
        first_on=form.first_on,
        last_on=form.last_on,
        corrects_past=form.first_on < clock.today(),
    )
    return len(rows)


def withdraw_hours(session: Session, actor: Actor, form: WithdrawHours) -> int:
    """Take back a week, as if it had never been decided; returns its id.

    Raises NotFound, NotPermitted (store), AlreadyWithdrawn, DayHasPassed.
    """
    actor.require(Permission.CALENDARS_CHANGE)
    row = load(session, CalendarWeek, form.id, lock=True)
    _check_turn(session, actor, row.store_id, row.from_on, corrects_past=form.corrects_past)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    row.withdrawn_at = clock.now()
    audit.record(
        session,
        actor,
        audit.Action.CALENDARS_WITHDRAWN,
        row,
        reason=form.reason,
        from_on=row.from_on,
        corrects_past=row.from_on < clock.today(),
    )
    return row.id


def withdraw_days(session: Session, actor: Actor, form: WithdrawDays) -> int:
    """Let week and holidays hold again on these days; returns how many were decided.

    Raises NotPermitted and NotFound (store), NothingDecided, DayHasPassed.
    """
    actor.require(Permission.CALENDARS_CHANGE)
    _check_turn(session, actor, form.store_id, form.first_on, corrects_past=form.corrects_past)
    query = (
        select(CalendarDay)
        .where(
            col(CalendarDay.store_id).is_not_distinct_from(form.store_id),
            col(CalendarDay.falls_on).between(form.first_on, form.last_on),
            col(CalendarDay.withdrawn_at).is_(None),
        )
        .order_by(col(CalendarDay.falls_on))
        .with_for_update()
    )
    rows = list(session.execute(query).scalars())
    if not rows:
        raise NothingDecided
    for row in rows:
        row.withdrawn_at = clock.now()
    audit.record(
        session,
        actor,
        audit.Action.CALENDARS_DAYS_WITHDRAWN,
        rows[0],
        reason=form.reason,
        first_on=rows[0].falls_on,
        last_on=rows[-1].falls_on,
        corrects_past=rows[0].falls_on < clock.today(),
    )
    return len(rows)


# ---- what all four ask


def _check_turn(
    session: Session, actor: Actor, store_id: int | None, day: date, *, corrects_past: bool
) -> None:
    """Whether this person may decide for this place and day. Of two who decide at once the second
    waits here, and then sees what the first decided."""
    if not may_change(actor, store_id):
        raise NotPermitted(record="Store", id=store_id)
    check_store(session, store_id)
    if day < clock.today() and not corrects_past:
        raise DayHasPassed
    lock_decisions(session)


def check_store(session: Session, store_id: int | None) -> None:
    """Raises NotFound for a store that does not exist; None is the group."""
    known = select(col(Store.id)).where(col(Store.id) == store_id)
    if store_id is not None and session.execute(known).first() is None:
        raise NotFound(record="Store", id=store_id)


def may_change(actor: Actor, store_id: int | None) -> bool:
    """Whether these are the hours of a place for which the actor decides."""
    is_within = actor.reach(WRITES) is Reach.ALL or (
        store_id is not None and store_id == actor.store_id
    )
    return actor.may(Permission.CALENDARS_CHANGE) and is_within


def _now(session: Session, store_id: int | None) -> tuple[Plan, Calendar]:
    """What this place has decided itself, and the calendar that holds there."""
    group, own = calendars.plans(session, store_id)
    return (group if store_id is None else own), calendars.composed(group, own)


def _listed(spans: Sequence[Sequence[int]]) -> list[list[int]]:
    return [list(span) for span in spans]
