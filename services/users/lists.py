"""What the users page and the profile show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from db.models import Desk, Role, Store, User, UserSession
from services.core import clock, fields
from services.core.access import IDLE, Actor, Permission, Reach
from services.core.errors import NotFound
from services.core.inputs import Input

PAGE: Final = 50
SHOWN: Final = 50
"""How many of a person's sessions are listed, the newest first."""


@dataclass(frozen=True, slots=True)
class UserLine:
    """One account. `seen_at` is None for someone who never came in."""

    id: int
    username: str
    name: str
    role: Role
    desk: Desk | None
    store_id: int | None
    store: str
    position: str
    is_active: bool
    must_change_password: bool
    seen_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One sign-in of a person; `is_open` while it opens doors, `is_here` if it is the reader's."""

    id: int
    opened_at: datetime
    seen_at: datetime
    address: str
    browser: str
    is_open: bool
    is_here: bool


def within(actor: Actor) -> tuple[Any, ...]:
    """The accounts within the actor's eyes, as conditions: a manager's are his store's."""
    everyone = actor.may(Permission.USERS_MANAGE) or actor.reach(_SEES) is Reach.ALL
    return () if everyone else (col(User.store_id) == actor.store_id,)


_SEES = {
    role: Reach.ALL if role in {Role.DIRECTOR, Role.ADMINISTRATOR} else Reach.STORE for role in Role
}


class Wanted(Input):
    """Which accounts, and after which user name the page begins. Blank and None mean all."""

    like: fields.Sought = ""
    """A part of the name or user name."""
    store_id: fields.PositiveId | None = None
    role: Role | None = None
    after: fields.Sought | None = None


@dataclass(frozen=True, slots=True)
class UserPage:
    """At most `PAGE` accounts; `following` is where the next page begins, None on the last one."""

    rows: list[UserLine]
    following: str | None


def lines(session: Session, actor: Actor, wanted: Wanted) -> UserPage:
    """The accounts that the actor may see, by user name, a page at a time."""
    actor.require(Permission.USERS_VIEW)
    query = _lines().where(*within(actor), *_asked(wanted)).order_by(col(User.username))
    found = [UserLine(*row) for row in session.execute(query.limit(PAGE + 1))]
    rows = found[:PAGE]
    return UserPage(rows, rows[-1].username if len(found) > PAGE else None)


def line(session: Session, actor: Actor, user_id: int) -> UserLine:
    """One account. Raises NotFound for one that does not exist or is not the actor's to see."""
    actor.require(Permission.USERS_VIEW)
    query = _lines().where(*within(actor), col(User.id) == user_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(record="User", id=user_id)
    return UserLine(*row)


def _asked(wanted: Wanted) -> list[Any]:
    asked: list[Any] = []
    if wanted.like:
        part = wanted.like.lower()
        asked.append(
            or_(
                func.lower(col(User.name)).contains(part, autoescape=True),
                col(User.username).contains(part, autoescape=True),
            )
        )
    if wanted.store_id is not None:
        asked.append(col(User.store_id) == wanted.store_id)
    if wanted.role is not None:
        asked.append(col(User.role) == wanted.role)
    if wanted.after is not None:
        asked.append(col(User.username) > wanted.after)
    return asked


def _lines() -> Any:
    seen = (
        select(col(UserSession.user_id), func.max(col(UserSession.seen_at)).label("at"))
        .group_by(col(UserSession.user_id))
        .subquery()
    )
    return (
        select(
            col(User.id),
            col(User.username),
            col(User.name),
            col(User.role),
            col(User.desk),
            col(User.store_id),
            func.coalesce(col(Store.name), ""),
            col(User.position),
            col(User.is_active),
            col(User.must_change_password),
            seen.c.at,
            col(User.version),
        )
        .join(Store, col(Store.id) == col(User.store_id), isouter=True)
        .join(seen, seen.c.user_id == col(User.id), isouter=True)
    )


def sessions_of(session: Session, actor: Actor, user_id: int) -> list[SessionLine]:
    """Someone's latest sessions. Raises NotFound for an account that does not exist."""
    actor.require(Permission.USERS_MANAGE)
    known = select(col(User.id)).where(col(User.id) == user_id)
    if session.execute(known).scalar_one_or_none() is None:
        raise NotFound(record="User", id=user_id)
    return _sessions(session, actor, user_id)


def own_sessions(session: Session, actor: Actor) -> list[SessionLine]:
    actor.require(Permission.PROFILE_EDIT)
    return _sessions(session, actor, actor.id)


def _sessions(session: Session, actor: Actor, user_id: int | None) -> list[SessionLine]:
    now = clock.now()
    query = (
        select(UserSession, col(User.token_version), col(User.is_active))
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(col(UserSession.user_id) == user_id)
        .order_by(col(UserSession.opened_at).desc())
        .limit(SHOWN)
    )
    return [
        SessionLine(
            id=row.id,
            opened_at=row.opened_at,
            seen_at=row.seen_at,
            address=row.address,
            browser=row.browser,
            is_open=(
                row.ended_at is None
                and row.expires_at > now
                and row.seen_at > now - IDLE
                and row.token_version == token_version
                and is_active
            ),
            is_here=row.id == actor.session_id,
        )
        for row, token_version, is_active in session.execute(query)
    ]
