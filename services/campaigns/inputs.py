"""What the commands on campaigns take."""

from typing import Annotated

from db.models import CampaignKind, Desk, Lifecycle, Rsvp, ValueClass, VisitKind
from services.core.fields import Count, DateInRange, OrNone, PositiveId, Reason, text, whole
from services.core.inputs import Input, Request

Title = Annotated[str, text(60)]
OtherTitle = Annotated[str, text(60, least=0)]
Script = Annotated[str, text(4000, least=0, lines=True)]
QuietDays = Annotated[int, whole(1, 3650)]
Room = Annotated[int, whole(1, 10_000)]
People = Annotated[int, whole(1, 99)]


class AdoptCampaigns(Request):
    """Take over the campaigns that are delivered, as drafts of one's own store, or of the group for
    who works for all of it; those that are there stay as they are."""


class BeginCampaign(Request):
    """A campaign of one's own, as a draft. `store_id` None: of the whole group."""

    name: Title
    name_en: OtherTitle = ""
    kind: CampaignKind
    desk: Desk
    channel: VisitKind
    store_id: OrNone[PositiveId] = None


class WorkOnCampaign(Request):
    """`version` is the one that was shown."""

    campaign_id: PositiveId
    version: PositiveId


class EditCampaign(WorkOnCampaign):
    """A draft as it is to be."""

    name: Title
    name_en: OtherTitle = ""
    kind: CampaignKind
    desk: Desk
    channel: VisitKind
    script: Script = ""
    script_en: Script = ""
    lifecycle: OrNone[Lifecycle] = None
    value_class: OrNone[ValueClass] = None
    quiet_days: OrNone[QuietDays] = None
    lacks_fields: bool = False
    is_marketing: bool = False
    from_on: OrNone[DateInRange] = None
    until_on: OrNone[DateInRange] = None
    event_on: OrNone[DateInRange] = None
    capacity: OrNone[Room] = None


class EndCampaign(WorkOnCampaign):
    """Before its time."""

    reason: Reason


class AnswerInvitation(Request):
    """What a customer says to an invitation now, beside any call."""

    campaign_id: PositiveId
    customer_id: PositiveId
    rsvp: Rsvp
    people: OrNone[People] = None


class MarkArrival(Request):
    """A guest is there; `version` is the one of his answer that was shown."""

    answer_id: PositiveId
    version: PositiveId


class MakeContacts(Input):
    """Make what is missing of the contacts of campaigns: of those after one (id), of the next of
    them only of the customers after one (id)."""

    after: Count = 0
    customer_id: Count = 0


class CancelEnded(Input):
    """Cancel open contacts of campaigns that were ended."""
