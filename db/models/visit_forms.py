"""What was learnt on a visit: the form that is written of each, and the papers brought home."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.types import Base, Json, Scoped, UtcDateTime, Versioned


class FeedbackCode(StrEnum):
    """What kind of thing a customer said (V10)."""

    NEED = "need"
    INTENT = "intent"
    """He thinks of buying."""
    PRAISE = "praise"
    GRUMBLE = "grumble"
    COMPLAINT = "complaint"
    IDEA = "idea"
    PRICE = "price"
    RIVAL = "rival"
    """He compares us with another dealer."""


_UNDONE = text("improved_at IS NULL")


class VisitForm(Base, Scoped, Versioned, table=True):
    """The form LC 16.06.302.02 of one visit (V19, V20). Its writer corrects it for a day, then it
    stands (V39). `owner_id` is whose contact it was, `writer_id` who wrote it."""

    __tablename__ = "visit_forms"
    __table_args__ = (
        Index("ix_visit_forms_writer", "writer_id", "ended_at"),
        Index("ix_visit_forms_store_ended", "store_id", "ended_at"),
        Index("ix_visit_forms_ended", "ended_at"),
        Index("ix_visit_forms_improve_on", "improve_on"),
        Index("ix_visit_forms_improve", "store_id", "improve_on", sqlite_where=_UNDONE,
              postgresql_where=_UNDONE),
        CheckConstraint("started_at < ended_at", name="begins_before_it_ends"),
        CheckConstraint("ended_at <= written_at", name="written_afterwards"),
        CheckConstraint("quality BETWEEN 0 AND 12", name="quality_bounded"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    number: str = Field(max_length=20, unique=True)
    """BF-<person>-####: one book for each person, numbered without gaps."""
    task_id: int = Field(foreign_key="visit_tasks.id", index=True, ondelete="RESTRICT")
    """One form of each: the contact has ended with it."""
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    touch_id: int = Field(foreign_key="touches.id", ondelete="RESTRICT")
    writer_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    visited_place: str = Field(max_length=200)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    written_at: datetime = Field(sa_type=UtcDateTime)
    met: str = Field(max_length=200)
    """Whom we met there."""
    companion_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    """A colleague who went along (V50)."""
    needs: str = Field(max_length=1000)
    rivals: str = Field(max_length=1000)
    """What competitors do better."""
    gap: str = Field(max_length=1000)
    """Where we fall short."""
    improvement: str = Field(max_length=1000)
    """What we do better next."""
    improve_on: date
    """By when."""
    feedback: str = Field(max_length=1000)
    strategy: str = Field(max_length=1000)
    """How we serve him next."""
    codes: list[str] = Field(default_factory=list, sa_type=Json)
    """Of `FeedbackCode`."""
    marks: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    """Each of the six answers: 0 empty, 1 short or copied, 2 in words of its own."""
    quality: int
    """Their sum; a sixth of it is the form's quality (spec 2.6)."""
    next_on: date | None = Field(default=None)
    next_purpose: str = Field(default="", max_length=200)
    no_more: str = Field(default="", max_length=200)
    """Why nothing more follows."""
    improved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    improved_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    outcome: str = Field(default="", max_length=1000)
    """What came of the improvement."""


class VisitPaper(Base, Scoped, table=True):
    """A photo or paper of a visit. The content lies in
    `stored_files`, under its digest."""

    __tablename__ = "visit_papers"
    __table_args__ = (
        Index("ix_visit_papers_once", "form_id", "sha256", unique=True),
        Index("ix_visit_papers_sha256", "sha256"),
    )

    id: int = Field(default=None, primary_key=True)
    form_id: int = Field(foreign_key="visit_forms.id", ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=80)
    size: int
    """Bytes."""
    sha256: str = Field(max_length=64, foreign_key="stored_files.sha256", ondelete="RESTRICT")
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
