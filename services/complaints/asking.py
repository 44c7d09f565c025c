"""What others were asked and have not answered yet, and who of them is on it (C13, C17); and what
one was asked oneself."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import case as which
from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintStep, Department, User
from services.complaints import work
from services.complaints.narrowing import Filters, Part, bounds
from services.complaints.views import StepLine
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


@dataclass(frozen=True, slots=True)
class MyQuestion:
    """Something that the reader was asked, of a complaint (`complaint_id`)."""

    complaint_id: int
    number: str
    step: StepLine


def asked_of_me(session: Session, actor: Actor) -> list[MyQuestion]:
    """Of the complaints that one sees: first what waits for one's answer, the earliest due first;
    then what was answered or is needed no more, the newest first. At most 100."""
    actor.require(Permission.COMPLAINTS_HELP)
    step = ComplaintStep
    is_over = or_(col(step.done_at).is_not(None), col(Complaint.closed_at).is_not(None))
    query = (
        select(step, Complaint)
        .join(Complaint, col(Complaint.id) == col(step.complaint_id))
        .where(col(step.asked_of_id) == actor.id)
        .order_by(is_over, which((is_over, None), else_=col(step.due_at)), col(step.id).desc())
        .limit(MOST)
    )
    found = session.execute(query).all()
    people = names_of(session, User, work.askers(row for row, _case in found))
    return [
        MyQuestion(one.id, one.number, work.step(actor, one, row, people)) for row, one in found
    ]


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
