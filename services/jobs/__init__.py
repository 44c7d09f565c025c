"""Long work that goes on while nobody watches, and that one finds again (A22).

A feature queues a job (`services.core.jobs.ask_for`); a worker in any process takes it up, does it
step by step with the rights of whoever asked, and tells him when it has ended. A worker that dies
leaves a job without a heartbeat: the next one goes on where it stood.

Looking:  `page`, `line`
Working:  `work` (drives `waiting`, `claim`, `beat`, `finish`), `drop_old`
"""

from db.models import JobState
from services.jobs.records import (
    BeatJob,
    Claimed,
    ClaimJob,
    DropJobs,
    FinishJob,
    JobLine,
    beat,
    claim,
    drop_old,
    finish,
    line,
    page,
    waiting,
)
from services.jobs.working import RUNNERS, work

__all__ = [
    "RUNNERS",
    "BeatJob",
    "ClaimJob",
    "Claimed",
    "DropJobs",
    "FinishJob",
    "JobLine",
    "JobState",
    "beat",
    "claim",
    "drop_old",
    "finish",
    "line",
    "page",
    "waiting",
    "work",
]
