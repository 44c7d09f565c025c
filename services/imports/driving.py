"""Carrying a whole file through: one short transaction after the other, progress in between.

No commands: these call commands through `do`, which is the door with the caller filled in. Killed
between or inside steps, nothing is lost or doubled: `run_all` and `undo_all` go on where it stands.
"""

import hashlib
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID, uuid4

from services.imports.batches import (
    CheckRows,
    OpenBatch,
    RunChunk,
    Step,
    check_rows,
    open_batch,
    run_chunk,
)
from services.imports.plans import Seen
from services.imports.reading import Table
from services.imports.undo import UndoChunk, undo_chunk

FIRST_SIZE = 50


class Do(Protocol):
    """Runs a command with its input; None when it was refused and the reason was shown."""

    def __call__(self, command: Callable[..., Any], form: Any, /) -> Any: ...


Progress = Callable[[Step], object]


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def check_all(
    do: Do,
    table: Table,
    form: OpenBatch,
    progress: Progress = lambda _: None,
) -> int | None:
    """The dry run of a whole table; returns the batch's id."""
    batch_id: int | None = do(open_batch, form)
    if batch_id is None:
        return None
    seen: Seen = {}
    at, size = 0, FIRST_SIZE
    while at < len(table.rows):
        rows = tuple(table.rows[at : at + size])
        step: Step | None = do(check_rows, CheckRows(batch_id=batch_id, rows=rows, seen=seen))
        if step is None:
            return None
        progress(step)
        at, size = at + len(rows), step.size
    return batch_id


def run_all(do: Do, batch_id: int, progress: Progress = lambda _: None) -> Step | None:
    """Import what the dry run found, from where the batch stands to its end."""
    return _repeat(do, run_chunk, RunChunk, batch_id, progress)


def undo_all(do: Do, batch_id: int, progress: Progress = lambda _: None) -> Step | None:
    """Take the batch back, from where it stands to its beginning."""
    return _repeat(do, undo_chunk, UndoChunk, batch_id, progress)


def _repeat(
    do: Do,
    command: Callable[..., Step],
    model: type[RunChunk] | type[UndoChunk],
    batch_id: int,
    progress: Progress,
) -> Step | None:
    size = FIRST_SIZE
    while True:
        step: Step | None = do(command, model(batch_id=batch_id, size=size))
        if step is None:
            return None
        progress(step)
        if step.finished:
            return step
        size = step.size


def opening(
    table: Table,
    data: bytes,
    *,
    kind: str,
    file_name: str,
    store_id: int,
    mapping: dict[str, str],
    request_id: UUID | None = None,
) -> OpenBatch:
    """What `open_batch` takes for a table that was read."""
    return OpenBatch(
        request_id=request_id or uuid4(),
        kind=kind,
        file_name=file_name,
        digest=digest_of(data),
        store_id=store_id,
        columns=table.columns,
        mapping=mapping,
        rows=len(table.rows),
        serial=table.format != "csv",
    )
