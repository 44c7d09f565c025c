"""What people are told of: every kind of notice, its words, and where it leads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.core.words import N_


class NoticeKind(StrEnum):
    """Everything that people are told; features add theirs, and what it says to `KINDS`."""

    ACTION_CHECK = "action_check"
    ACTION_DUE = "action_due"
    ACTION_GIVEN = "action_given"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_ANSWERED = "approval_answered"
    COMPLAINT_CLUSTER = "complaint_cluster"
    COMPLAINT_DUE = "complaint_due"
    COMPLAINT_ESCALATED = "complaint_escalated"
    COMPLAINT_GIVEN = "complaint_given"
    COMPLAINT_LATE = "complaint_late"
    COMPLAINT_LEGAL = "complaint_legal"
    COMPLAINT_MAJOR = "complaint_major"
    COMPLAINT_NAMED = "complaint_named"
    COMPLAINT_TOSSED = "complaint_tossed"
    COMPLAINT_UNTRACKED = "complaint_untracked"
    CUSTOMER_HANDED_ON = "customer_handed_on"
    DECK_FROZEN = "deck_frozen"
    DECK_LATE = "deck_late"
    DECK_TO_SIGN = "deck_to_sign"
    HOLIDAYS_UNKNOWN = "holidays_unknown"
    IMPORT_DONE = "import_done"
    INBOUND_DUE = "inbound_due"
    INBOUND_LATE = "inbound_late"
    INBOUND_PASSED = "inbound_passed"
    JOB_FAILED = "job_failed"
    MAILBOX_MISSED = "mailbox_missed"
    MAILBOX_NEGLECTED = "mailbox_neglected"
    PROMISE_DUE = "promise_due"
    QA_REVIEWED = "qa_reviewed"
    SCRIPT_ANSWERED = "script_answered"
    SCRIPT_PROPOSED = "script_proposed"
    STEP_ANSWERED = "step_answered"
    STEP_ASKED = "step_asked"
    STEP_DUE = "step_due"
    SWEEP_FAILED = "sweep_failed"


@dataclass(frozen=True, slots=True)
class Telling:
    """How a kind of notice speaks. `address` (may be "") is the page that it leads to, and
    `query` what is asked of it there: name in the address -> name among the notice's params."""

    msgid: str
    icon: str
    address: str = ""
    query: dict[str, str] | None = None
    is_urgent: bool = False
    """Shown at any hour."""
    waits_for_deed: bool = False
    """Stays until the deed it asks for is done (`settle`); the others end when they are opened."""


def _owed(msgid: str, icon: str) -> Telling:
    """An answer that a caller waits for."""
    where = {"call": "call"}
    return Telling(msgid, icon, "inbound", where, is_urgent=True, waits_for_deed=True)


KINDS: Final[dict[NoticeKind, Telling]] = {
    NoticeKind.ACTION_CHECK: Telling(
        N_("{number}: see whether the action against its cause works"),
        ":material/fact_check:",
        "complaints",
        {"id": "complaint"},
        waits_for_deed=True,
    ),
    NoticeKind.ACTION_DUE: Telling(
        N_("{number}: your action against its cause is due on {day}"),
        ":material/event_upcoming:",
        "complaints",
        {"id": "complaint"},
        waits_for_deed=True,
    ),
    NoticeKind.ACTION_GIVEN: Telling(
        N_("{number}: you are to do something against its cause by {day}"),
        ":material/build:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.APPROVAL_ASKED: Telling(
        N_("{person} asks for approval: {what}"),
        ":material/approval:",
        "approvals",
        {"approval": "approval"},
        waits_for_deed=True,
    ),
    NoticeKind.APPROVAL_ANSWERED: Telling(
        N_("{answer}: {what}"), ":material/approval:", "approvals", {"approval": "approval"}
    ),
    NoticeKind.COMPLAINT_CLUSTER: Telling(
        N_("{count} complaints about {model} in a few days have one cause: {what}"),
        ":material/crisis_alert:",
        "complaints",
        {"id": "complaint"},
        is_urgent=True,
    ),
    NoticeKind.COMPLAINT_DUE: Telling(
        N_("{number}: {percent} % of the time for “{clock}” are used up"),
        ":material/hourglass_bottom:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.COMPLAINT_ESCALATED: Telling(
        N_("{number}: “{clock}” has been late for a working day"),
        ":material/emergency_home:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.COMPLAINT_LATE: Telling(
        N_("{number}: the time for “{clock}” is over"),
        ":material/alarm:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.COMPLAINT_LEGAL: Telling(
        N_("{number} is a legal case now, seen only by those named in it. Ask {person} about it"),
        ":material/gavel:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.COMPLAINT_MAJOR: Telling(
        N_("{number} is a complaint of level {level}"),
        ":material/crisis_alert:",
        "complaints",
        {"id": "complaint"},
        is_urgent=True,
    ),
    NoticeKind.COMPLAINT_NAMED: Telling(
        N_("{person} named you in the case {number}. You see it from now on"),
        ":material/person_add:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.COMPLAINT_GIVEN: Telling(
        N_("{person} gave a complaint into your hands: {number}"),
        ":material/feedback:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.COMPLAINT_TOSSED: Telling(
        N_("{number} goes to and fro: it was handed on {count} times"),
        ":material/sync_problem:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.COMPLAINT_UNTRACKED: Telling(
        N_("{number} is a crisis, and nothing has been written down since {day}"),
        ":material/history_toggle_off:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.CUSTOMER_HANDED_ON: Telling(
        N_("{person} handed a customer file on to you: {number}"),
        ":material/move_up:",
        "customers",
        {"id": "customer"},
    ),
    NoticeKind.DECK_FROZEN: Telling(
        N_("The complaint presentation of {month} is frozen. Comments are open until it is signed"),
        ":material/slideshow:",
        "decks",
        {"month": "month"},
    ),
    NoticeKind.DECK_LATE: Telling(
        N_("The complaint presentation of {month} should have been signed by {day}"),
        ":material/alarm:",
        "decks",
        {"month": "month"},
    ),
    NoticeKind.DECK_TO_SIGN: Telling(
        N_("The complaint presentation of {month} is to be signed by {day}"),
        ":material/draw:",
        "decks",
        {"month": "month"},
        waits_for_deed=True,
    ),
    NoticeKind.HOLIDAYS_UNKNOWN: Telling(
        N_(
            "The public holidays of {year} are not known to the system yet. Until it is updated, "
            "plain weekly hours hold for that year"
        ),
        ":material/event_busy:",
    ),
    NoticeKind.IMPORT_DONE: Telling(
        N_("{what} is done: {title}"), ":material/task_alt:", "imports", {"batch": "subject"}
    ),
    NoticeKind.INBOUND_DUE: _owed(
        N_("{who} waits for your answer until {time}"), ":material/phone_callback:"
    ),
    NoticeKind.INBOUND_LATE: _owed(
        N_("{who} was promised an answer by {time} and has none yet"), ":material/alarm:"
    ),
    NoticeKind.INBOUND_PASSED: _owed(
        N_("{person} put a caller through to you: {who}, answer by {time}"),
        ":material/phone_forwarded:",
    ),
    NoticeKind.JOB_FAILED: Telling(
        N_("{what} could not be finished: {title}"),
        ":material/error:",
        "notices",
        {"job": "job"},
        is_urgent=True,
    ),
    NoticeKind.MAILBOX_MISSED: Telling(
        N_("Nobody had looked into the company mailbox by {hour} on {day}. Please do, and note it"),
        ":material/mark_email_unread:",
        "complaints",
        {"view": "view"},
        waits_for_deed=True,
    ),
    NoticeKind.MAILBOX_NEGLECTED: Telling(
        N_("On {day} nobody looked into the company mailbox; {person} is named for it"),
        ":material/unsubscribe:",
        "complaints",
        {"view": "view"},
    ),
    NoticeKind.PROMISE_DUE: Telling(
        N_("{name} was promised something by {moment} and waits"),
        ":material/event_upcoming:",
        "visits",
        {"view": "view"},
        waits_for_deed=True,
    ),
    NoticeKind.QA_REVIEWED: Telling(
        N_("{person} reviewed a call of yours: {score} of 100"),
        ":material/hearing:",
        "rules",
        {"view": "view"},
    ),
    NoticeKind.SCRIPT_ANSWERED: Telling(
        N_("{what}: what you proposed for the script of “{name}”. {answer}"),
        ":material/edit_note:",
        "rules",
        {"rule": "rule"},
    ),
    NoticeKind.SCRIPT_PROPOSED: Telling(
        N_("{person} proposes another script for “{name}”"),
        ":material/edit_note:",
        "rules",
        {"rule": "rule"},
        waits_for_deed=True,
    ),
    NoticeKind.STEP_ANSWERED: Telling(
        N_("{number}: what you asked is answered"),
        ":material/quick_reply:",
        "complaints",
        {"id": "complaint"},
    ),
    NoticeKind.STEP_ASKED: Telling(
        N_("{number}: you are asked for your part, by {day}"),
        ":material/contact_support:",
        "complaints",
        {"id": "complaint"},
        waits_for_deed=True,
    ),
    NoticeKind.STEP_DUE: Telling(
        N_("{number}: your answer is due on {day}"),
        ":material/event_upcoming:",
        "complaints",
        {"id": "complaint"},
        waits_for_deed=True,
    ),
    NoticeKind.SWEEP_FAILED: Telling(
        N_("A part of the background work failed: {what}. Incident {incident}"),
        ":material/error:",
        "notices",
        {"job": "job"},
        is_urgent=True,
    ),
}
