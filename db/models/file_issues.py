"""What is wrong with a customer's file, until somebody mends it (V25)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.types import Base, Scoped, UtcDateTime, Versioned, enum_type


class IssueKind(StrEnum):
    PHONE_WRONG = "phone_wrong"
    """Somebody else answered."""
    PHONE_UNREACHABLE = "phone_unreachable"
    """Tried in vain as often as a rule says."""
    MISSING = "missing"
    """It was opened without what a file must have."""


class IssueState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


_OPEN = text("state = 'open'")


class FileIssue(Base, Scoped, Versioned, table=True):
    """One thing that is wrong with a file. `owner_id` stays None: whoever of the store knows better
    mends it, not only whoever keeps the file."""

    __tablename__ = "file_issues"
    __table_args__ = (
        Index("ix_file_issues_once", "customer_id", "field", unique=True, sqlite_where=_OPEN,
              postgresql_where=_OPEN),
        Index("ix_file_issues_open", "store_id", "opened_at", sqlite_where=_OPEN,
              postgresql_where=_OPEN),
        Index("ix_file_issues_kind", "kind", "opened_at"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_or_open"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", ondelete="RESTRICT")
    field: str = Field(max_length=40)
    """Which field of the file is wrong; "" the file as a whole."""
    kind: IssueKind = Field(sa_type=enum_type(IssueKind))
    state: IssueState = Field(default=IssueState.OPEN, sa_type=enum_type(IssueState))
    task_id: int | None = Field(
        default=None, foreign_key="visit_tasks.id", index=True, ondelete="RESTRICT"
    )
    """The contact at which it showed."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    note: str = Field(default="", max_length=200)
    """Why it was closed by hand; "" where the file was mended."""
