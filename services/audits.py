"""The audit as people read it: who did what to which record, when and why (A11, 6.3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    AuditEntry,
    Consent,
    Customer,
    Document,
    Order,
    Ownership,
    Touch,
    User,
    Vehicle,
)
from services.core import clock, recorded
from services.core.access import READS, Actor, Permission, Reach
from services.core.fields import id_in
from services.core.masks import HIDDEN
from services.core.normal import EARLIEST, LATEST, storable

PAGE: Final = 50
_OF_CUSTOMERS: Final = frozenset(
    model.__tablename__ for model in (Customer, Vehicle, Ownership, Order, Touch, Document, Consent)
)


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """None or empty means no bound; days are the dealer's, both inclusive."""

    person_id: int | None = None
    action: str | None = None
    subject_kind: str | None = None
    subject_id: int | None = None
    customer_number: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    id: int
    at: datetime
    person: str
    action: str
    subject_kind: str
    subject_id: int | None
    about: str
    """Number and name of the file, or the name of the person, it was done to; "" for anything else,
    and for a file that the reader may not see."""
    changes: list[tuple[str, Any, Any]]
    """(field, was, is); choices and names as `recorded.read` gives them."""
    details: dict[str, Any]
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    lines: list[AuditLine]
    after: str | None


def page(
    session: Session, actor: Actor, filters: AuditFilters, after: str | None = None
) -> AuditPage:
    """One page of deeds, newest first; a manager sees those of his store."""
    actor.require(Permission.AUDIT_VIEW)
    query = select(AuditEntry).order_by(col(AuditEntry.id).desc())
    if key := id_in(after):
        query = query.where(col(AuditEntry.id) < key)
    found = list(session.execute(_narrowed(query, filters).limit(PAGE + 1)).scalars())
    lines = _lines(session, actor, found[:PAGE])
    return AuditPage(lines, str(lines[-1].id) if len(found) > PAGE else None)


def people(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the people whose deeds the actor may read."""
    actor.require(Permission.AUDIT_VIEW)
    seen = select(col(AuditEntry.actor_id)).where(col(AuditEntry.actor_id).is_not(None))
    query = select(col(User.id), col(User.name)).where(col(User.id).in_(seen.distinct()))
    return [(key, name) for key, name in session.execute(query.order_by(col(User.name)))]


def _narrowed(query: Any, filters: AuditFilters) -> Any:
    if filters.person_id is not None:
        query = query.where(col(AuditEntry.actor_id) == filters.person_id)
    if filters.action:
        query = query.where(col(AuditEntry.action) == storable(filters.action))
    if filters.subject_kind:
        query = query.where(col(AuditEntry.subject_kind) == storable(filters.subject_kind))
    if filters.subject_id is not None:
        query = query.where(col(AuditEntry.subject_id) == filters.subject_id)
    if filters.customer_number:
        number = storable(filters.customer_number)
        wanted = select(col(Customer.id)).where(col(Customer.number) == number)
        query = query.where(col(AuditEntry.customer_id).in_(wanted))
    if filters.since is not None:
        query = query.where(col(AuditEntry.at) >= _midnight(filters.since))
    if filters.until is not None:
        query = query.where(col(AuditEntry.at) < _midnight(filters.until) + timedelta(days=1))
    return query


def _midnight(day: date) -> datetime:
    # The address may name the very first or last day there is: beside it no time can be told.
    day = min(max(day, EARLIEST), LATEST)
    return clock.midnight(day)


def _lines(session: Session, actor: Actor, entries: list[AuditEntry]) -> list[AuditLine]:
    about = _files(session, entries) | _people(session, entries)
    lines = []
    for entry in entries:
        details = dict(entry.details)
        changes = [(name, old, new) for name, old, new in details.pop("changes", [])]
        if entry.subject_kind in _OF_CUSTOMERS and actor.reach(READS) is Reach.NONE:
            changes = [(n, *(HIDDEN if v else v for v in pair)) for n, *pair in changes]
        lines.append(_line(session, entry, about.get(entry.id, ""), changes, details))
    return lines


def _line(
    session: Session,
    entry: AuditEntry,
    about: str,
    changes: list[tuple[str, Any, Any]],
    details: dict[str, Any],
) -> AuditLine:
    kind = entry.subject_kind
    stored = [(kind, name, value) for name, old, new in changes for value in (old, new)]
    values = recorded.read(session, [*stored, *((kind, n, v) for n, v in details.items())])
    pairs = zip(values[0 : len(stored) : 2], values[1 : len(stored) : 2], strict=True)
    return AuditLine(
        id=entry.id,
        at=entry.at,
        person=entry.actor_name,
        action=entry.action,
        subject_kind=kind,
        subject_id=entry.subject_id,
        about=about,
        changes=[(name, *pair) for (name, *_), pair in zip(changes, pairs, strict=True)],
        details=dict(zip(details, values[len(stored) :], strict=True)),
        reason=entry.reason,
        source=entry.source,
    )


def _files(session: Session, entries: list[AuditEntry]) -> dict[int, str]:
    """Entry -> number and name of the file it touched, of those in the reader's sight."""
    keys = {entry.customer_id for entry in entries if entry.customer_id}
    seen = recorded.files_of(session, keys)
    return {entry.id: seen[entry.customer_id] for entry in entries if entry.customer_id in seen}


def _people(session: Session, entries: list[AuditEntry]) -> dict[int, str]:
    """Entry -> the name of the person it was done to."""
    keys = {entry.subject_id for entry in entries if entry.subject_kind == "users"}
    names = recorded.names_of(session, User, keys)
    return {
        entry.id: names[entry.subject_id]
        for entry in entries
        if entry.subject_kind == "users" and entry.subject_id in names
    }
