"""Taking a complaint up: telling the customer so, sorting it, giving it into the right hands
(C08, C09, C13, C15, C18)."""

from typing import Any

from sqlmodel import Session

from db.models import Complaint, Department, EventKind, Severity, Urgency
from services.complaints import events, limits, naming, promising, warning
from services.complaints.events import Receipt
from services.complaints.inputs import (
    AcknowledgeComplaint,
    CoverComplaint,
    LevelComplaint,
    TransferComplaint,
    TriageComplaint,
)
from services.complaints.passing import passing
from services.complaints.registering import (
    check_handler,
    check_weight,
    tell_given,
)
from services.core import notices
from services.core.access import Actor, Permission
from services.core.errors import Conflict, NotPermitted
from services.core.tellings import NoticeKind
from services.core.words import N_


class NothingChanges(Conflict):
    msgid = N_("Nothing would change")


def acknowledge(session: Session, actor: Actor, form: AcknowledgeComplaint) -> Receipt:
    """The customer knows his number and by when he hears from us.

    Raises PromisedPast, PromisedClosed, PromisedLate.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.ACKNOWLEDGED)
    details: dict[str, Any] = {}
    if form.promised_at is not None:
        is_beyond = promising.promise(
            session, complaint, form.promised_at, takes_longer=form.takes_longer
        )
        details = {"promised_at": form.promised_at, "takes_longer": is_beyond}
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.ACKNOWLEDGED,
        note=form.words,
        **details,
    )


def triage(session: Session, actor: Actor, form: TriageComplaint) -> Receipt:
    """Say how much it weighs, which department answers for it, and who handles it.

    Raises NotPermitted (a level that only a manager lowers), NotAHandler, TooLight.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.TRIAGED)
    _set_level(session, actor, complaint, form.severity, form.urgency)
    _hand_on(session, actor, complaint, form.department, form.handler_id)
    return events.happen(session, actor, complaint, EventKind.TRIAGED, note=form.words)


def level(session: Session, actor: Actor, form: LevelComplaint) -> Receipt:
    """Anyone raises a complaint; a manager lowers it, with a reason.

    Raises NothingChanges, NotPermitted, TooLight.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.LEVELLED)
    if (form.severity, form.urgency) == (complaint.severity, complaint.urgency):
        raise NothingChanges
    _set_level(session, actor, complaint, form.severity, form.urgency)
    return events.happen(session, actor, complaint, EventKind.LEVELLED, note=form.reason)


def transfer(session: Session, actor: Actor, form: TransferComplaint) -> Receipt:
    """Give it into other hands. Its clocks and its first responder stay. Whoever gets it is told,
    and the managers are when it goes to and fro (C18). Raises NothingChanges, NotAHandler."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.TRANSFERRED)
    if (form.department, form.handler_id) == (complaint.department, complaint.handler_id):
        raise NothingChanges
    _hand_on(session, actor, complaint, form.department, form.handler_id)
    receipt = events.happen(session, actor, complaint, EventKind.TRANSFERRED, note=form.reason)
    found = passing(events.of(session, complaint.id))
    if found.is_tossed:
        people = notices.those_who_may(session, Permission.COMPLAINTS_LEAD, complaint.store_id)
        notices.tell(
            session,
            warning.those_who_see(session, complaint, people),
            NoticeKind.COMPLAINT_TOSSED,
            f"complaints:{complaint.id}:tossed:{found.transfers}",
            number=complaint.number,
            count=found.transfers,
            complaint=complaint.id,
        )
    return receipt


def cover(session: Session, actor: Actor, form: CoverComplaint) -> Receipt:
    """While the first responder is away somebody stands for it, until he is back (C01).

    Raises NothingChanges, NotAHandler, NotPermitted for who neither stands for it nor leads.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.COVERED)
    stands = form.user_id or complaint.first_responder_id
    if stands == complaint.accountable_id:
        raise NothingChanges
    if actor.id not in {complaint.accountable_id, complaint.first_responder_id}:
        events.check_leads(actor, complaint)
    check_handler(session, stands, complaint.store_id)
    complaint.accountable_id = stands
    naming.keep_in_sight(session, complaint)
    tell_given(session, actor, complaint, stands)
    return events.happen(
        session, actor, complaint, EventKind.COVERED, note=form.reason, user_id=stands
    )


def _set_level(
    session: Session, actor: Actor, complaint: Complaint, severity: Severity, urgency: Urgency
) -> None:
    was = limits.level_of(complaint.severity, complaint.urgency)
    if limits.level_of(severity, urgency) < was and not events.leads(actor, complaint):
        raise NotPermitted(complaint=complaint.number, severity=severity.value)
    check_weight(severity, is_safety=complaint.is_safety, is_media=complaint.is_media)
    if severity is not complaint.severity:
        warning.take_back_major(session, complaint)
    complaint.severity, complaint.urgency = severity, urgency


def _hand_on(
    session: Session, actor: Actor, complaint: Complaint, department: Department, handler_id: int
) -> None:
    if handler_id != complaint.handler_id:
        check_handler(session, handler_id, complaint.store_id)
        tell_given(session, actor, complaint, handler_id)
    complaint.department, complaint.handler_id = department, handler_id
    naming.keep_in_sight(session, complaint)
