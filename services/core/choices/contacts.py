"""The words for the choices of the visit plan."""

from enum import StrEnum
from typing import Final

from db.models import (
    CadenceState,
    CallResult,
    CampaignKind,
    CampaignState,
    FeedbackCode,
    Hold,
    IssueKind,
    IssueState,
    PlanState,
    PromiseState,
    ProposalState,
    Rsvp,
    ServiceBasis,
    TaskState,
    Trigger,
    VisitKind,
)
from services.core.words import N_

CONTACTS: Final[dict[type[StrEnum], dict[str, str]]] = {
    CadenceState: {
        CadenceState.DRAFT: N_("Draft"),
        CadenceState.APPROVED: N_("In force"),
        CadenceState.RETIRED: N_("Ended"),
    },
    CallResult: {
        CallResult.CONNECTED: N_("Reached"),
        CallResult.NO_ANSWER: N_("No answer"),
        CallResult.BUSY: N_("Engaged"),
        CallResult.OFF: N_("Switched off"),
        CallResult.WRONG_NUMBER: N_("Wrong number"),
        CallResult.REFUSED: N_("Does not want it"),
    },
    CampaignKind: {
        CampaignKind.INVITATION: N_("Invitation to an event"),
        CampaignKind.NEWS: N_("News"),
        CampaignKind.OFFER: N_("Special offer"),
        CampaignKind.ANNUAL_CARE: N_("Annual care"),
        CampaignKind.GREETING: N_("Festival greeting"),
        CampaignKind.WIN_BACK: N_("Winning back"),
    },
    CampaignState: {
        CampaignState.DRAFT: N_("Draft"),
        CampaignState.APPROVED: N_("Approved"),
        CampaignState.ENDED: N_("Ended early"),
    },
    FeedbackCode: {
        FeedbackCode.NEED: N_("Needs something"),
        FeedbackCode.INTENT: N_("Thinks of buying"),
        FeedbackCode.PRAISE: N_("Praise"),
        FeedbackCode.GRUMBLE: N_("Grumble"),
        FeedbackCode.COMPLAINT: N_("Complaint"),
        FeedbackCode.IDEA: N_("Idea for improvement"),
        FeedbackCode.PRICE: N_("About the price"),
        FeedbackCode.RIVAL: N_("Compares with others"),
    },
    Hold: {
        Hold.SPACING: N_("Contacted a few days ago"),
        Hold.DO_NOT_CONTACT: N_("Does not want to be contacted"),
        Hold.OPEN_COMPLAINT: N_("Waits for our answer to a complaint"),
        Hold.NO_CONSENT: N_("Took back the consent to it"),
        Hold.PREFERRED_DAYS: N_("Likes another day of the week better"),
    },
    PlanState: {
        PlanState.DRAFT: N_("Draft"),
        PlanState.SUBMITTED: N_("Waits for approval"),
        PlanState.RETURNED: N_("Sent back"),
        PlanState.APPROVED: N_("Approved"),
        PlanState.RUNNING: N_("Under way"),
        PlanState.REVIEWED: N_("Reviewed"),
    },
    PromiseState: {
        PromiseState.OPEN: N_("Promised"),
        PromiseState.KEPT: N_("Kept"),
        PromiseState.BROKEN: N_("Not kept"),
        PromiseState.WITHDRAWN: N_("Not wanted any more"),
    },
    ServiceBasis: {
        ServiceBasis.MEASURED: N_("Measured"),
        ServiceBasis.ASSUMED: N_("Assumed"),
    },
    IssueKind: {
        IssueKind.PHONE_WRONG: N_("The number is another's"),
        IssueKind.PHONE_UNREACHABLE: N_("The number leads to nobody"),
        IssueKind.MISSING: N_("Registered incomplete"),
    },
    IssueState: {
        IssueState.OPEN: N_("To be mended"),
        IssueState.CLOSED: N_("Mended"),
    },
    ProposalState: {
        ProposalState.OPEN: N_("Not answered yet"),
        ProposalState.TAKEN: N_("Taken over"),
        ProposalState.DECLINED: N_("Not taken over"),
    },
    Rsvp: {
        Rsvp.COMES: N_("Comes"),
        Rsvp.UNDECIDED: N_("Undecided"),
        Rsvp.COMES_NOT: N_("Does not come"),
    },
    TaskState: {
        TaskState.PLANNED: N_("To be made"),
        TaskState.DONE: N_("Made"),
        TaskState.MERGED: N_("Made together with another"),
        TaskState.UNREACHABLE: N_("Not reachable"),
        TaskState.DECLINED: N_("Declined"),
        TaskState.CANCELLED: N_("Cancelled"),
        TaskState.SUPPRESSED: N_("Held by the rule"),
        TaskState.EXPIRED: N_("Tried in vain"),
        TaskState.MISSED: N_("Missed"),
    },
    Trigger: {
        Trigger.DELIVERY: N_("Car delivered"),
        Trigger.REPAIR: N_("Car repaired"),
        Trigger.COMPLAINT: N_("Complaint closed"),
        Trigger.FILE_GAP: N_("File incomplete"),
        Trigger.INSURANCE: N_("Insurance runs out"),
        Trigger.INSPECTION: N_("Inspection due"),
        Trigger.MAINTENANCE: N_("Maintenance due"),
        Trigger.BIRTHDAY: N_("Birthday"),
        Trigger.CLASS: N_("Regular contact"),
        Trigger.NEXT_DATE: N_("Agreed with the customer"),
        Trigger.CAMPAIGN: N_("Campaign"),
        Trigger.MANUAL: N_("Wanted by a colleague"),
    },
    VisitKind: {
        VisitKind.CALL: N_("Call"),
        VisitKind.VISIT: N_("Visit"),
        VisitKind.MESSAGE: N_("Message"),
        VisitKind.RECEPTION: N_("Reception"),
    },
}
