"""Deeds that wait for a second person."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.types import Base, Json, UtcDateTime, enum_type


class ApprovalState(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_OPEN = text("state = 'open'")


class Approval(Base, table=True):
    """What one person wants to do and another must agree to: the form as it was sent, and once it
    was granted, as it was done."""

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when_closed"),
        Index(
            "ix_approvals_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    """One of `services.approvals.KINDS`."""
    subject: str = Field(max_length=120)
    """What it is about; while one is open, the same cannot be asked again."""
    what: Any = Field(default="", sa_type=Json)
    """The subject in words: a text, or a list of one msgid."""
    form: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    needs: str = Field(max_length=40)
    """The permission of whoever may decide."""
    store_id: int | None = Field(
        default=None, foreign_key="stores.id", index=True, ondelete="RESTRICT"
    )
    state: ApprovalState = Field(
        default=ApprovalState.OPEN, sa_type=enum_type(ApprovalState), index=True
    )
    asked_by_id: int = Field(foreign_key="users.id", index=True, ondelete="RESTRICT")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(max_length=200)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    """None also where nobody decided: withdrawn or expired."""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str = Field(default="", max_length=200)
