"""Appointments to take along: the rows that the filters leave, without anybody's phone."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from services.appointments import listing
from services.appointments.inputs import ExportAppointments
from services.appointments.listing import Filters
from services.appointments.views import AppointmentRow
from services.core import audit, clock, export
from services.core.access import Actor, Permission
from services.core.choices import choice_label
from services.core.errors import Conflict
from services.core.labels import field_label
from services.core.words import N_, translate

MOST: Final = 10_000
TITLE: Final = N_("Appointments")


class TooManyAppointments(Conflict):
    msgid = N_("At most {most} appointments go into one file. Choose fewer days")


def export_list(session: Session, actor: Actor, form: ExportAppointments) -> export.File:
    """An .xlsx of the appointments that the actor sees. Raises TooManyAppointments.

    A command, because what leaves the house is written down.
    """
    actor.require(Permission.VISITS_LEAD)
    asked = form.model_dump(exclude={"language"}, exclude_none=True)
    rows = listing.rows_of(session, Filters(**asked), MOST + 1)
    if len(rows) > MOST:
        raise TooManyAppointments(most=MOST)
    title = translate(form.language, TITLE)
    header = [translate(form.language, label) for label in COLUMNS]
    lines = [[told(row, form.language) for told in COLUMNS.values()] for row in rows]
    book = export.workbook(title, header, lines)
    action = audit.Action.APPOINTMENTS_EXPORTED
    audit.record(session, actor, action, "appointments", rows=len(rows), filters=asked)
    return export.File(export.file_name(title, str(clock.today()), ".xlsx"), book)


def _choice(value: StrEnum, language: str) -> str:
    return translate(language, choice_label(value))


def _moment(row: AppointmentRow) -> str:
    return row.starts_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


COLUMNS: Final[dict[str, Callable[[AppointmentRow, str], str]]] = {
    field_label("starts_at"): lambda row, _: _moment(row),
    field_label("minutes"): lambda row, _: str(row.minutes),
    field_label("customer_id"): lambda row, _: row.who,
    field_label("vehicle_id"): lambda row, _: row.car,
    field_label("work"): lambda row, language: _choice(row.work, language),
    field_label("concern"): lambda row, _: row.concern,
    field_label("bay_id"): lambda row, _: row.bay,
    field_label("advisor_id"): lambda row, _: row.advisor,
    N_("State"): lambda row, language: _choice(row.state, language),
    field_label("reason"): lambda row, _: row.reason,
    field_label("source"): lambda row, language: _choice(row.source, language),
    N_("Times moved"): lambda row, _: str(row.moved),
    N_("Made by"): lambda row, _: row.made_by,
}
"""Label -> what of an appointment stands below it, in a language."""
