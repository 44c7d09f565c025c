"""What this database is: a demonstration, a department's own, or still nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import AuditEntry, Installation, InstallationKind, Role, Store, User
from services.core import audit, clock, fields
from services.core.access import Actor, Permission
from services.core.errors import Conflict
from services.core.inputs import Input
from services.core.words import N_
from services.passwords import NewPassword


class AlreadyFounded(Conflict):
    msgid = N_("This database is in use already. Name an empty one")


class FoundInstallation(Input):
    """The first store and the first administrator of a real deployment."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"password"})

    username: fields.Username
    name: fields.Name
    password: NewPassword
    store_code: fields.Code
    store_name: Annotated[str, fields.text(80)]
    city: Annotated[str, fields.text(40, least=0)] = ""


class NoteLoading(Input):
    """A demonstration was loaded below the door; this is its audit entry."""

    size: Annotated[str, fields.text(20)]
    counts: dict[str, int]
    recipe: dict[str, int]
    """`customers`, `stores`, `seed`: with `as_of` (an ISO date) all that the rows follow from."""
    as_of: Annotated[str, fields.text(10)]
    truth: Annotated[str, fields.text(64)]
    """The digest of what was planted; the truth itself is nowhere in the database."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What a demonstration was made of, as it was written down when it was loaded."""

    customers: int
    stores: int
    as_of: date
    seed: int
    truth: str


def kind(session: Session, actor: Actor) -> InstallationKind | None:
    """What the database is; None while it is empty."""
    actor.require(Permission.PROFILE_EDIT)
    row = session.execute(select(Installation)).scalar_one_or_none()
    return None if row is None else InstallationKind(row.kind)


def found(session: Session, actor: Actor, form: FoundInstallation) -> int:
    """Make an empty database a department's own; returns the administrator's id."""
    actor.require(Permission.USERS_MANAGE)
    if session.execute(select(Installation)).first() or session.execute(select(User)).first():
        raise AlreadyFounded
    session.add(Installation(kind=InstallationKind.REAL, created_at=clock.now()))
    store = Store(code=form.store_code, name=form.store_name, city=form.city)
    session.add(store)
    user = User(
        username=form.username,
        name=form.name,
        role=Role.ADMINISTRATOR,
        password_hash=form.password.digest,
        must_change_password=True,
    )
    session.add(user)
    audit.record(session, actor, audit.Action.STORES_CREATED, store, code=form.store_code)
    audit.record(session, actor, audit.Action.USERS_CREATED, user, role=user.role)
    return user.id


def note_loading(session: Session, actor: Actor, form: NoteLoading) -> None:
    """Write down that a demonstration dealer was loaded."""
    actor.require(Permission.USERS_MANAGE)
    audit.record(
        session,
        actor,
        audit.Action.DATA_LOADED,
        "installations",
        size=form.size,
        counts=form.counts,
        recipe=form.recipe,
        as_of=form.as_of,
        truth=form.truth,
    )


def loading(session: Session, actor: Actor) -> Loading | None:
    """What this demonstration was made of; None for a real database, and for one that was loaded
    before this was written down."""
    actor.require(Permission.USERS_MANAGE)
    query = (
        select(col(AuditEntry.details))
        .where(col(AuditEntry.action) == audit.Action.DATA_LOADED)
        .order_by(col(AuditEntry.id).desc())
    )
    noted = session.execute(query.limit(1)).scalar_one_or_none()
    if noted is None or "truth" not in noted:
        return None
    return Loading(
        as_of=date.fromisoformat(noted["as_of"]), truth=noted["truth"], **noted["recipe"]
    )
