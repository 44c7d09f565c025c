"""Proving the data: every invariant that the database cannot promise by itself, checked anew.

`manage.py verify [PART] --json` runs it; features add their parts to `PARTS` as they join.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import (
    AuditBlock,
    AuditEntry,
    ComplaintFile,
    Counter,
    Customer,
    CustomerSummary,
    DeckFile,
    Ownership,
    OwnershipRole,
    StoredFile,
    Vehicle,
)
from db.storage import digest_of
from services import sealing
from services.core import audit
from services.core.access import Actor, Permission, beyond
from services.core.errors import InvalidInput
from services.core.heads import Head
from services.core.words import N_
from services.customers import summary
from services.customers.writing import SERIES

STEP: Final = 1000
FIRST: Final = 20
"""Offending rows that are named."""


@dataclass(frozen=True, slots=True)
class Offence:
    """One row that breaks an invariant."""

    table: str
    id: int
    says: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one part came to: how many rows were looked at, how many are wrong, the first ones."""

    part: str
    checked: int
    wrong: int
    first: list[Offence]


class UnknownPart(InvalidInput):
    msgid = N_("There is no part {part}. Parts: {known}")


def parts(session: Session, actor: Actor) -> list[str]:
    """The names of everything that can be verified."""
    actor.require(Permission.DATA_VERIFY)
    return list(PARTS)


def verify(session: Session, actor: Actor, part: str, heads: tuple[Head, ...] = ()) -> Finding:
    """Check one part over all rows. Raises UnknownPart.

    `heads` are what was kept of the audit outside of the database; the part `audit` must still
    hold each of them.
    """
    actor.require(Permission.DATA_VERIFY)
    if part not in PARTS:
        raise UnknownPart(part=part, known=", ".join(PARTS))
    checked = wrong = 0
    first: list[Offence] = []
    kept = _kept(session, heads if part == AUDIT else ())
    for offence in chain(PARTS[part](session), kept):
        checked += 1
        if offence is not None:
            wrong += 1
            if len(first) < FIRST:
                first.append(offence)
    return Finding(part, checked, wrong, first)


Check = Iterator[Offence | None]
"""One item a row looked at: what is wrong with it, or None."""


def _audit(session: Session) -> Check:
    """Every entry still says what was sealed, and every block still holds its entries."""
    yield from _entries(session)
    before = None
    for block in _walk(session, AuditBlock):
        fault = _fault(session, block, before)
        yield Offence("audit_blocks", block.id, fault) if fault else None
        before = block


def _entries(session: Session) -> Check:
    for entry in _walk(session, AuditEntry):
        try:
            right = audit.seal_of(entry) == entry.seal
        except KeyError:
            yield Offence("audit_entries", entry.id, f"sealed with unknown key {entry.key_id}")
            continue
        yield None if right else Offence("audit_entries", entry.id, "was changed after the deed")


def _fault(session: Session, block: AuditBlock, before: AuditBlock | None) -> str | None:
    """What is wrong with a block. The digest alone decides; the rest says where to look."""
    seals = sealing.seals_after(session, before, until=block.last_id)
    try:
        if sealing.digest_of(block, before, seals) == block.digest:
            return None
    except KeyError:
        return f"sealed with unknown key {block.key_id}"
    if block.id != (before.id + 1 if before else 1):
        return "the block before it is gone"
    if len(seals) != block.count:
        return f"{block.count} entries were sealed, {len(seals)} are there"
    return "it, the block before it or one of its entries was changed"


def _kept(session: Session, heads: tuple[Head, ...]) -> Check:
    """Every head that was ever kept is still a block: a tail that was cut off is missed, also when
    others were sealed in its place."""
    query = select(col(AuditBlock.id), col(AuditBlock.last_id), col(AuditBlock.digest))
    blocks = set(map(tuple, beyond(session, query))) if heads else set()
    for head in heads:
        there = (head.block, head.last_id, head.digest) in blocks
        words = "its head was kept, and it is gone or another"
        yield None if there else Offence("audit_blocks", head.block, words)


def _summaries(session: Session) -> Check:
    """Every file has its summary, and the summary says what the file says."""
    for customer in _walk(session, Customer):
        row = beyond(
            session,
            select(CustomerSummary).where(col(CustomerSummary.customer_id) == customer.id),
        ).scalar_one_or_none()
        if row is None:
            yield Offence("customers", customer.id, "has no summary")
            continue
        due = summary.derived(session, customer.id)
        stale = sorted(name for name, value in due.items() if getattr(row, name) != value)
        words = f"the summary is stale: {', '.join(stale)}"
        yield Offence("customers", customer.id, words) if stale else None


def _ownerships(session: Session) -> Check:
    """A car has one owner at a time."""
    query = (
        select(col(Vehicle.id), func.count())
        .join(Ownership, col(Ownership.vehicle_id) == col(Vehicle.id))
        .where(col(Ownership.role) == OwnershipRole.OWNER, col(Ownership.ended_on).is_(None))
        .group_by(col(Vehicle.id))
    )
    for key, owners in beyond(session, query):
        yield Offence("vehicles", key, f"has {owners} owners at once") if owners > 1 else None


def _numbers(session: Session) -> Check:
    """The counter of customer numbers is not behind the numbers given out."""
    last = beyond(session, select(func.max(col(Customer.number)))).scalar_one()
    at = beyond(
        session, select(col(Counter.value)).where(col(Counter.series) == SERIES)
    ).scalar_one_or_none()
    behind = last is not None and int(last[1:]) > (at or 0)
    yield Offence("counters", 0, f"{SERIES} stands at {at}, {last} is given") if behind else None


def _papers(session: Session) -> Check:
    """What lies under the digest of a complaint's paper or of a signed deck is what was kept."""
    for paper in (*_walk(session, ComplaintFile), *_walk(session, DeckFile)):
        table = paper.__tablename__
        content = beyond(
            session,
            select(col(StoredFile.content)).where(col(StoredFile.sha256) == paper.sha256),
        ).scalar_one_or_none()
        if content is None:
            yield Offence(table, paper.id, "its content is gone")
            continue
        is_same = (digest_of(content), len(content)) == (paper.sha256, paper.size)
        words = "its content was changed"
        yield None if is_same else Offence(table, paper.id, words)


def _walk(session: Session, model: Any) -> Iterator[Any]:
    """All rows of a table by its id, a step at a time, forgotten after use."""
    query = select(model).order_by(col(model.id)).limit(STEP)
    rows = list(beyond(session, query).scalars())
    while rows:
        yield from rows
        session.expunge_all()
        rows = list(beyond(session, query.where(col(model.id) > rows[-1].id)).scalars())


AUDIT: Final = "audit"
PARTS: Final[dict[str, Callable[[Session], Check]]] = {
    AUDIT: _audit,
    "numbers": _numbers,
    "ownerships": _ownerships,
    "papers": _papers,
    "summaries": _summaries,
}
