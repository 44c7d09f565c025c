"""Promising something to a customer, and telling him what became of it (V11)."""

from datetime import datetime

from sqlmodel import Session

from db.models import Customer, Promise, PromiseState, User, VisitTask
from services.complaints.promising import PromisedPast
from services.core import audit, clock, notices
from services.core.access import WRITES, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.words import N_
from services.customers import policy
from services.promises.inputs import ClosePromise, MakePromise


class PromiseIncomplete(InvalidInput):
    msgid = N_("A promise says what and by when")


class PromiseClosed(Conflict):
    msgid = N_("This promise was closed meanwhile")


class NothingBecame(InvalidInput):
    msgid = N_("Say what became of the promise")


class ToldAhead(InvalidInput):
    msgid = N_("The customer was told in the past")


class NotAKeeper(InvalidInput):
    msgid = N_("This person keeps no promises in this store")


def make(session: Session, actor: Actor, form: MakePromise) -> int:
    """Write down what a customer was promised; returns the promise's id.

    Raises NotFound, NotPermitted, NotAKeeper, PromisedPast.
    """
    actor.require(Permission.VISITS_WORK)
    customer = load(session, Customer, form.customer_id)
    owner = form.owner_id or actor.id
    if owner is not None and owner != actor.id:
        actor.require(Permission.VISITS_LEAD)
        _check_keeper(session, customer.store_id, owner)
    row = Promise(
        store_id=customer.store_id,
        owner_id=owner,
        customer_id=customer.id,
        what=form.promise,
        made_at=clock.now(),
        made_by_id=actor.id,
        due_at=form.promised_at,
    )
    _put_down(session, actor, row)
    return row.id


def note(
    session: Session, actor: Actor, task: VisitTask, what: str | None, due_at: datetime | None
) -> None:
    """What was promised at a contact, with its result; whose the contact is keeps it. Whoever calls
    has checked that it is his. Raises PromiseIncomplete, PromisedPast."""
    actor.require(Permission.VISITS_WORK)
    if what is None and due_at is None:
        return
    if what is None or due_at is None:
        raise PromiseIncomplete
    row = Promise(
        store_id=task.store_id,
        owner_id=task.owner_id,
        customer_id=task.customer_id,
        what=what,
        made_at=clock.now(),
        made_by_id=actor.id,
        due_at=due_at,
        task_id=task.id,
    )
    _put_down(session, actor, row)


def close(session: Session, actor: Actor, form: ClosePromise) -> int:
    """What became of a promise, and what the customer was told: by whom, when, how, in which words.
    Returns the promise's id.

    Raises NotFound, NotPermitted, PromiseClosed, StaleRecord, NothingBecame, ToldAhead.
    """
    actor.require(Permission.VISITS_WORK)
    row = load(session, Promise, form.promise_id, lock=True)
    if not actor.covers(WRITES, row):
        raise NotPermitted(record="promises", id=row.id)
    if row.state is not PromiseState.OPEN:
        raise PromiseClosed
    if row.version != form.version:
        raise StaleRecord(version=row.version)
    if form.state is PromiseState.OPEN:
        raise NothingBecame
    told_at = form.told_at or clock.now()
    if told_at > clock.now():
        raise ToldAhead
    row.state, row.closed_at, row.closed_by_id = form.state, clock.now(), actor.id
    row.told_by, row.told_at, row.reply = form.told_by, told_at, form.reply
    notices.settle(session, *causes(row.id))
    audit.record(session, actor, Action.PROMISES_CLOSED, row, state=form.state)
    return row.id


def causes(promise_id: int) -> tuple[str, str]:
    """Of the notices before and after it is due."""
    return f"promises:{promise_id}:due", f"promises:{promise_id}:late"


def _put_down(session: Session, actor: Actor, row: Promise) -> None:
    if row.due_at <= clock.now():
        raise PromisedPast
    if not actor.covers(WRITES, row):
        raise NotPermitted(record="promises")
    session.add(row)
    session.flush()
    audit.record(session, actor, Action.PROMISES_MADE, row, due_at=row.due_at)


def _check_keeper(session: Session, store_id: int, user_id: int) -> None:
    try:
        user = load(session, User, user_id)
    except NotFound:
        raise NotAKeeper from None
    if not (user.is_active and user.role in policy.MAY_OWN and user.store_id in {None, store_id}):
        raise NotAKeeper
