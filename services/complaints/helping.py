"""Several departments at one complaint: each is asked for its part, under one owner and one clock
(C08, C17, C20, C21)."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintStep, EventKind, PartIn, Role, User
from services.complaints import events, naming
from services.complaints.events import Receipt
from services.complaints.inputs import AnswerStep, AskDepartment
from services.complaints.registering import check_due
from services.core import clock, notices
from services.core.access import GRANTS, Actor, Permission, load
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from services.core.inputs import Input
from services.core.notices import NoticeKind
from services.core.words import N_

AHEAD: Final = timedelta(days=1)
"""So long before its day whoever was asked is reminded."""


class NotAHelper(InvalidInput):
    msgid = N_("This person cannot be asked about a complaint")


class AnsweredAlready(Conflict):
    msgid = N_("This question is answered already")


def helpers(session: Session, actor: Actor) -> list[tuple[int, str, Role]]:
    """(id, name, role) of everybody who can be asked, in the whole group."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    roles = [role for role in Role if Permission.COMPLAINTS_HELP in GRANTS[role]]
    query = (
        select(col(User.id), col(User.name), col(User.role))
        .where(col(User.is_active), col(User.role).in_(roles))
        .order_by(col(User.name), col(User.id))
    )
    return [(key, name, role) for key, name, role in session.execute(query)]


def ask_department(session: Session, actor: Actor, form: AskDepartment) -> Receipt:
    """Ask somebody of another department for his part; he sees the case until it ends.

    Raises DueBefore, NotAHelper, NotPermitted (not in his hands).
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.ASKED)
    check_due(form.due_on)
    if form.user_id not in {key for key, _name, _role in helpers(session, actor)}:
        raise NotAHelper
    step = ComplaintStep(
        complaint_id=complaint.id,
        department=form.department,
        question=form.words,
        asked_by_id=actor.id,
        asked_of_id=form.user_id,
        asked_at=clock.now(),
        due_at=clock.midnight(form.due_on + timedelta(days=1)) - timedelta(minutes=1),
    )
    session.add(step)
    naming.let_in(session, complaint, PartIn.ASKED, {form.user_id})
    _tell(session, step, complaint, NoticeKind.STEP_ASKED)
    return _happen(session, actor, complaint, step, EventKind.ASKED, form.words)


def answer_step(session: Session, actor: Actor, form: AnswerStep) -> Receipt:
    """What one has to say to it: whoever was asked writes it down, or those in whose hands the
    complaint is, for him. Raises AnsweredAlready."""
    actor.require(Permission.COMPLAINTS_HELP)
    complaint = events.hold(session, actor, form, EventKind.HELPED)
    step = load(session, ComplaintStep, form.step_id, lock=True)
    if step.complaint_id != complaint.id:
        raise NotFound(record="ComplaintStep", id=form.step_id)
    if not may_answer(actor, complaint, step):
        raise NotPermitted(complaint=complaint.number)
    if step.done_at is not None:
        raise AnsweredAlready
    step.done_at, step.done_by_id, step.result = clock.now(), actor.id, form.words
    notices.settle(session, *(_cause(step, kind) for kind in _KINDS))
    if step.asked_by_id is not None and step.asked_by_id != actor.id:
        _tell(session, step, complaint, NoticeKind.STEP_ANSWERED, to=step.asked_by_id)
    return _happen(session, actor, complaint, step, EventKind.HELPED, form.words)


def may_answer(actor: Actor, complaint: Complaint, step: ComplaintStep) -> bool:
    return actor.id == step.asked_of_id or events.in_hands(actor, complaint)


class RemindOfSteps(Input):
    """Look for questions whose day comes or has passed."""


def remind_of_steps(session: Session, actor: Actor, form: RemindOfSteps) -> int:
    """Tell those who were asked what is due; returns how many were told that did not know."""
    actor.require(Permission.DATA_SWEEP)
    query = (
        select(ComplaintStep, Complaint)
        .join(Complaint, col(Complaint.id) == col(ComplaintStep.complaint_id))
        .where(
            col(Complaint.closed_at).is_(None),
            col(ComplaintStep.done_at).is_(None),
            col(ComplaintStep.due_at) <= clock.now() + AHEAD,
        )
    )
    found = session.execute(query).all()
    return sum(_tell(session, step, case, NoticeKind.STEP_DUE) for step, case in found)


def end_steps(session: Session, complaint: Complaint) -> None:
    """The case has ended: nobody is asked any more."""
    query = select(ComplaintStep).where(
        col(ComplaintStep.complaint_id) == complaint.id, col(ComplaintStep.done_at).is_(None)
    )
    for step in session.execute(query).scalars():
        notices.settle(session, *(_cause(step, kind) for kind in _KINDS))
    naming.let_out(session, complaint)


_KINDS: Final = (NoticeKind.STEP_ASKED, NoticeKind.STEP_DUE)


def _tell(
    session: Session,
    step: ComplaintStep,
    complaint: Complaint,
    kind: NoticeKind,
    to: int | None = None,
) -> int:
    session.flush()
    person = to or step.asked_of_id
    told = notices.tell(
        session,
        [person] if person is not None else [],
        kind,
        _cause(step, kind),
        number=complaint.number,
        day=clock.day_of(step.due_at),
        complaint=complaint.id,
    )
    return len(told)


def _cause(step: ComplaintStep, kind: NoticeKind) -> str:
    return f"steps:{step.id}:{kind.value}"


def _happen(
    session: Session,
    actor: Actor,
    complaint: Complaint,
    step: ComplaintStep,
    kind: EventKind,
    words: str,
) -> Receipt:
    return events.happen(
        session,
        actor,
        complaint,
        kind,
        note=words,
        of=step.department,
        person=load(session, User, step.asked_of_id).name if step.asked_of_id else "",
    )
