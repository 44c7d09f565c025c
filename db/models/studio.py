"""What improves the contacts with customers: changes that are proposed to scripts, and calls that
are reviewed (V02, V13)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from db.types import Base, Json, Scoped, UtcDateTime, Versioned, enum_type


class ProposalState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    """It stands in a draft of the rule."""
    DECLINED = "declined"


class ScriptProposal(Base, Versioned, table=True):
    """Somebody who makes these contacts would say it otherwise (V13). Like the rules themselves it
    is the whole group's."""

    __tablename__ = "script_proposals"
    __table_args__ = (
        Index("ix_script_proposals_state", "state", "created_at"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered_or_open"),
    )

    id: int = Field(default=None, primary_key=True)
    step_id: int = Field(foreign_key="cadence_steps.id", index=True, ondelete="RESTRICT")
    """Of a rule that is or was in force: it is never edited."""
    is_english: bool = Field(default=False)
    """In which of its two languages."""
    script: str = Field(max_length=4000)
    """What to say instead."""
    reason: str = Field(max_length=200)
    state: ProposalState = Field(default=ProposalState.OPEN, sa_type=enum_type(ProposalState))
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    answer: str = Field(default="", max_length=200)


class QAReview(Base, Scoped, Versioned, table=True):
    """Somebody who leads listened to one call (V02). `owner_id` is who made the call."""

    __tablename__ = "qa_reviews"
    __table_args__ = (
        Index("ix_qa_reviews_once", "touch_id", unique=True),
        Index("ix_qa_reviews_month", "month", "store_id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_bounded"),
        CheckConstraint("owner_id <> reviewer_id", name="not_ones_own"),
    )

    id: int = Field(default=None, primary_key=True)
    touch_id: int = Field(foreign_key="touches.id", ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    month: date
    """The first day of the month of the call."""
    scores: dict[str, int] = Field(sa_type=Json)
    """Item of the rubric -> 0 no, 1 partly, 2 yes; what did not apply is not in it."""
    score: int
    """Hundredths of what could be reached."""
    note: str = Field(max_length=1000)
    """What to do better, for whoever made the call."""
    reviewer_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When whoever made the call read it."""
