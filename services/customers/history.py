"""The history of a file: every change of it and of its cars, in words, masked like the file."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import AuditEntry, Customer, Revision, Vehicle
from services.core import masks, recorded
from services.core.access import Actor, Permission, beyond, load
from services.customers import policy
from services.customers.views import SHORT_LIST, HistoryEntry


def history(session: Session, actor: Actor, customer_id: int) -> list[HistoryEntry]:
    """Every change of the file, newest first; personal values masked as the file's or car's are."""
    actor.require(Permission.CUSTOMERS_VIEW)
    customer = load(session, Customer, customer_id)
    query = (
        select(Revision, AuditEntry)
        .join(AuditEntry, col(AuditEntry.id) == col(Revision.audit_id))
        .where(col(Revision.customer_id) == customer.id)
        .order_by(col(Revision.id).desc())
        .limit(SHORT_LIST)
    )
    found = list(beyond(session, query))
    hidden = _hidden_of(session, actor, customer, [revision for revision, _entry in found])
    stored = [
        (revision.subject_kind, revision.field, _shown(revision, value, hidden))
        for revision, _entry in found
        for value in (revision.old, revision.new)
    ]
    values = recorded.read(session, stored)
    return [
        HistoryEntry(
            at=entry.at,
            person=entry.actor_name,
            action=entry.action,
            field=revision.field,
            old=old,
            new=new,
            reason=entry.reason,
        )
        for (revision, entry), old, new in zip(found, values[::2], values[1::2], strict=True)
    ]


_Key = tuple[str, int]


def _shown(revision: Revision, value: Any, hidden: dict[_Key, frozenset[str]]) -> Any:
    name = revision.field
    return masks.masked(name, value) if name in hidden[_row_of(revision)] else value


def _row_of(revision: Revision) -> _Key:
    return revision.subject_kind, revision.subject_id


def _hidden_of(
    session: Session, actor: Actor, customer: Customer, revisions: list[Revision]
) -> dict[_Key, frozenset[str]]:
    """What is masked of each changed row. A car that is out of sight by now is masked wholly."""
    masking = policy.Masking(session, actor, customer)
    of_file = masking.hidden()
    hidden = dict.fromkeys(map(_row_of, revisions), of_file)
    keys = [key for kind, key in hidden if kind == Vehicle.__tablename__]
    seen = session.execute(select(Vehicle).where(col(Vehicle.id).in_(keys))).scalars()
    cars = {car.id: masking.hidden(car) for car in seen}
    return hidden | {(Vehicle.__tablename__, key): cars.get(key, policy.REVEALABLE) for key in keys}
