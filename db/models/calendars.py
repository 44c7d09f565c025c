"""When the group and its stores are open, as people decided it: weeks from a day on, single days.

Rows are never edited: a later week supersedes, and what was wrong is withdrawn and decided anew.
"""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from db.types import Base, Json, UtcDateTime

_LIVING = "withdrawn_at IS NULL"
_LIVING_OF_GROUP = f"store_id IS NULL AND {_LIVING}"


def _one_living(table: str, day: str) -> tuple[Index, Index]:
    """At most one living decision on a day: of the group, and of each store."""
    group, living = text(_LIVING_OF_GROUP), text(_LIVING)
    return (
        Index(
            f"ix_{table}_of_group",
            day,
            unique=True,
            sqlite_where=group,
            postgresql_where=group,
        ),
        Index(
            f"ix_{table}_of_store",
            "store_id",
            day,
            unique=True,
            sqlite_where=living,
            postgresql_where=living,
        ),
    )


class CalendarWeek(Base, table=True):
    """Opening hours by weekday from a day on, until the next ones begin."""

    __tablename__ = "calendar_weeks"
    __table_args__ = _one_living("calendar_weeks", "from_on")

    id: int = Field(default=None, primary_key=True)
    store_id: int | None = Field(
        default=None, foreign_key="stores.id", index=True, ondelete="RESTRICT"
    )
    """None: for every store without hours of its own."""
    from_on: date
    hours: list[list[list[int]]] = Field(sa_type=Json)
    """Seven weekdays, Monday first: [opens, closes) in minutes of the day, in order and apart."""
    keeps_holidays: bool
    """Closed on public holidays and open on the weekends that make up for them."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    reason: str = Field(max_length=200)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CalendarDay(Base, table=True):
    """The hours of one day, whatever the week and the holidays say."""

    __tablename__ = "calendar_days"
    __table_args__ = _one_living("calendar_days", "falls_on")

    id: int = Field(default=None, primary_key=True)
    store_id: int | None = Field(
        default=None, foreign_key="stores.id", index=True, ondelete="RESTRICT"
    )
    """None: for every store that has decided nothing else for this day."""
    falls_on: date
    hours: list[list[int]] = Field(sa_type=Json)
    """As one weekday of a week; empty is closed."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    reason: str = Field(max_length=200)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
