"""The stores of the group: few, and known to everyone who is signed in."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.models import Store
from services.core import audit, fields
from services.core.access import Actor, Permission
from services.core.errors import Conflict
from services.core.inputs import Request
from services.core.words import N_


class StoreExists(Conflict):
    msgid = N_("There is already a store with this code or name")


@dataclass(frozen=True, slots=True)
class StoreLine:
    id: int
    code: str
    name: str
    city: str
    is_open: bool


def lines(session: Session, actor: Actor) -> list[StoreLine]:
    """All stores by code: for choices and for naming the store of a record."""
    actor.require(Permission.PROFILE_EDIT)
    query = select(
        col(Store.id), col(Store.code), col(Store.name), col(Store.city), col(Store.is_open)
    ).order_by(col(Store.code))
    return [StoreLine(*row) for row in session.execute(query)]


class CreateStore(Request):
    code: Annotated[fields.Code, fields.text(20)]
    name: Annotated[str, fields.text(80)]
    city: Annotated[str, fields.text(40, least=0)] = ""


def create(session: Session, actor: Actor, form: CreateStore) -> int:
    """Add a store; returns its id. Raises StoreExists."""
    actor.require(Permission.USERS_MANAGE)
    same = select(col(Store.id)).where(
        or_(col(Store.code) == form.code, col(Store.name) == form.name)
    )
    if session.execute(same).first():
        raise StoreExists
    store = Store(code=form.code, name=form.name, city=form.city)
    session.add(store)
    audit.record(session, actor, audit.Action.STORES_CREATED, store, code=form.code)
    return store.id
