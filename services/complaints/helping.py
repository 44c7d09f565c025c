"""Several departments at one complaint: each is asked for its part, under one owner and one clock
(C08, C17, C20, C21)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select, true
from sqlmodel import Session, col

from db.models import (
    Complaint,
    ComplaintStep,
    Department,
    Desk,
    EventKind,
    PartIn,
    Role,
    User,
)
from services.complaints import events, naming, warning
from services.complaints.days import check_due
from services.complaints.events import Receipt
from services.complaints.inputs import AnswerStep, AskDepartment, TakeStep
from services.core import clock, notices
from services.core.access import GRANTS, Actor, Permission, load
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from services.core.inputs import Input
from services.core.tellings import NoticeKind
from services.core.words import N_

AHEAD: Final = timedelta(days=1)
"""So long before its day whoever was asked is reminded."""


class NotAHelper(InvalidInput):
    msgid = N_("This person cannot be asked about a complaint")


class TakenAlready(Conflict):
    msgid = N_("This is taken up already")


class AnsweredAlready(Conflict):
    msgid = N_("This question is answered already")


def helpers(session: Session, actor: Actor) -> list[tuple[int, str, Role]]:
    """(id, name, role) of everybody who can be asked, in the whole group: those of the actor's own
    store first, for it is mostly they who know."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    query = (
        select(col(User.id), col(User.name), col(User.role))
        .where(col(User.is_active), col(User.role).in_(_HELPING))
        .order_by(
            func.coalesce(col(User.store_id) != actor.store_id, true()),
            col(User.name),
            col(User.id),
        )
    )
    return [(key, name, role) for key, name, role in session.execute(query)]


_HELPING: Final = [role for role in Role if Permission.COMPLAINTS_HELP in GRANTS[role]]


def may_help(session: Session, user_id: int | None) -> bool:
    """Whether somebody (None: nobody) can be asked."""
    query = select(col(User.id)).where(
        col(User.id) == user_id, col(User.is_active), col(User.role).in_(_HELPING)
    )
    return user_id is not None and session.execute(query).first() is not None


def ask_department(session: Session, actor: Actor, form: AskDepartment) -> Receipt:
    """Ask somebody of another department for his part; he sees the case until it ends.

    Raises DueBefore, NotAHelper, NotPermitted (not in his hands).
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.ASKED)
    return ask(
        session,
        actor,
        complaint,
        form.department,
        form.user_id,
        form.words,
        form.due_on,
        is_errand=form.is_errand,
    )


def ask(
    session: Session,
    actor: Actor,
    complaint: Complaint,
    department: Department,
    user_id: int,
    words: str,
    due_on: date,
    *,
    is_errand: bool = False,
) -> Receipt:
    """The same for a complaint that is held already."""
    check_due(due_on)
    if not may_help(session, user_id):
        raise NotAHelper
    step = ComplaintStep(
        complaint_id=complaint.id,
        department=department,
        question=words,
        asked_by_id=actor.id,
        asked_of_id=user_id,
        asked_at=clock.now(),
        due_at=clock.midnight(due_on + timedelta(days=1)) - timedelta(minutes=1),
        is_errand=is_errand,
    )
    session.add(step)
    naming.let_in(session, complaint, PartIn.ASKED, {user_id})
    _tell(session, step, complaint, NoticeKind.STEP_ASKED)
    return _happen(session, actor, complaint, step, EventKind.ASKED, words)


def send(session: Session, actor: Actor, complaint: Complaint, user_id: int, words: str) -> Receipt:
    """It was not solved on the phone: somebody turns to the customer today (C13).

    Raises NotAHelper.
    """
    desk = session.execute(select(col(User.desk)).where(col(User.id) == user_id)).scalar()
    department = _OF_DESK.get(desk, complaint.department) if desk else complaint.department
    today = clock.today()
    return ask(session, actor, complaint, department, user_id, words, today, is_errand=True)


_OF_DESK: Final = {Desk.SALES: Department.SALES, Desk.SERVICE: Department.SERVICE}


def take_step(session: Session, actor: Actor, form: TakeStep) -> Receipt:
    """Whoever was asked says that he is on it; nobody says so for him. Raises TakenAlready."""
    actor.require(Permission.COMPLAINTS_HELP)
    complaint = events.hold(session, actor, form, EventKind.HELPED)
    step = _of(session, complaint, form.step_id)
    if actor.id != step.asked_of_id:
        raise NotPermitted(complaint=complaint.number)
    if step.taken_at is not None or step.done_at is not None:
        raise TakenAlready
    step.taken_at = clock.now()
    notices.settle(session, *_causes(step, complaint, NoticeKind.STEP_ASKED))
    return _happen(session, actor, complaint, step, EventKind.NOTED, "", is_taken=True)


def is_sent(session: Session, actor: Actor, complaint: Complaint) -> bool:
    """Whether he is on his way to the customer, and so needs to know where he lives."""
    query = select(col(ComplaintStep.id)).where(
        col(ComplaintStep.complaint_id) == complaint.id,
        col(ComplaintStep.asked_of_id) == actor.id,
        col(ComplaintStep.is_errand),
        col(ComplaintStep.done_at).is_(None),
    )
    return complaint.closed_at is None and session.execute(query.limit(1)).first() is not None


def answer_step(session: Session, actor: Actor, form: AnswerStep) -> Receipt:
    """What one has to say to it: whoever was asked writes it down, or those in whose hands the
    complaint is, for him. Raises AnsweredAlready."""
    actor.require(Permission.COMPLAINTS_HELP)
    complaint = events.hold(session, actor, form, EventKind.HELPED)
    step = _of(session, complaint, form.step_id)
    if not may_answer(actor, complaint, step):
        raise NotPermitted(complaint=complaint.number)
    if step.done_at is not None:
        raise AnsweredAlready
    step.done_at, step.done_by_id, step.result = clock.now(), actor.id, form.words
    notices.settle(session, *_causes(step, complaint, *_KINDS))
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
    for step in _unanswered(session, complaint):
        notices.settle(session, *_causes(step, complaint, *_KINDS))
    naming.let_out(session, complaint)


def resume_steps(session: Session, complaint: Complaint) -> None:
    """The case is open again: what was asked and not answered is wanted again, by the day that it
    had. Whoever was asked sees the case again, and is told once more; into a legal case he does not
    come back but by name."""
    for step in _unanswered(session, complaint):
        if may_help(session, step.asked_of_id):
            if not complaint.is_legal:
                naming.let_in(session, complaint, PartIn.ASKED, {step.asked_of_id})
            _tell(session, step, complaint, NoticeKind.STEP_ASKED)


def _unanswered(session: Session, complaint: Complaint) -> Sequence[ComplaintStep]:
    query = (
        select(ComplaintStep)
        .where(
            col(ComplaintStep.complaint_id) == complaint.id, col(ComplaintStep.done_at).is_(None)
        )
        .order_by(col(ComplaintStep.id))
    )
    return session.execute(query).scalars().all()


def _of(session: Session, complaint: Complaint, step_id: int) -> ComplaintStep:
    step = load(session, ComplaintStep, step_id, lock=True)
    if step.complaint_id != complaint.id:
        raise NotFound(record="ComplaintStep", id=step_id)
    return step


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
        warning.those_who_see(session, complaint, {person} if person is not None else ()),
        kind,
        _cause(step, kind, complaint.reopen_count),
        number=complaint.number,
        day=clock.day_of(step.due_at),
        complaint=complaint.id,
    )
    return len(told)


def _cause(step: ComplaintStep, kind: NoticeKind, reopened: int) -> str:
    """Each time that the case is opened again is a cause of its own."""
    again = f":{reopened}" if reopened else ""
    return f"steps:{step.id}:{kind.value}{again}"


def _causes(step: ComplaintStep, complaint: Complaint, *kinds: NoticeKind) -> list[str]:
    """Of every notice of these kinds that there can be of a question by now."""
    times = range(complaint.reopen_count + 1)
    return [_cause(step, kind, reopened) for kind in kinds for reopened in times]


def _happen(
    session: Session,
    actor: Actor,
    complaint: Complaint,
    step: ComplaintStep,
    kind: EventKind,
    words: str,
    *,
    is_taken: bool = False,
) -> Receipt:
    return events.happen(
        session,
        actor,
        complaint,
        kind,
        note=words,
        of=step.department,
        person=load(session, User, step.asked_of_id).name if step.asked_of_id else "",
        is_taken=is_taken,
    )
