"""What the budget of contacts was last laid upon, kept for each customer, so that only customers of
whom something changed since are looked at again.

A stamp says in a few words everything that the rule depends on: the day and the norms, the open
contacts and their versions, the last touch of these days, an open complaint, the wish to be left
alone. Whatever changes one of them, in whichever way, is found by comparing.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    ComplaintKind,
    Customer,
    TaskState,
    Touch,
    TouchKind,
    VisitTask,
    VisitWeighing,
)
from services.core import clock
from services.visits.budget import Norms

OURS: Final = (
    *(TouchKind.CALL, TouchKind.VISIT, TouchKind.WECHAT, TouchKind.SMS, TouchKind.EMAIL),
)
"""Ways in which we contact somebody; who walks in or comes to an event came by himself."""
WAITED_FOR: Final = (ComplaintKind.COMPLAINT, ComplaintKind.GRUMBLE)
"""Complaints on whose answer a customer waits."""


def stamps(session: Session, norms: Norms, after: int, most: int) -> Mapping[int, str]:
    """How the customers with open contacts stand now, by id and in the order of ids: those after
    one (id), so many at most."""
    query = (
        select(
            col(VisitTask.customer_id),
            func.count(),
            func.sum(col(VisitTask.id)),
            func.sum(col(VisitTask.version)),
        )
        .where(
            col(VisitTask.state) == TaskState.PLANNED,
            col(VisitTask.customer_id) > after,
        )
        .group_by(col(VisitTask.customer_id))
        .order_by(col(VisitTask.customer_id))
        .limit(most)
    )
    tasks = {row[0]: tuple(map(int, row[1:])) for row in session.execute(query)}
    if not tasks:
        return {}
    last = max(tasks)
    touched = _touched(session, norms, after, last)
    waiting = _waiting(session, after, last)
    silent = _silent(session, after, last)
    always = (clock.today(), norms.spacing, norms.together)
    return {
        key: " ".join(
            map(str, (*always, *known, touched.get(key), key in waiting, silent.get(key)))
        )
        for key, known in tasks.items()
    }


def changed(session: Session, found: Mapping[int, str], after: int) -> list[int]:
    """Which of these customers (ids) stand otherwise than when they were last looked at."""
    if not found:
        return []
    query = select(col(VisitWeighing.customer_id), col(VisitWeighing.stamp)).where(
        col(VisitWeighing.customer_id) > after,
        col(VisitWeighing.customer_id) <= max(found),
    )
    known = dict(session.execute(query).all())
    return [key for key, stamp in found.items() if known.get(key) != stamp]


def keep(session: Session, customers: Collection[int], settled: Mapping[int, str]) -> None:
    """Of these customers (ids), remember of the settled ones how they stood. The others are looked
    at again."""
    of_them = col(VisitWeighing.customer_id).in_(customers)
    session.execute(delete(VisitWeighing).where(of_them))
    session.add_all(VisitWeighing(customer_id=key, stamp=now) for key, now in settled.items())


def _touched(session: Session, norms: Norms, after: int, until: int) -> Mapping[int, int]:
    """The last touch (id) of ours within the days that the rule looks back."""
    since = clock.midnight(clock.today() - timedelta(days=norms.spacing))
    query = (
        select(col(Touch.customer_id), func.max(col(Touch.id)))
        .where(
            col(Touch.customer_id) > after,
            col(Touch.customer_id) <= until,
            col(Touch.at) >= since,
            col(Touch.is_inbound).is_(False),
            col(Touch.kind).in_(OURS),
        )
        .group_by(col(Touch.customer_id))
    )
    return dict(session.execute(query).all())


def _waiting(session: Session, after: int, until: int) -> frozenset[int]:
    query = select(col(Complaint.customer_id)).where(
        col(Complaint.customer_id) > after,
        col(Complaint.customer_id) <= until,
        col(Complaint.closed_at).is_(None),
        col(Complaint.kind).in_(WAITED_FOR),
    )
    return frozenset(key for key in session.execute(query).scalars() if key is not None)


def _silent(session: Session, after: int, until: int) -> Mapping[int, Any]:
    query = select(col(Customer.id), col(Customer.do_not_contact_until)).where(
        col(Customer.id) > after,
        col(Customer.id) <= until,
        col(Customer.do_not_contact_until).is_not(None),
    )
    return dict(session.execute(query).all())
