"""The monthly decks of complaints: what the meeting was shown, and who answered for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.types import Base, Json, UtcDateTime, Versioned


class ComplaintDeck(Base, Versioned, table=True):
    """The deck of one month (C04). Its figures are frozen: what is corrected later stands in the
    next deck as a line of its own."""

    __tablename__ = "complaint_decks"
    __table_args__ = (
        CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by_somebody"),
    )

    id: int = Field(default=None, primary_key=True)
    month: str = Field(max_length=7, unique=True)
    """YYYY-MM."""
    frozen_at: datetime = Field(sa_type=UtcDateTime)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """The figures and the cases, in no language (`services.decks.gathering`)."""
    comments: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    """Part of the deck -> what its editors say of it."""
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
