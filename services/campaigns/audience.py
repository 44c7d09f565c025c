"""To whom a campaign speaks: the customers whom its filters match today."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, literal, or_, select
from sqlmodel import col

from db.models import (
    Campaign,
    Complaint,
    Consent,
    Customer,
    CustomerSummary,
    Hold,
    Purpose,
    VisitTask,
)
from services.core import clock
from services.visits.standings import WAITED_FOR

FREE: Final = "free"
"""Nothing bars the customer."""


def matching(campaign: Campaign) -> Iterable[ColumnElement[bool]]:
    """Conditions on `Customer` joined with its summary."""
    yield col(Customer.is_archived).is_(False)
    yield col(Customer.merged_into_id).is_(None)
    if campaign.store_id is not None:
        yield col(Customer.store_id) == campaign.store_id
    if campaign.lifecycle is not None:
        yield col(Customer.lifecycle) == campaign.lifecycle
    if campaign.value_class is not None:
        yield col(Customer.value_class) == campaign.value_class
    if campaign.quiet_days is not None:
        since = clock.midnight(clock.today() - timedelta(days=campaign.quiet_days - 1))
        yield col(CustomerSummary.last_touch_at) < since
    if campaign.lacks_fields:
        yield col(CustomerSummary.missing) != 0


def key_of(campaign_id: int) -> Any:
    """The key of a customer's contact, in SQL: the same whenever he is found again."""
    return literal(f"campaign:{campaign_id}:").concat(cast(col(Customer.id), String))


def is_taken_in(campaign_id: int) -> ColumnElement[bool]:
    """Whether a customer has his contact already, in whatever state it is."""
    return exists().where(
        col(VisitTask.campaign_id) == campaign_id,
        col(VisitTask.trigger_key) == key_of(campaign_id),
    )


def counted(campaign: Campaign) -> Any:
    """How many customers match, by store, and by what bars them all the time (`FREE`: nothing).
    Columns: store_id, barred, number. What the budget of contacts would say of each
    (`visits.budget`), asked of all of them at once."""
    barred = case(*_bars(campaign), else_=FREE)
    return (
        select(col(Customer.store_id), barred.label("barred"), func.count().label("number"))
        .join(CustomerSummary, col(CustomerSummary.customer_id) == col(Customer.id))
        .where(*matching(campaign))
        .group_by(col(Customer.store_id), barred)
    )


def _bars(campaign: Campaign) -> Iterable[tuple[ColumnElement[bool], str]]:
    if campaign.is_marketing:
        waits = exists().where(
            col(Complaint.customer_id) == col(Customer.id),
            col(Complaint.closed_at).is_(None),
            col(Complaint.kind).in_(WAITED_FOR),
        )
        yield waits, Hold.OPEN_COMPLAINT.value
    purposes = [Purpose.SERVICE_CALLS, *([Purpose.MARKETING] if campaign.is_marketing else [])]
    yield or_(*(_withdrawn(purpose) for purpose in purposes)), Hold.NO_CONSENT.value
    last = campaign.until_on or clock.today()
    yield col(Customer.do_not_contact_until) >= last, Hold.DO_NOT_CONTACT.value


def _withdrawn(purpose: Purpose) -> ColumnElement[bool]:
    """He agreed once and does not agree any more."""
    given = and_(col(Consent.customer_id) == col(Customer.id), col(Consent.purpose) == purpose)
    return and_(exists().where(given), ~exists().where(given, col(Consent.withdrawn_at).is_(None)))
