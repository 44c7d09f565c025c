"""Minutes of a meeting: those who were brought together over a major complaint (C08)."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from db.models import ComplaintEvent, EventKind
from services.complaints import events
from services.complaints.events import Receipt
from services.complaints.helping import NotAHelper, helpers
from services.complaints.inputs import RecordMeeting
from services.core import clock
from services.core.access import Actor, Permission
from services.core.errors import InvalidInput
from services.core.words import N_


class MeetingAhead(InvalidInput):
    msgid = N_("This moment is still to come. Write the minutes when the meeting is over")


class NobodyMet(InvalidInput):
    msgid = N_("Say who took part")


def record_meeting(session: Session, actor: Actor, form: RecordMeeting) -> Receipt:
    """When it was held, who took part, what was said and what was decided.

    Raises MeetingAhead, NobodyMet, NotAHelper.
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.MET)
    if form.held_at > clock.now():
        raise MeetingAhead
    if not (form.user_ids or form.outsiders):
        raise NobodyMet
    names = {key: name for key, name, _role in helpers(session, actor)}
    if not names.keys() >= set(form.user_ids):
        raise NotAHelper
    return events.happen(
        session,
        actor,
        complaint,
        EventKind.MET,
        note=form.words,
        held_at=form.held_at,
        people=[names[key] for key in dict.fromkeys(form.user_ids)],
        outsiders=form.outsiders,
        decided=form.decided,
    )


def last_meeting(happened: Iterable[ComplaintEvent]) -> datetime | None:
    """When those who handle it last sat together; None: never."""
    held = [one.details["held_at"] for one in happened if one.kind is EventKind.MET]
    return max(map(datetime.fromisoformat, held), default=None)
