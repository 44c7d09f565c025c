"""Sealing the audit in chained blocks, outside of the deeds (A11).

Each block's digest covers the digest of the block before, so that nothing can be changed, taken out
or put in below the newest block. `verification` proves it; `heads` keeps what finds a cut tail.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.locks import lock_audit
from db.models import AuditBlock, AuditEntry
from services.core import clock, heads, keys
from services.core.access import Actor, Caller, Permission, beyond
from services.core.heads import Head
from services.core.inputs import Input
from services.core.run import fetch, perform

BLOCK: Final = 1000
"""Most entries in a block: reading their seals holds the writers up for milliseconds."""

Seals = Sequence[tuple[int, str]]
"""(id, seal) of entries, by id."""


class SealAudit(Input):
    """Seal what stands after the newest block."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """How many entries were sealed, and the newest head (None while there is no block)."""

    entries: int
    head: Head | None


def seal(session: Session, actor: Actor, form: SealAudit) -> int:
    """Seal the oldest entries that stand in no block yet, at most `BLOCK`, as one block.

    Returns how many they were; for 0 there is no block.
    """
    actor.require(Permission.AUDIT_SEAL)
    lock_audit(session)
    before = _newest(session)
    seals = seals_after(session, before, most=BLOCK)
    if not seals:
        return 0
    block = AuditBlock(
        id=before.id + 1 if before else 1,
        first_id=seals[0][0],
        last_id=seals[-1][0],
        count=len(seals),
        digest="",
        key_id=keys.current_id(),
        sealed_at=clock.now(),
    )
    block.digest = digest_of(block, before, seals)
    session.add(block)
    return len(seals)


def head(session: Session, actor: Actor) -> Head | None:
    """What the newest block says; None while there is none."""
    actor.require(Permission.AUDIT_SEAL)
    block = _newest(session)
    return Head(block.id, block.last_id, block.digest, block.sealed_at) if block else None


def seal_all(caller: Caller) -> Sealing:
    """Seal every entry there is, a block in a transaction, and note the head on this host.

    No command: it calls them. A head that an earlier run sealed and did not come to note is noted,
    too. Raises HeadsUnreadable, and Busy when someone writes for long; the next run goes on.
    """
    entries = 0
    while count := perform(seal, caller, SealAudit()):
        entries += count
        if count < BLOCK:
            break
    newest = fetch(head, caller)
    if newest is not None:
        heads.note(newest)
    return Sealing(entries, newest)


def seals_after(
    session: Session,
    before: AuditBlock | None,
    *,
    until: int | None = None,
    most: int | None = None,
) -> Seals:
    """The seals of the entries after a block, `until` an id; not only of those in its range, so
    that an entry put between two blocks belongs to the later one."""
    query = select(col(AuditEntry.id), col(AuditEntry.seal)).order_by(col(AuditEntry.id))
    if before is not None:
        query = query.where(col(AuditEntry.id) > before.last_id)
    if until is not None:
        query = query.where(col(AuditEntry.id) <= until)
    return [(key, text) for key, text in beyond(session, query.limit(most))]


def digest_of(block: AuditBlock, before: AuditBlock | None, seals: Seals) -> str:
    """The HMAC over all that a block says, its entries and the block before, under its own key.

    Raises KeyError for a key that is not in the ring.
    """
    said = [
        before.digest if before else None,
        block.id,
        block.first_id,
        block.last_id,
        block.count,
        block.sealed_at.isoformat(timespec="microseconds"),
        [list(pair) for pair in seals],
    ]
    return keys.seal("audit block", json.dumps(said, separators=(",", ":")), block.key_id)


def _newest(session: Session) -> AuditBlock | None:
    query = select(AuditBlock).order_by(col(AuditBlock.id).desc()).limit(1)
    return session.execute(query).scalar_one_or_none()
