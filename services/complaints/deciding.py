"""Finding out what happened, and agreeing with the customer on what is done (C10, C11, C20)."""

from sqlmodel import Session

from db.models import EventKind, HeadingTree, WaitingFor
from services.complaints import events, raising, trees
from services.complaints.events import Receipt
from services.complaints.inputs import (
    AnswerProposal,
    InvestigateComplaint,
    MakeProposal,
    PauseComplaint,
    PrepareProposal,
    ResumeComplaint,
)
from services.complaints.talking import REACHED
from services.core.access import Actor, Permission
from services.core.errors import Conflict, InvalidInput
from services.core.words import N_


class NotACause(InvalidInput):
    msgid = N_("Choose a cause of the tree that is in use")


class WaitsAlready(Conflict):
    msgid = N_("This complaint waits already")


class DoesNotWait(Conflict):
    msgid = N_("This complaint does not wait")


class NobodyAsked(Conflict):
    msgid = N_("Write down the talk in which you asked the customer first")


def investigate(session: Session, actor: Actor, form: InvestigateComplaint) -> Receipt:
    """Write down the facts; the finding and the cause as soon as they are known.

    Raises NotACause.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.FOUND)
    if form.cause_id and not trees.is_in_use(session, HeadingTree.CAUSE, form.cause_id):
        raise NotACause
    complaint.finding = form.finding or complaint.finding
    complaint.cause_id = form.cause_id or complaint.cause_id
    if form.whys or complaint.whys is None:
        complaint.whys = form.whys
    events.happen(
        session,
        actor,
        complaint,
        EventKind.FOUND,
        note=form.words,
        finding=form.finding,
        cause_id=form.cause_id,
        whys=form.whys,
    )
    if form.cause_id:
        raising.by_cluster(session, actor, complaint)
    return Receipt(complaint.id, complaint.number, complaint.version)


def prepare(session: Session, actor: Actor, form: PrepareProposal) -> Receipt:
    """What we shall propose to the customer."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    return events.write(session, actor, form, EventKind.PREPARED, form.words)


def propose(session: Session, actor: Actor, form: MakeProposal) -> Receipt:
    """The customer was told our proposal."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    return events.write(session, actor, form, EventKind.PROPOSED, form.words)


def answer_proposal(session: Session, actor: Actor, form: AnswerProposal) -> Receipt:
    """The customer agrees, or does not: then it goes back to whoever may offer more."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    kind = EventKind.AGREED if form.is_agreed else EventKind.REJECTED
    return events.write(session, actor, form, kind, form.words)


def pause(session: Session, actor: Actor, form: PauseComplaint) -> Receipt:
    """The clocks of proposal and closing stand still, as long as the rules let them.

    Raises WaitsAlready; NobodyAsked when the customer is waited for and was never asked.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.PAUSED)
    if complaint.waiting_for is not None:
        raise WaitsAlready
    if form.waiting_for is WaitingFor.CUSTOMER and not any(
        REACHED in one.details for one in events.of(session, complaint.id)
    ):
        raise NobodyAsked
    complaint.waiting_for = form.waiting_for
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.PAUSED,
        note=form.words,
        waiting_for=form.waiting_for,
    )


def resume(session: Session, actor: Actor, form: ResumeComplaint) -> Receipt:
    """Raises DoesNotWait."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.RESUMED)
    if complaint.waiting_for is None:
        raise DoesNotWait
    complaint.waiting_for = None
    return events.happen(session, actor, complaint, EventKind.RESUMED, note=form.words)
