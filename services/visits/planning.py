"""Contacts that people plan, take, move and cancel (spec 2.4)."""

from datetime import timedelta
from typing import Final

from sqlmodel import Session

from db.models import Customer, Desk, TaskState, Trigger, User, VisitTask
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission, load
from services.core.audit import Action, Change
from services.core.errors import InvalidInput, NotFound, NotPermitted
from services.core.words import N_
from services.customers import policy
from services.visits.calling import check_desk, hold
from services.visits.inputs import CancelTask, MoveTask, PlanContact, WorkOnTask
from services.visits.views import Receipt

OPEN_DAYS: Final = timedelta(days=7)
"""For so long a contact is open that somebody wants on a day."""


class DayPast(InvalidInput):
    msgid = N_("No contact can be planned for a day that has passed")


class BeyondExpiry(InvalidInput):
    msgid = N_(
        "After {day} this contact is of no use any more. Choose an earlier day, or cancel it"
    )


class NotACaller(InvalidInput):
    msgid = N_("This person makes no contacts in this store")


class NeedsReason(InvalidInput):
    msgid = N_("Say why it is made later")


def plan(session: Session, actor: Actor, form: PlanContact) -> Receipt:
    """Somebody wants this customer contacted on a day. Raises DayPast, NotACaller, NotFound."""
    actor.require(Permission.VISITS_WORK)
    customer = load(session, Customer, form.customer_id)
    if form.due_on < clock.today():
        raise DayPast
    owner = form.owner_id
    if owner is not None:
        _check_caller(session, customer.store_id, owner)
    task = VisitTask(
        store_id=customer.store_id,
        owner_id=owner,
        customer_id=customer.id,
        desk=actor.desk or Desk.SERVICE,
        kind=form.kind,
        trigger=Trigger.MANUAL,
        trigger_key=f"request:{form.request_id}",
        purpose=form.purpose,
        due_from=form.due_on,
        due_to=form.due_on,
        expires_on=form.due_on + OPEN_DAYS,
        created_at=clock.now(),
    )
    if not actor.covers(WRITES, task):
        raise NotPermitted(record="visit_tasks")
    session.add(task)
    session.flush()
    audit.record(session, actor, Action.VISITS_PLANNED, task, customer=customer.number)
    return Receipt(task.id, task.state)


def take(session: Session, actor: Actor, form: WorkOnTask) -> Receipt:
    """What nobody has taken becomes one's own. Raises TaskEnded, StaleRecord (another was faster),
    NotPermitted (it is another desk's)."""
    actor.require(Permission.VISITS_WORK)
    task = hold(session, form.task_id, form.version)
    if task.owner_id == actor.id:
        return Receipt(task.id, task.state)
    if task.owner_id is not None:
        actor.require(Permission.VISITS_LEAD)
    check_desk(actor, task)
    _give(session, actor, task, actor.id)
    return Receipt(task.id, task.state)


def move(session: Session, actor: Actor, form: MoveTask) -> Receipt:
    """To another day or person. One's own goes to another day; to another person whoever leads
    gives it. Later than it should be needs a reason.

    Raises TaskEnded, StaleRecord, DayPast, BeyondExpiry, NeedsReason, NotACaller, NotPermitted.
    """
    actor.require(Permission.VISITS_WORK)
    task = hold(session, form.task_id, form.version)
    if not actor.covers(WRITES, task):
        raise NotPermitted(record="visit_tasks", id=task.id)
    if form.due_on != task.due_from:
        _reschedule(session, actor, task, form)
    if form.owner_id != task.owner_id:
        if form.owner_id != actor.id or task.owner_id is not None:
            actor.require(Permission.VISITS_LEAD)
        if form.owner_id is not None:
            _check_caller(session, task.store_id, form.owner_id)
        _give(session, actor, task, form.owner_id)
    session.flush()
    return Receipt(task.id, task.state)


def cancel(session: Session, actor: Actor, form: CancelTask) -> Receipt:
    """It is not to be made after all. Raises TaskEnded, StaleRecord, NotPermitted."""
    actor.require(Permission.VISITS_WORK)
    task = hold(session, form.task_id, form.version)
    if not actor.covers(WRITES, task):
        raise NotPermitted(record="visit_tasks", id=task.id)
    task.state, task.ended_at, task.reason = TaskState.CANCELLED, clock.now(), form.reason
    task.hold, task.held_until = None, None
    audit.record(session, actor, Action.VISITS_CANCELLED, task, reason=form.reason)
    return Receipt(task.id, task.state)


def _reschedule(session: Session, actor: Actor, task: VisitTask, form: MoveTask) -> None:
    if form.due_on < clock.today():
        raise DayPast
    if form.due_on > task.expires_on:
        raise BeyondExpiry(day=task.expires_on)
    if form.due_on > task.due_to and not form.reason:
        raise NeedsReason
    was = task.due_from
    task.due_from, task.due_to = form.due_on, max(form.due_on, task.due_to)
    task.rescheduled += 1
    audit.record(
        session,
        actor,
        Action.VISITS_MOVED,
        task,
        changes=[Change("due_from", was, form.due_on)],
        reason=form.reason or "",
    )


def _give(session: Session, actor: Actor, task: VisitTask, owner_id: int | None) -> None:
    was, task.owner_id = task.owner_id, owner_id
    changes = [Change("owner_id", was, owner_id)]
    audit.record(session, actor, Action.VISITS_MOVED, task, changes=changes)


def _check_caller(session: Session, store_id: int, user_id: int) -> None:
    """Somebody who is there, of the same store or the whole group, and who calls at all."""
    try:
        user = load(session, User, user_id)
    except NotFound:
        raise NotACaller from None
    if not (user.is_active and user.role in policy.MAY_OWN and user.store_id in {None, store_id}):
        raise NotACaller
