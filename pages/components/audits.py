"""How a deed of the audit reads: its record and its changes in words."""

import json
from dataclasses import dataclass
from datetime import datetime

from pages.components.words import field, raw
from services.audits import AuditLine
from services.core.audit import ACTIONS, Action
from services.core.words import N_

SUBJECTS = {
    "customers": N_("Customer"),
    "vehicles": N_("Vehicle"),
    "ownerships": N_("Part in a car"),
    "touches": N_("Touch"),
    "consents": N_("Consent"),
    "documents": N_("Document"),
    "users": N_("User"),
    "user_sessions": N_("Session"),
    "stores": N_("Store"),
    "import_batches": N_("Import"),
}


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
        person=line.person,
        action=action(line.action),
        record=f"{kind} {line.subject_id}" if line.subject_id is not None else kind,
        what=_what(line.details),
        reason=line.reason,
        source=line.source,
    )


def action(code: str) -> str:
    """An action's words; one that a later version wrote shows its code."""
    return raw(ACTIONS[Action(code)]) if code in {known.value for known in Action} else code


def _what(details: dict[str, object]) -> str:
    """`field: was → is` for changes, the rest as it was written."""
    parts = []
    changes = details.get("changes")
    for name, old, new in changes if isinstance(changes, list) else []:
        parts.append(f"{field(name)}: {_say(old)} → {_say(new)}")
    rest = {name: value for name, value in details.items() if name != "changes"}
    if rest:
        parts.append(json.dumps(rest, ensure_ascii=False))
    return "; ".join(parts)


def _say(value: object) -> str:
    return "–" if value in (None, "") else str(value)
