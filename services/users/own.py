"""What everyone does to his own account: language, sessions, password."""

from typing import Literal

from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import Session, col

from db.models import User, UserSession
from services import passwords, sessions
from services.attempts import Reservation, TooManyAttempts, counted_for, forgive
from services.core import audit, clock, fields, run
from services.core.access import Actor, Caller, Permission, load
from services.core.errors import InvalidInput, SignedOut
from services.core.inputs import Input, Request
from services.core.words import N_
from services.passwords import HashedPassword, NewPassword


class WrongPassword(InvalidInput):
    msgid = N_("The present password is wrong")


class NotRepeated(InvalidInput):
    msgid = N_("The new password and its repetition differ")


class SamePassword(InvalidInput):
    msgid = N_("The new password is the present one")


class SpeakLanguage(Input):
    language: Literal["zh_CN", "en"]


class EndOwnSession(Request):
    """End one of one's own sessions, or, without `session_id`, all but this one."""

    session_id: fields.PositiveId | None = None


class ChangePassword(Input):
    present_password: SecretStr
    new_password: NewPassword
    repeated_password: SecretStr


class ReplacePassword(Input):
    """A password whose predecessor was just given rightly."""

    reservation: Reservation
    new_password: HashedPassword


def speak(session: Session, actor: Actor, form: SpeakLanguage) -> None:
    """Keep the language in which the person reads."""
    actor.require(Permission.PROFILE_EDIT)
    user = _himself(session, actor)
    changes = audit.difference(user, {"language": form.language})
    if changes:
        user.language = form.language
        audit.record(session, actor, audit.Action.PROFILE_EDITED, user, changes=changes)


def end_own(session: Session, actor: Actor, form: EndOwnSession) -> int:
    """End one or all other sessions of the actor's own; returns how many."""
    actor.require(Permission.PROFILE_EDIT)
    which = [col(UserSession.user_id) == actor.id]
    if form.session_id is not None:
        which.append(col(UserSession.id) == form.session_id)
    else:
        which.append(col(UserSession.id) != actor.session_id)
    return sessions.end_where(session, actor, *which)


def change_password(caller: Caller, form: ChangePassword) -> None:
    """Change one's own password: count the attempt, compare, replace.

    Three steps with the slow hash between them, as at sign-in, and counted like it: whoever finds
    an unlocked screen does not get to guess. Raises TooManyAttempts, WrongPassword, NotRepeated,
    SamePassword, WeakPassword.
    """
    new = form.new_password
    if new.secret.get_secret_value() != form.repeated_password.get_secret_value():
        raise NotRepeated
    attempt = run.perform(reserve_own, caller, sessions.Nothing())
    if attempt.wait_seconds:
        raise TooManyAttempts(seconds=attempt.wait_seconds)
    if not passwords.matches(form.present_password.get_secret_value(), attempt.password_hash):
        raise WrongPassword
    if passwords.matches(new.secret.get_secret_value(), attempt.password_hash):
        raise SamePassword
    run.perform(
        replace_own,
        caller,
        ReplacePassword(reservation=attempt, new_password=new),
    )


def reserve_own(session: Session, actor: Actor, form: sessions.Nothing) -> Reservation:
    """Count an attempt at one's own password before it is compared."""
    actor.require(Permission.PROFILE_EDIT)
    user = _himself(session, actor)
    return counted_for(session, user, f"own:{user.id}", clock.now())


def replace_own(session: Session, actor: Actor, form: ReplacePassword) -> None:
    """Put the new password in place, end the other sessions and keep this one."""
    actor.require(Permission.PROFILE_EDIT)
    user = _himself(session, actor)
    attempt = form.reservation
    if attempt.user_id != user.id or attempt.token_version != user.token_version:
        raise SignedOut
    form.new_password.require_strong(user.username)
    user.password_hash = form.new_password.digest
    user.must_change_password = False
    user.token_version += 1
    sessions.end_where(
        session,
        actor,
        col(UserSession.user_id) == user.id,
        col(UserSession.id) != actor.session_id,
    )
    here = select(UserSession).where(col(UserSession.id) == actor.session_id)
    kept = session.execute(here).scalar_one_or_none()
    if kept is not None:  # there is none for a command of `manage.py`
        kept.token_version = user.token_version
    forgive(session, attempt.counted, clock.now())
    audit.record(session, actor, audit.Action.PROFILE_EDITED, user, fields=["password"])


def _himself(session: Session, actor: Actor) -> User:
    if actor.id is None:
        raise SignedOut
    return load(session, User, actor.id, lock=True)
