"""Visit forms: written with the result of a visit, corrected for a day, followed up (V19–V22)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db import storage
from db.models import CallResult, User, VisitForm, VisitPaper, VisitTask
from services.complaints.filing import PaperTooLarge
from services.core import audit, clock, export, numbers, parameters
from services.core.access import WRITES, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.uploads import MB, Upload
from services.core.words import N_
from services.visits import form_quality
from services.visits.calling import ON_A_FORM, attempted, hold
from services.visits.form_quality import ANSWERS
from services.visits.inputs import (
    CorrectForm,
    NoteImprovement,
    RecordCall,
    TakePaper,
    Told,
    WriteForm,
)
from services.visits.views import FormReceipt

SERIES: Final = "visit_forms"
A_DAY: Final = timedelta(days=1)
_SAID: Final = ("needs", "feedback", "strategy")
"""What of the form stands on the customer's timeline."""
_LONGEST: Final = 2000


class NoVisit(InvalidInput):
    msgid = N_("Only of a visit or a reception a form is written")


class VisitAhead(InvalidInput):
    msgid = N_("The visit has not ended yet")


class VisitTurned(InvalidInput):
    msgid = N_("A visit ends after it began, within a day")


class ImprovedBefore(InvalidInput):
    msgid = N_("What is to be done better lies after the visit")


class PurposeMissing(InvalidInput):
    msgid = N_("Say what the next contact is for")


class NoCompanion(InvalidInput):
    msgid = N_("This person works in no store that you see")


class FormStands(Conflict):
    msgid = N_("The form is older than {days} days and stands as it is")


class ImprovedAlready(Conflict):
    msgid = N_("What came of it was written down meanwhile")


class TooManyPhotos(Conflict):
    msgid = N_("A visit form holds at most {most} files")


def write_form(session: Session, actor: Actor, form: WriteForm) -> FormReceipt:
    """Write the form of a visit. It is the contact's result: timeline, next contact, promise and
    photos are written with it, or nothing is.

    Raises NotFound, TaskEnded, StaleRecord, NotPermitted, NoVisit, VisitAhead, VisitTurned,
    ImprovedBefore, NoCompanion, PurposeMissing, NextMissing, NextPast, PromiseIncomplete,
    PromisedPast, PaperTooLarge, TooManyPhotos.
    """
    actor.require(Permission.VISITS_WORK)
    task = hold(session, form.task_id, form.version)
    if task.kind not in ON_A_FORM:
        raise NoVisit
    _check(session, form)
    if form.next_on is not None and form.next_purpose is None:
        raise PurposeMissing
    attempt = attempted(
        session, actor, task, _call(form), at=form.ended_at, next_purpose=form.next_purpose or ""
    )
    marks = form_quality.marks(_answers(form), last_answers(session, actor))
    row = VisitForm(
        number=_number(session, actor),
        store_id=task.store_id,
        owner_id=task.owner_id,
        task_id=task.id,
        customer_id=task.customer_id,
        touch_id=attempt.touch_id or 0,
        writer_id=actor.id,
        written_at=clock.now(),
        marks=marks,
        quality=sum(marks.values()),
        next_on=form.next_on,
        next_purpose=form.next_purpose or "",
        no_more=form.no_more or "",
        **_told(form),
    )
    session.add(row)
    session.flush()
    _keep(session, actor, row, form.files)
    audit.record(session, actor, Action.VISITS_WRITTEN, row, quality=row.quality)
    return FormReceipt(row.id, row.number, row.quality, task.state)


def correct_form(session: Session, actor: Actor, form: CorrectForm) -> FormReceipt:
    """Its writer mends what he wrote, for as long as that is allowed (V39); the audit keeps what it
    said before, and its quality is found anew.

    Raises NotFound, NotPermitted, StaleRecord, FormStands, VisitAhead, VisitTurned, ImprovedBefore,
    NoCompanion.
    """
    actor.require(Permission.VISITS_WORK)
    row = _hold(session, form.form_id, form.version)
    if row.writer_id != actor.id or not actor.covers(WRITES, row):
        raise NotPermitted(record="visit_forms", id=row.id)
    days = _days(session, parameters.CORRECTION_DAYS, row)
    if clock.now() > row.written_at + days * A_DAY:
        raise FormStands(days=days)
    _check(session, form, at=row.written_at)
    values = _told(form)
    changes = audit.difference(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    marks = form_quality.marks(_answers(form), last_answers(session, actor, before=row))
    row.marks, row.quality = marks, sum(marks.values())
    audit.record(session, actor, Action.VISITS_CORRECTED, row, changes=changes)
    task = load(session, VisitTask, row.task_id)
    return FormReceipt(row.id, row.number, row.quality, task.state)


def note_improvement(session: Session, actor: Actor, form: NoteImprovement) -> FormReceipt:
    """What was to be done better is done: what came of it (V21). Raises NotFound, NotPermitted,
    StaleRecord, ImprovedAlready."""
    actor.require(Permission.VISITS_WORK)
    row = load(session, VisitForm, form.form_id, lock=True)
    if not actor.covers(WRITES, row):
        raise NotPermitted(record="visit_forms", id=row.id)
    if row.improved_at is not None:
        raise ImprovedAlready
    _check_version(row, form.version)
    row.improved_at, row.improved_by_id, row.outcome = clock.now(), actor.id, form.outcome
    audit.record(session, actor, Action.VISITS_IMPROVED, row)
    task = load(session, VisitTask, row.task_id)
    return FormReceipt(row.id, row.number, row.quality, task.state)


def take_paper(session: Session, actor: Actor, form: TakePaper) -> export.File:
    """A photo or paper of a visit as it came. A command, because what leaves the house is written
    down. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    row = load(session, VisitPaper, form.file_id)
    content = storage.content_of(session, row.sha256)
    if content is None:
        raise NotFound(record="StoredFile", id=row.id)
    audit.record(session, actor, Action.VISITS_PAPER_TAKEN, row, sha256=row.sha256)
    return export.File(row.name, content)


def last_answers(
    session: Session, actor: Actor, before: VisitForm | None = None
) -> list[dict[str, str]]:
    """The answers of this person's last forms, the newest first: those with which a new one is
    compared, or one that is there."""
    actor.require(Permission.VISITS_WORK)
    query = select(*(col(getattr(VisitForm, name)) for name in ANSWERS)).where(
        col(VisitForm.writer_id) == actor.id
    )
    if before is not None:
        query = query.where(col(VisitForm.id) < before.id)
    query = query.order_by(col(VisitForm.id).desc()).limit(form_quality.LOOKS_BACK)
    return [dict(zip(ANSWERS, row, strict=True)) for row in session.execute(query)]


# ---- parts of it


def _call(form: WriteForm) -> RecordCall:
    """The same contact as the result of an attempt knows it."""
    said = "\n".join(getattr(form, name) for name in _SAID)
    return RecordCall(
        request_id=form.request_id,
        task_id=form.task_id,
        version=form.version,
        result=CallResult.CONNECTED,
        words=said[:_LONGEST],
        next_on=form.next_on,
        no_more=form.no_more,
        promise=form.promise,
        promised_at=form.promised_at,
    )


def _told(form: Told) -> dict[str, Any]:
    """The columns of what a form says."""
    values = {name: getattr(form, name) for name in Told.model_fields if name != "request_id"}
    return values | {"codes": [code.value for code in dict.fromkeys(form.codes)]}


def _answers(form: Told) -> Mapping[str, str]:
    return {name: getattr(form, name) for name in ANSWERS}


def _check(session: Session, form: Told, at: datetime | None = None) -> None:
    """`at`: when it was written, None: now."""
    if form.ended_at > (at or clock.now()):
        raise VisitAhead
    if not timedelta() < form.ended_at - form.started_at <= A_DAY:
        raise VisitTurned
    if form.improve_on < clock.day_of(form.ended_at):
        raise ImprovedBefore
    if form.companion_id is not None:
        _check_companion(session, form.companion_id)


def _check_companion(session: Session, user_id: int) -> None:
    try:
        load(session, User, user_id)
    except NotFound:
        raise NoCompanion from None


def _number(session: Session, actor: Actor) -> str:
    """The next one of this person's book."""
    last = numbers.reserve(session, f"{SERIES}:{actor.id}")
    return f"BF-{actor.id:03d}-{last + 1:04d}"


def _hold(session: Session, form_id: int, version: int) -> VisitForm:
    row = load(session, VisitForm, form_id, lock=True)
    _check_version(row, version)
    return row


def _check_version(row: VisitForm, version: int) -> None:
    if row.version != version:
        raise StaleRecord(version=row.version)


def _days(session: Session, key: str, row: VisitForm) -> int:
    return int(parameters.value(session, key, clock.day_of(row.written_at), row.store_id))


def _keep(session: Session, actor: Actor, row: VisitForm, uploads: Iterable[Upload]) -> None:
    """Photos and papers, each content once."""
    wanted: Sequence[Upload] = list({one.sha256: one for one in uploads}.values())
    if not wanted:
        return
    keys = (parameters.FILE_SIZE, parameters.FILE_COUNT)
    norms = parameters.values(session, keys, store_id=row.store_id)
    most_mb, most = (int(norms[key]) for key in keys)
    if len(wanted) > most:
        raise TooManyPhotos(most=most)
    for upload in wanted:
        if len(upload.content) > most_mb * MB:
            raise PaperTooLarge(name=upload.name, most=most_mb)
        paper = VisitPaper(
            store_id=row.store_id,
            owner_id=row.owner_id,
            form_id=row.id,
            customer_id=row.customer_id,
            name=upload.name,
            media_type=upload.media_type,
            size=len(upload.content),
            sha256=storage.keep(session, upload.content),
            added_at=clock.now(),
            added_by_id=actor.id,
        )
        session.add(paper)
    session.flush()
