"""What the commands on a complaint take."""

from typing import Annotated, Literal

from pydantic import Field

from db.models import (
    ActionKind,
    ComplaintChannel,
    ComplaintKind,
    DemandKind,
    Department,
    Finding,
    RemedyKind,
    Severity,
    TouchKind,
    Urgency,
    Verdict,
    WaitingFor,
)
from services.complaints.items import Item
from services.core.fields import (
    DateInRange,
    Line,
    Link,
    LongText,
    Moment,
    Name,
    OrNone,
    Phone,
    PositiveId,
    Reason,
    Yuan,
    text,
    whole,
)
from services.core.inputs import Input, Request
from services.core.normal import money_fen
from services.core.uploads import Upload

Words = Annotated[str, text(2000, least=2, lines=True)]
"""What was said or found, as long as a note may be."""
MaybeWords = Annotated[str, text(2000, least=0, lines=True)]


class RegisterComplaint(Request):
    """A new complaint. Without `customer_id` it is somebody's who has no file or stays unknown;
    `received_at` None: now; `handler_id` None: whoever registers it. `errand_id` is who turns to
    the customer at once, because it was not solved on the phone; `errand` what he is to do there,
    "" leaves it at what the customer said."""

    store_id: PositiveId
    received_at: OrNone[Moment] = None
    kind: ComplaintKind
    channel: ComplaintChannel
    customer_id: OrNone[PositiveId] = None
    vehicle_id: OrNone[PositiveId] = None
    order_id: OrNone[PositiveId] = None
    person: OrNone[Name] = None
    phone: OrNone[Phone] = None
    address: OrNone[Line] = None
    link: OrNone[Link] = None
    words: LongText
    demand: MaybeWords = ""
    demand_kind: OrNone[DemandKind] = None
    category_id: PositiveId
    severity: Severity
    urgency: Urgency = Urgency.ORDINARY
    department: Department
    handler_id: OrNone[PositiveId] = None
    is_safety: bool = False
    is_media: bool = False
    is_dispute: bool = False
    promised_at: OrNone[Moment] = None
    errand_id: OrNone[PositiveId] = None
    errand: MaybeWords = ""
    files: tuple[Upload, ...] = ()


class AddToComplaint(Request):
    """What adds to a complaint without changing what another may have changed: it needs no
    version."""

    complaint_id: PositiveId


class ChangeComplaint(AddToComplaint):
    """What may only be done to a complaint as its reader saw it."""

    version: PositiveId


class NoteComplaint(AddToComplaint):
    words: Words


class TalkAboutComplaint(AddToComplaint):
    """A talk with the customer, or the attempt (`was_reached` False)."""

    words: Words
    was_reached: bool = True
    is_answer: bool = False
    """The customer was told something of substance."""


class AcknowledgeComplaint(ChangeComplaint):
    """The customer was told the number, and by when he hears from us. `takes_longer`: he was told
    that it is later than the clock allows."""

    promised_at: OrNone[Moment] = None
    takes_longer: bool = False
    words: MaybeWords = ""


class TriageComplaint(ChangeComplaint):
    severity: Severity
    urgency: Urgency
    department: Department
    handler_id: PositiveId
    words: MaybeWords = ""


class LevelComplaint(ChangeComplaint):
    severity: Severity
    urgency: Urgency
    reason: Reason


class TransferComplaint(ChangeComplaint):
    department: Department
    handler_id: PositiveId
    reason: Reason


class CoverComplaint(ChangeComplaint):
    """Somebody stands for it while the first responder is away; None: he is back."""

    user_id: OrNone[PositiveId] = None
    reason: Reason


class PauseComplaint(ChangeComplaint):
    waiting_for: WaitingFor
    words: Words
    """What is waited for, and the proof: the paper or the message in which we asked for it."""


class ResumeComplaint(ChangeComplaint):
    words: MaybeWords = ""


class InvestigateComplaint(ChangeComplaint):
    finding: OrNone[Finding] = None
    cause_id: OrNone[PositiveId] = None
    words: Words
    """The facts."""
    whys: MaybeWords = ""
    """Why it happened, and why that: a line for each."""


class PrepareProposal(ChangeComplaint):
    words: Words


class MakeProposal(ChangeComplaint):
    words: Words
    """What the customer was told."""


class AnswerProposal(ChangeComplaint):
    is_agreed: bool
    words: MaybeWords = ""


class ReplyToComplaint(ChangeComplaint):
    words: Words
    """What the customer was told in the end."""


class ConfirmReply(ChangeComplaint):
    """Whoever stands for the complaint confirms the answer that somebody else gave."""

    words: MaybeWords = ""


class AcceptReply(ChangeComplaint):
    """The customer accepts the answer; `is_silent`: he said nothing to two attempts."""

    is_silent: bool = False
    words: MaybeWords = ""


class RejectReply(ChangeComplaint):
    words: Words


class CloseComplaint(ChangeComplaint):
    words: MaybeWords = ""


class SurveyComplaint(ChangeComplaint):
    satisfaction: Annotated[int, whole(1, 5)]
    would_return: OrNone[bool] = None
    words: MaybeWords = ""


class ReopenComplaint(ChangeComplaint):
    words: Words


class WithdrawComplaint(ChangeComplaint):
    words: Words
    """The customer's own."""


class MergeComplaint(ChangeComplaint):
    """Into another one of the same customer, which goes on."""

    into_id: PositiveId
    reason: Reason


class OfferRemedy(AddToComplaint):
    """What the customer is promised. Money has an amount, in yuan as people write it; beyond the
    director's limit the number of finance's consent as well."""

    kind: RemedyKind
    words: Words
    amount: OrNone[Yuan] = None
    account_code: Annotated[str, text(40, least=0)] = ""
    consent_no: OrNone[Annotated[str, text(60)]] = None

    @property
    def amount_fen(self) -> int | None:
        return None if self.amount is None else money_fen(self.amount)


class DeliverRemedy(AddToComplaint):
    remedy_id: PositiveId
    words: MaybeWords = ""


class DropRemedy(AddToComplaint):
    remedy_id: PositiveId
    reason: Reason


class PayRemedy(AddToComplaint):
    remedy_id: PositiveId
    words: Words
    """Finance's voucher."""
    files: tuple[Upload, ...] = ()
    """Its receipt."""


class AgreeToRemedy(Request):
    """What a second person is asked to agree to."""

    remedy_id: PositiveId


class PlanAction(AddToComplaint):
    """`check_on` None: as many days after `due_on` as the rule says."""

    kind: ActionKind
    what: Words
    handler_id: PositiveId
    """Who does it."""
    due_on: DateInRange
    check_on: OrNone[DateInRange] = None


class FinishAction(AddToComplaint):
    action_id: PositiveId
    words: Words
    """What was done."""


class CheckAction(AddToComplaint):
    action_id: PositiveId
    verdict: Verdict
    words: MaybeWords = ""


class TellImprovement(AddToComplaint):
    """The customer was told what was improved; `told_on` None: today."""

    action_id: PositiveId
    told_by: TouchKind
    told_on: OrNone[DateInRange] = None
    words: MaybeWords = ""
    """What he said to it."""


class FlagComplaint(ChangeComplaint):
    """What it touches, as it is from now on."""

    is_safety: bool
    is_media: bool
    is_dispute: bool = False
    is_legal: bool
    spokesperson_id: OrNone[PositiveId] = None
    legal_stage: Annotated[str, text(200, least=0)] = ""
    reason: Reason


class NamePerson(AddToComplaint):
    user_id: PositiveId
    reason: Reason


class AskDepartment(AddToComplaint):
    """A question to somebody of another department, to be answered on `due_on` at the latest."""

    department: Department
    user_id: PositiveId
    words: Words
    due_on: DateInRange
    is_errand: bool = False
    """He turns to the customer himself."""


class TakeStep(AddToComplaint):
    step_id: PositiveId


class AnswerStep(AddToComplaint):
    step_id: PositiveId
    words: Words


class TickItem(AddToComplaint):
    """Something on a checklist: done, or not after all."""

    item: Item
    is_done: bool


class RecordMeeting(AddToComplaint):
    """Minutes: `user_ids` are accounts of the group, `outsiders` everybody else who was there."""

    held_at: Moment
    user_ids: Annotated[tuple[PositiveId, ...], Field(max_length=50)] = ()
    outsiders: Annotated[str, text(200, least=0)] = ""
    words: Words
    """What was said."""
    decided: MaybeWords = ""


class AddFiles(AddToComplaint):
    """Papers, pictures and recordings: all of them, or none."""

    files: Annotated[tuple[Upload, ...], Field(min_length=1)]


class FileLetter(AddToComplaint):
    """The letter of a written apology."""

    remedy_id: PositiveId
    file: Upload


class TakeFile(Input):
    file_id: PositiveId


class TakeLog(Input):
    complaint_id: PositiveId
    language: Literal["zh_CN", "en"]
