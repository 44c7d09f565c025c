"""The time that appointments take: on a grid of quarters, never twice (V06).

A live appointment has a row for each quarter of its bay, and for those in which its advisor
receives the customer. That no quarter is taken twice is kept by unique indexes, so it holds on both
databases and against any number of people who book at the same moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, or_, select
from sqlmodel import Session, col

from db.models import Appointment, AppointmentSlot, Bay, Customer, User
from db.once import add_once
from services.core import calendars, clock, parameters
from services.core.errors import Conflict, InvalidInput
from services.core.words import N_

GRID: Final = timedelta(minutes=15)
"""What a slot takes; lengths and beginnings are whole numbers of it, whatever steps are offered."""
OFFERED: Final = 3
AHEAD: Final = 14
"""Days in which a free time is looked for."""


class OffGrid(InvalidInput):
    msgid = N_("Appointments begin at full quarters of an hour and last whole quarters")


class BeginsInThePast(InvalidInput):
    msgid = N_("This time has passed. Free next: {free}")


class ClosedThen(InvalidInput):
    msgid = N_("The store is closed then, at least for a part of it. Free next: {free}")


class BayTaken(Conflict):
    msgid = N_("{bay} is taken at {time} by {who}. Free next: {free}")


class AdvisorTaken(Conflict):
    msgid = N_("{advisor} receives {who} at {time}. Free next: {free}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time that is asked for, at a place."""

    store_id: int
    starts_at: datetime
    minutes: int
    bay_id: int | None
    advisor_id: int | None

    @property
    def quarters(self) -> list[datetime]:
        return quarters(self.starts_at, self.minutes)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken: (bay, quarter), and by (advisor, quarter) the seats."""

    bays: set[tuple[int, datetime]] = field(default_factory=set)
    seats: dict[tuple[int, datetime], set[int]] = field(default_factory=lambda: defaultdict(set))


def wanted_of(row: Appointment) -> Wanted:
    return Wanted(row.store_id, row.starts_at, row.minutes, row.bay_id, row.advisor_id)


def quarters(starts_at: datetime, minutes: int) -> list[datetime]:
    return [starts_at + n * GRID for n in range(minutes * 60 // int(GRID.total_seconds()))]


def check_time(session: Session, wanted: Wanted) -> None:
    """Raises OffGrid, BeginsInThePast, ClosedThen."""
    begin, length = wanted.starts_at, timedelta(minutes=wanted.minutes)
    if (begin - clock.midnight(clock.day_of(begin))) % GRID or length % GRID:
        raise OffGrid
    if begin < _quarter_of(clock.now()):
        raise BeginsInThePast(free=_offer(session, wanted))
    if not _is_open(session, wanted.store_id, begin, length):
        raise ClosedThen(free=_offer(session, wanted))


def take(session: Session, row: Appointment) -> None:
    """Take the slots of an appointment that has none. Raises BayTaken, AdvisorTaken."""
    wanted = wanted_of(row)
    rows = _rows(session, row.id, wanted)
    if len(add_once(session, AppointmentSlot, rows, col(AppointmentSlot.id))) < len(rows):
        _rows(session, row.id, wanted)  # somebody was faster by a moment: say who
        raise Conflict


def release(session: Session, appointment_id: int) -> None:
    """Its time is free for others."""
    own = col(AppointmentSlot.appointment_id) == appointment_id
    session.execute(delete(AppointmentSlot).where(own))


def _rows(session: Session, key: int, wanted: Wanted) -> list[dict[str, object]]:
    """One for each quarter; raises BayTaken, AdvisorTaken where one of them is not free."""
    found = taken(session, wanted.store_id, wanted.quarters[0], wanted.quarters[-1] + GRID)
    received = set(_received(session, wanted))
    seats = _seats(session, wanted.store_id, wanted.starts_at)
    rows = []
    for at in wanted.quarters:
        if wanted.bay_id is not None and (wanted.bay_id, at) in found.bays:
            raise _bay_taken(session, wanted, at, key)
        advisor = wanted.advisor_id if at in received else None
        seat = None
        if advisor is not None:
            free = [n for n in range(seats) if n not in found.seats[advisor, at]]
            if not free:
                raise _advisor_taken(session, wanted, at, key)
            seat = free[0]
        if wanted.bay_id is not None or advisor is not None:
            rows.append(
                {"appointment_id": key, "at": at, "bay_id": wanted.bay_id, "advisor_id": advisor,
                 "seat": seat}
            )  # fmt: skip
    return rows


def taken(session: Session, store_id: int, begin: datetime, end: datetime) -> Taken:
    """What is taken of a store's bays, and of any advisor, from one moment to another."""
    query = select(
        col(AppointmentSlot.bay_id),
        col(AppointmentSlot.advisor_id),
        col(AppointmentSlot.seat),
        col(AppointmentSlot.at),
    ).where(
        col(AppointmentSlot.at) >= begin,
        col(AppointmentSlot.at) < end,
        or_(
            col(AppointmentSlot.advisor_id).is_not(None),
            col(AppointmentSlot.bay_id).in_(
                select(col(Bay.id)).where(col(Bay.store_id) == store_id)
            ),
        ),
    )
    found = Taken()
    for bay, advisor, seat, at in session.execute(query):
        if bay is not None:
            found.bays.add((bay, at))
        if advisor is not None:
            found.seats[advisor, at].add(seat)
    return found


# ---- what is free


def free_times(
    session: Session, wanted: Wanted, day: date, found: Taken | None = None
) -> list[datetime]:
    """The times of a day, in steps that are offered, at which it could begin."""
    begin = clock.midnight(day)
    if found is None:
        found = taken(session, wanted.store_id, begin, begin + timedelta(days=1))
    seats = _seats(session, wanted.store_id, begin)
    step = step_of(session, wanted.store_id, day)
    return [
        at
        for at in opening(session, wanted.store_id, day, step, timedelta(minutes=wanted.minutes))
        if at >= _quarter_of(clock.now()) and _is_free(wanted, at, found, seats, step)
    ]


def step_of(session: Session, store_id: int, day: date) -> timedelta:
    """Between two times that are offered: whole quarters."""
    minutes = int(parameters.value(session, parameters.SLOT, day, store_id))
    return max(GRID, timedelta(minutes=minutes) // GRID * GRID)


def opening(
    session: Session, store_id: int, day: date, step: timedelta, length: timedelta
) -> Iterator[datetime]:
    """Beginnings between opening and closing, so that what lasts so long ends before it closes."""
    begin = clock.midnight(day)
    for opens, closes in calendars.calendar(session, store_id).spans(day):
        first = timedelta(minutes=opens)
        at = begin + -(-first // GRID) * GRID
        while at + length <= begin + timedelta(minutes=closes):
            yield at
            at += step


def _is_free(wanted: Wanted, at: datetime, found: Taken, seats: int, step: timedelta) -> bool:
    if wanted.bay_id is not None:
        asked = quarters(at, wanted.minutes)
        if any((wanted.bay_id, one) in found.bays for one in asked):
            return False
    if wanted.advisor_id is None:
        return True
    asked = quarters(at, min(wanted.minutes, int(step.total_seconds()) // 60))
    return all(len(found.seats.get((wanted.advisor_id, one), ())) < seats for one in asked)


def _offer(session: Session, wanted: Wanted) -> str:
    """The nearest free times, of the day asked for or the next ones that have any."""
    day = max(clock.day_of(wanted.starts_at), clock.today())
    for ahead in range(AHEAD):
        times = free_times(session, wanted, day + timedelta(days=ahead))
        if times:
            near = sorted(times, key=lambda at: abs(at - wanted.starts_at))[:OFFERED]
            return " · ".join(said(at) for at in sorted(near))
    return "–"


def said(at: datetime) -> str:
    """A moment where the dealer works, without its year."""
    return at.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")


def _quarter_of(at: datetime) -> datetime:
    """The quarter that a moment lies in: whoever stands at the desk is not too late."""
    return at - (at - clock.midnight(clock.day_of(at))) % GRID


def _is_open(session: Session, store_id: int, begin: datetime, length: timedelta) -> bool:
    day = clock.day_of(begin)
    first = begin - clock.midnight(day)
    last = first + length
    return any(
        timedelta(minutes=opens) <= first and last <= timedelta(minutes=closes)
        for opens, closes in calendars.calendar(session, store_id).spans(day)
    )


def _received(session: Session, wanted: Wanted) -> Iterable[datetime]:
    """The quarters in which the advisor receives the customer: one step, the rest is the bay's."""
    step = step_of(session, wanted.store_id, clock.day_of(wanted.starts_at))
    return quarters(wanted.starts_at, min(wanted.minutes, int(step.total_seconds()) // 60))


def _seats(session: Session, store_id: int, at: datetime) -> int:
    return int(parameters.value(session, parameters.SEATS, clock.day_of(at), store_id))


# ---- who has it


def _who(session: Session, key: int, *held: object) -> str:
    name = func.coalesce(col(Customer.name), func.nullif(col(Appointment.visitor), ""))
    query = (
        select(name)
        .select_from(AppointmentSlot)
        .join(Appointment, col(Appointment.id) == col(AppointmentSlot.appointment_id))
        .outerjoin(Customer, col(Customer.id) == col(Appointment.customer_id))
        .where(col(AppointmentSlot.appointment_id) != key, *held)  # type: ignore[arg-type]
        .limit(1)
    )
    return session.execute(query).scalar() or "–"


def _bay_taken(session: Session, wanted: Wanted, at: datetime, key: int) -> BayTaken:
    held = (col(AppointmentSlot.bay_id) == wanted.bay_id, col(AppointmentSlot.at) == at)
    name = select(col(Bay.name)).where(col(Bay.id) == wanted.bay_id)
    return BayTaken(
        bay=session.execute(name).scalar_one(),
        time=said(at),
        who=_who(session, key, *held),
        free=_offer(session, wanted),
    )


def _advisor_taken(session: Session, wanted: Wanted, at: datetime, key: int) -> AdvisorTaken:
    held = (col(AppointmentSlot.advisor_id) == wanted.advisor_id, col(AppointmentSlot.at) == at)
    name = select(col(User.name)).where(col(User.id) == wanted.advisor_id)
    return AdvisorTaken(
        advisor=session.execute(name).scalar() or "–",
        time=said(at),
        who=_who(session, key, *held),
        free=_offer(session, wanted),
    )
