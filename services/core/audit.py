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
from services.core.deeds import ACTIONS, Action
from services.core.masks import lasting, masked

__all__ = [
    "ACTIONS",
    "Action",
    "Change",
    "difference",
    "plain",
    "record",
    "revise",
    "seal_of",
]


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
