"""Calls that customers make to us: who calls, what he wants, who answers him by when (V09–V11,
V28, V29, V40–V42)."""

from db.models import CallWish, Channel, CompanionAnswer, DemandResult, Urgency
from services.inbound.figures import METRICS, Past
from services.inbound.following import link_complaint
from services.inbound.inputs import (
    AnswerCall,
    Lead,
    LinkComplaint,
    PassCall,
    RecordInbound,
    WatchCalls,
    WorkOnCall,
)
from services.inbound.listing import answerers, due, one, page, rates
from services.inbound.taking import answer, pass_on, take
from services.inbound.views import CallRow, Filters, Listing, Rates, Receipt
from services.inbound.watching import watch

__all__ = [
    "METRICS",
    "AnswerCall",
    "CallRow",
    "CallWish",
    "Channel",
    "CompanionAnswer",
    "DemandResult",
    "Filters",
    "Lead",
    "LinkComplaint",
    "Listing",
    "PassCall",
    "Past",
    "Rates",
    "Receipt",
    "RecordInbound",
    "Urgency",
    "WatchCalls",
    "WorkOnCall",
    "answer",
    "answerers",
    "due",
    "link_complaint",
    "one",
    "page",
    "pass_on",
    "rates",
    "take",
    "watch",
]
