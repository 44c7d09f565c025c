"""What someone has typed into a long form and not yet saved: kept on the server, so that F5, a
dropped line or another browser loses at most the field being typed."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator
from sqlalchemy import delete, select
from sqlmodel import Session, col

from db.models import Customer, Draft, Role, User
from services.core import audit, clock, parameters
from services.core.access import Actor, Permission, Reach, actor_of, beyond
from services.core.fields import refused, text
from services.core.inputs import Input
from services.core.normal import InvalidValue, storable, storable_all
from services.core.words import N_

LONGEST: Final = 60_000


def _bounded(values: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(values, ensure_ascii=False, default=str)) > LONGEST:
        too_long = N_("This is too long (at most {max} characters)")
        raise refused(InvalidValue("too_long", too_long, max=LONGEST))
    # Half-typed values as the database takes them: a draft is no place to refuse anything.
    kept: dict[str, Any] = storable_all(audit.plain(values))
    return kept


Name = Annotated[str, text(80)]


class KeepDraft(Input):
    """`form` names the form and its record, e.g. `customers.update:17`."""

    form: Name
    values: Annotated[dict[str, Any], AfterValidator(_bounded)]


class ForgetDraft(Input):
    form: Name


@dataclass(frozen=True, slots=True)
class KeptDraft:
    values: dict[str, Any]
    updated_at: datetime


def keep(session: Session, actor: Actor, form: KeepDraft) -> None:
    """Keep the draft in place of an older one of the same form."""
    actor.require(Permission.PROFILE_EDIT)
    if actor.id is None:
        return
    row = session.execute(
        select(Draft).where(col(Draft.user_id) == actor.id, col(Draft.form) == form.form)
    ).scalar_one_or_none()
    values, now = form.values, clock.now()
    if row is None:
        session.add(Draft(user_id=actor.id, form=form.form, values=values, updated_at=now))
    else:
        row.values, row.updated_at = values, now


def forget(session: Session, actor: Actor, form: ForgetDraft) -> None:
    """The form was saved, or the draft is not wanted."""
    actor.require(Permission.PROFILE_EDIT)
    session.execute(
        delete(Draft).where(col(Draft.user_id) == actor.id, col(Draft.form) == form.form)
    )


def kept(session: Session, actor: Actor, form: str) -> KeptDraft | None:
    """The actor's draft of a form, if there is one."""
    actor.require(Permission.PROFILE_EDIT)
    row = session.execute(
        select(Draft).where(col(Draft.user_id) == actor.id, col(Draft.form) == storable(form))
    ).scalar_one_or_none()
    return None if row is None else KeptDraft(dict(row.values), row.updated_at)


class DropDrafts(Input):
    """Forget drafts that nobody came back to."""


def drop_old(session: Session, actor: Actor, form: DropDrafts) -> int:
    """Forget drafts untouched for longer than the parameter says; returns how many."""
    actor.require(Permission.DATA_SWEEP)
    days = int(parameters.value(session, parameters.DRAFT_DAYS))
    old = delete(Draft).where(col(Draft.updated_at) < clock.now() - timedelta(days=days))
    return len(session.execute(old.returning(col(Draft.user_id))).all())


def drop(session: Session, form: str, customer: Customer, reach: dict[Role, Reach]) -> None:
    """Drop everyone's drafts of this form about a customer who is out of his reach now.

    For commands that take a file out of somebody's hands: a draft holds what he last read there.
    """
    query = (
        select(Draft, User)
        .join(User, col(User.id) == col(Draft.user_id))
        .where(col(Draft.form) == form)
    )
    for draft, user in beyond(session, query).all():
        writer = actor_of(user, source="")
        if not writer.covers(reach, customer, is_member=customer.is_member):
            this = (col(Draft.user_id) == draft.user_id, col(Draft.form) == draft.form)
            beyond(session, delete(Draft).where(*this))
