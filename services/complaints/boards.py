"""Who holds what: the board of departments, and of who took and who handles (C08, C18, spec 3.4).

Idle is the working time of the store since anything last happened to a complaint, of its working
time since it was received; for a department the first is summed over what it holds and divided by
the sum of the second. What waits for the customer, or for somebody outside, counts in neither: a
department cannot hurry it. A note is an event too: whoever looks after a complaint is not idle.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import mean, median
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, Department, User
from services.complaints.narrowing import Filters, Part, bounds
from services.complaints.overviews import Board, DepartmentLine, PersonLine
from services.complaints.passing import passing
from services.core import calendars, clock
from services.core.access import Actor, Permission
from services.core.recorded import names_of
from services.core.worktime import Calendar, business_minutes

DAY: Final = 24 * 60 * 60
"""Seconds."""

Events = Mapping[int, Sequence[Row[Any]]]
"""Complaint -> when anything happened to it, and in whose hands that left it, in its order."""


def departments(session: Session, actor: Actor, filters: Filters) -> Board:
    """Of the complaints that are not closed, as far as the actor sees them; `filters.part` does not
    matter. As many looks at the database for one complaint as for thousands."""
    actor.require(Permission.COMPLAINTS_VIEW)
    narrowed = bounds(replace(filters, part=Part.OPEN))
    found = _complaints(session, narrowed)
    happened = _events(session, narrowed)
    places = calendars.calendars(session, {one.store_id for one in found})
    held: dict[Department, list[Row[Any]]] = defaultdict(list)
    for one in found:
        held[one.department].append(one)
    lines = [_line(key, ones, happened, places, clock.now()) for key, ones in held.items()]
    lines.sort(key=lambda line: (-line.late, -line.open, line.department))
    return Board(lines, _people(session, found))


def _complaints(session: Session, narrowed: Iterable[Any]) -> Sequence[Row[Any]]:
    one = Complaint
    columns = (
        one.id,
        one.store_id,
        one.received_at,
        one.department,
        one.waiting_for,
        one.next_due_at,
        one.first_responder_id,
        one.handler_id,
    )
    return session.execute(select(*map(col, columns)).where(*narrowed)).all()


def _events(session: Session, narrowed: Iterable[Any]) -> Events:
    event = ComplaintEvent
    query = (
        select(
            col(event.complaint_id),
            col(event.at),
            col(event.department),
            col(event.handler_id),
        )
        .join(Complaint, col(Complaint.id) == col(event.complaint_id))
        .where(*narrowed)
        .order_by(col(event.complaint_id), col(event.seq))
    )
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(query):
        found[row.complaint_id].append(row)
    return found


def _line(
    department: Department,
    held: Sequence[Row[Any]],
    happened: Events,
    places: Mapping[int, Calendar],
    now: datetime,
) -> DepartmentLine:
    ages = [(now - one.received_at).total_seconds() / DAY for one in held]
    return DepartmentLine(
        department=department,
        open=len(held),
        late=sum(one.next_due_at is not None and one.next_due_at < now for one in held),
        waiting=sum(one.waiting_for is not None for one in held),
        tossed=sum(passing(happened[one.id]).is_tossed for one in held),
        mean_days=mean(ages),
        median_days=median(ages),
        idle=_idle(held, happened, places, now),
    )


def _idle(
    held: Sequence[Row[Any]], happened: Events, places: Mapping[int, Calendar], now: datetime
) -> float | None:
    still = whole = 0
    for one in held:
        if one.waiting_for is None:
            last = max([one.received_at, *(event.at for event in happened[one.id])])
            still += business_minutes(last, now, places[one.store_id])
            whole += business_minutes(one.received_at, now, places[one.store_id])
    return still / whole if whole else None


def _people(session: Session, found: Iterable[Row[Any]]) -> list[PersonLine]:
    took: Counter[int] = Counter()
    handles: Counter[int] = Counter()
    for one in found:
        took[one.first_responder_id] += 1
        handles[one.handler_id] += 1
    names = names_of(session, User, took.keys() | handles.keys())
    lines = [PersonLine(key, name, took[key], handles[key]) for key, name in names.items()]
    return sorted(lines, key=lambda line: (-line.handles, -line.took, line.name))
