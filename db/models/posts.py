"""Who is named for a standing duty, of the group or of one store, from a day on."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from db.types import Base, UtcDateTime, enum_type


class PostDuty(StrEnum):
    """What somebody is named for."""

    HOTLINE = "hotline"
    """Who minds the hotline (C02)."""
    MAILBOX = "mailbox"
    """Who checks the company mailbox (C28)."""
    STATISTICS = "statistics"
    """Who sorts and counts the complaints each month (C05)."""
    SPOKESPERSON = "spokesperson"
    """Who answers in public (C27)."""


class Post(Base, table=True):
    """One decision: from this day on this person, or nobody. Never edited: of one duty and place
    the latest day that has come holds, and of one day what was decided last."""

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_duty", "duty", "store_id", "from_on"),)
    append_only = True

    id: int = Field(default=None, primary_key=True)
    duty: PostDuty = Field(sa_type=enum_type(PostDuty))
    store_id: int | None = Field(default=None, foreign_key="stores.id", ondelete="RESTRICT")
    """None: of the whole group."""
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    """None: nobody from this day on."""
    from_on: date
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    reason: str = Field(max_length=200)
