"""What others were asked and have not answered yet, and who of them is on it (C13, C17)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintStep, Department, User
from services.complaints.narrowing import Filters, Part, bounds
from services.core import clock
from services.core.access import Actor, Permission
from services.core.recorded import names_of

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One question of a complaint (`complaint_id`). `taken_at` None: nobody has said that he is on
    it."""

    id: int
    complaint_id: int
    number: str
    person: str
    department: Department
    asked_at: datetime
    taken_at: datetime | None
    due_on: date


def asked(session: Session, actor: Actor, filters: Filters) -> list[AskedLine]:
    """Of the complaints that are not closed: first what nobody has taken up, the oldest of it
    first; at most 100. `filters.part` does not matter."""
    actor.require(Permission.COMPLAINTS_VIEW)
    step = ComplaintStep
    query = (
        select(step, col(Complaint.number))
        .join(Complaint, col(Complaint.id) == col(step.complaint_id))
        .where(*bounds(replace(filters, part=Part.OPEN)), col(step.done_at).is_(None))
        .order_by(col(step.taken_at).is_not(None), col(step.asked_at), col(step.id))
        .limit(MOST)
    )
    found = session.execute(query).all()
    people = names_of(session, User, {one.asked_of_id for one, _number in found})
    return [
        AskedLine(
            id=one.id,
            complaint_id=one.complaint_id,
            number=number,
            person=people.get(one.asked_of_id or 0, ""),
            department=one.department,
            asked_at=one.asked_at,
            taken_at=one.taken_at,
            due_on=clock.day_of(one.due_at),
        )
        for one, number in found
    ]
