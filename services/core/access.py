"""Who is here, what he may do, and which rows he sees: the one policy of the house."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, bindparam, func, inspect, select
from sqlmodel import Session, col

from db.engine import BEYOND_SCOPE, act_for, wall_opened
from db.models import Desk, Role, Store, User, UserSession
from db.types import Base, Scoped
from services.core import clock, sight
from services.core.errors import NotFound, NotPermitted, SignedOut
from services.core.rights import (
    CLEAR,
    EVERYONE,
    GRANTS,
    OF_GROUP,
    OPEN_HANDED,
    READS,
    WRITES,
    Permission,
    Reach,
)

__all__ = [
    "CLEAR",
    "GRANTS",
    "OF_GROUP",
    "READS",
    "WRITES",
    "Actor",
    "Caller",
    "Named",
    "Permission",
    "Reach",
    "SignedIn",
    "System",
    "actor_of",
    "beyond",
    "identify",
    "load",
    "system",
]

IDLE: Final = timedelta(minutes=30)
"""A session nobody uses ends after this long; automatic reruns do not count as use."""

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser with a session; `digest` is the SHA-256 of its token."""

    digest: str


@dataclass(frozen=True, slots=True)
class Named:
    """A command run for a user (`manage.py … --as USER`) by someone on the host."""

    username: str
    source: str


@dataclass(frozen=True, slots=True)
class System:
    """The sweep, a worker, a command: the host itself."""

    source: str


Caller = SignedIn | Named | System


@dataclass(frozen=True)
class Actor:
    """The person on whose behalf a service runs, as the database knows him now.

    Also the session's scope: which rows are read and written for him. Two are equal when they see
    and may do the same, wherever they are signed in: then the scope's criteria are the same, too.
    """

    id: int | None
    username: str = field(compare=False)
    name: str = field(compare=False)
    source: str = field(compare=False)
    role: Role | None = None
    """None for the system itself, which sees and may do everything."""
    desk: Desk | None = field(default=None, compare=False)
    store_id: int | None = None
    store_name: str = field(default="", compare=False)
    """Only of somebody who is signed in."""
    language: str | None = field(default=None, compare=False)
    session_id: int | None = field(default=None, compare=False)
    must_change_password: bool = field(default=False, compare=False)
    grants: frozenset[Permission] = field(default=frozenset())

    def may(self, permission: Permission) -> bool:
        return permission in self.grants

    def require(self, permission: Permission) -> None:
        """Raises NotPermitted, which the door writes down."""
        if not self.may(permission):
            raise NotPermitted(permission=permission.value)

    @property
    def is_system(self) -> bool:
        return self.role is None

    def reach(self, policy: dict[Role, Reach]) -> Reach:
        return Reach.ALL if self.role is None else policy[self.role]

    def covers(self, policy: dict[Role, Reach], row: Any, *, is_member: bool = False) -> bool:
        """Whether `row` (anything with store_id and owner_id) lies within the reach."""
        reach = self.reach(policy)
        in_store = row.store_id == self.store_id
        if reach is Reach.OWN:
            return (row.owner_id == self.id) or (row.owner_id is None and in_store)
        if reach is Reach.MEMBERS:
            return is_member and (self.store_id is None or in_store)
        return reach is Reach.ALL or (reach is Reach.STORE and in_store)

    @property
    def audit_reach(self) -> Reach:
        if not self.may(Permission.AUDIT_VIEW):
            return Reach.NONE
        return Reach.ALL if self.role in {None, Role.DIRECTOR, Role.ADMINISTRATOR} else Reach.STORE

    @property
    def imports_reach(self) -> Reach:
        if not self.may(Permission.IMPORTS_VIEW):
            return Reach.NONE
        return Reach.ALL if self.reach(READS) is Reach.ALL else Reach.STORE

    @property
    def is_of_group(self) -> bool:
        """Whether he works for the whole group, whichever store he sits in."""
        return self.store_id is None or self.role in OF_GROUP

    @property
    def approvals_reach(self) -> Reach:
        """Where he may answer requests, beside seeing his own."""
        if not self.may(Permission.APPROVALS_DECIDE):
            return Reach.NONE
        return Reach.ALL if self.is_of_group else Reach.STORE

    @property
    def jobs_reach(self) -> Reach:
        return Reach.ALL if self.may(Permission.JOBS_VIEW) else Reach.OWN

    def settings(self) -> dict[str, str]:
        """The policy of `criteria` and `check_write` as the second wall is told it (`db.wall`)."""
        return {
            "user_id": str(self.id or ""),
            "store_id": str(self.store_id or ""),
            "reads": self.reach(READS).value,
            "writes": self.reach(WRITES).value,
            "audit": self.audit_reach.value,
            "imports": self.imports_reach.value,
            "approvals": self.approvals_reach.value,
            "grants": ",".join(sorted(self.grants)),
            "jobs": self.jobs_reach.value,
            "beyond": "on" if self.is_system else "",
        }

    def criteria(self) -> Iterable[tuple[type[Base], ColumnElement[bool]]]:
        return sight.criteria(self)

    def check_write(self, session: Session, row: Base) -> None:
        """Refuse a row outside the hands' reach, as it was and as it would be."""
        if not isinstance(row, Scoped) or self.role is None:
            return
        if type(row) in OPEN_HANDED and row in session.new:
            return  # its customer was loaded within the actor's eyes
        as_it_was = SimpleNamespace(
            store_id=_before(row, "store_id"), owner_id=_before(row, "owner_id")
        )
        if not (self.covers(WRITES, row) and self.covers(WRITES, as_it_was)):
            raise NotPermitted(record=type(row).__name__)


def _before(row: Base, name: str) -> Any:
    """The value of `row.name` as it was read from the database."""
    history = inspect(row).attrs[name].history
    return history.deleted[0] if history.deleted else getattr(row, name)


def system(source: str) -> Actor:
    """The system itself: every right, every row, its own name in the audit."""
    return Actor(
        id=None, username="system", name="system", source=source, grants=frozenset(Permission)
    )


def actor_of(
    user: User, *, source: str, session_id: int | None = None, store_name: str = ""
) -> Actor:
    """What a user may do; one who must change his password may do just that."""
    grants = EVERYONE if user.must_change_password else GRANTS[user.role]
    return Actor(
        id=user.id,
        username=user.username,
        name=user.name,
        source=source,
        role=user.role,
        desk=user.desk,
        store_id=user.store_id,
        store_name=store_name,
        language=user.language,
        session_id=session_id,
        must_change_password=user.must_change_password,
        grants=grants,
    )


def identify(session: Session, caller: Caller) -> Actor:
    """The caller as the database knows him now, not as he was at sign-in.

    Raises SignedOut when the session ended, timed out or was made before a change of the account,
    or the account is disabled or unknown. Puts the actor's scope on the session and its database.
    """
    if isinstance(caller, System):
        actor = system(caller.source)
    elif isinstance(caller, Named):
        actor = _named(session, caller)
    else:
        actor = _signed_in(session, caller)
    act_for(session, actor)
    return actor


def _named(session: Session, caller: Named) -> Actor:
    query = select(User).where(col(User.username) == caller.username, col(User.is_active))
    user = session.execute(query, execution_options={BEYOND_SCOPE: True}).scalar_one_or_none()
    if user is None:
        raise SignedOut(username=caller.username)
    return actor_of(user, source=caller.source)


# Built once, because every read and every write begins with it.
_LIVE_SESSION: Final = (
    select(User, col(UserSession.id), func.coalesce(col(Store.name), ""))
    .join(UserSession, col(UserSession.user_id) == col(User.id))
    .outerjoin(Store, col(Store.id) == col(User.store_id))
    .where(
        col(UserSession.digest) == bindparam("digest"),
        col(UserSession.ended_at).is_(None),
        col(UserSession.expires_at) > bindparam("now"),
        col(UserSession.seen_at) > bindparam("idle_since"),
        col(UserSession.token_version) == col(User.token_version),
        col(User.is_active),
    )
)


def _signed_in(session: Session, caller: SignedIn) -> Actor:
    now = clock.now()
    asked = {"digest": caller.digest, "now": now, "idle_since": now - IDLE}
    live = session.execute(_LIVE_SESSION, asked, execution_options={BEYOND_SCOPE: True}).first()
    if live is None:
        raise SignedOut
    user, session_id, store_name = live
    return actor_of(user, source="ui", session_id=session_id, store_name=store_name)


def load(session: Session, model: type[Row], key: int, *, lock: bool = False) -> Row:
    """One row within the actor's eyes, locked when it is going to be changed.

    Raises NotFound alike for what is absent and for what is not his to see.
    """
    query = select(model).where(col(model.id) == key)  # type: ignore[attr-defined]
    if lock:
        query = query.with_for_update()
    query = query.execution_options(populate_existing=lock)
    row: Row | None = session.execute(query).scalar_one_or_none()
    if row is None:
        raise NotFound(record=model.__name__, id=key)
    return row


def beyond(session: Session, query: Any) -> Any:
    """Run a query past the actor's scope.

    For the few facts that must be known beyond one's rows (this number exists in another store).
    Callers are listed in the test of the house.
    """
    with wall_opened(session):
        return session.execute(query, execution_options={BEYOND_SCOPE: True})
