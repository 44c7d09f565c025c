"""The record of deeds: written in the deed's own transaction, sealed row by row (A11).

`changes` carries a deed's old and new values: clear into `revisions`, which are scoped and can be
erased, and into the audit what may stay for ever (`masks.lasting`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, inspect
from sqlmodel import Session

from db.models import AuditEntry, Customer, Revision
from db.types import Base, Scoped
from services.core import clock, keys
from services.core.access import Actor
from services.core.masks import lasting, masked
from services.core.words import N_


class Action(StrEnum):
    """Every deed that can stand in the audit, as `noun:past`; `ACTIONS` has its words."""

    ACCESS_DENIED = "access:denied"
    APPROVALS_ASKED = "approvals:asked"
    APPROVALS_EXPIRED = "approvals:expired"
    APPROVALS_GRANTED = "approvals:granted"
    APPROVALS_REFUSED = "approvals:refused"
    APPROVALS_WITHDRAWN = "approvals:withdrawn"
    CADENCES_ADOPTED = "cadences:adopted"
    CADENCES_APPROVED = "cadences:approved"
    CADENCES_RETIRED = "cadences:retired"
    CALENDARS_CHANGED = "calendars:changed"
    CALENDARS_DAYS_SET = "calendars:days_set"
    CALENDARS_DAYS_WITHDRAWN = "calendars:days_withdrawn"
    CALENDARS_WITHDRAWN = "calendars:withdrawn"
    COMPLAINTS_ACCEPTED = "complaints:accepted"
    COMPLAINTS_ACKNOWLEDGED = "complaints:acknowledged"
    COMPLAINTS_ACTED = "complaints:acted"
    COMPLAINTS_AGREED = "complaints:agreed"
    COMPLAINTS_ASKED = "complaints:asked"
    COMPLAINTS_CLOSED = "complaints:closed"
    COMPLAINTS_CONFIRMED = "complaints:confirmed"
    COMPLAINTS_CONTACTED = "complaints:contacted"
    COMPLAINTS_COVERED = "complaints:covered"
    COMPLAINTS_EXECUTED = "complaints:executed"
    COMPLAINTS_EXPORTED = "complaints:exported"
    COMPLAINTS_FILED = "complaints:filed"
    COMPLAINTS_FILE_TAKEN = "complaints:file_taken"
    COMPLAINTS_FLAGGED = "complaints:flagged"
    COMPLAINTS_FOUND = "complaints:found"
    COMPLAINTS_HELPED = "complaints:helped"
    COMPLAINTS_LEVELLED = "complaints:levelled"
    COMPLAINTS_LOG_TAKEN = "complaints:log_taken"
    COMPLAINTS_MERGED = "complaints:merged"
    COMPLAINTS_MET = "complaints:met"
    COMPLAINTS_NAMED = "complaints:named"
    COMPLAINTS_NOTED = "complaints:noted"
    COMPLAINTS_OFFERED = "complaints:offered"
    COMPLAINTS_PAUSED = "complaints:paused"
    COMPLAINTS_PREPARED = "complaints:prepared"
    COMPLAINTS_PROPOSED = "complaints:proposed"
    COMPLAINTS_REGISTERED = "complaints:registered"
    COMPLAINTS_REJECTED = "complaints:rejected"
    COMPLAINTS_REOPENED = "complaints:reopened"
    COMPLAINTS_REPLIED = "complaints:replied"
    COMPLAINTS_RESUMED = "complaints:resumed"
    COMPLAINTS_SURVEYED = "complaints:surveyed"
    COMPLAINTS_TICKED = "complaints:ticked"
    COMPLAINTS_TIMED = "complaints:timed"
    COMPLAINTS_TOLD = "complaints:told"
    COMPLAINTS_TRANSFERRED = "complaints:transferred"
    COMPLAINTS_TRIAGED = "complaints:triaged"
    COMPLAINTS_WITHDRAWN = "complaints:withdrawn"
    CUSTOMERS_ASSIGNED = "customers:assigned"
    CUSTOMERS_CREATED = "customers:created"
    CUSTOMERS_EDITED = "customers:edited"
    CUSTOMERS_REVEALED = "customers:revealed"
    CUSTOMERS_TOUCHED = "customers:touched"
    CUSTOMERS_CONSENTED = "customers:consented"
    CUSTOMERS_DOCUMENTED = "customers:documented"
    DATA_LOADED = "data:loaded"
    DECKS_COMMENTED = "decks:commented"
    DECKS_FROZEN = "decks:frozen"
    DECKS_KEPT = "decks:kept"
    DECKS_SIGNED = "decks:signed"
    DECKS_TAKEN = "decks:taken"
    IMPORTS_CHECKED = "imports:checked"
    IMPORTS_EXPORTED = "imports:exported"
    IMPORTS_RUN = "imports:run"
    IMPORTS_UNDONE = "imports:undone"
    MAILBOX_CHECKED = "mailbox:checked"
    POSTS_ENDED = "posts:ended"
    POSTS_NAMED = "posts:named"
    PROFILE_EDITED = "profile:edited"
    SESSIONS_ENDED = "sessions:ended"
    SESSIONS_OPENED = "sessions:opened"
    SESSIONS_REFUSED = "sessions:refused"
    SETTINGS_CHANGED = "settings:changed"
    SETTINGS_WITHDRAWN = "settings:withdrawn"
    STORES_CREATED = "stores:created"
    USERS_CREATED = "users:created"
    USERS_EDITED = "users:edited"
    USERS_PASSWORD_RESET = "users:password_reset"  # noqa: S105 - a name, not a password
    VEHICLES_ADDED = "vehicles:added"
    VEHICLES_EDITED = "vehicles:edited"
    VISITS_CALLED = "visits:called"
    VISITS_CANCELLED = "visits:cancelled"
    VISITS_MADE = "visits:made"
    VISITS_MOVED = "visits:moved"
    VISITS_PLANNED = "visits:planned"
    VISITS_REPORTED = "visits:reported"
    VISITS_SETTLED = "visits:settled"
    VISITS_WEIGHED = "visits:weighed"


ACTIONS: dict[Action, str] = {
    Action.ACCESS_DENIED: N_("Attempt refused"),
    Action.APPROVALS_ASKED: N_("Approval asked for"),
    Action.APPROVALS_EXPIRED: N_("Request for approval expired"),
    Action.APPROVALS_GRANTED: N_("Approval granted"),
    Action.APPROVALS_REFUSED: N_("Approval refused"),
    Action.APPROVALS_WITHDRAWN: N_("Request for approval withdrawn"),
    Action.CADENCES_ADOPTED: N_("Rule of contacts taken over"),
    Action.CADENCES_APPROVED: N_("Rule of contacts approved"),
    Action.CADENCES_RETIRED: N_("Rule of contacts ended"),
    Action.CALENDARS_CHANGED: N_("Working hours changed"),
    Action.CALENDARS_DAYS_SET: N_("Single days decided"),
    Action.CALENDARS_DAYS_WITHDRAWN: N_("Single days withdrawn"),
    Action.CALENDARS_WITHDRAWN: N_("Working hours withdrawn"),
    Action.COMPLAINTS_ACCEPTED: N_("Answer accepted"),
    Action.COMPLAINTS_ACKNOWLEDGED: N_("Complaint acknowledged"),
    Action.COMPLAINTS_ACTED: N_("Action against a cause"),
    Action.COMPLAINTS_AGREED: N_("Proposal agreed to"),
    Action.COMPLAINTS_ASKED: N_("Department asked"),
    Action.COMPLAINTS_CLOSED: N_("Complaint closed"),
    Action.COMPLAINTS_CONFIRMED: N_("Answer confirmed"),
    Action.COMPLAINTS_CONTACTED: N_("Talk about a complaint"),
    Action.COMPLAINTS_COVERED: N_("Complaint covered"),
    Action.COMPLAINTS_EXECUTED: N_("Remedy done"),
    Action.COMPLAINTS_EXPORTED: N_("Complaints taken along as a file"),
    Action.COMPLAINTS_FILED: N_("Paper added to a complaint"),
    Action.COMPLAINTS_FILE_TAKEN: N_("Paper of a complaint taken along"),
    Action.COMPLAINTS_FLAGGED: N_("Complaint marked"),
    Action.COMPLAINTS_FOUND: N_("Complaint investigated"),
    Action.COMPLAINTS_HELPED: N_("Department answered"),
    Action.COMPLAINTS_LEVELLED: N_("Level of a complaint changed"),
    Action.COMPLAINTS_LOG_TAKEN: N_("Log of a complaint taken along"),
    Action.COMPLAINTS_MERGED: N_("Complaint merged"),
    Action.COMPLAINTS_MET: N_("Meeting about a complaint"),
    Action.COMPLAINTS_NAMED: N_("People named in a complaint"),
    Action.COMPLAINTS_NOTED: N_("Note on a complaint"),
    Action.COMPLAINTS_OFFERED: N_("Remedy for a complaint"),
    Action.COMPLAINTS_PAUSED: N_("Complaint waits"),
    Action.COMPLAINTS_PREPARED: N_("Proposal prepared"),
    Action.COMPLAINTS_PROPOSED: N_("Proposal made"),
    Action.COMPLAINTS_REGISTERED: N_("Complaint registered"),
    Action.COMPLAINTS_REJECTED: N_("Proposal rejected"),
    Action.COMPLAINTS_REOPENED: N_("Complaint opened again"),
    Action.COMPLAINTS_REPLIED: N_("Customer answered"),
    Action.COMPLAINTS_RESUMED: N_("Complaint goes on"),
    Action.COMPLAINTS_SURVEYED: N_("Satisfaction asked"),
    Action.COMPLAINTS_TICKED: N_("Checklist of a complaint"),
    Action.COMPLAINTS_TIMED: N_("Due moments of complaints renewed"),
    Action.COMPLAINTS_TOLD: N_("Customer told of an improvement"),
    Action.COMPLAINTS_TRANSFERRED: N_("Complaint transferred"),
    Action.COMPLAINTS_TRIAGED: N_("Complaint triaged"),
    Action.COMPLAINTS_WITHDRAWN: N_("Complaint withdrawn"),
    Action.CUSTOMERS_ASSIGNED: N_("Owner changed"),
    Action.CUSTOMERS_CREATED: N_("Customer created"),
    Action.CUSTOMERS_EDITED: N_("Customer edited"),
    Action.CUSTOMERS_REVEALED: N_("Masked field revealed"),
    Action.CUSTOMERS_TOUCHED: N_("Touch recorded"),
    Action.CUSTOMERS_CONSENTED: N_("Consent recorded"),
    Action.CUSTOMERS_DOCUMENTED: N_("Document recorded"),
    Action.DATA_LOADED: N_("Data loaded"),
    Action.DECKS_COMMENTED: N_("Presentation commented"),
    Action.DECKS_FROZEN: N_("Presentation frozen"),
    Action.DECKS_KEPT: N_("Signed presentation kept"),
    Action.DECKS_SIGNED: N_("Presentation signed"),
    Action.DECKS_TAKEN: N_("Presentation taken along"),
    Action.IMPORTS_CHECKED: N_("Import checked"),
    Action.IMPORTS_EXPORTED: N_("Wrong rows exported"),
    Action.IMPORTS_RUN: N_("Import run"),
    Action.IMPORTS_UNDONE: N_("Import undone"),
    Action.MAILBOX_CHECKED: N_("Mailbox checked"),
    Action.POSTS_ENDED: N_("Duty ended"),
    Action.POSTS_NAMED: N_("Person named for a duty"),
    Action.PROFILE_EDITED: N_("Profile edited"),
    Action.SESSIONS_ENDED: N_("Session ended"),
    Action.SESSIONS_OPENED: N_("Signed in"),
    Action.SESSIONS_REFUSED: N_("Sign-in refused"),
    Action.SETTINGS_CHANGED: N_("Parameter changed"),
    Action.SETTINGS_WITHDRAWN: N_("Parameter change withdrawn"),
    Action.STORES_CREATED: N_("Store created"),
    Action.USERS_CREATED: N_("User created"),
    Action.USERS_EDITED: N_("User edited"),
    Action.USERS_PASSWORD_RESET: N_("Password reset"),
    Action.VEHICLES_ADDED: N_("Vehicle added"),
    Action.VEHICLES_EDITED: N_("Vehicle edited"),
    Action.VISITS_CALLED: N_("Contact attempted"),
    Action.VISITS_CANCELLED: N_("Contact cancelled"),
    Action.VISITS_MADE: N_("Contacts planned by a cadence"),
    Action.VISITS_MOVED: N_("Contact moved"),
    Action.VISITS_PLANNED: N_("Contact planned"),
    Action.VISITS_REPORTED: N_("Return-visit report taken along as a file"),
    Action.VISITS_SETTLED: N_("Reminders of maintenance adjusted"),
    Action.VISITS_WEIGHED: N_("Contacts held, merged or ended by the rule"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a record: what it was, what it is."""

    field: str
    old: Any
    new: Any


def difference(row: Base, values: Mapping[str, Any]) -> list[Change]:
    """The fields of `row` that `values` would change."""
    return [
        Change(name, old, new) for name, new in values.items() if (old := getattr(row, name)) != new
    ]


def record(
    session: Session,
    actor: Actor,
    action: Action,
    subject: Base | str,
    *,
    changes: list[Change] | None = None,
    reason: str = "",
    store_id: int | None = None,
    customer_id: int | None = None,
    **details: object,
) -> AuditEntry:
    """Write down a deed. `subject` is the row it was done to, or a kind's name; `customer_id` is
    whose file that touches, where the row does not say so itself.

    With `changes`, the audit keeps the fields' masked values and `revisions` the clear ones; of a
    customer's rows (`Scoped`) it keeps no text that a person typed. `details` hold no such text.
    """
    kind, key = str(subject), None
    if isinstance(subject, Base):
        session.flush()  # the row needs its id before we can name it
        kind, [key] = str(subject.__tablename__), inspect(subject).identity
        store_id = store_id if store_id is not None else getattr(subject, "store_id", None)
        customer_id = customer_id or _customer_of(subject)
    if changes:
        keep = lasting if isinstance(subject, Scoped) else masked
        details["changes"] = [
            [c.field, keep(c.field, c.old), keep(c.field, c.new)] for c in changes
        ]
    entry = AuditEntry(
        at=clock.now(),
        actor_id=actor.id,
        actor_name=actor.name,
        action=action.value,
        subject_kind=kind,
        subject_id=key,
        customer_id=customer_id,
        store_id=store_id if store_id is not None else actor.store_id,
        details={name: plain(value) for name, value in details.items()},
        reason=reason,
        source=actor.source,
        key_id=keys.current_id(),
        seal="",
    )
    entry.seal = seal_of(entry)
    session.add(entry)
    if changes and isinstance(subject, Base):
        revise(session, entry, [(subject, entry.customer_id, change) for change in changes])
    return entry


def _customer_of(subject: Base) -> int | None:
    return subject.id if isinstance(subject, Customer) else getattr(subject, "customer_id", None)


def revise(
    session: Session, entry: AuditEntry, changes: list[tuple[Base, int | None, Change]]
) -> None:
    """Keep the clear values of a deed's changes: (row, whose file it is on, change).

    All at once, so that no id comes back: a person need not be able to read what he leaves here.
    """
    session.flush()
    rows = [
        {
            "audit_id": entry.id,
            "subject_kind": str(row.__tablename__),
            "subject_id": inspect(row).identity[0],
            "customer_id": customer_id,
            "field": change.field,
            "old": plain(change.old),
            "new": plain(change.new),
        }
        for row, customer_id, change in changes
    ]
    if rows:
        session.execute(insert(Revision), rows)


def plain(value: object) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def seal_of(entry: AuditEntry) -> str:
    """The HMAC over everything the entry says, under the key that it names."""
    said = [
        entry.at.isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.customer_id,
        entry.store_id,
        entry.details,
        entry.reason,
        entry.source,
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return keys.seal("audit", text, entry.key_id)
