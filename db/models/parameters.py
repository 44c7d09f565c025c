"""What the group has decided about its numbers, each from a day on."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from db.types import Base, UtcDateTime

_LIVING = "withdrawn_at IS NULL"
_LIVING_OF_GROUP = f"store_id IS NULL AND {_LIVING}"


class ParameterValue(Base, table=True):
    """A parameter's value from a day on, until the next one's day. Never edited: a later value
    supersedes it, and one that has not begun may be withdrawn."""

    __tablename__ = "parameter_values"
    __table_args__ = (
        Index(
            "ix_parameter_values_of_group",
            "key",
            "from_on",
            unique=True,
            sqlite_where=text(_LIVING_OF_GROUP),
            postgresql_where=text(_LIVING_OF_GROUP),
        ),
        Index(
            "ix_parameter_values_of_store",
            "key",
            "store_id",
            "from_on",
            unique=True,
            sqlite_where=text(_LIVING),
            postgresql_where=text(_LIVING),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=64)
    """One of `services.core.parameters.PARAMETERS`."""
    store_id: int | None = Field(
        default=None, foreign_key="stores.id", index=True, ondelete="RESTRICT"
    )
    """None: for every store without a value of its own."""
    value: str = Field(max_length=20)
    """The exact number in digits, in the parameter's unit; "" for a store that follows the group
    again."""
    from_on: date
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    reason: str = Field(max_length=200)
    approved_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
