"""The company mailbox: when somebody looked into it, and what he found (C28)."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.types import Base, UtcDateTime


class MailboxCheck(Base, table=True):
    """Somebody looked into the company mailbox, at the moment at which this was written."""

    __tablename__ = "mailbox_checks"
    __table_args__ = (CheckConstraint("new_count >= 0 AND made_count >= 0", name="counts"),)
    append_only = True

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    new_count: int
    """Messages that had not been there the last time."""
    made_count: int
    """How many messages became complaints."""
    note: str = Field(default="", max_length=200)
