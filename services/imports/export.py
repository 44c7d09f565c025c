"""Files that an import gives back: the wrong rows to mend, and a template to begin with."""

from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import ImportBatch, ImportRow, RowOutcome
from services.core import export
from services.core.access import Actor, Permission, load
from services.core.labels import field_label
from services.core.words import N_, translate
from services.imports.parsing import WORDS
from services.imports.registry import kind_of
from services.imports.views import worded

REASON: Final = N_("What is wrong")
ROW: Final = N_("Row in the file")
MEND: Final = N_("Rows to mend")


def wrong_rows(session: Session, actor: Actor, batch_id: int, language: str) -> bytes:
    """The wrong rows as an .xlsx: why, where, and the cells as they were. Mend it and upload it."""
    actor.require(Permission.IMPORTS_VIEW)
    batch = load(session, ImportBatch, batch_id)
    query = (
        select(col(ImportRow.number), col(ImportRow.cells), col(ImportRow.reasons))
        .where(
            col(ImportRow.batch_id) == batch_id,
            col(ImportRow.outcome) == RowOutcome.WRONG,
        )
        .order_by(col(ImportRow.number))
    )
    header = [translate(language, REASON), translate(language, ROW), *batch.columns]
    lines = (
        [worded(reasons, language), str(number), *cells]
        for number, cells, reasons in session.execute(query)
    )
    return export.workbook(translate(language, MEND), header, lines, wide=1)


def template(session: Session, actor: Actor, kind: str, language: str) -> bytes:
    """An empty list of this kind: the header and one row that shows how each field is written."""
    actor.require(Permission.IMPORTS_VIEW)
    chosen = kind_of(kind)
    header = [translate(language, field_label(field.name)) for field in chosen.fields]
    example = [WORDS["examples"].get(field.name, "") for field in chosen.fields]
    return export.workbook(translate(language, chosen.label), header, [example])
