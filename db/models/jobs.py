"""Long work that goes on while nobody watches."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from db.types import Base, Json, UtcDateTime, enum_type


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """By a person, between two steps; what was done stays."""
    FAILED = "failed"


_OPEN = text("state IN ('queued', 'running')")


class Job(Base, table=True):
    """One piece of long work: who wants it, how far it is, what came of it."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "ix_jobs_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_jobs_newest", "kind", "started_at"),
    )
    audited: ClassVar[bool] = False
    """The deeds that it does are written down, each by itself."""

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    """One of `services.core.jobs.JobKind`."""
    subject: str = Field(default="", max_length=60)
    """What it works on, such as the number of an import; never twice at once."""
    title: str = Field(default="", max_length=200)
    """What people know the subject by, such as the name of a file."""
    state: JobState = Field(sa_type=enum_type(JobState))
    user_id: int | None = Field(
        default=None, foreign_key="users.id", index=True, ondelete="RESTRICT"
    )
    """On whose behalf; None for the system's own."""
    done: int = Field(default=0)
    total: int = Field(default=0)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    beat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it last said that it is alive."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    worker: str = Field(default="", max_length=36)
    """Who has it in hand; whoever takes it up after a crash writes himself in."""
    attempts: int = Field(default=0)
    is_stopping: bool = Field(default=False)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    trouble: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """{"msgid": …, "params": {…}} of a job that failed."""
