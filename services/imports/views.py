"""What the wizard and the command show: the file's columns, the batches, their rows and reasons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from db.models import BatchState, ImportBatch, ImportRow, RowOutcome, RowState, Store, User
from services.core.access import WRITES, Actor, Permission, Reach, load
from services.core.labels import field_label
from services.core.words import N_, translate
from services.imports import groups, mapping
from services.imports.driving import digest_of
from services.imports.groups import Group
from services.imports.parsing import storable
from services.imports.reading import read_table
from services.imports.registry import KINDS, kind_of

SAMPLES: Final = 3
SAMPLE_LENGTH: Final = 40
LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class KindView:
    name: str
    label: str
    fields: tuple[str, ...]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of the file, its first values, the field it goes to ("" for none)."""

    name: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A file before its dry run. `earlier`: the newest batch of this very file, if any."""

    columns: tuple[ColumnView, ...]
    rows: int
    encoding: str
    sheet: str
    sheets: tuple[str, ...]
    is_remembered: bool
    earlier: int | None


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as the list and the wizard show it. `counts` by outcome, then by row state."""

    id: int
    kind: str
    kind_label: str
    file_name: str
    store: str
    person: str
    state: BatchState
    rows: int
    is_checked: bool
    counts: dict[str, int]
    groups: tuple[Group, ...]
    created_at: datetime
    finished_at: datetime | None

    @property
    def does(self) -> int:
        """How many rows an import of it writes."""
        return self.counts["new"] + self.counts["updated"]


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the file with what is said of it: [(field, msgid, params)]."""

    id: int
    cells: tuple[str, ...]
    outcome: RowOutcome
    state: RowState
    reasons: tuple[tuple[str, str, dict[str, Any]], ...]


def kinds(session: Session, actor: Actor) -> list[KindView]:
    """The kinds of lists that can be imported."""
    actor.require(Permission.IMPORTS_VIEW)
    return [
        KindView(
            kind.name,
            kind.label,
            tuple(field.name for field in kind.fields),
            frozenset(field.name for field in kind.fields if field.required),
        )
        for kind in KINDS.values()
    ]


def places(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The open stores into which the actor may import: (id, name)."""
    actor.require(Permission.IMPORTS_RUN)
    query = select(col(Store.id), col(Store.name)).where(col(Store.is_open))
    if actor.reach(WRITES) is not Reach.ALL:
        query = query.where(col(Store.id) == actor.store_id)
    return [(key, name) for key, name in session.execute(query.order_by(col(Store.code)))]


def preview(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    data: bytes,
    file_name: str,
    sheet: str | None = None,
) -> Preview:
    """Read a file and guess which column is what. Raises UnreadableFile with the reason."""
    actor.require(Permission.IMPORTS_RUN)
    table = read_table(data, file_name, sheet=sheet)
    columns = [storable(name) for name in table.columns]
    saved = mapping.remembered(session, kind_of(kind), columns)
    chosen = saved if saved is not None else mapping.guess(kind_of(kind), columns)
    earlier = select(col(ImportBatch.id)).where(
        col(ImportBatch.file_digest) == digest_of(data),
        col(ImportBatch.kind) == kind,
        col(ImportBatch.state).in_((BatchState.RUNNING, BatchState.DONE)),
    )
    return Preview(
        columns=tuple(
            ColumnView(name, _samples(table.rows, at), chosen.get(name, ""))
            for at, name in enumerate(columns)
        ),
        rows=len(table.rows),
        encoding=table.encoding,
        sheet=table.sheet,
        sheets=table.sheets,
        is_remembered=saved is not None,
        earlier=session.execute(earlier.order_by(col(ImportBatch.id).desc())).scalars().first(),
    )


def _samples(rows: list[Any], at: int) -> tuple[str, ...]:
    found: list[str] = []
    for row in rows[:200]:
        cell = storable(row.cells[at]).strip()
        if cell and len(found) < SAMPLES:
            found.append(cell[:SAMPLE_LENGTH])
    return tuple(found)


def batches(session: Session, actor: Actor) -> list[BatchView]:
    """The newest batches within the actor's eyes."""
    actor.require(Permission.IMPORTS_VIEW)
    query = _batches().order_by(col(ImportBatch.id).desc()).limit(LISTED)
    return [_view(*row) for row in session.execute(query)]


def batch(session: Session, actor: Actor, batch_id: int) -> BatchView:
    """One batch. Raises NotFound for what is absent or another store's."""
    actor.require(Permission.IMPORTS_VIEW)
    load(session, ImportBatch, batch_id)
    return _view(*session.execute(_batches().where(col(ImportBatch.id) == batch_id)).one())


def _batches() -> Select[ImportBatch, str, str]:
    return (
        select(ImportBatch, col(Store.name), col(User.name))
        .join(Store, col(Store.id) == col(ImportBatch.store_id))
        .outerjoin(User, col(User.id) == col(ImportBatch.user_id))
    )


def _view(row: ImportBatch, store: str, person: str | None) -> BatchView:
    counts = {name: int(row.counts.get(name, 0)) for name in ("done", "reversed", "kept")}
    counts |= {outcome.value: int(row.counts.get(outcome.value, 0)) for outcome in RowOutcome}
    return BatchView(
        id=row.id,
        kind=row.kind,
        kind_label=KINDS[row.kind].label,
        file_name=row.file_name,
        store=store,
        person=person or "",
        state=row.state,
        rows=row.counts["rows"],
        is_checked=row.counts["checked"] >= row.counts["rows"],
        counts=counts,
        groups=tuple(groups.of(row.counts)),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def rows(session: Session, actor: Actor, batch_id: int, numbers: tuple[int, ...]) -> list[RowView]:
    """Some rows of a batch by their numbers in the file, at most a page."""
    actor.require(Permission.IMPORTS_VIEW)
    load(session, ImportBatch, batch_id)
    query = _rows(batch_id).where(col(ImportRow.number).in_(numbers[:LISTED]))
    return [_row(*row) for row in session.execute(query)]


def kept_rows(session: Session, actor: Actor, batch_id: int) -> list[RowView]:
    """The first rows that the undo kept, a page of them."""
    actor.require(Permission.IMPORTS_VIEW)
    load(session, ImportBatch, batch_id)
    query = _rows(batch_id).where(col(ImportRow.state) == RowState.KEPT).limit(LISTED)
    return [_row(*row) for row in session.execute(query)]


def _rows(batch_id: int) -> Select[Any]:
    return (
        select(
            col(ImportRow.number),
            col(ImportRow.cells),
            col(ImportRow.outcome),
            col(ImportRow.state),
            col(ImportRow.reasons),
        )
        .where(col(ImportRow.batch_id) == batch_id)
        .order_by(col(ImportRow.number))
    )


def _row(
    number: int, cells: list[str], outcome: RowOutcome, state: RowState, reasons: list[Any]
) -> RowView:
    said = tuple((field, msgid, params) for field, msgid, params in reasons)
    return RowView(number, tuple(cells), outcome, state, said)


NOT_SAID: Final = N_("Unknown reason")


def worded(reasons: Any, language: str) -> str:
    """Reasons as one text in the reader's language: "Phone: …; VIN: …"."""
    said = []
    for field, msgid, params in reasons:
        words = translate(language, msgid, **params)
        label = translate(language, field_label(field)) if field else ""
        said.append(f"{label}: {words}" if label else words)
    return "; ".join(said) or translate(language, NOT_SAID)
