"""Who may come in, how often he may try, and how long he stays signed in (A23; ASVS 6.3, 7.2-7.4).

Sign-in is four steps, each its own transaction, with the slow hash between them and never inside:
`reserve` counts the attempt before anybody looks at the password; the page compares; then `begin`
opens a session and makes a one-time ticket, or `refuse` writes the failure down. The browser
redeems the ticket at a route of the server for the cookie that JavaScript cannot read.

The token in that cookie is the HMAC of the ticket under the server's key: it is stored nowhere.
The database keeps the SHA-256 of both.

`services.attempts` says who may try how often.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, PlainValidator, SecretStr
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlmodel import Session, col

from db.models import (
    Desk,
    Installation,
    InstallationKind,
    Role,
    SignInTicket,
    User,
    UserSession,
)
from services import passwords
from services.attempts import (
    Reservation,
    count,
    forgive,
    guards_of,
    is_familiar,
    name_of,
    place_of,
    sha256,
)
from services.core import audit, clock, fields, keys
from services.core.access import Actor, Permission, actor_of
from services.core.errors import SignedOut
from services.core.inputs import Input

ABSOLUTE: Final = timedelta(hours=12)
"""A session ends so long after its sign-in, however busy it was."""
TICKET: Final = timedelta(seconds=60)
SEEN_EVERY: Final = timedelta(seconds=60)
"""How often a session in use writes down that it is."""


def digest(token: str) -> str:
    """What the database keeps of a token: its SHA-256, hex."""
    return sha256(token)


def cookie_name(*, secure: bool) -> str:
    """The cookie of a session; on https the browser itself guards the `__Host-` prefix."""
    return "__Host-crm" if secure else "crm"


# ---- who is here


def current(session: Session, actor: Actor) -> Actor:
    """The actor himself; raises SignedOut (at the door) when his session is over."""
    actor.require(Permission.PROFILE_EDIT)
    return actor


class Nothing(Input):
    """A command that needs no words."""


def keep_alive(session: Session, actor: Actor, form: Nothing) -> bool:
    """Slide the idle time of the actor's session; True if that was due.

    Called for what a person does, never for a page that refreshes itself.
    """
    actor.require(Permission.PROFILE_EDIT)
    now = clock.now()
    slide = (
        update(UserSession)
        .where(col(UserSession.id) == actor.session_id, col(UserSession.seen_at) < now - SEEN_EVERY)
        .values(seen_at=now)
    )
    done: Any = session.execute(slide, execution_options={"synchronize_session": False})
    return bool(done.rowcount)


# ---- coming in


class Attempt(Input):
    """What is known of an attempt before its password is looked at."""

    username: Annotated[str, PlainValidator(name_of)]
    address: Annotated[str, PlainValidator(place_of)] = "local"


def reserve(session: Session, actor: Actor, form: Attempt) -> Reservation:
    """Count an attempt before its password is looked at, so that parallel guesses are counted too.

    The answer has the same shape and costs the caller the same hash for known, unknown, disabled
    and locked users.
    """
    actor.require(Permission.SESSIONS_OPEN)
    now = clock.now()
    name, place = form.username, form.address
    user = session.execute(select(User).where(col(User.username) == name)).scalar_one_or_none()
    guards = guards_of(name, place, familiar=is_familiar(session, user, place))
    wait, counted = count(session, guards, now)
    may_try = user is not None and user.is_active and not wait
    return Reservation(
        username=user.username if user else "",
        user_id=user.id if user else None,
        token_version=user.token_version if user else 0,
        password_hash=user.password_hash if user and may_try else passwords.nobodys(),
        wait_seconds=wait,
        counted=counted,
        address=place,
    )


def _browser(said: str) -> str:
    """What a browser says of itself, without what nobody can read: a header is no place to refuse
    anything, or a failed attempt would not be written down."""
    return "".join(c for c in said if c.isprintable())[:200].strip()


class Settle(Input):
    """An attempt whose password was compared."""

    reservation: Reservation
    browser: Annotated[fields.Written, AfterValidator(_browser)] = ""


def refuse(session: Session, actor: Actor, form: Settle) -> None:
    """Write a failed attempt down: the name only if it is a user's, and only if it was counted.

    Attempts that were told to wait are not written one by one: who hammers fills no disk.
    """
    actor.require(Permission.SESSIONS_OPEN)
    attempt = form.reservation
    if not attempt.counted:
        return
    users = select(User).where(col(User.id) == attempt.user_id)
    user = session.execute(users).scalar_one_or_none()
    audit.record(
        session,
        actor,
        audit.Action.SESSIONS_REFUSED,
        user or "users",
        username=attempt.username or "****",
        ip_address=attempt.address,
        disabled=bool(user and not user.is_active),
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: its token for this tab, its ticket for the browser's cookie."""

    token: str = field(repr=False)
    ticket: str = field(repr=False)


def begin(session: Session, actor: Actor, form: Settle) -> Opened:
    """Open a session for the user whose password fitted the reservation's hash.

    Raises SignedOut if the account changed since the attempt was reserved.
    """
    actor.require(Permission.SESSIONS_OPEN)
    attempt, now = form.reservation, clock.now()
    locked = select(User).where(col(User.id) == attempt.user_id).with_for_update()
    user = session.execute(locked).scalar_one_or_none()
    if (
        user is None
        or not user.is_active
        or user.token_version != attempt.token_version
        or attempt.wait_seconds
    ):
        raise SignedOut
    ticket = secrets.token_urlsafe(32)
    token = token_of(ticket)
    opened = UserSession(
        digest=digest(token),
        user_id=user.id,
        token_version=user.token_version,
        opened_at=now,
        seen_at=now,
        expires_at=now + ABSOLUTE,
        address=attempt.address,
        browser=form.browser,
    )
    session.add_all([opened, SignInTicket(digest=digest(ticket), expires_at=now + TICKET)])
    session.flush()
    forgive(session, attempt.counted, now)
    late = delete(SignInTicket).where(col(SignInTicket.expires_at) < now)
    session.execute(late, execution_options={"synchronize_session": False})
    himself = actor_of(user, source="ui", session_id=opened.id)
    audit.record(
        session,
        himself,
        audit.Action.SESSIONS_OPENED,
        opened,
        ip_address=opened.address,
        browser=opened.browser,
    )
    return Opened(token, ticket)


def token_of(ticket: str) -> str:
    """The token that belongs to a ticket, spent or not. Asks nobody: it is a sum with a key."""
    # The oldest key: a ticket must give the same token before and after a rotation.
    return keys.first_seal("session", ticket)


class Redeem(Input):
    ticket: SecretStr


def is_redeemable(session: Session, actor: Actor, form: Redeem) -> bool:
    """Whether the ticket is there, unspent and in time.

    To be asked before `redeem`: reading waits for nobody, so invented tickets never stand in the
    queue of those who write.
    """
    actor.require(Permission.SESSIONS_OPEN)
    waiting = select(col(SignInTicket.digest)).where(_is_good(form))
    return session.execute(waiting).scalar_one_or_none() is not None


def _is_good(form: Redeem) -> ColumnElement[bool]:
    return and_(
        col(SignInTicket.digest) == digest(form.ticket.get_secret_value()),
        col(SignInTicket.expires_at) > clock.now(),
    )


def redeem(session: Session, actor: Actor, form: Redeem) -> str:
    """The token for a ticket, once. Raises SignedOut if it is spent, late, unknown or ended."""
    actor.require(Permission.SESSIONS_OPEN)
    spend = delete(SignInTicket).where(_is_good(form))
    spent: Any = session.execute(spend, execution_options={"synchronize_session": False})
    if not spent.rowcount:
        raise SignedOut
    token = token_of(form.ticket.get_secret_value())
    alive = select(col(UserSession.id)).where(
        col(UserSession.digest) == digest(token), col(UserSession.ended_at).is_(None)
    )
    if session.execute(alive).scalar_one_or_none() is None:
        raise SignedOut
    return token


# ---- leaving


def end(session: Session, actor: Actor, form: Nothing) -> None:
    """Sign out: the session is over in every tab."""
    actor.require(Permission.PROFILE_EDIT)
    end_where(session, actor, col(UserSession.id) == actor.session_id)


def end_where(session: Session, actor: Actor, *which: Any) -> int:
    """End the living sessions that fit, each written down; how many they were.

    The calling command has asked whether the actor may end other people's.
    """
    actor.require(Permission.PROFILE_EDIT)
    now = clock.now()
    living = select(UserSession).where(col(UserSession.ended_at).is_(None), *which)
    rows = list(session.execute(living.with_for_update()).scalars())
    for row in rows:
        row.ended_at = now
        audit.record(session, actor, audit.Action.SESSIONS_ENDED, row, user_id=row.user_id)
    return len(rows)


# ---- before anyone is here


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    username: str
    role: Role
    desk: Desk | None
    store: str | None


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The accounts that the sign-in page offers, and the password that they share."""

    password: str
    accounts: tuple[DemonstrationAccount, ...]


def demonstration(session: Session, actor: Actor) -> Demonstration | None:
    """The accounts of a demonstration; None where the database is a department's own."""
    actor.require(Permission.SESSIONS_OPEN)
    kind = session.execute(select(col(Installation.kind))).scalar_one_or_none()
    if kind is not InstallationKind.DEMO:
        return None
    from db.demo import accounts  # a real installation never loads them

    return Demonstration(
        accounts.PASSWORD,
        tuple(
            DemonstrationAccount(one.username, one.role, one.desk, one.store)
            for one in accounts.ACCOUNTS
            if one.username in accounts.SHOWN
        ),
    )
