"""Campaigns as people write them: taken over, begun, edited, approved by a second person, ended
early (V08, V14).

A campaign of a store is its manager's and the director's; one of the whole group is the director's
alone. Only a draft is edited, and whoever edits it is its author from then on.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Campaign,
    CampaignKind,
    CampaignState,
    Desk,
    Lifecycle,
    Role,
    Store,
    User,
    ValueClass,
    VisitKind,
    VisitTask,
)
from services.campaigns import making
from services.campaigns.inputs import (
    AdoptCampaigns,
    BeginCampaign,
    EditCampaign,
    EndCampaign,
    WorkOnCampaign,
)
from services.core import audit, clock, dual, notices, numbers
from services.core.access import GRANTS, WRITES, Actor, Permission, Reach, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotPermitted, StaleRecord
from services.core.words import N_
from services.visits import scripts

_FILE: Final = Path(__file__).with_name("campaigns.toml")
SERIES: Final = "campaigns"
_KEPT: Final = tuple(
    name for name in EditCampaign.model_fields if name not in WorkOnCampaign.model_fields
)
_KINDS: Final = {
    "kind": CampaignKind,
    "desk": Desk,
    "channel": VisitKind,
    "lifecycle": Lifecycle,
    "value_class": ValueClass,
}
DAYS: Final = "days"
SCRIPT: Final = "script"
EVENT: Final = "event"
"""What a draft may lack."""


class NoDraft(Conflict):
    msgid = N_("Only a draft is changed or approved")


class NotRunning(Conflict):
    msgid = N_("Only a campaign that was approved is ended")


class DatesTurned(InvalidInput):
    msgid = N_("A campaign ends on the day on which it begins, or later")


class EventTooEarly(InvalidInput):
    msgid = N_("The event is on the last day of the invitations, or later")


class EventWithoutInvitation(InvalidInput):
    msgid = N_("Only an invitation has a day of the event and room for so many")


class DraftLacks(InvalidInput):
    msgid = N_("Fill in first what the draft lacks")


class BeginsInPast(InvalidInput):
    msgid = N_("A campaign begins today at the earliest: choose another first day")


class OwnCampaign(NotPermitted):
    """Dual control means two people."""

    msgid = N_("You wrote this campaign yourself. Somebody else has to approve it")


def adopt(session: Session, actor: Actor, form: AdoptCampaigns) -> int:
    """Returns how many campaigns were added as drafts. Nobody here wrote them, until they are
    edited."""
    actor.require(Permission.VISITS_LEAD)
    store = None if actor.reach(WRITES) is Reach.ALL else actor.store_id
    numbers.reserve(session, SERIES, 0)  # of two at once the second sees what the first has added
    query = select(col(Campaign.code)).where(
        col(Campaign.store_id).is_(None) if store is None else col(Campaign.store_id) == store
    )
    there = set(session.execute(query).scalars())
    new = {code: told for code, told in delivered().items() if code not in there}
    for code, told in new.items():
        campaign = Campaign(code=code, store_id=store, created_at=clock.now(), **told)
        session.add(campaign)
        audit.record(session, actor, Action.CAMPAIGNS_ADOPTED, campaign, what=code)
    return len(new)


def begin(session: Session, actor: Actor, form: BeginCampaign) -> int:
    """Begin a campaign of one's own; returns its draft's id. Raises NotPermitted, NotFound."""
    actor.require(Permission.VISITS_LEAD)
    if not leads(actor, form.store_id):
        raise NotPermitted(record="campaigns")
    if form.store_id is not None:
        load(session, Store, form.store_id)
    number = numbers.reserve(session, SERIES, 1) + 1
    values = form.model_dump(exclude={"request_id"})
    campaign = Campaign(code=f"own_{number}", created_at=clock.now(), author_id=actor.id, **values)
    session.add(campaign)
    audit.record(session, actor, Action.CAMPAIGNS_BEGUN, campaign, what=campaign.code)
    return campaign.id


def edit(session: Session, actor: Actor, form: EditCampaign) -> int:
    """Change a draft; returns its id.

    Raises NotFound, NotPermitted, StaleRecord, NoDraft, DatesTurned, EventTooEarly,
    EventWithoutInvitation, UnknownPlace, StrayBrace.
    """
    actor.require(Permission.VISITS_LEAD)
    campaign = hold(session, actor, form, CampaignState.DRAFT)
    _check(form)
    changes = audit.difference(campaign, {name: getattr(form, name) for name in _KEPT})
    if not changes:
        return campaign.id
    for change in changes:
        setattr(campaign, change.field, change.new)
    campaign.author_id = actor.id
    deed, code = Action.CAMPAIGNS_EDITED, campaign.code
    audit.record(session, actor, deed, campaign, changes=changes, what=code)
    return campaign.id


def discard(session: Session, actor: Actor, form: WorkOnCampaign) -> int:
    """Throw a draft away; returns the id that it had.

    Raises NotFound, NotPermitted, StaleRecord, NoDraft.
    """
    actor.require(Permission.VISITS_LEAD)
    campaign = hold(session, actor, form, CampaignState.DRAFT)
    key = campaign.id
    audit.record(session, actor, Action.CAMPAIGNS_DISCARDED, campaign, what=campaign.code)
    session.delete(campaign)
    session.flush()
    return key


def approve(session: Session, actor: Actor, form: WorkOnCampaign) -> int:
    """Let a draft run; the sweep makes its contacts. Returns its id.

    Raises NotFound, NotPermitted, StaleRecord, NoDraft, DraftLacks, BeginsInPast, OwnCampaign
    (where there is somebody else who may approve what the actor wrote).
    """
    actor.require(Permission.VISITS_LEAD)
    campaign = hold(session, actor, form, CampaignState.DRAFT)
    if not may_approve(session, actor, campaign):
        raise OwnCampaign(record="campaigns", id=campaign.id)
    if lacking(campaign):
        raise DraftLacks
    if campaign.from_on is not None and campaign.from_on < clock.today():
        raise BeginsInPast
    campaign.state = CampaignState.APPROVED
    campaign.approved_at, campaign.approved_by_id = clock.now(), actor.id
    audit.record(session, actor, Action.CAMPAIGNS_APPROVED, campaign, what=campaign.code)
    return campaign.id


def end(session: Session, actor: Actor, form: EndCampaign) -> int:
    """End a campaign before its time; returns how many open contacts were cancelled at once. The
    sweep cancels the rest of very many. Raises NotFound, NotPermitted, StaleRecord, NotRunning."""
    actor.require(Permission.VISITS_LEAD)
    # As at a call the contacts are locked before the campaign.
    load(session, Campaign, form.campaign_id)
    waiting = select(col(VisitTask.id)).where(col(VisitTask.campaign_id) == form.campaign_id)
    session.execute(waiting.order_by(col(VisitTask.id)).limit(making.MOST).with_for_update())
    campaign = hold(session, actor, form, CampaignState.APPROVED)
    campaign.state, campaign.end_reason = CampaignState.ENDED, form.reason
    campaign.ended_at, campaign.ended_by_id = clock.now(), actor.id
    count = making.cancel_open(session, [campaign.id])
    deed, code = Action.CAMPAIGNS_ENDED, campaign.code
    audit.record(session, actor, deed, campaign, reason=form.reason, what=code, count=count)
    return count


def leads(actor: Actor, store_id: int | None) -> bool:
    """Whether campaigns of a store (None: of the group) are his to write, approve and end."""
    reach = actor.reach(WRITES)
    is_here = reach is Reach.STORE and store_id is not None and store_id == actor.store_id
    return actor.may(Permission.VISITS_LEAD) and (reach is Reach.ALL or is_here)


def may_approve(session: Session, actor: Actor, campaign: Campaign) -> bool:
    """Whether it is his to approve and dual control lets him."""
    return leads(actor, campaign.store_id) and dual.may_approve(
        actor, campaign.author_id, lambda: _leaders(session, campaign.store_id)
    )


def lacking(campaign: Campaign) -> list[str]:
    """What must be filled in before it can be approved: `DAYS`, `SCRIPT`, `EVENT`."""
    found = []
    if campaign.from_on is None or campaign.until_on is None:
        found.append(DAYS)
    if not campaign.script:
        found.append(SCRIPT)
    if campaign.kind is CampaignKind.INVITATION and campaign.event_on is None:
        found.append(EVENT)
    return found


def hold(session: Session, actor: Actor, form: WorkOnCampaign, state: CampaignState) -> Campaign:
    """A campaign, locked, as it was shown. Raises NotFound, NotPermitted, StaleRecord, NoDraft,
    NotRunning."""
    campaign = load(session, Campaign, form.campaign_id, lock=True)
    if not leads(actor, campaign.store_id):
        raise NotPermitted(record="campaigns", id=campaign.id)
    if campaign.version != form.version:
        raise StaleRecord(version=campaign.version)
    if campaign.state is not state:
        raise NoDraft if state is CampaignState.DRAFT else NotRunning
    return campaign


def _leaders(session: Session, store_id: int | None) -> Sequence[int]:
    """Who else could approve it: of a store its manager and the director, of the group the
    director."""
    if store_id is not None:
        return notices.those_who_may(session, Permission.VISITS_LEAD, store_id)
    roles = [
        role
        for role in Role
        if Permission.VISITS_LEAD in GRANTS[role] and WRITES[role] is Reach.ALL
    ]
    query = select(col(User.id)).where(col(User.is_active), col(User.role).in_(roles))
    return session.execute(query).scalars().all()


def _check(form: EditCampaign) -> None:
    scripts.check(form.script, form.script_en)
    begin, until, event = form.from_on, form.until_on, form.event_on
    if begin is not None and until is not None and until < begin:
        raise DatesTurned
    if form.kind is not CampaignKind.INVITATION and (event or form.capacity):
        raise EventWithoutInvitation
    last = until or begin
    if event is not None and last is not None and event < last:
        raise EventTooEarly


@cache
def delivered() -> dict[str, dict[str, Any]]:
    """Code -> the campaign as it is delivered, its values as the columns take them."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        code: {
            name: _KINDS[name](value) if name in _KINDS else value for name, value in one.items()
        }
        for code, one in told.items()
    }
