"""Files that an import gives back: the wrong rows to mend, and a template to begin with."""

from typing import Final, Literal

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import ImportBatch, ImportRow, RowOutcome
from services.core import audit, export, fields
from services.core.access import Actor, Permission, load
from services.core.inputs import Input
from services.core.labels import field_label
from services.core.words import N_, translate
from services.imports.parsing import WORDS
from services.imports.registry import kind_of
from services.imports.views import worded

REASON: Final = N_("What is wrong")
ROW: Final = N_("Row in the file")
MEND: Final = N_("Rows to mend")
TEMPLATE: Final = N_("Template")


class ExportWrongRows(Input):
    batch_id: fields.PositiveId
    language: Literal["zh_CN", "en"]


def wrong_rows(session: Session, actor: Actor, form: ExportWrongRows) -> export.File:
    """The wrong rows as an .xlsx: why, where, and the cells as they were. Mend it and upload it.

    A command, because what leaves the house is written down.
    """
    actor.require(Permission.IMPORTS_VIEW)
    batch, language = load(session, ImportBatch, form.batch_id), form.language
    query = (
        select(col(ImportRow.number), col(ImportRow.cells), col(ImportRow.reasons))
        .where(
            col(ImportRow.batch_id) == batch.id,
            col(ImportRow.outcome) == RowOutcome.WRONG,
        )
        .order_by(col(ImportRow.number))
    )
    header = [translate(language, REASON), translate(language, ROW), *batch.columns]
    lines = [
        [worded(reasons, language), str(number), *cells]
        for number, cells, reasons in session.execute(query)
    ]
    mend = translate(language, MEND)
    book = export.workbook(mend, header, lines, wide=1)
    audit.record(session, actor, audit.Action.IMPORTS_EXPORTED, batch, rows=len(lines))
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    return export.File(export.file_name(stem, mend, ".xlsx"), book)


def template(session: Session, actor: Actor, kind: str, language: str) -> export.File:
    """An empty list of this kind: the header and one row that shows how each field is written."""
    actor.require(Permission.IMPORTS_VIEW)
    chosen = kind_of(kind)
    header = [translate(language, field_label(field.name)) for field in chosen.fields]
    example = [WORDS["examples"].get(field.name, "") for field in chosen.fields]
    label = translate(language, chosen.label)
    book = export.workbook(label, header, [example])
    return export.File(export.file_name(label, translate(language, TEMPLATE), ".xlsx"), book)
