"""What may not be missing before a complaint is closed (spec 3.3)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    ActionKind,
    CauseAction,
    Complaint,
    ComplaintEvent,
    EventKind,
    Finding,
)
from services.complaints import events
from services.complaints.lacks import Lack
from services.complaints.limits import MAJOR, place_of
from services.complaints.remedies import is_owed
from services.complaints.talking import has_head, is_confirmed, since_reply
from services.core import parameters
from services.core.access import Actor
from services.core.errors import Conflict
from services.core.words import N_


class NotReady(Conflict):
    msgid = N_("This complaint cannot be closed yet. Missing: {missing}")


def missing(
    session: Session, actor: Actor, complaint: Complaint, happened: Sequence[ComplaintEvent]
) -> list[Lack]:
    """What keeps this actor from closing it; [] when nothing does."""
    answer = since_reply(happened)
    kinds = {one.kind for one in answer}
    wanted = {
        Lack.REMEDY: not is_owed(session, complaint.id),
        Lack.REPLY: bool(answer),
        Lack.CONFIRMATION: is_confirmed(complaint, happened),
    }
    if not events.is_light(complaint):
        wanted |= {
            Lack.ACCEPTANCE: EventKind.ACCEPTED in kinds,
            Lack.FINDING: complaint.finding is not None,
            Lack.CAUSE: complaint.cause_id is not None,
        }
    if complaint.severity in MAJOR:
        planned = _planned(session, complaint.id)
        wanted |= {
            Lack.CORRECTIVE: ActionKind.CORRECTIVE in planned,
            Lack.PREVENTIVE: ActionKind.PREVENTIVE in planned,
            Lack.DIRECTOR: complaint.has_director,
        }
    elif _needs_head(session, complaint):  # of a major one the director's talk is asked for
        wanted[Lack.HEAD] = has_head(complaint, happened)
    if complaint.finding is Finding.UNJUSTIFIED:
        wanted[Lack.LEADER] = events.leads(actor, complaint)
    return [lack for lack, is_there in wanted.items() if not is_there]


def _needs_head(session: Session, complaint: Complaint) -> bool:
    """Whether it weighs so much that the head of department talks with the customer (C16)."""
    key, store = parameters.HEAD_LEVEL, complaint.store_id
    least = int(parameters.value(session, key, store_id=store))
    return place_of(complaint.severity) >= least


def _planned(session: Session, complaint_id: int) -> set[ActionKind]:
    query = select(col(CauseAction.kind)).where(col(CauseAction.complaint_id) == complaint_id)
    return set(session.execute(query).scalars())
