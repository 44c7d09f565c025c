"""The worker: takes up a job and carries it through, step by step. No commands: it calls them."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from db.models import JobState
from services import imports
from services.core import audit, incidents
from services.core.access import Caller, Named
from services.core.errors import AppError, SignedOut
from services.core.jobs import JobKind
from services.core.run import perform
from services.core.words import N_
from services.imports.driving import Do
from services.jobs.records import (
    BeatJob,
    Claimed,
    ClaimJob,
    FinishJob,
    TakenOver,
    beat,
    claim,
    finish,
)

BEATS: Final = 1.0
"""Seconds between two words of a worker."""
GONE: Final = N_("Whoever asked for it has no access any more")

Progress = Callable[[int, int], None]
"""Told (done, total) after every step; ends the job's run by an exception of its own."""
Runner = Callable[[Do, str, Progress], object]
"""(door on behalf of whoever asked, subject, progress)"""


class _Stop(Exception):
    """Somebody asked that this job ends here."""


class _HandBack(Exception):
    """The process ends; another one goes on with the job."""


def _import_run(do: Do, subject: str, progress: Progress) -> None:
    imports.run_all(do, int(subject), lambda step: progress(step.done, step.total))


def _import_undo(do: Do, subject: str, progress: Progress) -> None:
    imports.undo_all(do, int(subject), lambda step: progress(step.done, step.total))


RUNNERS: Final[Mapping[JobKind, Runner]] = {
    JobKind.IMPORT_RUN: _import_run,
    JobKind.IMPORT_UNDO: _import_undo,
}
"""How each kind of queued job is done: any number of times, from wherever it stands."""


def work(caller: Caller, is_ending: Callable[[], bool] = lambda: False) -> bool:
    """Do one job that waits, to its end; False if there was none.

    `is_ending` is asked at every step: once it says so, the job is put back for another process.
    Raises AppError where not even the job's own row can be written.
    """
    worker = str(uuid4())
    job = perform(claim, caller, ClaimJob(worker=worker))
    if job is None:
        return False
    ended = _carried_through(caller, job, worker, is_ending)
    if ended is not None:
        perform(finish, caller, ended)
    return True


def _carried_through(
    caller: Caller, job: Claimed, worker: str, is_ending: Callable[[], bool]
) -> FinishJob | None:
    """How the job ended; None if somebody else has it now."""

    def do(command: Callable[..., Any], form: Any, /) -> Any:
        return perform(command, Named(job.username, f"job:{job.id}"), form)

    def ended(state: JobState, **more: Any) -> FinishJob:
        return FinishJob(job_id=job.id, worker=worker, state=state, **more)

    try:
        progress = _beating(caller, job, worker, is_ending)
        RUNNERS[job.kind](do, job.subject, progress)
    except _Stop:
        return ended(JobState.STOPPED)
    except _HandBack:
        return ended(JobState.QUEUED)
    except TakenOver:
        return None
    except Exception as trouble:  # noqa: BLE001 - the last net under every job
        return ended(JobState.FAILED, **_why(trouble))
    return ended(JobState.DONE)


def _why(trouble: Exception) -> dict[str, Any]:
    """The reason as it is kept: words of ours, or the number of an incident."""
    if isinstance(trouble, SignedOut):
        return {"msgid": GONE, "params": {}}
    if isinstance(trouble, AppError):
        return {"msgid": trouble.msgid, "params": audit.plain(trouble.params)}
    return {"msgid": incidents.UNEXPECTED, "params": {"incident": incidents.note(trouble)}}


def _beating(caller: Caller, job: Claimed, worker: str, is_ending: Callable[[], bool]) -> Progress:
    """Writes progress down, about once a second; the last step always."""
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        if is_ending():
            raise _HandBack
        if time.monotonic() < last + BEATS and done < total:
            return
        last = time.monotonic()
        form = BeatJob(job_id=job.id, worker=worker, done=done, total=total)
        if not perform(beat, caller, form):
            raise _Stop

    return progress
