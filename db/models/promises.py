"""What customers were promised, and whether it was kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.models.customers import TouchKind
from db.types import Base, Scoped, UtcDateTime, Versioned, enum_type


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    """The customer does not want it any more."""


_OPEN = text("state = 'open'")


class Promise(Base, Scoped, Versioned, table=True):
    """Something that a customer was promised by a moment. It is closed with what he was told:
    who, when, how and in which words (V11). `owner_id` is who keeps it."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_promises_moment", "due_at"),
        Index("ix_promises_customer", "customer_id", "state"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_or_open"),
        CheckConstraint("(state = 'open') = (told_by IS NULL)", name="closed_with_a_reply"),
        CheckConstraint("made_at < due_at", name="due_after_it_was_made"),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", ondelete="RESTRICT")
    what: str = Field(max_length=500)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    due_at: datetime = Field(sa_type=UtcDateTime)
    task_id: int | None = Field(
        default=None, foreign_key="visit_tasks.id", index=True, ondelete="RESTRICT"
    )
    """The contact at which it was made."""
    state: PromiseState = Field(default=PromiseState.OPEN, sa_type=enum_type(PromiseState))
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    told_by: TouchKind | None = Field(default=None, sa_type=enum_type(TouchKind))
    """How the customer was told."""
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reply: str = Field(default="", max_length=1000)
    """In which words."""
