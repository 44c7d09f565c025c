"""All campaigns at a glance, and one of them whole."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import (
    Campaign,
    CampaignAnswer,
    CampaignState,
    Customer,
    Store,
    TaskState,
    Trigger,
    User,
    VisitTask,
)
from services.campaigns import answering, results, writing
from services.campaigns.views import CampaignFile, CampaignLine, Guest
from services.core import clock
from services.core.access import Actor, Permission, load
from services.core.errors import NotFound

GUESTS: Final = 200
"""Guests that are listed: those who come, those who wait for room, the others."""
_STATES: Final = (CampaignState.DRAFT, CampaignState.APPROVED, CampaignState.ENDED)
_PLAIN: Final = tuple(
    name
    for name in CampaignLine.__dataclass_fields__
    if name not in {"store", "author", "approver", "planned", "reached"}
)


def campaigns(session: Session, actor: Actor) -> list[CampaignLine]:
    """Those of the reader's store and of the group, drafts first, of the rest the latest first."""
    actor.require(Permission.VISITS_VIEW)
    order = case({state.value: nth for nth, state in enumerate(_STATES)}, value=Campaign.state)
    query = _ROWS.order_by(order, col(Campaign.from_on).desc(), col(Campaign.id).desc())
    rows = session.execute(query).all()
    counts = _counts(session)
    return [_line(row, *counts.get(row.Campaign.id, (0, 0))) for row in rows]


def campaign_file(session: Session, actor: Actor, campaign_id: int) -> CampaignFile:
    """One campaign with its results, as far as the reader sees its customers. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    campaign = load(session, Campaign, campaign_id)
    row = session.execute(_ROWS.where(col(Campaign.id) == campaign_id)).first()
    if row is None:
        raise NotFound(record="Campaign", id=campaign_id)
    is_draft = campaign.state is CampaignState.DRAFT
    found = None if is_draft else results.results_of(session, campaign)
    may_lead = writing.leads(actor, campaign.store_id)
    is_free = writing.may_approve(session, actor, campaign)
    lacking = writing.lacking(campaign) if is_draft else []
    has_come = campaign.event_on is not None and campaign.event_on <= clock.today()
    works = actor.may(Permission.VISITS_WORK)
    return CampaignFile(
        line=_line(row, found.planned if found else 0, found.reached if found else 0),
        results=found,
        guests=_guests(session, campaign_id),
        may_lead=may_lead,
        may_approve=is_draft and is_free and not lacking,
        is_own=is_draft and may_lead and not is_free,
        may_answer=works and answering.is_open(campaign),
        may_mark=works and not is_draft and has_come,
        lacking=lacking,
    )


_writer, _second = aliased(User), aliased(User)
_ROWS: Final[Any] = (
    select(
        Campaign,
        func.coalesce(col(Store.name), "").label("store"),
        func.coalesce(col(_writer.name), "").label("author"),
        func.coalesce(col(_second.name), "").label("approver"),
    )
    .outerjoin(Store, col(Store.id) == col(Campaign.store_id))
    .outerjoin(_writer, col(_writer.id) == col(Campaign.author_id))
    .outerjoin(_second, col(_second.id) == col(Campaign.approved_by_id))
)


def _line(row: Row[Any], planned: int, reached: int) -> CampaignLine:
    return CampaignLine(
        **{name: getattr(row.Campaign, name) for name in _PLAIN},
        store=row.store,
        author=row.author,
        approver=row.approver,
        planned=planned,
        reached=reached,
    )


def _counts(session: Session) -> dict[int, tuple[int, int]]:
    """Campaign -> its contacts, and those in which somebody was reached."""
    leader = aliased(VisitTask)
    state = func.coalesce(col(leader.state), col(VisitTask.state))
    is_reached = case((state.in_((TaskState.DONE, TaskState.DECLINED)), 1), else_=0)
    query = (
        select(col(VisitTask.campaign_id), func.count(), func.sum(is_reached))
        .outerjoin(leader, col(leader.id) == col(VisitTask.merged_into_id))
        .where(col(VisitTask.campaign_id).is_not(None), col(VisitTask.trigger) == Trigger.CAMPAIGN)
        .group_by(col(VisitTask.campaign_id))
    )
    return {key: (int(count), int(reached)) for key, count, reached in session.execute(query)}


def _guests(session: Session, campaign_id: int) -> list[Guest]:
    query = (
        select(
            col(CampaignAnswer.id),
            col(CampaignAnswer.version),
            col(CampaignAnswer.customer_id),
            col(Customer.name),
            col(Customer.number),
            col(CampaignAnswer.answer),
            col(CampaignAnswer.people),
            col(CampaignAnswer.is_waiting),
            col(CampaignAnswer.at),
            col(CampaignAnswer.came_at),
        )
        .join(Customer, col(Customer.id) == col(CampaignAnswer.customer_id))
        .where(col(CampaignAnswer.campaign_id) == campaign_id)
        .order_by(col(CampaignAnswer.people) == 0, col(CampaignAnswer.is_waiting))
        .order_by(col(CampaignAnswer.at).desc(), col(CampaignAnswer.id).desc())
        .limit(GUESTS)
    )
    rows: Sequence[Any] = session.execute(query).all()
    return [Guest(*row) for row in rows]
