"""Lists from elsewhere: read, mapped, tried, imported in chunks, taken back (spec of the wizard).

Reading:  `kinds`, `places`, `preview`, `batches`, `batch`, `rows`, `kept_rows`,
          `template`
Writing:  `open_batch`, `check_rows`, `run_chunk`, `undo_chunk`, `throw_away`, `wrong_rows`
Driving:  `check_all`, `run_all`, `undo_all` call those again and again, outside of a transaction;
          `start_run`, `start_undo`, `stop_work`, `under_way` have it done in the background
"""

from db.models import BatchState, RowOutcome, RowState
from services.imports.background import (
    StartRun,
    StartUndo,
    StopWork,
    Work,
    start_run,
    start_undo,
    stop_work,
    under_way,
)
from services.imports.batches import (
    CheckRows,
    OpenBatch,
    RunChunk,
    Step,
    ThrowAway,
    check_rows,
    open_batch,
    run_chunk,
    throw_away,
)
from services.imports.driving import check_all, digest_of, opening, run_all, undo_all
from services.imports.export import ExportWrongRows, template, wrong_rows
from services.imports.groups import Group
from services.imports.mapping import FieldsNotMapped
from services.imports.reading import Limits, Row, Table, UnreadableFile, read_table
from services.imports.undo import UndoChunk, undo_chunk
from services.imports.views import (
    BatchView,
    ColumnView,
    KindView,
    Preview,
    RowView,
    batch,
    batches,
    kept_rows,
    kinds,
    places,
    preview,
    rows,
    worded,
)

__all__ = [
    "BatchState",
    "BatchView",
    "CheckRows",
    "ColumnView",
    "ExportWrongRows",
    "FieldsNotMapped",
    "Group",
    "KindView",
    "Limits",
    "OpenBatch",
    "Preview",
    "Row",
    "RowOutcome",
    "RowState",
    "RowView",
    "RunChunk",
    "StartRun",
    "StartUndo",
    "Step",
    "StopWork",
    "Table",
    "ThrowAway",
    "UndoChunk",
    "UnreadableFile",
    "Work",
    "batch",
    "batches",
    "check_all",
    "check_rows",
    "digest_of",
    "kept_rows",
    "kinds",
    "open_batch",
    "opening",
    "places",
    "preview",
    "read_table",
    "rows",
    "run_all",
    "run_chunk",
    "start_run",
    "start_undo",
    "stop_work",
    "template",
    "throw_away",
    "under_way",
    "undo_all",
    "undo_chunk",
    "worded",
    "wrong_rows",
]
