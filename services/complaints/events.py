"""The one way in which something happens to a complaint: its event, its stage, its clocks, the
audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, ComplaintKind, EventKind
from services.complaints import promising, stages, timing, warning
from services.complaints.inputs import AddToComplaint, ChangeComplaint
from services.core import audit, clock
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import NotPermitted, StaleRecord

BY_ANYONE: Final = frozenset(
    {
        EventKind.ACKNOWLEDGED,
        EventKind.ACTED,
        EventKind.CONTACTED,
        EventKind.FILED,
        EventKind.HELPED,
        EventKind.LEVELLED,
        EventKind.MET,
        EventKind.NOTED,
        EventKind.REOPENED,
        EventKind.REPLIED,
        EventKind.ACCEPTED,
        EventKind.REJECTED,
        EventKind.SURVEYED,
        EventKind.TICKED,
        EventKind.TOLD,
    }
)
"""Whoever takes the customer's call writes down what was said; the rest is for those in whose hands
the complaint is."""


AUDITED: Final = ("amount_fen", "sha256", "state", "verdict")
"""What of an event's details its audit tells, too."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A complaint by its id and its number, at the version that a deed left."""

    id: int
    number: str
    version: int


def hold(session: Session, actor: Actor, form: AddToComplaint, kind: EventKind) -> Complaint:
    """The complaint of a form, locked, at the stage to which the deed leads.

    Raises NotFound, StaleRecord, NotPermitted (not in his hands), NotNext.
    """
    complaint = load(session, Complaint, form.complaint_id, lock=True)
    if isinstance(form, ChangeComplaint) and complaint.version != form.version:
        raise StaleRecord(version=complaint.version)
    if kind not in BY_ANYONE and not in_hands(actor, complaint):
        raise NotPermitted(deed=kind.value, complaint=complaint.number)
    complaint.stage = stages.after(kind, complaint.stage, is_light=is_light(complaint))
    return complaint


def in_hands(actor: Actor, complaint: Complaint) -> bool:
    """Whether he handles it, stands for it, or leads where it is."""
    return actor.id in {complaint.handler_id, complaint.accountable_id} or leads(actor, complaint)


def leads(actor: Actor, complaint: Complaint) -> bool:
    """Whether he leads where it is. The manager of another store may see it, because he was asked
    for his part or is named in it; he does not decide there."""
    is_here = actor.is_of_group or actor.store_id == complaint.store_id
    return is_here and actor.may(Permission.COMPLAINTS_LEAD)


def check_leads(actor: Actor, complaint: Complaint) -> None:
    if not leads(actor, complaint):
        raise NotPermitted(complaint=complaint.number)


def is_light(complaint: Complaint) -> bool:
    """An enquiry, a suggestion or a grumble, which may be answered at once (C35)."""
    return complaint.kind is not ComplaintKind.COMPLAINT


def happen(
    session: Session,
    actor: Actor,
    complaint: Complaint,
    kind: EventKind,
    *,
    at: datetime | None = None,
    note: str = "",
    **details: Any,
) -> Receipt:
    """Add an event with the state that it leaves, and keep when the clocks are due.

    The complaint has its new state already, and is locked: `seq` is the next of its events.
    """
    session.flush()  # a new complaint needs its id
    now = clock.now()
    event = ComplaintEvent(
        complaint_id=complaint.id,
        seq=_last(session, complaint.id) + 1,
        at=at or now,
        recorded_at=now,
        actor_id=actor.id,
        kind=kind,
        stage=complaint.stage,
        severity=complaint.severity,
        urgency=complaint.urgency,
        department=complaint.department,
        handler_id=complaint.handler_id,
        note=note,
        details=audit.plain(details),
    )
    session.add(event)
    session.flush()
    promising.follow(session, complaint, event)
    case = timing.Case(complaint.id, complaint.store_id, complaint.received_at)
    found = timing.clocks_of(session, [case])[complaint.id]
    timing.keep(complaint, found)
    warning.settle(session, complaint.id, found)
    warning.tell_major(session, complaint)
    action = Action(f"complaints:{kind.value}")
    audited = {name: details[name] for name in AUDITED if details.get(name) is not None}
    audit.record(session, actor, action, complaint, stage=complaint.stage, **audited)
    session.flush()
    return Receipt(complaint.id, complaint.number, complaint.version)


def write(
    session: Session, actor: Actor, form: AddToComplaint, kind: EventKind, words: str
) -> Receipt:
    """What is nothing but words: the complaint held, and what was said written down."""
    complaint = hold(session, actor, form, kind)
    return happen(session, actor, complaint, kind, note=words)


def of(session: Session, complaint_id: int) -> Sequence[ComplaintEvent]:
    """Everything that happened to a complaint, in its order."""
    query = (
        select(ComplaintEvent)
        .where(col(ComplaintEvent.complaint_id) == complaint_id)
        .order_by(col(ComplaintEvent.seq))
    )
    return session.execute(query).scalars().all()


def _last(session: Session, complaint_id: int) -> int:
    latest = select(func.max(col(ComplaintEvent.seq))).where(
        col(ComplaintEvent.complaint_id) == complaint_id
    )
    return session.execute(latest).scalar_one() or 0
