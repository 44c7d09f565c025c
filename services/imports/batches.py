"""A batch's way: opened, checked row by row (the dry run), run in chunks, or thrown away.

Every function here is one short transaction; `driving` calls them again and again. A batch that
was left in the middle is taken up by whoever may, at the row where it stands.
"""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, SkipValidation
from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from db.models import (
    AuditEntry,
    BatchState,
    ImportBatch,
    ImportRow,
    RowOutcome,
    RowState,
    Store,
    User,
)
from services.core import audit, clock, fields
from services.core.access import WRITES, Actor, Permission, Reach, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotPermitted
from services.core.inputs import Input, Request
from services.core.words import N_
from services.customers.writing import reserve_numbers
from services.imports import groups, mapping
from services.imports.parsing import line_of, places_of, storable
from services.imports.plans import MORE_OF, Kind, Line, Place, Plan, Seen
from services.imports.reading import Row
from services.imports.registry import kind_of

DOES: Final = frozenset({RowOutcome.NEW, RowOutcome.UPDATED})
SECONDS: Final = 0.06
"""What a chunk aims at; with its commit it stays below 0.2 s."""
FEWEST, MOST = 40, 1000
"""Below the former, what every chunk costs by itself outweighs the rows."""


class NotChecked(Conflict):
    msgid = N_("This file was not checked to its end. Throw it away and upload it again")


class NotRunnable(Conflict):
    msgid = N_("This import was taken back and cannot run again. Upload the file again")


class AlreadyRun(Conflict):
    msgid = N_("This import has begun; it can be undone, not thrown away")


Heading = Annotated[fields.Written, AfterValidator(storable)]


class OpenBatch(Request):
    """`rows` is how many rows will follow; `digest` the SHA-256 of the file; `serial`: the file
    is a workbook, in which a date may be a day number."""

    kind: fields.Line
    file_name: fields.FileName
    digest: Annotated[str, fields.text(64)]
    store_id: fields.PositiveId
    columns: tuple[Heading, ...]
    mapping: dict[Heading, str]
    rows: fields.Count
    serial: bool = False


class CheckRows(Input):
    """Some rows in the order of the file. `seen` is carried from call to call."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    batch_id: fields.PositiveId
    rows: SkipValidation[tuple[Row, ...]]
    seen: SkipValidation[Seen]


class RunChunk(Input):
    batch_id: fields.PositiveId
    size: int = 50


class ThrowAway(Request):
    batch_id: fields.PositiveId


@dataclass(frozen=True, slots=True)
class Step:
    """How far a batch is. `size` is how many rows the next call should do."""

    batch_id: int
    done: int
    total: int
    finished: bool
    size: int


def open_batch(session: Session, actor: Actor, form: OpenBatch) -> int:
    """Begin a dry run; returns the batch's id. Raises what is wrong with the mapping."""
    actor.require(Permission.IMPORTS_RUN)
    _require_store(session, actor, form.store_id)
    kind = kind_of(form.kind)
    columns = list(form.columns)
    chosen = mapping.checked(kind, columns, form.mapping)
    mapping.remember(session, kind, columns, chosen)
    batch = ImportBatch(
        kind=kind.name,
        file_name=form.file_name,
        file_digest=form.digest,
        store_id=form.store_id,
        user_id=actor.id,
        state=BatchState.CHECKED,
        mapping={"fields": chosen, "serial": form.serial},
        columns=columns,
        counts={"rows": form.rows, "checked": 0, "at": 0, "done": 0},
        created_at=clock.now(),
    )
    session.add(batch)
    audit.record(
        session,
        actor,
        Action.IMPORTS_CHECKED,
        batch,
        kind=kind.name,
        file=batch.file_name,
        rows=form.rows,
    )
    return batch.id


def check_rows(session: Session, actor: Actor, form: CheckRows) -> Step:
    """The dry run of some rows: what each would do, and why not."""
    actor.require(Permission.IMPORTS_RUN)
    began = time.perf_counter()
    batch = locked(session, actor, form.batch_id)
    counts = dict(batch.counts)
    if batch.state is not BatchState.CHECKED or counts["checked"] == counts["rows"]:
        raise Conflict
    kind, place = kind_of(batch.kind), place_of(session, batch)
    lines = _lines(kind, batch, [(row, None) for row in form.rows])
    known = kind.look(session, place, [line for line in lines if not line.wrong], False)
    for row, line in zip(form.rows, lines, strict=True):
        plan = kind.plan(place, known, line)
        kind.repeats(plan, form.seen)
        session.add(_kept_row(batch.id, row, plan))
        _count(counts, plan.outcome, +1)
        groups.add(counts, plan.outcome, plan.reasons, row.number)
    counts["checked"] += len(form.rows)
    finished = counts["checked"] >= counts["rows"]
    batch.counts = counts
    audit.record(
        session,
        actor,
        Action.IMPORTS_CHECKED,
        batch,
        checked=counts["checked"],
        **{outcome.value: counts.get(outcome.value, 0) for outcome in RowOutcome},
    )
    size = next_size(len(form.rows), began)
    return Step(batch.id, counts["checked"], counts["rows"], finished, size)


def _kept_row(batch_id: int, row: Row, plan: Plan) -> ImportRow:
    return ImportRow(
        batch_id=batch_id,
        number=row.number,
        cells=[storable(cell) for cell in row.cells],
        outcome=plan.outcome,
        state=RowState.WAITING if plan.outcome in DOES else RowState.DONE,
        reasons=[list(reason) for reason in plan.reasons],
    )


def run_chunk(session: Session, actor: Actor, form: RunChunk) -> Step:
    """Do the next rows of a batch, each planned anew: the world may have changed since the dry run.

    All or nothing of the chunk is written, with one audit entry. Calling it again goes on where it
    stands; on a batch that is done it does nothing.
    """
    actor.require(Permission.IMPORTS_RUN)
    began = time.perf_counter()
    batch = locked(session, actor, form.batch_id)
    counts = dict(batch.counts)
    if counts["checked"] < counts["rows"]:
        raise NotChecked
    if batch.state in {BatchState.UNDOING, BatchState.UNDONE}:
        raise NotRunnable
    if batch.state is BatchState.DONE:
        return _step(counts, batch, form.size)
    reserve_numbers(session, 0)  # whoever makes customers waits here, so none is made twice
    size = max(FEWEST, min(form.size, MOST))
    rows = _waiting(session, batch, size)
    kind, place = kind_of(batch.kind), place_of(session, batch)
    plans = _done(session, kind, place, batch, rows)
    _note(counts, rows, plans)
    if rows:
        counts["at"] = rows[-1].number
    if len(rows) < size:
        batch.state, batch.finished_at = BatchState.DONE, clock.now()
    else:
        batch.state = BatchState.RUNNING
    batch.counts = counts
    record_with_revisions(session, actor, Action.IMPORTS_RUN, batch, plans)
    return _step(counts, batch, next_size(size, began))


def _step(counts: dict[str, Any], batch: ImportBatch, size: int) -> Step:
    total = sum(counts.get(outcome.value, 0) for outcome in DOES)
    finished = batch.state is BatchState.DONE
    done = total if finished else min(counts["done"], total)
    return Step(batch.id, done, total, finished, size)


def _waiting(session: Session, batch: ImportBatch, size: int) -> list[ImportRow]:
    query = (
        select(ImportRow)
        .where(
            col(ImportRow.batch_id) == batch.id,
            col(ImportRow.number) > batch.counts["at"],
            col(ImportRow.state) == RowState.WAITING,
        )
        .order_by(col(ImportRow.number))
        .limit(size)
    )
    return list(session.execute(query).scalars())


def _done(
    session: Session, kind: Kind, place: Place, batch: ImportBatch, rows: list[ImportRow]
) -> dict[int, Plan]:
    """Do the rows in waves, so that no two of one wave meet in the same customer, car or order."""
    told = [(Row(row.number, tuple(row.cells)), _follows(row)) for row in rows]
    pending = _lines(kind, batch, told)
    plans: dict[int, Plan] = {}
    while pending:
        wave, pending = _wave(kind, pending)
        known = kind.look(session, place, wave, True)
        made = [kind.plan(place, known, line) for line in wave]
        kind.apply(session, place, known, [plan for plan in made if plan.outcome in DOES])
        session.flush()
        plans.update((plan.line.number, plan) for plan in made)
    return plans


def _wave(kind: Kind, lines: list[Line]) -> tuple[list[Line], list[Line]]:
    wave: list[Line] = []
    rest: list[Line] = []
    taken: set[str] = set()
    for line in lines:
        keys = kind.keys(line.values)
        (rest if keys & taken else wave).append(line)
        taken |= keys
    return wave, rest


def _follows(row: ImportRow) -> int | None:
    return next((params["row"] for _, msgid, params in row.reasons if msgid == MORE_OF), None)


def _note(counts: dict[str, Any], rows: list[ImportRow], plans: dict[int, Plan]) -> None:
    """What came of the rows, where it differs from the dry run too."""
    for row in rows:
        plan = plans[row.number]
        if plan.line.follows is not None:
            plan.reasons.insert(0, ("", MORE_OF, {"row": plan.line.follows}))
        reasons = [list(reason) for reason in plan.reasons]
        if (plan.outcome, reasons) != (row.outcome, row.reasons):
            groups.add(counts, row.outcome, row.reasons, row.number, sign=-1)
            groups.add(counts, plan.outcome, plan.reasons, row.number)
            _count(counts, row.outcome, -1)
            _count(counts, plan.outcome, +1)
            row.outcome, row.reasons = plan.outcome, reasons
        row.effects, row.state = audit.plain(plan.effects), RowState.DONE
        counts["done"] += plan.outcome in DOES


def record_with_revisions(
    session: Session,
    actor: Actor,
    action: Action,
    batch: ImportBatch,
    plans: dict[int, Plan],
) -> AuditEntry:
    """One audit entry for the chunk; every changed field's old and new value hangs on it."""
    outcomes = Counter(plan.outcome.value for plan in plans.values())
    span = [min(plans), max(plans)] if plans else []
    entry = audit.record(session, actor, action, batch, rows=span, outcomes=outcomes)
    session.flush()
    audit.revise(
        session,
        entry,
        [
            (row, customer_id, audit.Change(field, old, new))
            for plan in plans.values()
            for row, customer_id, field, old, new in plan.revisions
        ],
    )
    return entry


def throw_away(session: Session, actor: Actor, form: ThrowAway) -> None:
    """Forget a dry run: its rows hold personal data and are not kept for nothing."""
    actor.require(Permission.IMPORTS_RUN)
    batch = locked(session, actor, form.batch_id)
    if batch.state is not BatchState.CHECKED:
        raise AlreadyRun
    audit.record(session, actor, Action.IMPORTS_CHECKED, batch, thrown_away=True)
    session.execute(delete(ImportRow).where(col(ImportRow.batch_id) == batch.id))
    session.delete(batch)


# ---- shared with the undoing


def next_size(size: int, began: float) -> int:
    """How many rows would have taken `SECONDS`; grows slowly, shrinks at once."""
    elapsed = max(time.perf_counter() - began, 0.001)
    return max(FEWEST, min(int(size * SECONDS / elapsed), size * 2, MOST))


def locked(session: Session, actor: Actor, key: int) -> ImportBatch:
    """The batch, held until the transaction ends: two who run it at once take turns."""
    batch = load(session, ImportBatch, key, lock=True)
    if actor.reach(WRITES) is not Reach.ALL and batch.store_id != actor.store_id:
        raise NotPermitted(record="import_batches", id=key)
    return batch


def _require_store(session: Session, actor: Actor, store_id: int) -> None:
    if actor.reach(WRITES) is not Reach.ALL and store_id != actor.store_id:
        raise NotPermitted(store_id=store_id)
    known = select(col(Store.id)).where(col(Store.id) == store_id, col(Store.is_open))
    if session.execute(known).first() is None:
        raise InvalidInput(field="store_id")


def place_of(session: Session, batch: ImportBatch) -> Place:
    here = or_(col(User.store_id) == batch.store_id, col(User.store_id).is_(None))
    query = select(col(User.id), col(User.username), col(User.name)).where(
        col(User.is_active), here
    )
    people: dict[str, int] = {}
    twice: set[str] = set()
    usernames: dict[str, int] = {}
    for key, username, name in session.execute(query):
        usernames[username.casefold()] = key
        (twice.add(name.casefold()) if name.casefold() in people else None)
        people[name.casefold()] = key
    unique = {name: key for name, key in people.items() if name not in twice}
    return Place(batch.store_id, {**unique, **usernames}, batch.user_id)


def _lines(kind: Kind, batch: ImportBatch, rows: list[tuple[Row, int | None]]) -> list[Line]:
    chosen = batch.mapping
    places = places_of(kind, batch.columns, chosen["fields"])
    return [
        line_of(kind, places, row, serial=chosen["serial"], follows=follows)
        for row, follows in rows
    ]


def _count(counts: dict[str, Any], outcome: RowOutcome, sign: int) -> None:
    counts[outcome.value] = counts.get(outcome.value, 0) + sign
