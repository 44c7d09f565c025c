"""What came of an attempt to reach a customer, and what follows from it (spec 2.4, V30, V39)."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    CadenceStep,
    CallAttempt,
    CallResult,
    Customer,
    IssueKind,
    TaskState,
    Touch,
    Trigger,
    VisitKind,
    VisitTask,
)
from services.campaigns import answering as inviting
from services.core import audit, calendars, clock, parameters
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotPermitted, StaleRecord
from services.core.words import N_
from services.customers import summary
from services.file_issues import opening
from services.promises import making as promising
from services.surveys import answering
from services.surveys.views import Raised
from services.visits import retrying
from services.visits.ending import REACHED, end
from services.visits.inputs import TOUCHES, RecordCall
from services.visits.views import Receipt

ATTEMPTS: Final = 3
"""Of what no cadence says how often it is tried."""
ON_A_FORM: Final = frozenset({VisitKind.VISIT, VisitKind.RECEPTION})
"""Contacts of which a visit form is written (V19)."""
AGREED_DAYS: Final = timedelta(days=7)
"""For so long a contact is made that was agreed with the customer."""


class TaskEnded(Conflict):
    msgid = N_("This contact was made meanwhile, or has ended")


class WordsMissing(InvalidInput):
    msgid = N_("Write down what was said")


class NextMissing(InvalidInput):
    msgid = N_("Agree on the next contact, or say why nothing more follows")


class NextPast(InvalidInput):
    msgid = N_("The next contact lies in the future")


class CallTooShort(InvalidInput):
    msgid = N_("A call of {seconds} seconds needs a reason to count as made")


class NobodyAnswered(InvalidInput):
    msgid = N_("Only who was reached has answered a survey")


class FormNeeded(InvalidInput):
    msgid = N_("A visit is written down on its form")


class ReasonMissing(InvalidInput):
    msgid = N_("Say why the customer does not want it")


def record_call(session: Session, actor: Actor, form: RecordCall) -> Receipt:
    """Write down what came of an attempt. Where the customer was reached the contact is done, with
    everything that was merged into it, and what was agreed becomes a contact of its own. What he
    answered to the survey or to an invitation is written down with it, and a bad answer is a
    complaint at once.

    Raises NotPermitted, TaskEnded, StaleRecord, FormNeeded, WordsMissing, NextMissing, NextPast,
    CallTooShort, ReasonMissing, NobodyAnswered, PromiseIncomplete, PromisedPast, and what
    `surveys.answering.answer` and `campaigns.answering.note` do.
    """
    actor.require(Permission.VISITS_WORK)
    task = hold(session, form.task_id, form.version)
    if task.kind in ON_A_FORM and form.result is CallResult.CONNECTED:
        raise FormNeeded
    attempted(session, actor, task, form)
    audit.record(session, actor, Action.VISITS_CALLED, task, result=form.result)
    rsvp = (form.campaign_id, form.rsvp, form.people)
    was_reached = form.result in REACHED
    said = inviting.note(session, actor, task, *rsvp, was_reached=was_reached)
    raised = _answered(session, actor, task, form)
    return Receipt(task.id, task.state, task.not_before, raised=raised, said=said)


def attempted(
    session: Session,
    actor: Actor,
    task: VisitTask,
    form: RecordCall,
    *,
    at: datetime | None = None,
    next_purpose: str = "",
) -> CallAttempt:
    """What came of an attempt at a contact that is held (`hold`), and all that follows from it:
    the customer's timeline, the next contact, a promise. Whoever calls writes it into the audit.

    `at` is when it was made, None: now. `next_purpose` is what the next contact is for.
    """
    check_desk(actor, task)
    task.owner_id = task.owner_id or actor.id  # whoever calls first has taken it
    customer = load(session, Customer, task.customer_id, lock=True)
    _check(session, task, form)
    at = at or clock.now()
    touch = _touch(session, actor, customer, task, form, at)
    attempt = CallAttempt(
        task_id=task.id,
        customer_id=customer.id,
        store_id=task.store_id,
        owner_id=task.owner_id,
        at=at,
        user_id=actor.id,
        kind=task.kind,
        result=form.result,
        duration_seconds=form.seconds,
        touch_id=touch.id if touch else None,
        note=form.short_reason or ("" if touch else form.words),
    )
    session.add(attempt)
    session.flush()
    if form.result in REACHED:
        _reached(session, task, form, next_purpose)
    elif form.result is CallResult.WRONG_NUMBER:
        end(task, TaskState.UNREACHABLE)
        opening.number_failed(session, actor, customer, IssueKind.PHONE_WRONG, task.id)
    else:
        _again(session, task, form.result)
        if task.state is TaskState.UNREACHABLE:
            opening.number_failed(session, actor, customer, IssueKind.PHONE_UNREACHABLE, task.id)
    promising.note(session, actor, task, form.promise, form.promised_at)
    if touch is not None:
        summary.refresh(session, customer.id)
    return attempt


def _answered(session: Session, actor: Actor, task: VisitTask, form: RecordCall) -> Raised | None:
    """What he answered, last of all: it may register a complaint."""
    if form.survey_id is None or not any(
        one.value is not None or one.words for one in form.answers
    ):
        return None
    return answering.answer(
        session, actor, task, form.survey_id, form.answers, form, words=form.words
    )


def may_take(actor: Actor, task: VisitTask) -> bool:
    """What nobody has taken is taken by its desk, or by who sits at none."""
    return task.owner_id is not None or actor.desk in {None, task.desk}


def check_desk(actor: Actor, task: VisitTask) -> None:
    """Raises NotPermitted."""
    if not may_take(actor, task):
        raise NotPermitted(record="visit_tasks", id=task.id)


def hold(session: Session, task_id: int, version: int) -> VisitTask:
    """A contact that is still to be made, locked, as it was shown.

    Raises NotFound, TaskEnded, StaleRecord.
    """
    task = load(session, VisitTask, task_id, lock=True)
    if task.state is not TaskState.PLANNED:
        raise TaskEnded
    if task.version != version:
        raise StaleRecord(version=task.version)
    return task


def _check(session: Session, task: VisitTask, form: RecordCall) -> None:
    if form.result is CallResult.REFUSED and not form.no_more:
        raise ReasonMissing
    if form.result is not CallResult.CONNECTED:
        if form.answers:
            raise NobodyAnswered
        return
    if not form.words:
        raise WordsMissing
    if form.next_on is None and not form.no_more:
        raise NextMissing
    if form.next_on is not None and form.next_on <= clock.today():
        raise NextPast
    short = parameters.value(session, parameters.SHORT_CALL, clock.today(), task.store_id)
    if form.seconds is not None and form.seconds < int(short) and not form.short_reason:
        raise CallTooShort(seconds=form.seconds)


def _touch(
    session: Session,
    actor: Actor,
    customer: Customer,
    task: VisitTask,
    form: RecordCall,
    at: datetime,
) -> Touch | None:
    """On the customer's timeline, where somebody spoke with him."""
    if form.result not in REACHED:
        return None
    touch = Touch(
        customer_id=customer.id,
        store_id=customer.store_id,
        owner_id=customer.owner_id,
        at=at,
        kind=TOUCHES[task.kind],
        is_inbound=False,
        summary=form.words or form.no_more or "",
        user_id=actor.id,
        next_contact_on=form.next_on,
    )
    session.add(touch)
    session.flush()
    return touch


def _reached(session: Session, task: VisitTask, form: RecordCall, next_purpose: str) -> None:
    is_declined = form.result is CallResult.REFUSED
    task.next_on, task.reason = form.next_on, form.no_more or ""
    end(task, TaskState.DECLINED if is_declined else TaskState.DONE)
    if form.next_on is not None:
        session.add(_agreed(task, form.next_on, next_purpose))


def _agreed(task: VisitTask, on: date, purpose: str) -> VisitTask:
    """What was agreed with the customer, by whoever agreed it."""
    return VisitTask(
        store_id=task.store_id,
        owner_id=task.owner_id,
        customer_id=task.customer_id,
        vehicle_id=task.vehicle_id,
        desk=task.desk,
        kind=task.kind,
        trigger=Trigger.NEXT_DATE,
        campaign_id=task.campaign_id,
        trigger_key=f"task:{task.id}",
        purpose=purpose,
        priority=task.priority,
        due_from=on,
        due_to=on,
        expires_on=on + AGREED_DAYS,
        created_at=clock.now(),
    )


def _again(session: Session, task: VisitTask, result: CallResult) -> None:
    """At another time of the day, until it was tried enough."""
    query = select(col(CallAttempt.at)).where(col(CallAttempt.task_id) == task.id)
    tries = list(session.execute(query).scalars())
    task.attempts = retrying.counted(tries)
    if retrying.is_enough(tries, _most(session, task)):
        end(task, TaskState.UNREACHABLE)
        return
    hours = calendars.calendar(session, task.store_id).spans
    task.not_before = retrying.again_at(result, tries, clock.now(), hours)


def _most(session: Session, task: VisitTask) -> int:
    if task.step_id is None:
        return ATTEMPTS
    query = select(col(CadenceStep.max_attempts)).where(col(CadenceStep.id) == task.step_id)
    return int(session.execute(query).scalar_one())
