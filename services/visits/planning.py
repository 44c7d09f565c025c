"""Contacts that people plan, take, move and cancel (spec 2.4)."""

from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from db.models import Customer, Desk, TaskState, Trigger, User, VisitTask
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission, load
from services.core.audit import Action, Change
from services.core.errors import InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.words import N_
from services.customers import policy
from services.visits.calling import check_desk, hold
from services.visits.ending import end
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


class MovedMeanwhile(StaleRecord):
    msgid = N_("{person} moved this contact meanwhile: {owner} makes it on {day}")


class BackAtDesk(StaleRecord):
    msgid = N_("{person} moved this contact meanwhile: nobody has it yet, and it is due on {day}")


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
        desk=form.desk or actor.desk or Desk.SERVICE,
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

    Raises TaskEnded, MovedMeanwhile, StaleRecord, DayPast, BeyondExpiry, NeedsReason, NotACaller,
    NotPermitted.
    """
    actor.require(Permission.VISITS_WORK)
    task = as_shown(session, form.task_id, form.version)
    due_on = form.due_on or task.due_from
    shift(session, actor, task, due_on, form.owner_id, form.reason or "")
    session.flush()
    return Receipt(task.id, task.state, version=task.version)


def cancel(session: Session, actor: Actor, form: CancelTask) -> Receipt:
    """It is not to be made after all. Raises TaskEnded, StaleRecord, NotPermitted."""
    actor.require(Permission.VISITS_WORK)
    task = hold(session, form.task_id, form.version)
    if not actor.covers(WRITES, task):
        raise NotPermitted(record="visit_tasks", id=task.id)
    end(task, TaskState.CANCELLED, form.reason)
    audit.record(session, actor, Action.VISITS_CANCELLED, task, reason=form.reason)
    return Receipt(task.id, task.state)


def as_shown(session: Session, task_id: int, version: int) -> VisitTask:
    """As `hold`; says who moved it since it was shown.

    Raises NotFound, TaskEnded, MovedMeanwhile, StaleRecord.
    """
    try:
        return hold(session, task_id, version)
    except StaleRecord:
        task = load(session, VisitTask, task_id)
        was = task.last_move
        if not was or was["version"] < version:
            raise
        told = {"person": was["name"], "day": task.due_from}
        if task.owner_id is None:
            raise BackAtDesk(**told) from None
        owner = load(session, User, task.owner_id)
        raise MovedMeanwhile(**told, owner=owner.name) from None


def shift(
    session: Session,
    actor: Actor,
    task: VisitTask,
    due_on: date,
    owner_id: int | None,
    reason: str = "",
) -> None:
    """Everything is looked at before anything is changed; what stood there is kept with it.

    Raises DayPast, BeyondExpiry, NeedsReason, NotACaller, NotPermitted.
    """
    if not actor.covers(WRITES, task):
        raise NotPermitted(record="visit_tasks", id=task.id)
    check_desk(actor, task)
    is_other_day, is_given = due_on != task.due_from, owner_id != task.owner_id
    if is_other_day:
        _check_day(task, due_on, reason)
    if is_given:
        check_giving(session, actor, task, owner_id)
    was = {
        "by": actor.id,
        "name": actor.name,
        "at": clock.now().isoformat(),
        "version": task.version,
        "due_from": task.due_from.isoformat(),
        "due_to": task.due_to.isoformat(),
        "owner_id": task.owner_id,
        "rescheduled": task.rescheduled,
    }
    changes = []
    if is_other_day:
        changes.append(Change("due_from", task.due_from, due_on))
        task.due_from, task.due_to = due_on, max(due_on, task.due_to)
        task.rescheduled += 1
    if is_given:
        changes.append(Change("owner_id", task.owner_id, owner_id))
        task.owner_id = owner_id
    if changes:
        task.last_move = was
        audit.record(session, actor, Action.VISITS_MOVED, task, changes=changes, reason=reason)


def check_giving(session: Session, actor: Actor, task: VisitTask, owner_id: int | None) -> None:
    """What nobody has is taken by whoever may; given to another one by who leads.

    Raises NotACaller, NotPermitted.
    """
    if owner_id != actor.id or task.owner_id is not None:
        actor.require(Permission.VISITS_LEAD)
    if owner_id is not None:
        _check_caller(session, task.store_id, owner_id)


def _check_day(task: VisitTask, due_on: date, reason: str) -> None:
    if due_on < clock.today():
        raise DayPast
    if due_on > task.expires_on:
        raise BeyondExpiry(day=task.expires_on)
    if due_on > task.due_to and not reason:
        raise NeedsReason


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
