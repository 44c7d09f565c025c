"""What the budget of contacts depends on beside the contacts: who wants to be left alone, who waits
for an answer of ours, who took back a consent, which days suit whom (spec 2.3, F48)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Complaint, ComplaintKind, Consent, Customer, Purpose, Touch, TouchKind
from services.core import clock
from services.visits import preferred
from services.visits.budget import Standing

OURS: Final = (
    *(TouchKind.CALL, TouchKind.VISIT, TouchKind.WECHAT, TouchKind.SMS, TouchKind.EMAIL),
)
"""Ways in which we contact somebody; who walks in or comes to an event came by himself."""
WAITED_FOR: Final = (ComplaintKind.COMPLAINT, ComplaintKind.GRUMBLE)
"""Complaints on whose answer a customer waits."""


def standings(session: Session, customers: Collection[int]) -> Mapping[int, Standing]:
    """How each of these customers (ids) stands, without the contacts there were."""
    waiting, withdrawn = _waiting(session, customers), _withdrawn(session, customers)
    query = select(
        col(Customer.id), col(Customer.do_not_contact_until), col(Customer.preferred_hours)
    ).where(col(Customer.id).in_(customers))
    return {
        key: Standing(
            do_not_contact_until=silent,
            has_open_complaint=key in waiting,
            may_offer=Purpose.MARKETING not in withdrawn[key],
            may_call=Purpose.SERVICE_CALLS not in withdrawn[key],
            weekdays=preferred.read(hours).days,
        )
        for key, silent, hours in session.execute(query)
    }


def last_touches(session: Session, customers: Collection[int], since: date) -> Mapping[int, int]:
    """By customer (id) the last touch (id) of ours since the beginning of a day."""
    query = (
        select(col(Touch.customer_id), func.max(col(Touch.id)))
        .where(
            col(Touch.customer_id).in_(customers),
            col(Touch.at) >= clock.midnight(since),
            col(Touch.is_inbound).is_(False),
            col(Touch.kind).in_(OURS),
        )
        .group_by(col(Touch.customer_id))
    )
    return dict(session.execute(query).all())


def _waiting(session: Session, customers: Collection[int]) -> frozenset[int | None]:
    query = select(col(Complaint.customer_id)).where(
        col(Complaint.customer_id).in_(customers),
        col(Complaint.closed_at).is_(None),
        col(Complaint.kind).in_(WAITED_FOR),
    )
    return frozenset(session.execute(query).scalars())


def _withdrawn(session: Session, customers: Collection[int]) -> Mapping[int, frozenset[Purpose]]:
    """The purposes to which each agreed once and does not agree any more."""
    query = (
        select(col(Consent.customer_id), col(Consent.purpose))
        .where(col(Consent.customer_id).in_(customers))
        .group_by(col(Consent.customer_id), col(Consent.purpose))
        .having(func.count() == func.count(col(Consent.withdrawn_at)))
    )
    found: defaultdict[int, frozenset[Purpose]] = defaultdict(frozenset)
    for customer, purpose in session.execute(query):
        found[customer] |= {purpose}
    return found
