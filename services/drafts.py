"""What someone has typed into a long form and not yet saved: kept on the server, so that F5, a
dropped line or another browser loses at most the field being typed."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator
from sqlalchemy import delete, select
from sqlmodel import Session, col

from db.models import Draft
from services.core import audit, clock
from services.core.access import Actor, Permission
from services.core.fields import text
from services.core.inputs import Input

LONGEST: Final = 60_000


def _bounded(values: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(values, ensure_ascii=False, default=str)) > LONGEST:
        raise ValueError("a draft of this length is not kept")
    return values


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
    values = audit.plain(form.values)
    if row is None:
        session.add(Draft(user_id=actor.id, form=form.form, values=values, updated_at=clock.now()))
    else:
        row.values, row.updated_at = values, clock.now()


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
        select(Draft).where(col(Draft.user_id) == actor.id, col(Draft.form) == form)
    ).scalar_one_or_none()
    return None if row is None else KeptDraft(dict(row.values), row.updated_at)
