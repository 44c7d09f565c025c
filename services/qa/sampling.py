"""The calls of a month that are to be reviewed, by person, of what the reviewer sees (V02)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col

from db.drawing import drawn
from db.models import Touch, TouchKind
from services.core import clock, parameters


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one person in one store: how many calls he made in the month, and which were drawn."""

    person: int
    store: int
    calls: int
    drawn: tuple[int, ...]


def first_of(day: date) -> date:
    return day.replace(day=1)


def before(month: date) -> date:
    """The first day of the month before."""
    return first_of(month - timedelta(days=1))


def after(month: date) -> date:
    """The first day of the month after."""
    return first_of(month + timedelta(days=31))


def latest() -> date:
    """The last month that is over."""
    return before(first_of(clock.today()))


def samples(session: Session, month: date) -> list[Sample]:
    """One for each person and store. Drawn by store, so that it is the same for whoever sees one
    store and for whoever sees them all. One look at the database, and one for each store."""
    calls = _calls(session, month)
    last = after(month) - timedelta(days=1)
    found = []
    norms: dict[int, tuple[Decimal, int]] = {}
    for (store, person), keys in sorted(calls.items()):
        if store not in norms:
            norms[store] = _norms(session, last, store)
        share, least = norms[store]
        sample = drawn(month, person, keys, share, least)
        found.append(Sample(person, store, len(keys), tuple(sample)))
    return found


def _calls(session: Session, month: date) -> Mapping[tuple[int, int], list[int]]:
    """Store and person -> the calls (touches, ids) that he made in the month."""
    query = select(col(Touch.store_id), col(Touch.user_id), col(Touch.id)).where(
        col(Touch.kind) == TouchKind.CALL,
        ~col(Touch.is_inbound),
        col(Touch.user_id).is_not(None),
        col(Touch.at) >= clock.midnight(month),
        col(Touch.at) < clock.midnight(after(month)),
    )
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for store, person, key in session.execute(query):
        found[store, person].append(key)
    return found


def _norms(session: Session, on: date, store: int) -> tuple[Decimal, int]:
    """As they were on the last day of the month: what is decided later draws nothing anew."""
    keys = (parameters.QA_SHARE, parameters.QA_LEAST)
    values = parameters.values(session, keys, on, store)
    return Decimal(values[parameters.QA_SHARE]), int(values[parameters.QA_LEAST])
