"""Campaigns: one message to many customers, each contacted once (V08, V14, V26, V33, V35, V36).

Reading:  `campaigns`, `campaign_file`, `outlook`
Writing:  `adopt`, `begin`, `edit`, `discard`, `approve`, `end`, `answer`, `arrive`
Sweep:    `make`, `cancel_ended`
"""

from db.models import CampaignKind, CampaignState, Rsvp
from services.campaigns.answering import answer, arrive
from services.campaigns.inputs import (
    AdoptCampaigns,
    AnswerInvitation,
    BeginCampaign,
    CancelEnded,
    EditCampaign,
    EndCampaign,
    MakeContacts,
    MarkArrival,
    WorkOnCampaign,
)
from services.campaigns.listing import campaign_file, campaigns
from services.campaigns.making import Made, cancel_ended, make
from services.campaigns.outlook import Outlook, outlook
from services.campaigns.views import (
    CampaignFile,
    CampaignLine,
    Guest,
    Invitation,
    Results,
    Said,
)
from services.campaigns.writing import adopt, approve, begin, discard, edit, end
from services.visits.simulating import StoreLoad

__all__ = [
    "AdoptCampaigns",
    "AnswerInvitation",
    "BeginCampaign",
    "CampaignFile",
    "CampaignKind",
    "CampaignLine",
    "CampaignState",
    "CancelEnded",
    "EditCampaign",
    "EndCampaign",
    "Guest",
    "Invitation",
    "Made",
    "MakeContacts",
    "MarkArrival",
    "Outlook",
    "Results",
    "Rsvp",
    "Said",
    "StoreLoad",
    "WorkOnCampaign",
    "adopt",
    "answer",
    "approve",
    "arrive",
    "begin",
    "campaign_file",
    "campaigns",
    "cancel_ended",
    "discard",
    "edit",
    "end",
    "make",
    "outlook",
]
