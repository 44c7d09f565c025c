"""Contacts are made of campaigns: of each customer one, however often it is tried (V14).

They are spread over the days of the campaign by the numbers of the files, so that no day brings
all of them, and the last third of the days is left for those who were not reached at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from db.models import (
    Campaign,
    CampaignKind,
    CampaignState,
    Customer,
    CustomerSummary,
    Desk,
    Ownership,
    OwnershipRole,
    TaskState,
    Trigger,
    VisitTask,
)
from services.campaigns import audience
from services.campaigns.inputs import CancelEnded, MakeContacts
from services.core import audit, clock
from services.core.access import Actor, Permission
from services.core.audit import Action
from services.core.words import N_
from services.visits.ending import end
from services.visits.making import desks_of, maker_of

AHEAD: Final = timedelta(days=14)
"""So long before it begins its contacts are there, so that a week can be planned."""
MOST: Final = 500
"""Contacts in one transaction."""
IN_TIME: Final = timedelta(days=2)
"""So many days after it is due a contact is in time."""
WEIGHTS: Final = {
    CampaignKind.INVITATION: 5,
    CampaignKind.NEWS: 3,
    CampaignKind.OFFER: 4,
    CampaignKind.ANNUAL_CARE: 5,
    CampaignKind.GREETING: 3,
    CampaignKind.WIN_BACK: 6,
}
ENDED: Final = N_("The campaign was ended")
"""Why its open contacts were cancelled; kept in English, and worded for whoever reads it."""


@dataclass(frozen=True, slots=True)
class Made:
    """How many were made, and where to go on; None at the end."""

    count: int
    following: MakeContacts | None


def make(session: Session, actor: Actor, form: MakeContacts) -> Made:
    """Make what one campaign still lacks, some hundreds at a time."""
    actor.require(Permission.DATA_SWEEP)
    campaign = _next(session, form.after)
    if campaign is None:
        return Made(0, None)
    found = _missing(session, campaign, form.customer_id)
    cars = _cars(session, [row.id for row in found])
    desks = desks_of(session)
    session.add_all(_task(campaign, row, cars.get(row.id), desks) for row in found)
    if found:
        deed, code = Action.CAMPAIGNS_CONTACTED, campaign.code
        audit.record(session, actor, deed, campaign, count=len(found), what=code)
    if len(found) == MOST:
        return Made(MOST, MakeContacts(after=form.after, customer_id=found[-1].id))
    return Made(len(found), MakeContacts(after=campaign.id))


def cancel_ended(session: Session, actor: Actor, form: CancelEnded) -> int:
    """Cancel some of the open contacts of campaigns that were ended; returns how many."""
    actor.require(Permission.DATA_SWEEP)
    ended = select(col(Campaign.id)).where(col(Campaign.state) == CampaignState.ENDED)
    count = cancel_open(session, ended)
    if count:
        audit.record(session, actor, Action.CAMPAIGNS_CLEARED, "campaigns", count=count)
    return count


def cancel_open(session: Session, of: Any) -> int:
    """Cancel the first `MOST` open contacts of these campaigns (ids). One together with which
    others are made stays for their sake, and what was agreed with a customer stays, too."""
    query = (
        select(VisitTask)
        .where(
            col(VisitTask.campaign_id).in_(of),
            col(VisitTask.trigger) == Trigger.CAMPAIGN,
            col(VisitTask.state) == TaskState.PLANNED,
            col(VisitTask.id).not_in(_leading()),
        )
        .order_by(col(VisitTask.id))
        .limit(MOST)
        .with_for_update()
    )
    rows = session.execute(query).scalars().all()
    for task in rows:
        end(task, TaskState.CANCELLED, ENDED)
    return len(rows)


def _leading() -> Any:
    return select(col(VisitTask.merged_into_id)).where(col(VisitTask.merged_into_id).is_not(None))


def due_from(campaign_from: date, until: date, customer_id: int) -> date:
    """On which day of a campaign a customer's turn is."""
    days = (until - campaign_from).days + 1
    return campaign_from + timedelta(days=customer_id % max(1, days * 2 // 3))


def _next(session: Session, after: int) -> Campaign | None:
    today = clock.today()
    query = (
        select(Campaign)
        .where(
            col(Campaign.id) > after,
            col(Campaign.state) == CampaignState.APPROVED,
            col(Campaign.from_on) <= today + AHEAD,
            col(Campaign.until_on) >= today,
        )
        .order_by(col(Campaign.id))
        .limit(1)
        # Whoever ends it waits until these are there, and cancels them with the others.
        .with_for_update()
    )
    return session.execute(query).scalar_one_or_none()


def _missing(session: Session, campaign: Campaign, after: int) -> list[Row[Any]]:
    query = (
        select(
            col(Customer.id),
            col(Customer.store_id),
            col(Customer.owner_id),
            col(CustomerSummary.missing),
            audience.key_of(campaign.id).label("key"),
        )
        .join(CustomerSummary, col(CustomerSummary.customer_id) == col(Customer.id))
        .where(
            *audience.matching(campaign),
            ~audience.is_taken_in(campaign.id),
            col(Customer.id) > after,
        )
        .order_by(col(Customer.id))
        .limit(MOST)
    )
    return list(session.execute(query).all())


def _cars(session: Session, customers: Collection[int]) -> Mapping[int, int]:
    """Customer -> his car, where he has just one."""
    query = (
        select(col(Ownership.customer_id), func.min(col(Ownership.vehicle_id)))
        .where(
            col(Ownership.customer_id).in_(customers),
            col(Ownership.role) == OwnershipRole.OWNER,
            col(Ownership.ended_on).is_(None),
        )
        .group_by(col(Ownership.customer_id))
        .having(func.count(func.distinct(col(Ownership.vehicle_id))) == 1)
    )
    return dict(session.execute(query).all())


def _task(
    campaign: Campaign, row: Row[Any], car: int | None, desks: Mapping[int, Desk | None]
) -> VisitTask:
    """Whoever comes to match only later has his turn at once."""
    today = clock.today()
    begin, until = campaign.from_on or today, campaign.until_on or today
    due = min(until, max(today, due_from(begin, until, row.id)))
    return VisitTask(
        store_id=row.store_id,
        owner_id=maker_of(row.owner_id, campaign.desk, desks),
        customer_id=row.id,
        vehicle_id=car,
        desk=campaign.desk,
        kind=campaign.channel,
        trigger=Trigger.CAMPAIGN,
        campaign_id=campaign.id,
        lacked=row.missing,
        trigger_key=row.key,
        is_marketing=campaign.is_marketing,
        priority=WEIGHTS[campaign.kind],
        due_from=due,
        due_to=min(until, due + IN_TIME),
        expires_on=until,
        created_at=clock.now(),
    )
