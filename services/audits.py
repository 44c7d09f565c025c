"""The audit as people read it: who did what to which record, when and why (A11, 6.3)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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
from services.core.access import READS, Actor, Permission, Reach
from services.core.clock import SHANGHAI
from services.core.masks import HIDDEN

PAGE: Final = 50
_OF_CUSTOMERS: Final = frozenset(
    model.__tablename__ for model in (Customer, Vehicle, Ownership, Order, Touch, Document, Consent)
)
SUBJECTS: Final = ("customers", "vehicles", "users", "stores", "import_batches", "touches")


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
    if after and after.isascii() and after.isdigit() and len(after) < len(str(2**63)):
        query = query.where(col(AuditEntry.id) < int(after))
    found = list(session.execute(_narrowed(query, filters).limit(PAGE + 1)).scalars())
    lines = [_line(entry, actor) for entry in found[:PAGE]]
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
        query = query.where(col(AuditEntry.action) == filters.action)
    if filters.subject_kind:
        query = query.where(col(AuditEntry.subject_kind) == filters.subject_kind)
    if filters.subject_id is not None:
        query = query.where(col(AuditEntry.subject_id) == filters.subject_id)
    if filters.customer_number:
        wanted = select(col(Customer.id)).where(col(Customer.number) == filters.customer_number)
        query = query.where(
            col(AuditEntry.subject_kind) == "customers", col(AuditEntry.subject_id).in_(wanted)
        )
    if filters.since is not None:
        query = query.where(col(AuditEntry.at) >= _midnight(filters.since))
    if filters.until is not None:
        query = query.where(col(AuditEntry.at) < _midnight(filters.until + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)


def _line(entry: AuditEntry, actor: Actor) -> AuditLine:
    details = dict(entry.details)
    if entry.subject_kind in _OF_CUSTOMERS and actor.reach(READS) is Reach.NONE:
        details = _without_values(details)
    return AuditLine(
        id=entry.id,
        at=entry.at,
        person=entry.actor_name,
        action=entry.action,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        details=details,
        reason=entry.reason,
        source=entry.source,
    )


def _without_values(details: dict[str, Any]) -> dict[str, Any]:
    """The deed without the customers' data, for who keeps the system and may read no file."""
    changes = details.get("changes", [])
    hidden = [[name, *(HIDDEN if value else value for value in pair)] for name, *pair in changes]
    return details | {"changes": hidden} if changes else details
