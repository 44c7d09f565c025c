"""Import batches: what a file said, what came of each row, and how to take it back."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlmodel import Field

from db.types import Base, Json, UtcDateTime, enum_type


class BatchState(StrEnum):
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class RowOutcome(StrEnum):
    """What the dry run says of a row, and what then came of it."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"
    SKIPPED = "skipped"
    WRONG = "wrong"


class RowState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    REVERSED = "reversed"
    KEPT = "kept"


class ImportBatch(Base, table=True):
    """One file on its way in. Belongs to the person who brought it and to the store it is for."""

    __tablename__ = "import_batches"
    # The audit names batches by id, so an id is never given twice, not even after a deletion.
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    file_name: str = Field(max_length=200)
    file_digest: str = Field(max_length=64, index=True)
    store_id: int = Field(foreign_key="stores.id", index=True, ondelete="RESTRICT")
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    state: BatchState = Field(sa_type=enum_type(BatchState))
    mapping: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    columns: list[str] = Field(default_factory=list, sa_type=Json)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportRow(Base, table=True):
    """One row of the file: its own number, its text, what it became."""

    __tablename__ = "import_rows"

    batch_id: int = Field(foreign_key="import_batches.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    cells: list[str] = Field(default_factory=list, sa_type=Json)
    outcome: RowOutcome = Field(sa_type=enum_type(RowOutcome))
    state: RowState = Field(sa_type=enum_type(RowState))
    reasons: list[Any] = Field(default_factory=list, sa_type=Json)
    """[[field, msgid, params], …]: worded for the reader when shown."""
    effects: list[Any] = Field(default_factory=list, sa_type=Json)
    """[[table, id, version after, {field: [before, after]} or None when created], …], for undo."""


class ImportMapping(Base, table=True):
    """A file layout that was mapped once and is known again."""

    __tablename__ = "import_mappings"
    audited: ClassVar[bool] = False

    kind: str = Field(max_length=40, primary_key=True)
    layout: str = Field(max_length=64, primary_key=True)
    mapping: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    updated_at: datetime = Field(sa_type=UtcDateTime)
