"""The record of deeds, the old values behind it, and what keeps a form from counting twice."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from db.types import Base, Json, UtcDateTime


class AuditEntry(Base, table=True):
    """Who did what to which record, when and why, in the transaction of the deed itself.

    Holds masked values only: the clear ones live in `revisions`, which can be erased.
    """

    __tablename__ = "audit_entries"
    # Its id is drawn beforehand: PostgreSQL returns none of a row that its writer may not read.
    __table_args__: ClassVar[dict[str, Any]] = {"implicit_returning": False}
    append_only: ClassVar[bool] = True

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor_id: int | None = Field(
        default=None, foreign_key="users.id", index=True, ondelete="RESTRICT"
    )
    actor_name: str = Field(max_length=80)
    action: str = Field(max_length=60, index=True)
    subject_kind: str = Field(max_length=40)
    subject_id: int | None = Field(default=None)
    store_id: int | None = Field(default=None, index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    reason: str = Field(default="", max_length=500)
    source: str = Field(max_length=60)
    key_id: str = Field(max_length=20)
    seal: str = Field(max_length=64)
    """HMAC-SHA256 over all the rest under the key `key_id`."""
    customer_id: int | None = Field(default=None, index=True)
    """Whose file the deed touched, on whichever of its rows."""


class AuditBlock(Base, table=True):
    """A run of audit entries, sealed together with the block before (see `services.sealing`)."""

    __tablename__ = "audit_blocks"
    audited: ClassVar[bool] = False
    append_only: ClassVar[bool] = True

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """Its place in the chain: 1, 2, 3 without gaps."""
    first_id: int = Field(unique=True)
    last_id: int
    count: int
    digest: str = Field(max_length=64)
    """HMAC-SHA256 over the block before, all the rest and the entries' seals, under `key_id`."""
    key_id: str = Field(max_length=20)
    sealed_at: datetime = Field(sa_type=UtcDateTime)


class Revision(Base, table=True):
    """One field's value before and after a deed. Scoped and erasable, unlike the audit."""

    __tablename__ = "revisions"
    __table_args__: ClassVar[dict[str, Any]] = {"implicit_returning": False}  # as in `AuditEntry`

    id: int = Field(default=None, primary_key=True)
    audit_id: int = Field(foreign_key="audit_entries.id", index=True, ondelete="RESTRICT")
    subject_kind: str = Field(max_length=40)
    subject_id: int
    customer_id: int | None = Field(
        default=None, foreign_key="customers.id", index=True, ondelete="RESTRICT"
    )
    field: str = Field(max_length=40)
    old: Any = Field(default=None, sa_type=Json, nullable=True)
    new: Any = Field(default=None, sa_type=Json, nullable=True)


class SentRequest(Base, table=True):
    """One submitted form: its id, what it said (as a digest) and what came of it."""

    __tablename__ = "sent_requests"
    audited: ClassVar[bool] = False

    id: str = Field(max_length=36, primary_key=True)
    actor_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    command: str = Field(max_length=120)
    digest: str = Field(max_length=64)
    result: Any = Field(default=None, sa_type=Json, nullable=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class Draft(Base, table=True):
    """What someone has typed into a long form and not yet saved."""

    __tablename__ = "drafts"
    audited: ClassVar[bool] = False

    user_id: int = Field(foreign_key="users.id", primary_key=True, ondelete="RESTRICT")
    form: str = Field(max_length=80, primary_key=True)
    """The form's name and its record, e.g. `customers.update:17`."""
    values: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Reveal(Base, table=True):
    """Someone asked to see a masked field: the reason is in the audit, this counts the quota."""

    __tablename__ = "reveals"

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True, ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    field: str = Field(max_length=40)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    until: datetime = Field(sa_type=UtcDateTime)
