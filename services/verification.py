"""Proving the data: every invariant that the database cannot promise by itself, checked anew.

`manage.py verify [PART] --json` runs it; features add their parts to `PARTS` as they join.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import (
    Appointment,
    AppointmentSlot,
    AuditBlock,
    AuditEntry,
    CallAttempt,
    ComplaintFile,
    Counter,
    Customer,
    CustomerSummary,
    DeckFile,
    Ownership,
    OwnershipRole,
    StoredFile,
    TaskState,
    Vehicle,
    VisitPaper,
    VisitTask,
)
from db.storage import digest_of
from services import sealing
from services.appointments import slots
from services.appointments.listing import LIVE
from services.core import audit
from services.core.access import Actor, Permission, beyond
from services.core.errors import InvalidInput
from services.core.heads import Head
from services.core.words import N_
from services.customers import summary
from services.customers.writing import SERIES
from services.visits import retrying
from services.visits.ending import REACHED

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
    """What lies under the digest of a complaint's paper, of a signed deck or of what was added to
    a visit's form is what was kept."""
    for paper in chain(*(_walk(session, model) for model in (ComplaintFile, DeckFile, VisitPaper))):
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


def _contacts(session: Session) -> Check:
    """What is known of a contact from its attempts is so; what was merged into another goes with
    one of the same customer, which was not merged itself; what was made was made by an attempt."""
    for tasks in _steps(session, VisitTask):
        keys = [task.id for task in tasks]
        tries: dict[int, list[Any]] = {key: [] for key in keys}
        reached: set[int] = set()
        query = select(col(CallAttempt.task_id), col(CallAttempt.at), col(CallAttempt.result))
        for key, at, result in beyond(session, query.where(col(CallAttempt.task_id).in_(keys))):
            if result in REACHED:
                reached.add(key)
            else:
                tries[key].append(at)
        into = {task.merged_into_id for task in tasks} - {None}
        query = select(col(VisitTask.id), col(VisitTask.customer_id), col(VisitTask.state))
        leads = {row.id: row for row in beyond(session, query.where(col(VisitTask.id).in_(into)))}
        for task in tasks:
            fault = _contact_fault(task, retrying.counted(tries[task.id]), reached, leads)
            yield Offence("visit_tasks", task.id, fault) if fault else None


def _contact_fault(
    task: VisitTask, tried: int, reached: set[int], leads: Mapping[int, Any]
) -> str | None:
    if task.attempts != tried:
        return f"{task.attempts} attempts are counted, {tried} were made"
    if task.state in {TaskState.DONE, TaskState.DECLINED} and task.id not in reached:
        return "it ended by a contact of which nothing is written"
    if task.merged_into_id is not None:
        lead = leads[task.merged_into_id]
        if lead.customer_id != task.customer_id:
            return "it was merged into a contact with somebody else"
        if lead.state is TaskState.MERGED:
            return "it was merged into one that was merged itself"
    return None


def _appointments(session: Session) -> Check:
    """A live appointment has each quarter of its bay, and no other; one that is off has none."""
    for rows in _steps(session, Appointment):
        held: dict[int, set[tuple[Any, ...]]] = {row.id: set() for row in rows}
        query = select(
            col(AppointmentSlot.appointment_id),
            col(AppointmentSlot.at),
            col(AppointmentSlot.bay_id),
        ).where(col(AppointmentSlot.appointment_id).in_(held))
        for key, at, bay in beyond(session, query):
            held[key].add((at, bay))
        for row in rows:
            due = {(at, row.bay_id) for at in slots.quarters(row.starts_at, row.minutes)}
            if row.state not in LIVE:
                fault = "it is off, and holds time" if held[row.id] else None
            elif row.bay_id is not None:
                fault = None if held[row.id] == due else "its time is not what it holds of its bay"
            else:
                fault = None if held[row.id] <= due else "it holds other time than its own"
            yield Offence("appointments", row.id, fault) if fault else None


def _walk(session: Session, model: Any) -> Iterator[Any]:
    """All rows of a table by its id, forgotten after use."""
    for rows in _steps(session, model):
        yield from rows


def _steps(session: Session, model: Any) -> Iterator[list[Any]]:
    """The same, a step at a time."""
    query = select(model).order_by(col(model.id)).limit(STEP)
    rows = list(beyond(session, query).scalars())
    while rows:
        yield rows
        session.expunge_all()
        rows = list(beyond(session, query.where(col(model.id) > rows[-1].id)).scalars())


AUDIT: Final = "audit"
PARTS: Final[dict[str, Callable[[Session], Check]]] = {
    AUDIT: _audit,
    "appointments": _appointments,
    "contacts": _contacts,
    "numbers": _numbers,
    "ownerships": _ownerships,
    "papers": _papers,
    "summaries": _summaries,
}
