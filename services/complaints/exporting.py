"""The ledger to take along: the rows that the filters leave, without anybody's phone (C05)."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from sqlmodel import Session

from db.models import DemandKind, Department, Severity
from services.complaints import listing
from services.complaints.marks import Mark
from services.complaints.narrowing import Filters, Part
from services.complaints.timing import CLOCKS
from services.complaints.views import ComplaintRow, Heading
from services.core import audit, clock, export, fields
from services.core.access import Actor, Permission
from services.core.choices import choice_label
from services.core.errors import Conflict
from services.core.fields import OrNone
from services.core.inputs import Input
from services.core.labels import field_label
from services.core.words import N_, translate

FEW: Final = 200
"""Complaints that one file holds; more leave the house only with whoever may take all."""
MOST: Final = 10_000
"""That one file holds at all."""
LEDGER: Final = N_("Complaint ledger")


class ExportLedger(Input):
    """What narrows the ledger; nothing means no bound. `number` is a part of one."""

    language: Literal["zh_CN", "en"]
    part: OrNone[Part] = None
    store_id: OrNone[fields.PositiveId] = None
    handler_id: OrNone[fields.PositiveId] = None
    severity: OrNone[Severity] = None
    department: OrNone[Department] = None
    demand_kind: OrNone[DemandKind] = None
    mark: OrNone[Mark] = None
    number: OrNone[fields.Code] = None


class TooManyToTake(Conflict):
    msgid = N_(
        "At most {most} complaints go into one file. Narrow the list, for instance to a month by "
        "how its numbers begin: TS-202610"
    )


def export_ledger(session: Session, actor: Actor, form: ExportLedger) -> export.File:
    """An .xlsx of the complaints that the actor sees, newest first. Raises TooManyToTake.

    A command, because what leaves the house is written down.
    """
    actor.require(Permission.COMPLAINTS_EXPORT)
    most = MOST if actor.may(Permission.COMPLAINTS_EXPORT_ALL) else FEW
    asked = form.model_dump(exclude={"language", "number"}, exclude_none=True)
    filters = Filters(**asked, text=form.number or "")
    rows = listing.newest(session, filters, most + 1, None)
    if len(rows) > most:
        raise TooManyToTake(most=most)
    title = translate(form.language, LEDGER)
    header = [translate(form.language, label) for label in COLUMNS]
    lines = [[told(row, form.language) for told in COLUMNS.values()] for row in rows]
    book = export.workbook(title, header, lines)
    if filters.signs:
        asked["number"] = filters.signs
    action = audit.Action.COMPLAINTS_EXPORTED
    audit.record(session, actor, action, "complaints", rows=len(rows), filters=asked)
    return export.File(export.file_name(title, str(clock.today()), ".xlsx"), book)


def _moment(at: datetime | None) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def _choice(value: StrEnum | None, language: str) -> str:
    return translate(language, choice_label(value)) if value is not None else ""


def _marks(row: ComplaintRow, language: str) -> str:
    return translate(language, N_(", ")).join(
        translate(language, field_label(f"is_{mark}")) for mark in row.marks
    )


def _path(heading: Heading | None, language: str) -> str:
    if heading is None:
        return ""
    return " / ".join(heading.path_en if language == "en" else heading.path)


def _clock(row: ComplaintRow, language: str) -> str:
    return translate(language, CLOCKS[row.next_clock.kind]) if row.next_clock else ""


def _used(row: ComplaintRow) -> str:
    share = row.next_clock.share if row.next_clock else None
    return f"{float(share):.0%}" if share is not None else ""


COLUMNS: Final[dict[str, Callable[[ComplaintRow, str], str]]] = {
    field_label("number"): lambda row, _: row.number,
    field_label("received_at"): lambda row, _: _moment(row.received_at),
    N_("Due next"): _clock,
    N_("Due at"): lambda row, _: _moment(row.next_clock.due_at if row.next_clock else None),
    N_("Time used"): lambda row, _: _used(row),
    field_label("kind"): lambda row, language: _choice(row.kind, language),
    field_label("severity"): lambda row, language: _choice(row.severity, language),
    field_label("urgency"): lambda row, language: _choice(row.urgency, language),
    field_label("customer_id"): lambda row, _: row.who,
    field_label("category_id"): lambda row, language: _path(row.category, language),
    field_label("demand_kind"): lambda row, language: _choice(row.demand_kind, language),
    N_("Marks"): _marks,
    N_("Stage"): lambda row, language: _choice(row.stage, language),
    field_label("waiting_for"): lambda row, language: _choice(row.waiting_for, language),
    field_label("department"): lambda row, language: _choice(row.department, language),
    N_("I handle it"): lambda row, _: row.handler,
    N_("I took it"): lambda row, _: row.first_responder,
    field_label("store_id"): lambda row, _: row.store,
    N_("Closed at"): lambda row, _: _moment(row.closed_at),
    field_label("finding"): lambda row, language: _choice(row.finding, language),
    field_label("cause_id"): lambda row, language: _path(row.cause, language),
}
"""Label -> what of a complaint stands below it, in a language."""
