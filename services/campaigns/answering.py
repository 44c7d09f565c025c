"""What customers answer to invitations: written down with the result of a contact, or beside it;
changed as often as they change their minds (V08).

There is room for so many people. Whoever would come when there is no room any more waits; when
somebody else calls off, the room is given to whoever is asked next, by a person: the one who waits
has to be told.
"""

from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from db.models import (
    Campaign,
    CampaignAnswer,
    CampaignKind,
    CampaignState,
    Customer,
    Rsvp,
    VisitTask,
)
from services.campaigns.inputs import AnswerInvitation, MarkArrival
from services.campaigns.views import Invitation, Said
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission, beyond, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotPermitted, StaleRecord
from services.core.words import N_


class NobodyInvited(InvalidInput):
    msgid = N_("Only who was reached has answered an invitation")


class NotInvited(Conflict):
    msgid = N_("This contact invites to nothing any more. Load it again")


class HowMany(InvalidInput):
    msgid = N_("Say how many people come, he among them")


class EventOver(Conflict):
    msgid = N_("The day of the event is over: answers are not changed any more")


class EventAhead(Conflict):
    msgid = N_("The event is on {day}: nobody can have come yet")


class CameAlready(Conflict):
    msgid = N_("This guest is marked as there already")


def note(
    session: Session,
    actor: Actor,
    task: VisitTask,
    campaign_id: int | None,
    rsvp: Rsvp | None,
    people: int | None,
    *,
    was_reached: bool,
) -> Said | None:
    """Write down what a customer answered at a contact, in its transaction; None where nothing was
    asked or said. The customer is locked by the caller, and the campaign by this.

    Raises NobodyInvited, NotInvited, HowMany, EventOver.
    """
    if campaign_id is None or rsvp is None:
        return None
    if not was_reached:
        raise NobodyInvited
    if campaign_id not in campaigns_of(session, [task.id]):
        raise NotInvited
    return _say(session, actor, campaign_id, task.customer_id, task.store_id, rsvp, people)


def answer(session: Session, actor: Actor, form: AnswerInvitation) -> Said:
    """What a customer says beside any call of ours: he called, he came by, he changed his mind.

    Raises NotFound, NotPermitted, NotInvited, HowMany, EventOver.
    """
    actor.require(Permission.VISITS_WORK)
    customer = load(session, Customer, form.customer_id, lock=True)
    return _say(
        session, actor, form.campaign_id, customer.id, customer.store_id, form.rsvp, form.people
    )


def arrive(session: Session, actor: Actor, form: MarkArrival) -> int:
    """A guest is there; returns the id of his answer.

    Raises NotFound, StaleRecord, EventAhead, CameAlready, NotPermitted.
    """
    actor.require(Permission.VISITS_WORK)
    row = load(session, CampaignAnswer, form.answer_id, lock=True)
    if not actor.covers(WRITES, row):
        raise NotPermitted(record="campaign_answers", id=row.id)
    if row.version != form.version:
        raise StaleRecord(version=row.version)
    campaign = load(session, Campaign, row.campaign_id)
    if campaign.event_on is None or campaign.event_on > clock.today():
        raise EventAhead(day=campaign.event_on)
    if row.came_at is not None:
        raise CameAlready
    row.came_at = clock.now()
    audit.record(session, actor, Action.CAMPAIGNS_ARRIVED, row)
    return row.id


def invitation_of(session: Session, task_ids: Collection[int]) -> Invitation | None:
    """What these contacts invite to, with what the customer said to it before; the first where
    there are several. None: to nothing."""
    keys = campaigns_of(session, task_ids)
    for campaign in (load(session, Campaign, key) for key in keys):
        if is_open(campaign):
            customer = select(col(VisitTask.customer_id)).where(col(VisitTask.id).in_(task_ids))
            said = _said(session, campaign.id, session.execute(customer.limit(1)).scalar_one())
            room = (
                None
                if campaign.capacity is None
                else campaign.capacity - taken(session, campaign.id)
            )
            return Invitation(
                campaign_id=campaign.id,
                name=campaign.name,
                name_en=campaign.name_en,
                event_on=campaign.event_on,
                room=room,
                rsvp=said.answer if said else None,
                people=said.people if said else 0,
                is_waiting=said.is_waiting if said else False,
            )
    return None


def is_open(campaign: Campaign) -> bool:
    """Whether its invitation is answered still."""
    return (
        campaign.kind is CampaignKind.INVITATION
        and campaign.state is CampaignState.APPROVED
        and (campaign.event_on is None or campaign.event_on >= clock.today())
    )


def campaigns_of(session: Session, task_ids: Collection[int]) -> list[int]:
    """The campaigns (ids) of contacts and of what is made together with them, theirs first."""
    query = (
        select(col(VisitTask.campaign_id))
        .where(
            or_(col(VisitTask.id).in_(task_ids), col(VisitTask.merged_into_id).in_(task_ids)),
            col(VisitTask.campaign_id).is_not(None),
        )
        .order_by(col(VisitTask.merged_into_id).is_not(None), col(VisitTask.id))
    )
    return list(dict.fromkeys(session.execute(query).scalars()))


def taken(session: Session, campaign_id: int) -> int:
    """How many people come to an event for whom there is room, of all stores."""
    query = select(func.coalesce(func.sum(col(CampaignAnswer.people)), 0)).where(
        col(CampaignAnswer.campaign_id) == campaign_id,
        col(CampaignAnswer.is_waiting).is_(False),
    )
    return int(beyond(session, query).scalar_one())


def _said(session: Session, campaign_id: int, customer_id: int) -> CampaignAnswer | None:
    query = select(CampaignAnswer).where(
        col(CampaignAnswer.campaign_id) == campaign_id,
        col(CampaignAnswer.customer_id) == customer_id,
    )
    return session.execute(query).scalar_one_or_none()


def _say(
    session: Session,
    actor: Actor,
    campaign_id: int,
    customer_id: int,
    store_id: int,
    rsvp: Rsvp,
    people: int | None,
) -> Said:
    """The answer as it is now. Of two callers at once the second waits for the campaign's row, and
    counts the people of the first."""
    campaign = load(session, Campaign, campaign_id, lock=True)
    if campaign.event_on is not None and campaign.event_on < clock.today():
        raise EventOver
    if not is_open(campaign) or campaign.store_id not in {None, store_id}:
        raise NotInvited
    if rsvp is Rsvp.COMES and not people:
        raise HowMany
    row = _said(session, campaign.id, customer_id)
    if row is None:
        row = CampaignAnswer(
            campaign_id=campaign.id, customer_id=customer_id, store_id=store_id, answer=rsvp,
            at=clock.now(),
        )  # fmt: skip
    room = None
    if campaign.capacity is not None:
        own = 0 if row.is_waiting else row.people
        room = campaign.capacity - taken(session, campaign.id) + own
    row.answer = rsvp
    row.people = (people or 0) if rsvp is Rsvp.COMES else 0
    row.is_waiting = room is not None and row.people > room
    row.at, row.user_id = clock.now(), actor.id
    session.add(row)
    audit.record(session, actor, Action.CAMPAIGNS_ANSWERED, row, answer=rsvp, people=row.people)
    left = None if room is None else max(0, room - (0 if row.is_waiting else row.people))
    return Said(row.id, rsvp, row.people, row.is_waiting, left)
