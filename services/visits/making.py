"""Contacts are made of what happens: by approved cadences, once each, also late (spec 2.2, B6).

What is due to be made is found in the data itself, so it may be looked for any number of times. A
unique index says once more that one step of one event is one contact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, exists, select
from sqlmodel import Session, col

from db.models import (
    Cadence,
    CadenceState,
    CadenceStep,
    Customer,
    Desk,
    TaskState,
    Trigger,
    User,
    VisitTask,
)
from services.core import audit, calendars, clock, fields
from services.core.access import Actor, Permission
from services.core.audit import Action
from services.core.inputs import Input
from services.core.worktime import Calendar
from services.visits import triggers

AHEAD: Final = timedelta(days=14)
"""So long before it is due a contact is there, so that a week can be planned."""
BEHIND: Final = timedelta(days=90)
"""After standing still so long, what is over by then is not made up for."""
MOST: Final = 500
"""Contacts in one transaction."""
AT_ONCE: Final = 5000
"""Customers that are looked at in one go."""
IN_WORKING_DAYS: Final = frozenset({Trigger.FILE_GAP})


class MakeTasks(Input):
    """Make what is missing of the steps of cadences after this one (id), of the first of them only
    for customers after this one (id)."""

    after: fields.Count = 0
    customer_id: fields.Count = 0


@dataclass(frozen=True, slots=True)
class Made:
    """How many were made, and where to go on; None at the end."""

    count: int
    following: MakeTasks | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a cadence that is in force, as far as contacts are made of it."""

    cadence: Cadence
    step: CadenceStep

    def days(self, anchor: date, calendar: Calendar) -> tuple[date, date, date]:
        """Due from, due to, and the last day, of what happened on a day. What follows a file that
        was opened incomplete counts working days (V25), all else the days of the calendar."""
        return days_of(
            self.step, anchor, calendar if self.cadence.trigger in IN_WORKING_DAYS else None
        )


def days_of(
    step: CadenceStep, anchor: date, calendar: Calendar | None = None
) -> tuple[date, date, date]:
    """Due from, due to, and the last day, of what happened on a day; in the working days of a
    calendar where one is given."""
    ends = (step.offset_days, step.offset_days + step.window_days, step.expiry_days)
    if calendar is not None:
        begin, end, last = (_working_day(anchor, days, calendar) for days in ends)
    else:
        begin, end, last = (anchor + timedelta(days=days) for days in ends)
    return begin, end, last


def make(session: Session, actor: Actor, form: MakeTasks) -> Made:
    """Make what one step of a cadence still lacks, some hundreds at a time."""
    actor.require(Permission.DATA_SWEEP)
    following = _next_step(session, form.after)
    if following is None:
        return Made(0, None)
    if following.cadence.trigger is Trigger.CLASS:
        found, customer = _by_class(session, following, form.customer_id)
    else:
        found, customer = _by_event(session, following), 0
    desks = desks_of(session)
    # One key, one contact: a car may have two owners, and one of them is called.
    books = calendars.calendars(session, {row.store_id for row, _anchor, _key in found})
    rows = {
        key: _task(following, row, following.days(anchor, books[row.store_id]), key, desks)
        for row, anchor, key in reversed(found)
    }
    session.add_all(rows.values())
    if rows:
        code = following.cadence.code
        audit.record(session, actor, Action.VISITS_MADE, "visit_tasks", count=len(rows), what=code)
    if customer or (len(found) == MOST and following.cadence.trigger is not Trigger.CLASS):
        return Made(len(rows), MakeTasks(after=form.after, customer_id=customer))
    return Made(len(rows), MakeTasks(after=following.step.id))


def _next_step(session: Session, after: int) -> Step | None:
    today = clock.today()
    query = (
        select(Cadence, CadenceStep)
        .join(CadenceStep, col(CadenceStep.cadence_id) == col(Cadence.id))
        .where(
            col(CadenceStep.id) > after,
            col(Cadence.state) == CadenceState.APPROVED,
            col(Cadence.from_on) <= today + AHEAD,
        )
        .order_by(col(CadenceStep.id))
        .limit(1)
    )
    row = session.execute(query).first()
    return Step(*row) if row else None


def _working_day(anchor: date, days: int, calendar: Calendar) -> date:
    """So many working days after a day. Where the calendar has hardly any, after so many weeks."""
    day, latest = anchor, anchor + timedelta(weeks=days)
    while days > 0 and day < latest:
        day += timedelta(days=1)
        days -= bool(calendar.spans(day))
    return day


Found = Sequence[tuple[Row[Any], date, str]]
"""Whose contact is missing: customer, the day that it follows, its key."""


def _by_event(session: Session, following: Step) -> Found:
    since, until = _bounds(following)
    if since > until:
        return []
    query = triggers.SOURCES[following.cadence.trigger](since, until)
    key = query.selected_columns["key"]
    there = exists().where(
        col(VisitTask.step_id).in_(_same(session, following)), col(VisitTask.trigger_key) == key
    )
    query = query.where(*of_class(following.cadence), ~there).limit(MOST)
    return [(row, day_of(row.anchor), row.key) for row in session.execute(query)]


def _same(session: Session, following: Step) -> list[int]:
    """The step, and those that it takes the place of in other versions of its rule: what one of
    them has made is not made again (V01)."""
    step, cadence = following.step, following.cadence
    alike = (
        col(CadenceStep.nth) == step.nth
        if cadence.trigger is Trigger.CLASS
        else col(CadenceStep.offset_days) == step.offset_days
    )
    query = (
        select(col(CadenceStep.id))
        .join(Cadence, col(Cadence.id) == col(CadenceStep.cadence_id))
        .where(col(Cadence.code) == cadence.code, col(Cadence.id) != cadence.id, alike)
    )
    return [step.id, *session.execute(query).scalars()]


def _bounds(following: Step) -> tuple[date, date]:
    """On which days what is followed happened: since the cadence holds, as far back as we catch up,
    and as far ahead as contacts are made. What is due before a date belongs to the version that
    holds when it is due."""
    today, cadence, step = clock.today(), following.cadence, following.step
    # A step before a date that was over when the rule began was nobody's to make; where another
    # version held until then, neither is one that was due.
    before = -step.offset_days if cadence.number > 1 else -step.expiry_days
    begin = (cadence.from_on or today) + timedelta(days=max(0, before))
    late = today - BEHIND - timedelta(days=step.expiry_days)
    ahead = today + AHEAD - timedelta(days=step.offset_days)
    end = ahead
    if cadence.until_on is not None:
        end = cadence.until_on + timedelta(days=max(0, -step.offset_days))
    if following.cadence.trigger is Trigger.BIRTHDAY:  # the days of one year at most
        late = today
    return max(begin, late), min(ahead, end)


def _by_class(session: Session, following: Step, after: int) -> tuple[Found, int]:
    """Of those who were not contacted for so many days, once in each such time: the last one that
    has begun, or that begins soon. Each customer is looked at once; returns the last one (id) of
    those that were, 0 at the end."""
    days, today = following.step.offset_days, clock.today()
    soon = today + AHEAD - timedelta(days=days)
    until = following.cadence.until_on or date.max
    recent = exists().where(
        col(VisitTask.step_id).in_(_same(session, following)),
        col(VisitTask.customer_id) == col(Customer.id),
        col(VisitTask.due_from) > today - timedelta(days=days),
    )
    query = triggers.last_touched(clock.midnight(soon + timedelta(days=1)))
    query = query.where(*of_class(following.cadence), ~recent, col(Customer.id) > after)
    query = query.order_by(col(Customer.id)).limit(AT_ONCE)
    found: list[tuple[Row[Any], date, str]] = []
    rows = session.execute(query).all()
    for row in rows:
        touched = clock.day_of(row.anchor)
        times = max(1, (today - touched).days // days)
        anchor = touched + timedelta(days=(times - 1) * days)
        if (following.cadence.from_on or today) <= anchor + timedelta(days=days) <= until:
            found.append((row, anchor, f"{row.key}:{anchor}"))  # else its next time comes
            if len(found) == MOST:
                return found, row.customer_id
    return found, rows[-1].customer_id if len(rows) == AT_ONCE else 0


def of_class(cadence: Cadence) -> Iterable[Any]:
    if cadence.lifecycle is not None:
        yield col(Customer.lifecycle) == cadence.lifecycle
    if cadence.value_class is not None:
        yield col(Customer.value_class) == cadence.value_class


def day_of(anchor: Any) -> date:
    """The day of an instant or of a date."""
    return clock.day_of(anchor) if hasattr(anchor, "hour") else anchor


def desks_of(session: Session) -> dict[int, Desk | None]:
    """Person -> his desk."""
    return dict(session.execute(select(col(User.id), col(User.desk))).all())


def maker_of(owner_id: int | None, desk: Desk, desks: Mapping[int, Desk | None]) -> int | None:
    """Who makes a contact of a desk: whoever keeps the file, where that is his desk's work; else
    nobody by name, and the desk takes it."""
    if owner_id is None or desks.get(owner_id) not in {None, desk}:
        return None
    return owner_id


def _task(
    following: Step,
    row: Row[Any],
    days: tuple[date, date, date],
    key: str,
    desks: Mapping[int, Desk | None],
) -> VisitTask:
    """One that is over already is missed: nobody tried in its time."""
    cadence, step = following.cadence, following.step
    begin, end, last = days
    is_over = last < clock.today()
    return VisitTask(
        store_id=row.store_id,
        owner_id=maker_of(row.owner_id, cadence.desk, desks),
        customer_id=row.customer_id,
        vehicle_id=row.vehicle_id,
        order_id=row.order_id,
        complaint_id=row.complaint_id,
        desk=cadence.desk,
        kind=step.kind,
        trigger=cadence.trigger,
        step_id=step.id,
        trigger_key=key,
        is_marketing=cadence.is_marketing,
        priority=step.priority,
        due_from=begin,
        due_to=end,
        expires_on=last,
        state=TaskState.MISSED if is_over else TaskState.PLANNED,
        created_at=clock.now(),
        ended_at=clock.now() if is_over else None,
    )
