"""What the application tells a person, once for each cause."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from db.types import Base, Json, UtcDateTime

_OPEN = text("acted_at IS NULL")


class Notice(Base, table=True):
    """One thing that a person should know or do. However often its cause comes up, it is one."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_cause", "cause", "user_id", unique=True),
        Index(
            "ix_notices_open",
            "user_id",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )
    audited: ClassVar[bool] = False

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="RESTRICT")
    cause: str = Field(max_length=120)
    """What it is about, e.g. `approval:17`; the same cause is never told twice."""
    kind: str = Field(max_length=40)
    """One of `services.core.notices.NoticeKind`."""
    params: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """What the words of the kind speak of."""
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    show_at: datetime = Field(sa_type=UtcDateTime)
    """Later than `created_at` where that lay in quiet hours."""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
