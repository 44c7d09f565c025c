"""What makes a complaint weigh more by itself, and what warns of a crisis (C23, C30, spec 3.2)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintKind, EventKind, Severity, Vehicle
from services.complaints import events, trees
from services.complaints.limits import heavier
from services.complaints.warning import those_who_see
from services.core import notices, parameters
from services.core.access import Actor, Permission, beyond
from services.core.tellings import NoticeKind


def by_repetition(session: Session, actor: Actor, complaint: Complaint) -> None:
    """The same customer complains again and again, in whatever store: his next complaint weighs
    more, L3 at most."""
    if complaint.customer_id is None or complaint.kind is not ComplaintKind.COMPLAINT:
        return
    days, least = _rule(session, parameters.REPEAT_DAYS, parameters.REPEAT_COUNT)
    his = select(func.count()).where(
        col(Complaint.customer_id) == complaint.customer_id,
        col(Complaint.kind) == ComplaintKind.COMPLAINT,
        *_lately(complaint, days),
    )
    count = int(beyond(session, his).scalar_one())
    if count >= least:
        _raise(session, actor, complaint, heavier(complaint.severity), "repeats", count)


def by_cluster(session: Session, actor: Actor, complaint: Complaint) -> None:
    """Several complaints of the group with one cause and model within days: this one weighs as a
    major one, and those who lead are warned of a crisis, once for a cluster."""
    if complaint.cause_id is None or complaint.vehicle_id is None:
        return
    days, least = _rule(session, parameters.CLUSTER_DAYS, parameters.CLUSTER_COUNT)
    model = select(col(Vehicle.model)).where(col(Vehicle.id) == complaint.vehicle_id)
    alike = (
        select(func.count(), func.min(col(Complaint.id)), func.max(col(Vehicle.model)))
        .join(Vehicle, col(Vehicle.id) == col(Complaint.vehicle_id))
        .where(
            col(Complaint.cause_id) == complaint.cause_id,
            col(Vehicle.model) == model.scalar_subquery(),
            *_lately(complaint, days),
        )
    )
    count, first, name = beyond(session, alike).one()
    if count < least:
        return
    _raise(session, actor, complaint, Severity.L3, "alike", count)
    people = notices.those_who_may(session, Permission.COMPLAINTS_LEAD, complaint.store_id)
    notices.tell(
        session,
        those_who_see(session, complaint, people),
        NoticeKind.COMPLAINT_CLUSTER,
        f"cluster:{complaint.cause_id}:{name}:{first}",
        count=count,
        model=name,
        what=" / ".join(trees.named(session)[complaint.cause_id].path),
        complaint=complaint.id,
    )


def _rule(session: Session, days: str, count: str) -> tuple[timedelta, int]:
    norms = parameters.values(session, (days, count))
    return timedelta(days=int(norms[days])), int(norms[count])


def _lately(complaint: Complaint, days: timedelta) -> tuple[Any, ...]:
    received = col(Complaint.received_at)
    return (
        received > complaint.received_at - days,
        received <= complaint.received_at,
        col(Complaint.voided_at).is_(None),
    )


def _raise(
    session: Session, actor: Actor, complaint: Complaint, severity: Severity, why: str, count: int
) -> None:
    """To this level, where it weighs less; L4 is for people to say."""
    levels = list(Severity)
    wanted = min(levels.index(severity), levels.index(Severity.L3))
    if levels.index(complaint.severity) < wanted:
        complaint.severity = levels[wanted]
        events.happen(session, actor, complaint, EventKind.LEVELLED, why=why, count=count)
