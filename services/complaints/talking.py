"""What was said: notes, talks, the answer to the customer and his to us (C01, C03, C14, C16)."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Final

from sqlmodel import Session

from db.models import Complaint, ComplaintEvent, EventKind, Role
from services.complaints import events
from services.complaints.events import Receipt
from services.complaints.inputs import (
    AcceptReply,
    ConfirmReply,
    NoteComplaint,
    RejectReply,
    ReplyToComplaint,
    SurveyComplaint,
    TalkAboutComplaint,
)
from services.complaints.naming import check_spokesperson
from services.core import calendars, clock, parameters
from services.core.access import Actor, Permission
from services.core.errors import Conflict, NotPermitted
from services.core.words import N_
from services.core.worktime import business_days

REACHED: Final = "was_reached"


class NotSilentYet(Conflict):
    msgid = N_(
        "Silence counts as acceptance after {days} working days and {attempts} attempts to reach "
        "the customer since our answer"
    )


class ConfirmedAlready(Conflict):
    msgid = N_("This answer is confirmed already")


def note(session: Session, actor: Actor, form: NoteComplaint) -> Receipt:
    """Write something down about it."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    return events.write(session, actor, form, EventKind.NOTED, form.words)


def talk(session: Session, actor: Actor, form: TalkAboutComplaint) -> Receipt:
    """A talk with the customer, or an attempt. One that told him something of substance meets the
    clock of the first answer. That of somebody who leads is kept as such, the director's as his
    (C16)."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.CONTACTED)
    by_head = form.was_reached and events.leads(actor, complaint)
    if form.was_reached and actor.role is Role.DIRECTOR:
        complaint.has_director = True
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.CONTACTED,
        note=form.words,
        was_reached=form.was_reached,
        is_answer=form.was_reached and form.is_answer,
        by_head=by_head,
    )


def reply(session: Session, actor: Actor, form: ReplyToComplaint) -> Receipt:
    """What the customer was told in the end. Where somebody else than the one who stands for the
    complaint told him, that one has to confirm it before the complaint is closed (C01).

    Raises NotTheSpokesperson.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.REPLIED)
    check_spokesperson(session, actor, complaint)
    return events.happen(session, actor, complaint, EventKind.REPLIED, note=form.words)


def confirm(session: Session, actor: Actor, form: ConfirmReply) -> Receipt:
    """Raises NotPermitted for everyone but the one who stands for it, ConfirmedAlready."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.CONFIRMED)
    if actor.id != complaint.accountable_id:
        raise NotPermitted(complaint=complaint.number)
    if is_confirmed(complaint, events.of(session, complaint.id)):
        raise ConfirmedAlready
    return events.happen(session, actor, complaint, EventKind.CONFIRMED, note=form.words)


def accept(session: Session, actor: Actor, form: AcceptReply) -> Receipt:
    """The customer accepts our answer, or has been silent for long enough (NotSilentYet)."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.ACCEPTED)
    if form.is_silent:
        _check_silence(session, complaint)
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.ACCEPTED,
        note=form.words,
        is_silent=form.is_silent,
    )


def reject(session: Session, actor: Actor, form: RejectReply) -> Receipt:
    """The customer does not accept what we proposed or answered: it is looked into again."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    return events.write(session, actor, form, EventKind.REJECTED, form.words)


def survey(session: Session, actor: Actor, form: SurveyComplaint) -> Receipt:
    """How content the customer is with what we did, asked after the closing (C14)."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.SURVEYED)
    complaint.satisfaction, complaint.would_return = form.satisfaction, form.would_return
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.SURVEYED,
        note=form.words,
        satisfaction=form.satisfaction,
        would_return=form.would_return,
    )


def since_reply(happened: Sequence[ComplaintEvent]) -> Sequence[ComplaintEvent]:
    """The last answer to the customer and what came after it; nothing while there is none, or once
    he did not accept it."""
    found: list[ComplaintEvent] = []
    for one in happened:
        if one.kind in {EventKind.REJECTED, EventKind.REOPENED}:
            found = []
        elif one.kind is EventKind.REPLIED:
            found = [one]
        elif found:
            found.append(one)
    return found


def has_head(complaint: Complaint, happened: Sequence[ComplaintEvent]) -> bool:
    """Whether somebody who leads has talked with the customer, at any time."""
    return complaint.has_director or any(one.details.get("by_head") for one in happened)


def is_confirmed(complaint: Complaint, happened: Sequence[ComplaintEvent]) -> bool:
    """Whether whoever stands for it gave or confirmed the answer."""
    answer = since_reply(happened)
    by_him = bool(answer) and answer[0].actor_id == complaint.accountable_id
    return by_him or any(one.kind is EventKind.CONFIRMED for one in answer)


def _check_silence(session: Session, complaint: Complaint) -> None:
    keys = (parameters.SILENT_DAYS, parameters.SILENT_ATTEMPTS)
    norms = parameters.values(session, keys, store_id=complaint.store_id)
    days, attempts = (int(norms[key]) for key in keys)
    since = since_reply(events.of(session, complaint.id))
    tried = [one for one in since if one.details.get(REACHED) is False]
    begun = since[0].at if since else clock.now()
    if len(tried) < attempts or _working_days(session, complaint.store_id, begun) < days:
        raise NotSilentYet(days=days, attempts=attempts)


def _working_days(session: Session, store_id: int, since: datetime) -> Fraction:
    calendar = calendars.calendars(session, {store_id})[store_id]
    return business_days(since, clock.now(), calendar)
