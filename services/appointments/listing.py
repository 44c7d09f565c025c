"""Appointments as they are looked at: a day or a week by bay or advisor, a list, one of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import (
    Appointment,
    AppointmentState,
    Bay,
    Customer,
    Store,
    User,
    Vehicle,
    WorkKind,
)
from services.appointments import slots
from services.appointments.garage import advisors_of, bays_of, check_reach
from services.appointments.views import (
    AppointmentRow,
    By,
    Cell,
    DayGrid,
    DayLoad,
    Listing,
    WeekGrid,
)
from services.core import clock, masks
from services.core.access import READS, Actor, Permission
from services.core.errors import NotFound
from services.core.normal import EARLIEST, LATEST

MOST: Final = 200
WEEK: Final = 7
LIVE: Final = (
    AppointmentState.REQUESTED,
    AppointmentState.BOOKED,
    AppointmentState.CONFIRMED,
    AppointmentState.ARRIVED,
)
"""Those that take their time."""
SHOWN: Final = (*LIVE, AppointmentState.NO_SHOW)
"""In a grid; what was called off is in the list."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; None means no bound."""

    since: date
    until: date
    store_id: int | None = None
    advisor_id: int | None = None
    state: AppointmentState | None = None
    work: WorkKind | None = None


def stores(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the stores whose appointments he sees, his own first."""
    actor.require(Permission.VISITS_VIEW)
    query = select(col(Store.id), col(Store.name), col(Store.is_open)).order_by(
        col(Store.id) != actor.store_id, col(Store.id)
    )
    seen = []
    for key, name, is_open in session.execute(query):
        if is_open and actor.covers(READS, _Place(key)):
            seen.append((key, name))
    return seen


@dataclass(frozen=True, slots=True)
class _Place:
    store_id: int
    owner_id: int | None = None


def page(session: Session, actor: Actor, filters: Filters) -> Listing:
    """The appointments of some days, by time; at most `MOST`."""
    actor.require(Permission.VISITS_VIEW)
    rows = rows_of(session, filters, MOST + 1)
    return Listing(rows[:MOST], len(rows) > MOST)


def one(session: Session, actor: Actor, appointment_id: int) -> AppointmentRow:
    """Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    row = session.execute(_ROWS.where(col(Appointment.id) == appointment_id)).first()
    if row is None:
        raise NotFound(record="Appointment", id=appointment_id)
    return _row(row)


def of_customer(session: Session, actor: Actor, customer_id: int) -> list[AppointmentRow]:
    """What he has before him, and the last few that were."""
    actor.require(Permission.VISITS_VIEW)
    query = _ROWS.where(col(Appointment.customer_id) == customer_id)
    query = query.order_by(col(Appointment.starts_at).desc(), col(Appointment.id)).limit(10)
    return [_row(row) for row in session.execute(query)]


def free(
    session: Session,
    actor: Actor,
    store_id: int,
    day: date,
    minutes: int,
    bay_id: int | None = None,
    advisor_id: int | None = None,
) -> list[datetime]:
    """The times of a day at which an appointment could begin. Raises NotFound (store)."""
    actor.require(Permission.VISITS_VIEW)
    check_reach(session, actor, store_id)
    day = within(day)
    wanted = slots.Wanted(store_id, clock.midnight(day), minutes, bay_id, advisor_id)
    return slots.free_times(session, wanted, day)


def day(session: Session, actor: Actor, store_id: int, on: date, by: By) -> DayGrid:
    """A store's day. Raises NotFound (store)."""
    actor.require(Permission.VISITS_VIEW)
    check_reach(session, actor, store_id)
    on = within(on)
    step = slots.step_of(session, store_id, on)
    times = list(slots.opening(session, store_id, on, step, slots.GRID))
    rows = rows_of(session, Filters(on, on, store_id), MOST * 5, SHOWN)
    places = _places(session, store_id, by, rows)
    times = _with_odd(times, rows, step)
    minutes = int(step.total_seconds()) // 60
    begin = clock.midnight(on)
    found = slots.taken(session, store_id, begin, begin + timedelta(days=1))
    cells: dict[tuple[datetime, int], Cell] = {}
    for key, _name in places:
        bay, advisor = (key, None) if by is By.BAY else (None, key)
        wanted = slots.Wanted(store_id, begin, minutes, bay, advisor)
        is_free = set(slots.free_times(session, wanted, on, found)) if key else set()
        own = [row for row in rows if (_place(row, by) or 0) == key]
        for at in times:
            there = tuple(row for row in own if _touches(row, at, step))
            cells[at, key] = Cell(there, at in is_free)
    return DayGrid(on, minutes, places, times, cells)


def week(session: Session, actor: Actor, store_id: int, since: date, by: By) -> WeekGrid:
    """Seven days of a store, how full each is. Raises NotFound (store)."""
    actor.require(Permission.VISITS_VIEW)
    check_reach(session, actor, store_id)
    since = within(since)
    days = [since + timedelta(days=n) for n in range(WEEK)]
    rows = rows_of(session, Filters(since, days[-1], store_id), MOST * 10, SHOWN)
    places = _places(session, store_id, by, rows)
    counts: dict[tuple[date, int], int] = defaultdict(int)
    for row in rows:
        counts[clock.day_of(row.starts_at), _place(row, by) or 0] += 1
    loads = {}
    for one_day in days:
        begin = clock.midnight(one_day)
        found = slots.taken(session, store_id, begin, begin + timedelta(days=1))
        step = slots.step_of(session, store_id, one_day)
        is_open = any(slots.opening(session, store_id, one_day, step, slots.GRID))
        for key, _name in places:
            bay, advisor = (key, None) if by is By.BAY else (None, key)
            length = int(step.total_seconds()) // 60
            wanted = slots.Wanted(store_id, begin, length, bay, advisor)
            times = slots.free_times(session, wanted, one_day, found) if key else []
            loads[one_day, key] = DayLoad(counts[one_day, key], len(times), is_open)
    return WeekGrid(places, days, loads)


def within(day: date) -> date:
    """A day of which there can be anything: a calendar lets one choose others."""
    return min(max(day, EARLIEST), LATEST)


def _places(
    session: Session, store_id: int, by: By, rows: Sequence[AppointmentRow]
) -> list[tuple[int, str]]:
    """Those in use, whoever else has appointments in these days, and 0 for nobody's."""
    if by is By.BAY:
        known = [(bay.id, bay.name) for bay in bays_of(session, store_id) if bay.is_in_use]
        held = {row.bay_id: row.bay for row in rows}
    else:
        known = advisors_of(session, store_id)
        held = {row.advisor_id: row.advisor for row in rows}
    keys = {key for key, _name in known}
    others = sorted((key, name) for key, name in held.items() if key and key not in keys)
    return [*known, *others, *([(0, "")] if None in held else [])]


def _place(row: AppointmentRow, by: By) -> int | None:
    return row.bay_id if by is By.BAY else row.advisor_id


def _touches(row: AppointmentRow, at: datetime, step: timedelta) -> bool:
    """Whether it is under way at some moment of a step."""
    return row.starts_at < at + step and at < row.starts_at + timedelta(minutes=row.minutes)


def _with_odd(
    times: list[datetime], rows: Sequence[AppointmentRow], step: timedelta
) -> list[datetime]:
    """Also what was booked when hours were others is seen."""
    odd = {
        row.starts_at for row in rows if not any(at <= row.starts_at < at + step for at in times)
    }
    return sorted({*times, *odd})


# ---- rows

_maker = aliased(User)
_ROWS: Final[Any] = (
    select(
        col(Appointment.id),
        col(Appointment.version),
        col(Appointment.store_id),
        col(Appointment.customer_id),
        func.coalesce(col(Customer.name), col(Appointment.visitor)).label("who"),
        func.coalesce(col(Customer.phone), col(Appointment.phone), "").label("phone"),
        col(Appointment.vehicle_id),
        func.coalesce(col(Vehicle.model), "").label("car"),
        col(Appointment.work),
        col(Appointment.starts_at),
        col(Appointment.minutes),
        col(Appointment.advisor_id),
        func.coalesce(col(User.name), "").label("advisor"),
        col(Appointment.bay_id),
        func.coalesce(col(Bay.name), "").label("bay"),
        col(Appointment.concern),
        col(Appointment.source),
        col(Appointment.state),
        col(Appointment.reason),
        col(Appointment.moved),
        col(Appointment.reminded_at),
        func.coalesce(col(_maker.name), "").label("made_by"),
        col(Appointment.created_at).label("made_at"),
        col(Appointment.task_id),
    )
    .outerjoin(Customer, col(Customer.id) == col(Appointment.customer_id))
    .outerjoin(Vehicle, col(Vehicle.id) == col(Appointment.vehicle_id))
    .outerjoin(User, col(User.id) == col(Appointment.advisor_id))
    .outerjoin(Bay, col(Bay.id) == col(Appointment.bay_id))
    .outerjoin(_maker, col(_maker.id) == col(Appointment.made_by_id))
)


def rows_of(
    session: Session,
    filters: Filters,
    most: int,
    states: Sequence[AppointmentState] | None = None,
) -> list[AppointmentRow]:
    """By time, at most so many."""
    query = _ROWS.where(
        col(Appointment.starts_at) >= clock.midnight(within(filters.since)),
        col(Appointment.starts_at) < clock.midnight(within(filters.until)) + timedelta(days=1),
    )
    asked = {
        Appointment.store_id: filters.store_id,
        Appointment.advisor_id: filters.advisor_id,
        Appointment.state: filters.state,
        Appointment.work: filters.work,
    }
    for column, value in asked.items():
        if value is not None:
            query = query.where(col(column) == value)
    if states is not None:
        query = query.where(col(Appointment.state).in_(states))
    query = query.order_by(col(Appointment.starts_at), col(Appointment.id)).limit(most)
    return [_row(row) for row in session.execute(query)]


def _row(row: Row[Any]) -> AppointmentRow:
    values = row._asdict()
    values["phone"] = masks.phone(row.phone) if row.phone else ""
    return AppointmentRow(**values)
