"""Asking for long work: what a feature calls so that a job begins (`services.jobs` does them)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session, col

from db.models import Job, JobState
from db.once import add_once
from services.core import clock
from services.core.access import Actor, beyond
from services.core.tellings import NoticeKind
from services.core.words import N_


class JobKind(StrEnum):
    """Every kind of long work."""

    IMPORT_RUN = "import_run"
    IMPORT_UNDO = "import_undo"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class Work:
    """What people are told of a kind of job: its name (a msgid), the notice of its good end, and
    the page of what it works on: its address and what is asked there by the job's subject."""

    label: str
    notice: NoticeKind | None = None
    address: str = ""
    asked: str = ""


WORKS: Final[Mapping[JobKind, Work]] = {
    JobKind.IMPORT_RUN: Work(N_("Import of a file"), NoticeKind.IMPORT_DONE, "imports", "batch"),
    JobKind.IMPORT_UNDO: Work(
        N_("Undoing of an import"), NoticeKind.IMPORT_DONE, "imports", "batch"
    ),
    JobKind.SWEEP: Work(N_("Due work")),
}

OPEN: Final = (JobState.QUEUED, JobState.RUNNING)


def under_way(user_id: ColumnElement[int] | int | None) -> ColumnElement[bool]:
    """The jobs of somebody that wait or are being done."""
    return and_(col(Job.user_id) == user_id, col(Job.state).in_(OPEN))


def ask_for(session: Session, actor: Actor, kind: JobKind, subject: object, title: str = "") -> int:
    """Queue a job on behalf of the actor; returns its id, or that of the one already under way on
    the same subject, so that asking twice is harmless."""
    row: dict[str, Any] = {
        "kind": kind.value,
        "subject": str(subject),
        "title": title,
        "state": JobState.QUEUED,
        "user_id": actor.id,
        "done": 0,
        "total": 0,
        "asked_at": clock.now(),
        "worker": "",
        "attempts": 0,
        "is_stopping": False,
        "result": {},
        "trouble": {},
    }
    added = add_once(session, Job, [row], col(Job.id))
    if added:
        return int(added[0])
    query = select(col(Job.id)).where(
        col(Job.kind) == kind.value,
        col(Job.subject) == str(subject),
        col(Job.state).in_(OPEN),
    )
    return int(beyond(session, query).scalar_one())
