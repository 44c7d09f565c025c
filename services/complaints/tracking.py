"""The crises of the house, and whether each is written down every day (C30, C31, spec 3.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, EventKind, Role, Severity, User
from services.complaints import listing
from services.complaints.narrowing import Filters
from services.complaints.views import ComplaintRow
from services.complaints.warning import those_who_see
from services.core import clock, notices
from services.core.access import Actor, Permission
from services.core.inputs import Input
from services.core.recorded import names_of
from services.core.tellings import NoticeKind

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """An open crisis, and what somebody did of it last (None and "" while nobody has done
    anything)."""

    row: ComplaintRow
    last_kind: EventKind | None
    last_at: datetime | None
    last_by: str
    idle_hours: float
    """Since then."""
    is_quiet: bool
    """Nobody has written anything down for a day and a night."""


class RemindOfCrises(Input):
    """Look for crises of which nobody has written anything for a day."""


def crises(session: Session, actor: Actor, filters: Filters) -> list[CrisisLine]:
    """The open ones that are heaviest, or touch safety or the media: the heaviest first, of those
    the one of which nobody has written for the longest."""
    actor.require(Permission.COMPLAINTS_VIEW)
    complaint = Complaint
    wanted = or_(
        col(complaint.severity) == Severity.L4,
        col(complaint.is_safety).is_(True),
        col(complaint.is_media).is_(True),
    )
    found = listing.heaviest(session, filters, wanted)
    keys = [row.id for row in found]
    last = _last(session, keys)
    people = names_of(session, User, {one.actor_id for one in last.values()})
    now = clock.now()
    lines = []
    for row in found:
        event = last.get(row.id)
        idle = now - (event.recorded_at if event else row.received_at)
        lines.append(
            CrisisLine(
                row=row,
                last_kind=event.kind if event else None,
                last_at=event.recorded_at if event else None,
                last_by=people.get(event.actor_id or 0, "") if event else "",
                idle_hours=idle / HOUR,
                is_quiet=idle >= DAY,
            )
        )
    levels = list(Severity)
    lines.sort(key=lambda one: (-levels.index(one.row.severity), -one.idle_hours))
    return lines


def remind_of_crises(session: Session, actor: Actor, form: RemindOfCrises) -> int:
    """A crisis is tracked daily: where a whole day has passed and nobody wrote anything down, tell
    the handler and the directors, once a day; returns how many were told that did not know."""
    actor.require(Permission.DATA_SWEEP)
    query = select(Complaint).where(
        col(Complaint.closed_at).is_(None), col(Complaint.severity) == Severity.L4
    )
    found = session.execute(query.order_by(col(Complaint.id))).scalars().all()
    if not found:
        return 0
    last = _last(session, [one.id for one in found])
    heads = select(col(User.id)).where(col(User.role) == Role.DIRECTOR, col(User.is_active))
    directors = set(session.execute(heads).scalars())
    today, told = clock.today(), 0
    for one in found:
        written_at = last[one.id].recorded_at if one.id in last else one.registered_at
        since = clock.day_of(written_at)
        if today - since <= DAY:
            continue
        notices.settle(session, _cause(one.id, today - DAY))
        new = notices.tell(
            session,
            those_who_see(session, one, {one.handler_id, *directors}),
            NoticeKind.COMPLAINT_UNTRACKED,
            _cause(one.id, today),
            number=one.number,
            day=since,
            complaint=one.id,
        )
        told += len(new)
    return told


def _cause(complaint_id: int, day: date) -> str:
    return f"complaints:{complaint_id}:untracked:{day}"


def _last(session: Session, keys: Collection[int]) -> dict[int, ComplaintEvent]:
    """Of each of these complaints (ids) the last thing that a person did."""
    event = ComplaintEvent
    latest = (
        select(col(event.complaint_id).label("id"), func.max(col(event.seq)).label("seq"))
        .where(col(event.complaint_id).in_(keys), col(event.actor_id).is_not(None))
        .group_by(col(event.complaint_id))
        .subquery()
    )
    query = select(event).join(
        latest,
        (col(event.complaint_id) == latest.c.id) & (col(event.seq) == latest.c.seq),
    )
    return {one.complaint_id: one for one in session.execute(query).scalars()}
