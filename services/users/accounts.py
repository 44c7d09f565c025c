"""What an administrator does to accounts. Nobody locks himself, or everybody, out."""

from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from db.models import Desk, Role, Store, User, UserSession
from services import sessions
from services.core import audit, fields
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict, NotFound, StaleRecord
from services.core.inputs import Request
from services.core.words import N_
from services.passwords import NewPassword

OF_A_STORE: Final = frozenset({Role.MANAGER, Role.SPECIALIST})
"""Roles that mean nothing without a store."""


class UsernameTaken(Conflict):
    msgid = N_("The user name {username} is taken")


class OwnAccount(Conflict):
    msgid = N_("You cannot take your own rights away. Ask another administrator")


class LastAdministrator(Conflict):
    msgid = N_("This is the last active administrator. Make another one first")


class Account(Request):
    """What an administrator decides about a person."""

    name: fields.Name
    role: Role
    desk: Desk | None = None
    """Kept for specialists only; a form cannot hide it while it is being filled in."""
    store_id: fields.PositiveId | None = None
    position: Annotated[str, fields.text(80, least=0)] = ""

    @model_validator(mode="after")
    def complete(self) -> Self:
        if self.role in OF_A_STORE and self.store_id is None:
            raise PydanticCustomError("store_needed", N_("This role needs a store"))
        if self.role is Role.SPECIALIST and self.desk is None:
            raise PydanticCustomError("desk_needed", N_("A specialist needs a desk"))
        return self

    def values(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "role": self.role,
            "desk": self.desk if self.role is Role.SPECIALIST else None,
            "store_id": self.store_id,
            "position": self.position,
        }


class CreateUser(Account):
    secret_fields: ClassVar[frozenset[str]] = frozenset({"password"})

    username: fields.Username
    password: NewPassword
    """To be told to the person, who must change it at the first sign-in."""


class EditUser(Account):
    id: fields.PositiveId
    version: int


class SwitchUser(Request):
    """Let a person in, or keep him out."""

    id: fields.PositiveId
    version: int
    is_active: bool


class ResetPassword(Request):
    secret_fields: ClassVar[frozenset[str]] = frozenset({"password"})

    id: fields.PositiveId
    password: NewPassword


class EndSessions(Request):
    """End one session of a person, or, without `session_id`, all of them."""

    id: fields.PositiveId
    session_id: fields.PositiveId | None = None


def create(session: Session, actor: Actor, form: CreateUser) -> int:
    """Add an account; returns its id. Raises UsernameTaken, WeakPassword."""
    actor.require(Permission.USERS_MANAGE)
    form.password.require_strong(form.username)
    values = form.values()
    _require_store(session, values["store_id"])
    taken = select(col(User.id)).where(col(User.username) == form.username)
    if session.execute(taken).first():
        raise UsernameTaken(username=form.username)
    user = User(
        username=form.username,
        password_hash=form.password.digest,
        must_change_password=True,
        **values,
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError as at_the_same_time:
        raise UsernameTaken(username=form.username) from at_the_same_time
    audit.record(
        session,
        actor,
        audit.Action.USERS_CREATED,
        user,
        changes=[audit.Change(name, None, value) for name, value in values.items() if value],
        username=user.username,
    )
    return user.id


def edit(session: Session, actor: Actor, form: EditUser) -> int:
    """Change a person's name, place or role; a new role or store ends his sessions.

    Returns the new version. Raises StaleRecord, OwnAccount, LastAdministrator.
    """
    actor.require(Permission.USERS_MANAGE)
    user = _load(session, form.id, form.version)
    changes = audit.difference(user, form.values())
    if not changes:
        return user.version
    changed = {change.field for change in changes}
    if "role" in changed and user.role is Role.ADMINISTRATOR:
        _keep_an_administrator(session, actor, user)
    if "role" in changed and user.id == actor.id:
        raise OwnAccount
    _require_store(session, form.store_id)
    for change in changes:
        setattr(user, change.field, change.new)
    if changed & {"role", "store_id"}:
        _send_out(session, actor, user)
    audit.record(session, actor, audit.Action.USERS_EDITED, user, changes=changes)
    return user.version


def switch(session: Session, actor: Actor, form: SwitchUser) -> int:
    """Disable or enable an account; returns the new version. Same refusals as `edit`."""
    actor.require(Permission.USERS_MANAGE)
    user = _load(session, form.id, form.version)
    changes = audit.difference(user, {"is_active": form.is_active})
    if not changes:
        return user.version
    if not form.is_active:
        _keep_an_administrator(session, actor, user)
        if user.id == actor.id:
            raise OwnAccount
        _send_out(session, actor, user)
    user.is_active = form.is_active
    audit.record(session, actor, audit.Action.USERS_EDITED, user, changes=changes)
    return user.version


def reset_password(session: Session, actor: Actor, form: ResetPassword) -> int:
    """Give a one-time password, which must be changed, and end the person's sessions.

    Returns the new version. Raises WeakPassword, and OwnAccount: one's own is changed
    in the profile, knowing the present one.
    """
    actor.require(Permission.USERS_MANAGE)
    if form.id == actor.id:
        raise OwnAccount
    user = load(session, User, form.id, lock=True)
    form.password.require_strong(user.username)
    user.password_hash = form.password.digest
    user.must_change_password = True
    _send_out(session, actor, user)
    audit.record(session, actor, audit.Action.USERS_PASSWORD_RESET, user)
    return user.version


def end_sessions(session: Session, actor: Actor, form: EndSessions) -> int:
    """End one or all living sessions of a person; returns how many."""
    actor.require(Permission.USERS_MANAGE)
    which = [col(UserSession.user_id) == form.id]
    if form.session_id is not None:
        which.append(col(UserSession.id) == form.session_id)
    return sessions.end_where(session, actor, *which)


def _load(session: Session, user_id: int, version: int) -> User:
    user = load(session, User, user_id, lock=True)
    if user.version != version:
        raise StaleRecord
    return user


def _send_out(session: Session, actor: Actor, user: User) -> None:
    """Every session opened before now is dead, also in a tab that is just being used."""
    user.token_version += 1
    sessions.end_where(session, actor, col(UserSession.user_id) == user.id)


def _keep_an_administrator(session: Session, actor: Actor, user: User) -> None:
    """Refuse to take away the last one. Locks them all: two may disable each other at once."""
    if user.role is not Role.ADMINISTRATOR or not user.is_active:
        return
    query = (
        select(col(User.id))
        .where(col(User.role) == Role.ADMINISTRATOR, col(User.is_active))
        .order_by(col(User.id))
        .with_for_update()
    )
    others = [key for key in session.execute(query).scalars() if key != user.id]
    if not others:
        raise LastAdministrator
    if user.id == actor.id:
        raise OwnAccount


def _require_store(session: Session, store_id: int | None) -> None:
    if store_id is None:
        return
    known = select(col(Store.id)).where(col(Store.id) == store_id, col(Store.is_open))
    if session.execute(known).scalar_one_or_none() is None:
        raise NotFound(record="Store", id=store_id)
