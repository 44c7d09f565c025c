"""Importing and taking back in the background, so that one may leave the page meanwhile."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, update
from sqlmodel import Session, col

from db.models import BatchState, ImportBatch, Job
from services.core import fields, jobs
from services.core.access import Actor, Permission, beyond, load
from services.core.errors import Conflict
from services.core.inputs import Input, Request
from services.core.jobs import JobKind
from services.core.words import N_
from services.imports.batches import NotChecked, NotRunnable, locked
from services.imports.undo import NothingToUndo

_KINDS = (JobKind.IMPORT_RUN.value, JobKind.IMPORT_UNDO.value)


@dataclass(frozen=True, slots=True)
class Work:
    """The job that works on a batch, and how many rows it has done; `total` 0: not begun."""

    job_id: int
    done: int
    total: int


class UnderWay(Conflict):
    msgid = N_("This file is being worked on. Stop that first, or wait for its end")


class StartRun(Request):
    batch_id: fields.PositiveId


class StartUndo(Request):
    batch_id: fields.PositiveId


class StopWork(Input):
    batch_id: fields.PositiveId


def start_run(session: Session, actor: Actor, form: StartRun) -> int:
    """Import a checked batch in the background; returns the job's id.

    Raises NotChecked, NotRunnable, and UnderWay while it is being taken back.
    """
    actor.require(Permission.IMPORTS_RUN)
    batch = locked(session, actor, form.batch_id)
    if batch.counts["checked"] < batch.counts["rows"]:
        raise NotChecked
    if batch.state in {BatchState.UNDOING, BatchState.UNDONE}:
        raise NotRunnable
    return _begin(session, actor, batch, JobKind.IMPORT_RUN)


def start_undo(session: Session, actor: Actor, form: StartUndo) -> int:
    """Take a batch back in the background; returns the job's id.

    Raises NothingToUndo, and UnderWay while it is still being imported.
    """
    actor.require(Permission.IMPORTS_RUN)
    batch = locked(session, actor, form.batch_id)
    if batch.state in {BatchState.CHECKED, BatchState.UNDONE}:
        raise NothingToUndo
    return _begin(session, actor, batch, JobKind.IMPORT_UNDO)


def _begin(session: Session, actor: Actor, batch: ImportBatch, kind: JobKind) -> int:
    other = next(each for each in _KINDS if each != kind.value)
    query = select(col(Job.id)).where(_open(batch.id, (other,)))
    if beyond(session, query).first() is not None:
        raise UnderWay
    return jobs.ask_for(session, actor, kind, batch.id, batch.file_name)


def stop_work(session: Session, actor: Actor, form: StopWork) -> None:
    """Let whoever works on this batch in the background stop after the step at hand."""
    actor.require(Permission.IMPORTS_RUN)
    batch = locked(session, actor, form.batch_id)
    beyond(session, update(Job).where(_open(batch.id, _KINDS)).values(is_stopping=True))


def under_way(session: Session, actor: Actor, batch_id: int) -> Work | None:
    """How far the work on a batch is; None while nobody works on it. Raises NotFound."""
    actor.require(Permission.IMPORTS_VIEW)
    batch = load(session, ImportBatch, batch_id)
    query = select(col(Job.id), col(Job.done), col(Job.total)).where(_open(batch.id, _KINDS))
    found = beyond(session, query).first()
    return Work(*found) if found else None


def _open(batch_id: int, kinds: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(
        col(Job.subject) == str(batch_id),
        col(Job.kind).in_(kinds),
        col(Job.state).in_(jobs.OPEN),
    )
