"""Taking a batch back, last row first: what it made goes if nobody has touched it since, what it
filled is blank again if it still says what the file said. The rest is kept, and listed.

Orders and complaints are voided, never deleted; the file that a sale opened is archived with it.
Customer numbers are not given out again.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, select
from sqlmodel import Session, col

from db.models import (
    Appointment,
    BatchState,
    CampaignAnswer,
    Complaint,
    Consent,
    Customer,
    CustomerSummary,
    Document,
    FileIssue,
    ImportBatch,
    ImportRow,
    InboundCall,
    Order,
    Ownership,
    Promise,
    Reveal,
    Revision,
    RowState,
    SurveyAnswer,
    SurveyResponse,
    Touch,
    Vehicle,
    VisitTask,
)
from db.types import Base
from services.complaints import bringing
from services.core import audit, clock, fields
from services.core.access import Actor, Permission
from services.core.audit import Action
from services.core.errors import Conflict
from services.core.inputs import Input
from services.core.words import N_
from services.customers.summary import refresh
from services.imports import making
from services.imports.batches import (
    DOES,
    FEWEST,
    MOST,
    Step,
    locked,
    next_size,
    record_with_revisions,
)
from services.imports.plans import Line, Plan, Reason
from services.visits import unmaking

EDITED: Final = N_("Kept: edited since the import")
USED: Final = N_("Kept: something was added to it since the import")
GONE: Final = N_("Kept: moved to another place since the import")
FIELD_EDITED: Final = N_("Kept: changed since the import")

TABLES: Final[dict[str, type[Base]]] = {
    str(model.__tablename__): model
    for model in (Customer, Vehicle, Ownership, Consent, Order, Complaint, SurveyResponse)
}
_LAST_FIRST: Final = (SurveyResponse, Consent, Ownership, Order, Vehicle, Customer)
_DEPENDENTS: Final = (Touch, Document, Reveal, FileIssue, Promise, CampaignAnswer)
_VOIDED: Final = frozenset({"orders", "complaints"})
"""Tables whose rows have a number that stays given."""


class NothingToUndo(Conflict):
    msgid = N_("This import has not begun, or was taken back already")


class UndoChunk(Input):
    batch_id: fields.PositiveId
    size: int = 50


@dataclass(slots=True)
class Ground:
    """The rows that a chunk's effects speak of, and what hangs on them."""

    rows: dict[tuple[str, int], Any] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    """Customers with touches, papers, reveals, or another file merged into theirs."""
    hanging: dict[tuple[str, int], set[tuple[str, int]]] = field(default_factory=dict)
    """Customer or vehicle -> the rows that name it: ownerships, consents, orders, complaints,
    appointments, calls, contacts that somebody has worked on."""
    contacts: list[VisitTask] = field(default_factory=list)
    """What the sweep has made of these customers and cars, and nobody has worked on."""
    voided: set[int] = field(default_factory=set)
    """Orders that count no more."""
    lengths: dict[int, int] = field(default_factory=dict)
    """Complaint -> how many events it has by now."""
    going: set[tuple[str, int]] = field(default_factory=set)
    """What this chunk has decided to delete."""
    quiet: set[int] = field(default_factory=set)
    """Complaints of which nobody is warned any more."""
    stale: set[int] = field(default_factory=set)
    """Customers whose summary must be derived anew."""
    cars: set[int] = field(default_factory=set)
    """Cars whose people's summaries must be."""


def undo_chunk(session: Session, actor: Actor, form: UndoChunk) -> Step:
    """Take back the last rows that were not taken back yet. Calling it again goes on."""
    actor.require(Permission.IMPORTS_RUN)
    began = time.perf_counter()
    batch = locked(session, actor, form.batch_id)
    if batch.state is BatchState.UNDONE:
        return _step(batch, form.size)
    if batch.state is BatchState.CHECKED:
        raise NothingToUndo
    size = max(FEWEST, min(form.size, MOST))
    rows = _next(session, batch, size)
    ground = _ground(session, rows)
    counts = dict(batch.counts)
    plans: dict[int, Plan] = {}
    for row in rows:
        plan = plans[row.number] = Plan(Line(row.number, {}), row.outcome)
        kept = _take_back(ground, row, plan)
        row.state = RowState.KEPT if kept else RowState.REVERSED
        row.reasons = [*row.reasons, *map(list, kept)]
        counts[row.state.value] = counts.get(row.state.value, 0) + 1
        counts["undo_at"] = row.number
    _carry_out(session, ground)
    if len(rows) < size:
        batch.state, batch.finished_at = BatchState.UNDONE, clock.now()
    else:
        batch.state = BatchState.UNDOING
    batch.counts = counts
    record_with_revisions(session, actor, Action.IMPORTS_UNDONE, batch, plans)
    return _step(batch, next_size(size, began))


def _step(batch: ImportBatch, size: int) -> Step:
    counts = batch.counts
    back = counts.get(RowState.REVERSED.value, 0) + counts.get(RowState.KEPT.value, 0)
    finished = batch.state is BatchState.UNDONE
    total = back if finished else max(counts["done"], back)
    return Step(batch.id, back, total, finished, size)


def _next(session: Session, batch: ImportBatch, size: int) -> list[ImportRow]:
    before = batch.counts.get("undo_at")
    query = (
        select(ImportRow)
        .where(
            col(ImportRow.batch_id) == batch.id,
            col(ImportRow.state) == RowState.DONE,
            col(ImportRow.outcome).in_(DOES),
        )
        .order_by(col(ImportRow.number).desc())
        .limit(size)
    )
    if before is not None:
        query = query.where(col(ImportRow.number) < before)
    return list(session.execute(query).scalars())


# ---- what is there


def _ground(session: Session, rows: Iterable[ImportRow]) -> Ground:
    ground = Ground()
    wanted: dict[str, set[int]] = {name: set() for name in TABLES}
    for row in rows:
        for table, key, _, _ in row.effects:
            wanted[table].add(key)
    for table, ids in wanted.items():
        model: Any = TABLES[table]
        found = session.execute(
            select(model).where(col(model.id).in_(ids)).order_by(col(model.id)).with_for_update()
        ).scalars()
        ground.rows.update(((table, row.id), row) for row in found)
    customers, vehicles = wanted["customers"], wanted["vehicles"]
    for dependent in _DEPENDENTS:
        query = select(col(dependent.customer_id)).where(col(dependent.customer_id).in_(customers))
        ground.used |= set(session.execute(query.distinct()).scalars())
    merged = select(col(Customer.merged_into_id)).where(col(Customer.merged_into_id).in_(customers))
    ground.used |= {key for key in session.execute(merged).scalars() if key}
    _hang(
        session,
        ground,
        "customers",
        "customer_id",
        customers,
        (Ownership, Consent, Order, SurveyResponse, Appointment, InboundCall),
    )
    _hang(
        session,
        ground,
        "vehicles",
        "vehicle_id",
        vehicles,
        (Ownership, Order, SurveyResponse, Appointment, InboundCall),
    )
    _contacts(session, ground, customers, vehicles)
    for parent, key in bringing.naming(session, customers, vehicles):
        ground.hanging.setdefault(parent, set()).add(("complaints", key))
    ground.lengths = bringing.lengths(session, wanted["complaints"])
    return ground


def _hang(
    session: Session,
    ground: Ground,
    table: str,
    column: str,
    ids: set[int],
    models: tuple[Any, ...],
) -> None:
    for model in models:
        link = col(getattr(model, column))
        for parent, key in session.execute(select(link, col(model.id)).where(link.in_(ids))):
            ground.hanging.setdefault((table, parent), set()).add((model.__tablename__, key))


def _contacts(session: Session, ground: Ground, customers: set[int], vehicles: set[int]) -> None:
    """What the sweep alone has made goes with its file; all else keeps the file."""
    found = unmaking.contacts_of(session, customers, vehicles)
    worked = unmaking.worked_on(session, found)
    ground.contacts = [task for task in found if task.id not in worked]
    for task in found:
        if task.id in worked:
            name = ("visit_tasks", task.id)
            ground.hanging.setdefault(("customers", task.customer_id), set()).add(name)
            if task.vehicle_id is not None:
                ground.hanging.setdefault(("vehicles", task.vehicle_id), set()).add(name)


# ---- one row


def _take_back(ground: Ground, row: ImportRow, plan: Plan) -> list[Reason]:
    """Undo one row in memory; returns why something of it was kept."""
    made = {(table, key): version for table, key, version, pairs in row.effects if pairs is None}
    obstacle = _obstacle(ground, made)
    if obstacle:
        return [("", obstacle, {})]
    if any(table in _VOIDED for table, _key in made):
        _void(ground, made, plan)
    else:
        ground.going |= made.keys()
    return _restore(ground, row.effects, plan)


def _obstacle(ground: Ground, made: dict[tuple[str, int], int | None]) -> str:
    own = made.keys() | ground.going
    for name, version in made.items():
        thing = ground.rows.get(name)
        if thing is None:
            return GONE
        if name[0] == "complaints":
            if ground.lengths[name[1]] != version:
                return USED
            continue
        if version is not None and thing.version != version:
            return EDITED
        ended = getattr(thing, "ended_on", None) or getattr(thing, "withdrawn_at", None)
        if ended is not None or getattr(thing, "voided_at", None) is not None:
            return EDITED
        is_used = name[0] == "customers" and name[1] in ground.used
        is_used = is_used or getattr(thing, "complaint_id", None) is not None
        if is_used or ground.hanging.get(name, set()) - own:
            return USED
    return ""


def _void(ground: Ground, made: dict[tuple[str, int], int | None], plan: Plan) -> None:
    """An order or a complaint is voided; the file that an order opened is archived, with the car
    that came with it."""
    for name in made:
        thing = ground.rows[name]
        if name[0] == "orders":
            plan.changed(thing, thing.customer_id, {"voided_at": clock.now()})
            ground.voided.add(thing.id)
        elif name[0] == "complaints":
            bringing.void(thing)
            plan.revisions.append((thing, thing.customer_id, "complaint", thing.number, None))
            ground.quiet.add(thing.id)
        elif name[0] == "customers":
            plan.changed(thing, thing.id, {"is_archived": True})


def _restore(ground: Ground, effects: list[Any], plan: Plan) -> list[Reason]:
    kept: list[Reason] = []
    for table, key, _, pairs in effects:
        if pairs is None:
            _spoil(ground, table, key)
            continue
        thing = ground.rows.get((table, key))
        if thing is None:
            kept.append(("", GONE, {}))
            continue
        back: dict[str, Any] = {}
        for name, (before, after) in pairs.items():
            if audit.plain(getattr(thing, name)) == after:
                back[name] = _as_kept(thing, name, before)
            elif name != "name_pinyin":
                kept.append((name, FIELD_EDITED, {}))
        customer_id = key if table == "customers" else getattr(thing, "customer_id", None)
        plan.changed(thing, customer_id, back)
        _spoil(ground, table, key)
    return kept


def _spoil(ground: Ground, table: str, key: int) -> None:
    """Note whose summary speaks of this row."""
    if table == "customers":
        ground.stale.add(key)
    elif table == "vehicles":
        ground.cars.add(key)
    elif (table, key) in ground.rows and table != "complaints":
        ground.stale.add(ground.rows[table, key].customer_id)


def _as_kept(thing: Any, name: str, value: Any) -> Any:
    """A value out of the batch's JSON as the row has it."""
    now = getattr(thing, name)
    return date.fromisoformat(value) if isinstance(now, date) and value else value


# ---- the whole chunk


def _carry_out(session: Session, ground: Ground) -> None:
    session.flush()
    bringing.hush(session, ground.quiet)
    unmaking.cancel_open(session, "order_id", ground.voided)
    unmaking.cancel_open(session, "complaint_id", ground.quiet)
    going = [
        task
        for task in ground.contacts
        if ("customers", task.customer_id) in ground.going
        or ("vehicles", task.vehicle_id) in ground.going
    ]
    unmaking.remove(session, going)
    stale = ground.stale | making.people_of(session, ground.cars)
    gone = {key for table, key in ground.going if table == "customers"}
    session.execute(delete(Revision).where(col(Revision.customer_id).in_(gone)))
    session.execute(delete(CustomerSummary).where(col(CustomerSummary.customer_id).in_(gone)))
    responses = [key for table, key in ground.going if table == "survey_responses"]
    answers = select(SurveyAnswer).where(col(SurveyAnswer.response_id).in_(responses))
    for answer in session.execute(answers).scalars():
        session.delete(answer)
    session.flush()
    for model in _LAST_FIRST:
        for table, key in ground.going:
            if table == model.__tablename__:
                session.delete(ground.rows[table, key])
        session.flush()
    for customer_id in sorted(stale - gone):
        refresh(session, customer_id)
