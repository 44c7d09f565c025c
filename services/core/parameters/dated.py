"""What a parameter was on any day: the group's decisions and the stores', each from a day on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.models import ParameterValue
from services.core import clock
from services.core.parameters.known import parameter
from services.core.parameters.shape import Number, Parameter

AS_GROUP: Final = ""
"""What a store decides that will have no value of its own any more."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One decision. `store_id` None is the group's; `value` None: the store follows it again."""

    id: int
    key: str
    store_id: int | None
    value: Number | None
    from_on: date
    created_at: datetime
    author_id: int | None
    reason: str
    approved_by_id: int | None
    withdrawn_at: datetime | None


def value(
    session: Session, key: str, on: date | None = None, store_id: int | None = None
) -> Number:
    """What held on a day (today if None): the store's own value, else the group's, else the
    default. An int, or a Decimal for a share. Raises UnknownParameter."""
    return values(session, [key], on, store_id)[key]


def values(
    session: Session, keys: Collection[str], on: date | None = None, store_id: int | None = None
) -> dict[str, Number]:
    """The same for many keys by one query."""
    of_store = col(ParameterValue.store_id)
    query = (
        select(col(ParameterValue.key), col(ParameterValue.value), of_store)
        .where(
            col(ParameterValue.key).in_(keys),
            or_(of_store.is_(None), of_store == store_id),
            col(ParameterValue.from_on) <= (on or clock.today()),
            col(ParameterValue.withdrawn_at).is_(None),
        )
        .order_by(col(ParameterValue.from_on))
    )
    group: dict[str, str] = {}
    own: dict[str, str] = {}
    for key, written, store in session.execute(query):  # of a key's values the last one stays
        (group if store is None else own)[key] = written
    latest = group | {key: written for key, written in own.items() if written != AS_GROUP}
    known = {key: parameter(key) for key in keys}
    return {
        key: each.read(latest[key]) if key in latest else each.default
        for key, each in known.items()
    }


def history(session: Session, keys: Collection[str]) -> list[Dated]:
    """Every decision on these keys, group and stores, also the withdrawn, by key and first day."""
    query = (
        select(ParameterValue)
        .where(col(ParameterValue.key).in_(keys))
        .order_by(col(ParameterValue.key), col(ParameterValue.from_on), col(ParameterValue.id))
    )
    return [
        Dated(
            id=row.id,
            key=row.key,
            store_id=row.store_id,
            value=None if row.value == AS_GROUP else parameter(row.key).read(row.value),
            from_on=row.from_on,
            created_at=row.created_at,
            author_id=row.author_id,
            reason=row.reason,
            approved_by_id=row.approved_by_id,
            withdrawn_at=row.withdrawn_at,
        )
        for row in session.execute(query).scalars()
    ]


def in_force(decisions: Iterable[Dated], on: date, store_id: int | None) -> Dated | None:
    """Of one key's decisions the one whose value holds on a day; None while the default does."""
    begun = [
        each
        for each in sorted(decisions, key=lambda each: each.from_on)
        if each.store_id in {None, store_id} and each.from_on <= on and each.withdrawn_at is None
    ]
    latest = {each.store_id is not None: each for each in begun}
    own = latest.get(True)
    return own if own is not None and own.value is not None else latest.get(False)


def held(decision: Dated | None, known: Parameter) -> Number:
    """The number of the decision that is in force."""
    return known.default if decision is None or decision.value is None else decision.value
