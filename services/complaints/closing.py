"""The end of a complaint: closed, withdrawn, merged, opened again (spec 3.3)."""

from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    EventKind,
    Role,
    Stage,
    User,
)
from services.complaints import events, helping, naming
from services.complaints.events import Receipt
from services.complaints.guards import NotReady, missing
from services.complaints.inputs import (
    CloseComplaint,
    MergeComplaint,
    ReopenComplaint,
    WithdrawComplaint,
)
from services.complaints.lacks import LACKS
from services.complaints.limits import heavier
from services.complaints.registering import enter, tell_given
from services.complaints.remedies import give_up
from services.core import clock, parameters
from services.core.access import Actor, Permission, load
from services.core.errors import InvalidInput
from services.core.words import N_

WORN_OUT: Final = 2
"""Reopened so often, a complaint weighs more, and the manager handles it."""


class NotMergeable(InvalidInput):
    msgid = N_("Choose another complaint of the same customer that is open")


def close(session: Session, actor: Actor, form: CloseComplaint) -> Receipt:
    """Raises NotReady with what is missing."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.CLOSED)
    lacks = missing(session, actor, complaint, events.of(session, complaint.id))
    if lacks:
        raise NotReady(missing=[LACKS[lack] for lack in lacks])
    return _end(session, actor, complaint, EventKind.CLOSED, note=form.words)


def withdraw(session: Session, actor: Actor, form: WithdrawComplaint) -> Receipt:
    """The customer takes it back, in his own words."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.WITHDRAWN)
    give_up(session, complaint.id)
    return _end(session, actor, complaint, EventKind.WITHDRAWN, note=form.words)


def merge(session: Session, actor: Actor, form: MergeComplaint) -> Receipt:
    """Two complaints are about one thing: this one ends, the other one goes on with its clocks.

    Raises NotMergeable.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    first, last = sorted((form.complaint_id, form.into_id))  # two who merge crosswise: in one order
    if first == last:
        raise NotMergeable
    for key in (first, last):
        load(session, Complaint, key, lock=True)
    into = load(session, Complaint, form.into_id)
    complaint = events.hold(session, actor, form, EventKind.MERGED)
    same = into.customer_id == complaint.customer_id and (
        complaint.customer_id is not None or into.phone == complaint.phone is not None
    )
    if into.closed_at is not None or not same:
        raise NotMergeable
    complaint.parent_id = into.id
    give_up(session, complaint.id)
    events.happen(session, actor, into, EventKind.NOTED, merged=complaint.number)
    return _end(session, actor, complaint, EventKind.MERGED, note=form.reason, into=into.number)


def _end(
    session: Session, actor: Actor, complaint: Complaint, kind: EventKind, **said: Any
) -> Receipt:
    complaint.closed_at, complaint.waiting_for = clock.now(), None
    receipt = events.happen(session, actor, complaint, kind, **said)
    helping.end_steps(session, complaint)  # last: whoever ends it may be in it as one asked only
    return receipt


def reopen(session: Session, actor: Actor, form: ReopenComplaint) -> Receipt:
    """The customer is not content after all. Within the days of the rule the same complaint goes
    on, and its clock of closing with it; later it is a new one that follows this one (C6).

    Reopened twice, it weighs more, and the manager of the store handles it. What others were asked
    and had not answered waits for them again.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    closed = load(session, Complaint, form.complaint_id, lock=True)
    days = int(parameters.value(session, parameters.REOPEN_DAYS))
    if closed.closed_at is not None:
        passed = clock.today() - clock.day_of(closed.closed_at)
        if passed.days > days and closed.stage in {Stage.CLOSED, Stage.SURVEYED}:
            return _follow(session, actor, form, closed)
    complaint = events.hold(session, actor, form, EventKind.REOPENED)
    complaint.closed_at = None
    complaint.reopen_count += 1
    if complaint.reopen_count == WORN_OUT:
        complaint.severity = heavier(complaint.severity)
        complaint.handler_id = _manager(session, complaint)
        naming.keep_in_sight(session, complaint)
    tell_given(session, actor, complaint, complaint.handler_id)
    receipt = events.happen(session, actor, complaint, EventKind.REOPENED, note=form.words)
    helping.resume_steps(session, complaint)
    return receipt


def _follow(session: Session, actor: Actor, form: ReopenComplaint, closed: Complaint) -> Receipt:
    """A new complaint about the same thing; whoever was told now is its first responder."""
    receipt = enter(
        session,
        actor,
        taken_by=actor.id or closed.first_responder_id,
        handler_id=closed.handler_id,
        received_at=clock.now(),
        words=form.words,
        follows=closed,
        **{name: getattr(closed, name) for name in _CARRIED},
    )
    events.hold(session, actor, form, EventKind.NOTED)
    events.happen(session, actor, closed, EventKind.NOTED, followed_by=receipt.number)
    return receipt


_CARRIED: Final = (
    *("store_id", "kind", "channel", "customer_id", "vehicle_id", "order_id", "person", "phone"),
    *("address", "category_id", "severity", "urgency", "department"),
    *("is_safety", "is_media", "is_dispute"),
)


def _manager(session: Session, complaint: Complaint) -> int:
    """The manager of its store, or who handles it where there is none."""
    query = select(col(User.id)).where(
        col(User.role) == Role.MANAGER,
        col(User.store_id) == complaint.store_id,
        col(User.is_active),
    )
    return session.execute(query.order_by(col(User.id))).scalar() or complaint.handler_id
