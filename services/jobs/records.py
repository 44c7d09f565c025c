"""The rows of `jobs`: who has one in hand, how far it is, what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlmodel import Session, col

from db.models import Job, JobState, User
from services.core import clock, fields, notices, parameters, recorded
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict
from services.core.inputs import Input
from services.core.jobs import WORKS, JobKind, under_way
from services.core.normal import storable_all
from services.core.tellings import NoticeKind
from services.core.words import N_

LISTED: Final = 50
DEAD: Final = timedelta(seconds=90)
"""A worker that was silent for so long is taken for dead; it beats every second."""
MOST_ATTEMPTS: Final = 5
NEVER_ENDED: Final = N_("It was begun {times} times and never came to its end")

Worker = Annotated[str, fields.text(36)]


class TakenOver(Conflict):
    """Somebody else has the job in hand: this worker was taken for dead."""

    msgid = N_("Another process has taken up this work")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a job failed, in words of ours."""

    msgid: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as people see it. `person` is "" for the system's own."""

    id: int
    kind: JobKind
    label: str
    """A msgid."""
    title: str
    subject: str
    state: JobState
    person: str
    done: int
    total: int
    asked_at: datetime
    ended_at: datetime | None
    trouble: Trouble | None

    @property
    def place(self) -> tuple[str, dict[str, str]]:
        """The address of the page of what it works on ("" for none), and what is asked there."""
        work = WORKS[self.kind]
        return work.address, {work.asked: self.subject} if work.asked else {}


def page(session: Session, actor: Actor, *, only_open: bool = False) -> list[JobLine]:
    """The newest jobs of one's own; whoever looks after the system sees all, and of the sweeps the
    last and those that failed."""
    actor.require(Permission.PROFILE_EDIT)
    is_sweep = col(Job.kind) == JobKind.SWEEP.value
    last = select(func.max(col(Job.id))).where(is_sweep).scalar_subquery()
    telling = or_(~is_sweep, col(Job.state) == JobState.FAILED, col(Job.id) == last)
    query = select(Job).where(telling).order_by(col(Job.id).desc()).limit(LISTED)
    if only_open:
        query = query.where(under_way(actor.id))
    return lines_of(session, session.execute(query).scalars().all())


def line(session: Session, actor: Actor, job_id: int) -> JobLine:
    """One job. Raises NotFound."""
    actor.require(Permission.PROFILE_EDIT)
    [found] = lines_of(session, [load(session, Job, job_id)])
    return found


def lines_of(session: Session, rows: Iterable[Job]) -> list[JobLine]:
    """Rows that the actor may see, as lines."""
    found = list(rows)
    names = recorded.names_of(session, User, {row.user_id for row in found if row.user_id})
    return [
        JobLine(
            id=row.id,
            kind=JobKind(row.kind),
            label=WORKS[JobKind(row.kind)].label,
            title=row.title,
            subject=row.subject,
            state=row.state,
            person=names.get(row.user_id or 0, ""),
            done=row.done,
            total=row.total,
            asked_at=row.asked_at,
            ended_at=row.ended_at,
            trouble=Trouble(**row.trouble) if row.trouble else None,
        )
        for row in found
    ]


# ---- for the worker


class ClaimJob(Input):
    worker: Worker


class BeatJob(Input):
    job_id: fields.PositiveId
    worker: Worker
    done: fields.Count
    total: fields.Count


class FinishJob(Input):
    job_id: fields.PositiveId
    worker: Worker
    state: JobState
    msgid: Annotated[str, fields.text(300, least=0)] = ""
    """Why it failed, in words of ours; `params` fill them."""
    params: Annotated[dict[str, Any], AfterValidator(storable_all)] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in this worker's hands. `username` is on whose behalf."""

    id: int
    kind: JobKind
    subject: str
    username: str


def waiting(session: Session, actor: Actor) -> bool:
    """Whether there may be something to claim: asked every second, so it only reads."""
    actor.require(Permission.JOBS_RUN)
    query = select(col(Job.id)).where(_is_free(clock.now())).limit(1)
    return session.execute(query).first() is not None


def _is_free(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(col(Job.state) == JobState.RUNNING, col(Job.beat_at) < now - DEAD)
    return and_(col(Job.user_id).is_not(None), or_(col(Job.state) == JobState.QUEUED, abandoned))


def claim(session: Session, actor: Actor, form: ClaimJob) -> Claimed | None:
    """Take the oldest job that nobody has in hand, or whose worker is dead; None if there is none.

    One that killed its worker again and again is given up.
    """
    actor.require(Permission.JOBS_RUN)
    now = clock.now()
    query = (
        select(Job, col(User.username))
        .join(User, col(User.id) == col(Job.user_id))
        .where(_is_free(now))
        .order_by(col(Job.id))
        .limit(1)
        .with_for_update(of=Job, skip_locked=True)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, username = found
    row.worker, row.state, row.beat_at = form.worker, JobState.RUNNING, now
    row.started_at = row.started_at or now
    row.attempts += 1
    if row.attempts > MOST_ATTEMPTS:
        _end(session, row, JobState.FAILED, NEVER_ENDED, {"times": MOST_ATTEMPTS})
        return None
    return Claimed(row.id, JobKind(row.kind), row.subject, username)


def beat(session: Session, actor: Actor, form: BeatJob) -> bool:
    """Say how far a job is; returns whether to go on. Raises TakenOver."""
    actor.require(Permission.JOBS_RUN)
    row = _in_hand(session, form.job_id, form.worker)
    row.done, row.total, row.beat_at = form.done, form.total, clock.now()
    return not row.is_stopping


def finish(session: Session, actor: Actor, form: FinishJob) -> None:
    """Write down how a job ended, and tell whoever asked; or put it back for another worker.

    Raises TakenOver.
    """
    actor.require(Permission.JOBS_RUN)
    row = _in_hand(session, form.job_id, form.worker)
    if form.state is JobState.QUEUED:
        row.state, row.worker, row.attempts = JobState.QUEUED, "", row.attempts - 1
        return
    _end(session, row, form.state, form.msgid, form.params)


def _in_hand(session: Session, job_id: int, worker: str) -> Job:
    row = load(session, Job, job_id, lock=True)
    if row.worker != worker or row.state is not JobState.RUNNING:
        raise TakenOver
    return row


def _end(
    session: Session,
    row: Job,
    state: JobState,
    msgid: str = "",
    params: dict[str, Any] | None = None,
) -> None:
    row.state, row.ended_at = state, clock.now()
    row.trouble = {"msgid": msgid, "params": params or {}} if msgid else {}
    work = WORKS[JobKind(row.kind)]
    kind = NoticeKind.JOB_FAILED if state is JobState.FAILED else work.notice
    if state is JobState.STOPPED or row.user_id is None or kind is None:
        return
    about = {"what": [work.label], "title": row.title, "subject": row.subject, "job": row.id}
    notices.tell(session, [row.user_id], kind, cause_of(row.id), **about)


def cause_of(job_id: int) -> str:
    return f"job:{job_id}"


class DropJobs(Input):
    """Forget jobs that ended long ago."""


def drop_old(session: Session, actor: Actor, form: DropJobs) -> int:
    """Forget what ended longer ago than the parameter says; returns how many."""
    actor.require(Permission.DATA_SWEEP)
    days = int(parameters.value(session, parameters.JOB_DAYS))
    old = delete(Job).where(col(Job.ended_at) < clock.now() - timedelta(days=days))
    return len(session.execute(old.returning(col(Job.id))).all())
