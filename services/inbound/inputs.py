"""What the commands on calls that customers make take."""

from enum import StrEnum
from typing import Annotated

from db.models import CallWish, Channel, CompanionAnswer, DemandResult, Urgency
from services.core.fields import Moment, Name, OrNone, Phone, PositiveId, text, whole
from services.core.inputs import Input, Request

Words = Annotated[str, text(2000, least=2, lines=True)]
Item = Annotated[str, text(80, least=0)]


class Lead(StrEnum):
    """What a call goes on with at once."""

    APPOINTMENT = "appointment"
    COMPLAINT = "complaint"


class RecordInbound(Request):
    """One call, written down while it lasts. Answered on the spot with a `reply`; else urgent and
    put through, going on with something at once, or with a time by which he hears from us (V42).
    """

    customer_id: OrNone[PositiveId] = None
    caller: OrNone[Name] = None
    phone: OrNone[Phone] = None
    vehicle_id: OrNone[PositiveId] = None
    store_id: OrNone[PositiveId] = None
    """Counts where there is no file."""
    rings: OrNone[Annotated[int, whole(0, 99)]] = None
    urgency: Urgency
    wish: CallWish
    words: Words
    reply: OrNone[Words] = None
    answerer_id: OrNone[PositiveId] = None
    """None: whoever writes it down."""
    promised_at: OrNone[Moment] = None
    leads_to: OrNone[Lead] = None
    item: Item = ""
    substitute: Item = ""
    demand_result: OrNone[DemandResult] = None
    companion: Item = ""
    companion_answer: OrNone[CompanionAnswer] = None


class WorkOnCall(Request):
    """`version` is the one that was shown."""

    call_id: PositiveId
    version: PositiveId


class AnswerCall(WorkOnCall):
    reply_channel: Channel
    reply: Words


class PassCall(WorkOnCall):
    answerer_id: PositiveId


class LinkComplaint(Request):
    call_id: PositiveId
    complaint_id: PositiveId


class WatchCalls(Input):
    """Tell those who owe a caller an answer."""
