"""Stores, people who sign in, and everything that proves who they are."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.types import Base, UtcDateTime, Versioned, enum_type


class Role(StrEnum):
    """The logins of the department (A23)."""

    DIRECTOR = "director"
    MANAGER = "manager"
    SPECIALIST = "specialist"
    STEWARD = "steward"
    CLUB_MANAGER = "club_manager"
    CLUB_STAFF = "club_staff"
    ADMINISTRATOR = "administrator"
    GUEST = "guest"


class Desk(StrEnum):
    """What a specialist works on; the branch accountant sits at the data desk."""

    SALES = "sales"
    SERVICE = "service"
    DATA = "data"


class InstallationKind(StrEnum):
    DEMO = "demo"
    REAL = "real"


class Installation(Base, table=True):
    """The one row that says whether this database is a demonstration or a department's own."""

    __tablename__ = "installations"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True)
    kind: InstallationKind = Field(sa_type=enum_type(InstallationKind))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Store(Base, table=True):
    """One store (4S shop) of the group."""

    __tablename__ = "stores"

    id: int = Field(default=None, primary_key=True)
    code: str = Field(max_length=20, unique=True)
    name: str = Field(max_length=80, unique=True)
    city: str = Field(default="", max_length=40)
    is_open: bool = Field(default=True)


class User(Base, Versioned, table=True):
    """A person who signs in. Never deleted: a leaver is disabled."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "role NOT IN ('manager', 'specialist') OR store_id IS NOT NULL", name="store_where_due"
        ),
        CheckConstraint("(role = 'specialist') = (desk IS NOT NULL)", name="desk_of_specialist"),
    )

    id: int = Field(default=None, primary_key=True)
    username: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=80)
    role: Role = Field(sa_type=enum_type(Role), index=True)
    desk: Desk | None = Field(default=None, sa_type=enum_type(Desk))
    store_id: int | None = Field(
        default=None, foreign_key="stores.id", index=True, ondelete="RESTRICT"
    )
    position: str = Field(default="", max_length=80)
    is_active: bool = Field(default=True)
    password_hash: str = Field(max_length=100)
    must_change_password: bool = Field(default=True)
    token_version: int = Field(default=1)
    """Raised when the password, the role, the store or the right to enter changes: every session
    opened before then is dead."""
    language: str | None = Field(default=None, max_length=10)


class UserSession(Base, table=True):
    """One signed-in browser. Only the SHA-256 of its random token is kept."""

    __tablename__ = "user_sessions"
    audited: ClassVar[bool] = False

    id: int = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="users.id", index=True, ondelete="RESTRICT")
    token_version: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str = Field(default="", max_length=60)
    browser: str = Field(default="", max_length=200)


class SignInTicket(Base, table=True):
    """Handed once to the browser that signed in, which redeems it for its cookie.

    The session's token is not kept: it is derived from the ticket under the server's key.
    """

    __tablename__ = "sign_in_tickets"
    audited: ClassVar[bool] = False

    digest: str = Field(max_length=64, primary_key=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInGuard(Base, table=True):
    """Failed attempts, counted before the password is looked at. One row a guarded key."""

    __tablename__ = "sign_in_guards"
    audited: ClassVar[bool] = False

    key: str = Field(max_length=200, primary_key=True)
    failures: int = Field(default=0)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
