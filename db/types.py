"""Column types and marks shared by all tables."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, DateTime, Dialect, Enum, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr, registry
from sqlalchemy.types import JSON, TypeDecorator
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> datetime:
    return datetime.now(UTC)


metadata = MetaData(naming_convention=NAMING)


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Every table's parent. Its own registry keeps a hot reload from defining tables twice."""

    audited: ClassVar[bool] = True
    """False for bookkeeping of the system itself (sessions, drafts): no audit entry is owed."""

    append_only: ClassVar[bool] = False
    """True where rows are added and never changed: guarded here and by a database trigger."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. SQLite forgets time zones; this column does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Scoped(SQLModel):
    """A row that belongs to a store and a person; a handover rewrites both."""

    store_id: int = Field(foreign_key="stores.id", index=True, ondelete="RESTRICT")
    owner_id: int | None = Field(
        default=None, foreign_key="users.id", index=True, ondelete="RESTRICT"
    )


def scoped_models() -> list[Any]:
    """Every table that is `Scoped`."""
    return [
        mapper.class_
        for mapper in Base._sa_registry.mappers  # noqa: SLF001
        if issubclass(mapper.class_, Scoped)
    ]


class Versioned(SQLModel):
    """A row that people edit: a form carries the version that it showed."""

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy hands us the class
        """The database itself refuses to write over a version that was not read."""
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]

    version: int = Field(default=1)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


Json: Any = JSON().with_variant(JSONB(), "postgresql")


def enum_type(enum: type[StrEnum], name: str | None = None, *, has_check: bool = True) -> Enum:
    """Stored as the readable value, guarded by a CHECK, the same on both databases.

    `name` tells two columns of one enum in one table apart. Without `has_check` the column itself
    brings it (`enum_check`).
    """
    return Enum(
        enum,
        native_enum=False,
        length=40,
        create_constraint=has_check,
        name=f"{name or enum.__name__.lower()}_known",
        values_callable=lambda members: [member.value for member in members],
    )


def enum_check(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """The CHECK of a column that came later: SQLite adds none to a table, only with a column."""
    known = ", ".join(repr(member.value) for member in enum)
    return CheckConstraint(f"{column} IN ({known})", name=f"{enum.__name__.lower()}_known")
