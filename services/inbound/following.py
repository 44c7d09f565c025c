"""What a call goes on with: an appointment or a complaint, by one click each (V09, V10)."""

from sqlmodel import Session

from db.models import Appointment, Complaint
from services.core import audit
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import InvalidInput
from services.core.words import N_
from services.inbound.holding import end, hold
from services.inbound.inputs import LinkComplaint
from services.inbound.views import Receipt


class OfAnotherCaller(InvalidInput):
    msgid = N_("This is of another customer than the one who called")


def by_appointment(session: Session, actor: Actor, call_id: int, appointment: Appointment) -> None:
    """He has the appointment that he called for. Raises NotFound, NotPermitted, OfAnotherCaller."""
    call = hold(session, actor, call_id)
    if call.customer_id not in {None, appointment.customer_id}:
        raise OfAnotherCaller
    call.appointment_id = appointment.id
    if call.answered_at is None:
        end(session, actor, call)
    audit.record(session, actor, Action.INBOUND_LINKED, call, appointment_id=appointment.id)


def link_complaint(session: Session, actor: Actor, form: LinkComplaint) -> Receipt:
    """What he called about is a complaint from now on, with the clocks of one.

    Raises NotFound, NotPermitted, OfAnotherCaller.
    """
    actor.require(Permission.VISITS_WORK)
    call = hold(session, actor, form.call_id)
    complaint = load(session, Complaint, form.complaint_id)
    if call.customer_id not in {None, complaint.customer_id}:
        raise OfAnotherCaller
    call.complaint_id = complaint.id
    if call.answered_at is None:
        end(session, actor, call)
    audit.record(session, actor, Action.INBOUND_LINKED, call, complaint_id=complaint.id)
    return Receipt(call.id, is_open=False)
