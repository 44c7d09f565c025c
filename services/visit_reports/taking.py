"""A return-visit report to take along: a workbook, or a PDF for the meeting."""

from typing import Literal

from sqlmodel import Session

from services import reports
from services.core import audit, export, fields
from services.core.access import Actor, Permission
from services.core.fields import OrNone
from services.core.inputs import Input
from services.core.words import translate
from services.visit_reports.gathering import report
from services.visit_reports.telling import NAME, Telling


class TakeReport(Input):
    """Of which days and store, as what."""

    language: Literal["zh_CN", "en"]
    kind: Literal["xlsx", "pdf"]
    since: fields.DateInRange
    until: fields.DateInRange
    store_id: OrNone[fields.PositiveId] = None


def take(session: Session, actor: Actor, form: TakeReport) -> export.File:
    """A command, because what leaves the house is written down.

    Raises EndBeforeBegin, NotFound, NoPango.
    """
    actor.require(Permission.VISITS_VIEW)
    found = report(session, actor, form.since, form.until, form.store_id)
    telling = Telling(found, form.language)
    if form.kind == "pdf":
        data = reports.sheet_pdf(telling.sheet())
    else:
        parts = telling.parts()
        data = export.book([export.Table(one.title, one.header, one.rows) for one in parts])
    audit.record(
        session,
        actor,
        audit.Action.VISITS_REPORTED,
        "visit_tasks",
        since=str(form.since),
        until=str(form.until),
        store=form.store_id,
        file=form.kind,
    )
    about = " ".join(filter(None, (translate(form.language, NAME), found.store)))
    days = f"{form.since}_{form.until}"
    return export.File(export.file_name(about, days, f".{form.kind}"), data)
