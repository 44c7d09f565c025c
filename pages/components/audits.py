"""How a deed of the audit reads: its record and its changes in words."""

from dataclasses import dataclass
from datetime import datetime

from pages.components.browsers import browser_name
from pages.components.layout import NOTHING, shown
from pages.components.words import field, listed, raw
from services.audits import AuditLine
from services.core.audit import ACTIONS, Action
from services.core.parameters import PARAMETERS
from services.core.words import N_

SUBJECTS = {
    "customers": N_("Customer"),
    "vehicles": N_("Vehicle"),
    "ownerships": N_("Part in a car"),
    "orders": N_("Order"),
    "touches": N_("Touch"),
    "consents": N_("Consent"),
    "customer_summaries": N_("Summary of a file"),
    "documents": N_("Document"),
    "complaints": N_("Complaint"),
    "complaint_events": N_("What happened"),
    "complaint_steps": N_("Asked of others"),
    "complaint_files": N_("Papers and pictures"),
    "complaint_people": N_("Named in the case"),
    "cause_actions": N_("Action"),
    "complaint_decks": N_("Monthly presentation"),
    "deck_files": N_("Monthly presentation"),
    "remedies": N_("Remedy"),
    "users": N_("User"),
    "user_sessions": N_("Session"),
    "stores": N_("Store"),
    "import_batches": N_("Import"),
    "approvals": N_("Request"),
    "mailbox_checks": N_("Company mailbox"),
    "posts": N_("Named person"),
    "visit_tasks": N_("Contact"),
    "appointments": N_("Appointment"),
    "bays": N_("Bay"),
    "inbound_calls": N_("Call of a customer"),
    "visit_forms": N_("Visit form"),
    "visit_plans": N_("Weekly visit plan"),
    "visit_papers": N_("Papers and pictures"),
    "promises": N_("Promise"),
    "cadences": N_("Rule of contacts"),
    "campaigns": N_("Campaign"),
    "campaign_answers": N_("Answer to an invitation"),
    "surveys": N_("Survey"),
    "survey_responses": N_("Answered survey"),
    "survey_answers": N_("Answer of a survey"),
    "call_attempts": N_("Attempt to reach somebody"),
    "script_proposals": N_("Proposal"),
    "file_issues": N_("File issue"),
    "qa_reviews": N_("Review of a call"),
    "calendar_days": N_("Single days"),
    "calendar_weeks": N_("Working hours"),
    "parameter_values": N_("Parameter"),
    "installations": N_("Database"),
}


SOURCES = {
    "ui": N_("In the browser"),
    "sign-in": N_("At the sign-in"),
    "background": N_("In the background"),
    "job": N_("Long work"),
    "approval": N_("Request"),
}
"""By what stands before the colon, which a number of the record may follow."""
SYSTEM = N_("The system itself")


@dataclass(frozen=True)
class Deed:
    """One line of the audit as it is shown."""

    id: int
    at: datetime
    person: str
    action: str
    record: str
    what: str
    reason: str
    source: str


def deed(line: AuditLine) -> Deed:
    kind = raw(SUBJECTS[line.subject_kind]) if line.subject_kind in SUBJECTS else line.subject_kind
    return Deed(
        id=line.id,
        at=line.at,
        person=raw(SYSTEM) if line.person == "system" else line.person,
        action=action(line.action),
        record=_record(kind, line),
        what=_what(line),
        reason=line.reason,
        source=_source(line.source),
    )


def _source(code: str) -> str:
    """How the deed came in; a host's user stays as it is."""
    kind, _colon, number = code.partition(":")
    return " ".join((raw(SOURCES[kind]), number)).strip() if kind in SOURCES else code


def action(code: str) -> str:
    """An action's words; one that a later version wrote shows its code."""
    return raw(ACTIONS[Action(code)]) if code in {known.value for known in Action} else code


def _record(kind: str, line: AuditLine) -> str:
    """The kind and what people call the record; only where they call it nothing, its id."""
    name = line.about or ("" if line.subject_id is None else str(line.subject_id))
    return f"{kind} {name}".strip()


def _what(line: AuditLine) -> str:
    """`field: was → is` for changes, then the rest as `field: value`."""
    parts = [_pair(name, f"{_say(old)} → {_say(new)}") for name, old, new in line.changes]
    for name, value in line.details.items():
        parts.append(_pair(name, _detail(name, value)))
    return raw(N_("; ")).join(parts)


def _named(name: str) -> str:
    """A kind of record, or a field."""
    return raw(SUBJECTS[name]) if name in SUBJECTS else field(name)


def _detail(name: str, value: object) -> str:
    """A detail's value; a browser and a parameter have names of their own."""
    if name == "browser":
        return browser_name(str(value))
    if name == "key" and value in PARAMETERS:
        return raw(PARAMETERS[str(value)].label)
    return _say(value)


def _pair(name: str, words: str) -> str:
    return raw(N_("{field}: {reason}"), field=field(name), reason=words)


def _say(value: object) -> str:
    """A value as it was written down; what holds several, one after the other."""
    if value in ([], {}):
        return NOTHING
    if isinstance(value, dict):
        return listed(f"{_named(str(name))} {_say(each)}" for name, each in value.items())
    if isinstance(value, list):
        return listed(map(_say, value))
    return shown(value)
