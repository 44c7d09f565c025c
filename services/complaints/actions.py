"""Actions against the cause of a complaint, and whether the cause came back (C22–C24, spec 3.1)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from db.models import ActionKind, CauseAction, Complaint, ComplaintEvent, EventKind, Verdict
from services.complaints import events
from services.complaints.days import check_due
from services.complaints.events import Receipt
from services.complaints.inputs import CheckAction, FinishAction, PlanAction, TellImprovement
from services.complaints.registering import check_handler
from services.core import clock, notices, parameters
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from services.core.inputs import Input
from services.core.tellings import NoticeKind
from services.core.words import N_

AHEAD: Final = timedelta(days=1)
"""So long before its day whoever has to do it is reminded."""


class CheckedBefore(InvalidInput):
    msgid = N_("It can be checked on the day on which it is due at the earliest")


class DoneAlready(Conflict):
    msgid = N_("This action is done already")


class NotDoneYet(Conflict):
    msgid = N_("This action is not done yet, or was checked already")


class TooEarly(Conflict):
    msgid = N_("Whether it works shows on {day} at the earliest")


class NothingToTell(Conflict):
    msgid = N_("The customer is told of what is done against the cause, once it is done")


class ToldAlready(Conflict):
    msgid = N_("The customer has heard of this already")


class ToldThen(InvalidInput):
    msgid = N_("Name a day from the one on which it was done until today")


class OwnAction(NotPermitted):
    msgid = N_("Somebody else checks what you have done")


def plan_action(session: Session, actor: Actor, form: PlanAction) -> Receipt:
    """Say who does what by when, and when it is looked at whether the cause came back.

    Raises DueBefore, CheckedBefore, NotAHandler, NotPermitted (not in his hands).
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.ACTED)
    if not events.in_hands(actor, complaint):
        raise NotPermitted(complaint=complaint.number)
    check_due(form.due_on)
    days = int(parameters.value(session, parameters.CHECK_DAYS))
    check_on = form.check_on or form.due_on + timedelta(days=days)
    if check_on < form.due_on:
        raise CheckedBefore
    check_handler(session, form.handler_id, complaint.store_id)
    action = CauseAction(
        complaint_id=complaint.id,
        kind=form.kind,
        what=form.what,
        owner_id=form.handler_id,
        due_on=form.due_on,
        check_on=check_on,
    )
    session.add(action)
    session.flush()
    if form.handler_id != actor.id:
        _tell(session, {form.handler_id}, NoticeKind.ACTION_GIVEN, complaint, action)
    return _happen(session, actor, complaint, action, form.what)


def finish_action(session: Session, actor: Actor, form: FinishAction) -> Receipt:
    """It is done. Its owner says so, or those in whose hands the complaint is. Raises
    DoneAlready."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.ACTED)
    action = _of(session, complaint, form.action_id)
    if actor.id != action.owner_id and not events.in_hands(actor, complaint):
        raise NotPermitted(complaint=complaint.number)
    if action.done_at is not None:
        raise DoneAlready
    action.done_at = clock.now()
    notices.settle(session, _cause(action, NoticeKind.ACTION_DUE))
    return _happen(session, actor, complaint, action, form.words)


def check_action(session: Session, actor: Actor, form: CheckAction) -> Receipt:
    """Whether it works, said by somebody who leads and did not do it: not before its day, unless
    the cause has come back.

    Raises OwnAction, NotDoneYet, TooEarly.
    """
    actor.require(Permission.COMPLAINTS_LEAD)
    complaint = events.hold(session, actor, form, EventKind.ACTED)
    events.check_leads(actor, complaint)
    action = _of(session, complaint, form.action_id)
    if actor.id == action.owner_id:
        raise OwnAction
    if action.done_at is None or action.verdict is not None:
        raise NotDoneYet
    if form.verdict is Verdict.EFFECTIVE and clock.today() < action.check_on:
        raise TooEarly(day=action.check_on)
    action.verdict, action.checked_at = form.verdict, clock.now()
    action.recurrences = recurrences(session, complaint, action)
    notices.settle(session, _cause(action, NoticeKind.ACTION_CHECK))
    return _happen(session, actor, complaint, action, form.words)


def tell_improvement(session: Session, actor: Actor, form: TellImprovement) -> Receipt:
    """The customer heard what was improved because of him (C22).

    Raises NothingToTell, ToldAlready, ToldThen.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.TOLD)
    action = _of(session, complaint, form.action_id)
    if not is_improvement(action):
        raise NothingToTell
    if action.id in told_on(events.of(session, complaint.id)):
        raise ToldAlready
    day = form.told_on or clock.today()
    if action.done_at is None or not clock.day_of(action.done_at) <= day <= clock.today():
        raise ToldThen
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.TOLD,
        note=form.words,
        action_id=action.id,
        told_by=form.told_by,
        told_on=day,
        what=action.what,
    )


def is_improvement(action: CauseAction) -> bool:
    """Done against the cause, and not found without effect."""
    is_done = action.done_at is not None and action.verdict is not Verdict.INEFFECTIVE
    return is_done and action.kind is not ActionKind.IDEA


def told_on(happened: Iterable[ComplaintEvent]) -> dict[int, date]:
    """Action (id) -> the day on which the customer heard of it."""
    return {
        one.details["action_id"]: date.fromisoformat(one.details["told_on"])
        for one in happened
        if one.kind is EventKind.TOLD
    }


def recurrences(session: Session, complaint: Complaint, action: CauseAction) -> int:
    """How many complaints of the store with the same cause came in since the action was done."""
    if action.done_at is None or complaint.cause_id is None:
        return 0
    query = select(func.count()).where(
        col(Complaint.cause_id) == complaint.cause_id,
        col(Complaint.store_id) == complaint.store_id,
        col(Complaint.received_at) > action.done_at,
        col(Complaint.id) != complaint.id,
    )
    return int(session.execute(query).scalar_one())


class RemindOfActions(Input):
    """Look for actions that are due, or due to be checked."""


def remind(session: Session, actor: Actor, form: RemindOfActions) -> int:
    """Tell owners what is due tomorrow or is late, and those who lead what is to be checked;
    returns how many were told that did not know."""
    actor.require(Permission.DATA_SWEEP)
    today = clock.today()
    is_done = col(CauseAction.done_at).is_not(None)
    query = (
        select(CauseAction, Complaint)
        .join(Complaint, col(Complaint.id) == col(CauseAction.complaint_id))
        .where(
            col(CauseAction.verdict).is_(None),
            or_(
                is_done & (col(CauseAction.check_on) <= today),
                ~is_done & (col(CauseAction.due_on) <= today + AHEAD),
            ),
        )
    )
    told = 0
    for action, complaint in session.execute(query):
        if action.done_at is None:
            kind, people = NoticeKind.ACTION_DUE, {action.owner_id}
        else:
            kind = NoticeKind.ACTION_CHECK
            people = set(
                notices.those_who_may(session, Permission.COMPLAINTS_LEAD, complaint.store_id)
            )
        told += _tell(session, people, kind, complaint, action)
    return told


def _tell(
    session: Session,
    people: set[int],
    kind: NoticeKind,
    complaint: Complaint,
    action: CauseAction,
) -> int:
    told = notices.tell(
        session,
        people,
        kind,
        _cause(action, kind),
        number=complaint.number,
        day=action.due_on,
        complaint=complaint.id,
    )
    return len(told)


def _cause(action: CauseAction, kind: NoticeKind) -> str:
    return f"actions:{action.id}:{kind.value}"


def _of(session: Session, complaint: Complaint, action_id: int) -> CauseAction:
    action = load(session, CauseAction, action_id, lock=True)
    if action.complaint_id != complaint.id:
        raise NotFound(record="CauseAction", id=action_id)
    return action


def _happen(
    session: Session, actor: Actor, complaint: Complaint, action: CauseAction, words: str
) -> Receipt:
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.ACTED,
        note=words,
        action=action.kind,
        action_id=action.id,
        is_done=action.done_at is not None,
        verdict=action.verdict,
    )
