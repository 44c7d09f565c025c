"""The monthly decks of complaints: what the meeting was shown, and who answered for it."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index
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
    about_month: str = Field(default="", max_length=2000)
    about_decisions: str = Field(default="", max_length=2000)
    """What its editors say of the month, and what is to be decided; "" is no slide."""
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")


class DeckFile(Base, table=True):
    """A signed deck as it was handed out, the same for everybody from then on. The content lies in
    `stored_files`, under its digest."""

    __tablename__ = "deck_files"
    __table_args__ = (
        Index("ix_deck_files_once", "deck_id", "kind", "language", unique=True),
        Index("ix_deck_files_sha256", "sha256"),
    )
    append_only: ClassVar[bool] = True

    id: int = Field(default=None, primary_key=True)
    deck_id: int = Field(foreign_key="complaint_decks.id", ondelete="RESTRICT")
    kind: str = Field(max_length=4)
    """pptx or pdf."""
    language: str = Field(max_length=5)
    size: int
    """Bytes."""
    sha256: str = Field(max_length=64, foreign_key="stored_files.sha256", ondelete="RESTRICT")
    made_at: datetime = Field(sa_type=UtcDateTime)
