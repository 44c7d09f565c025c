"""What was written down as codes and ids, as people read it: choices and names."""

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import Enum, select
from sqlmodel import Session, col

from db.models import Customer, OwnershipRole, Store, User
from db.types import metadata

Stored = tuple[str, str, Any]
"""(kind of record, field, value as JSON kept it)."""

_NAMED: Final[dict[str, Any]] = {
    "owner_id": User,
    "second_contact_id": User,
    "user_id": User,
    "store_id": Store,
}
_OF_OTHERS: Final[dict[str, type[StrEnum]]] = {"part": OwnershipRole}
"""Details that are no column of their record."""


def read(session: Session, stored: Sequence[Stored]) -> list[Any]:
    """The values, in their order: a member of its enum for a choice, a name for a person's or a
    store's id; everything else, and what is known no more, as it is."""
    names = _names(session, stored)
    return [_said(kind, field, value, names) for kind, field, value in stored]


def _said(kind: str, field: str, value: Any, names: dict[tuple[str, int], str]) -> Any:
    if field in _NAMED:
        return names.get((field, value), value)
    choices = _OF_OTHERS.get(field) or _choices(kind, field)
    if choices is None or not isinstance(value, str):
        return value
    return next((member for member in choices if member.value == value), value)


@cache
def _choices(kind: str, field: str) -> type[StrEnum] | None:
    table = metadata.tables.get(kind)
    column = table.columns.get(field) if table is not None else None
    enum = column.type.enum_class if column is not None and isinstance(column.type, Enum) else None
    return enum if enum is not None and issubclass(enum, StrEnum) else None


def files_of(session: Session, keys: Collection[int]) -> dict[int, str]:
    """Customer -> the number and the name of his file, of those in the reader's sight."""
    if not keys:
        return {}
    query = select(col(Customer.id), col(Customer.number), col(Customer.name))
    found = session.execute(query.where(col(Customer.id).in_(keys)))
    return {key: f"{number} {name}" for key, number, name in found}


def _names(session: Session, stored: Iterable[Stored]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {}
    for _kind, field, value in stored:
        if field in _NAMED and isinstance(value, int):
            wanted.setdefault(field, set()).add(value)
    return {
        (field, key): name
        for field, keys in wanted.items()
        for key, name in names_of(session, _NAMED[field], keys).items()
    }


def names_of(session: Session, model: Any, keys: Collection[int | None]) -> dict[int, str]:
    """Id -> name, of the people (User) or stores (Store) with these ids."""
    query = select(col(model.id), col(model.name)).where(col(model.id).in_(keys))
    return dict(session.execute(query).all()) if keys else {}
