"""The calendar of each store, put together from what people decided, and kept while that holds.

A store's own hours hold from the day on which its first ones begin, before that the group's, before
that `DEFAULT`. A store's single days stand above the group's. Decisions are dated and never edited,
so one calendar answers for every day, past and to come.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import CalendarDay, CalendarWeek
from services.core.kept import Kept
from services.core.normal import Spans
from services.core.worktime import Calendar, Week

DEFAULT: Final = Week(date.min, (((9 * 60, 18 * 60),),) * 7)
"""As delivered: a showroom is open all week, its people take turns, and holidays are kept."""


class Place(StrEnum):
    """Who decided what holds."""

    STORE = "store"
    GROUP = "group"
    DELIVERED = "delivered"


class DayState(StrEnum):
    """What a day is, and why. "Decided": by ourselves, whatever week and holidays say."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    """Closed on a public holiday."""
    MAKE_UP = "make_up"
    """Open on a weekend that makes up for a public holiday."""
    DECIDED_OPEN = "decided_open"
    DECIDED_CLOSED = "decided_closed"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one place, the group or a store, has decided and not withdrawn."""

    weeks: tuple[Week, ...] = ()
    days: Mapping[date, Spans] = field(default_factory=dict)


NOTHING: Final = Plan()


def composed(group: Plan, own: Plan = NOTHING) -> Calendar:
    """The calendar of a store that has decided `own`; without it, the group's."""
    begun = min((week.since for week in own.weeks), default=date.max)
    shared = (week for week in group.weeks if week.since < begun)
    return Calendar((DEFAULT, *shared, *own.weeks), {**group.days, **own.days})


def calendar(session: Session, store_id: int | None) -> Calendar:
    """The calendar of a store; of the group for None and for a store that decided nothing."""
    made = _KEPT.of(session).calendars
    return made.get(store_id, made[None])


def calendars(session: Session, store_ids: Collection[int]) -> dict[int, Calendar]:
    """The calendars of many stores by one look at the database."""
    made = _KEPT.of(session).calendars
    return {store_id: made.get(store_id, made[None]) for store_id in store_ids}


def plans(session: Session, store_id: int | None) -> tuple[Plan, Plan]:
    """What the group has decided, and what the store has (nothing for None)."""
    made = _KEPT.of(session).plans
    return made[None], NOTHING if store_id is None else made.get(store_id, NOTHING)


# ---- kept while nothing is decided


@dataclass(frozen=True, slots=True)
class _Book:
    """Everything decided, by store (None: the group). Calendars are values and safe to share; a
    store that decided nothing has none of its own."""

    plans: Mapping[int | None, Plan]
    calendars: Mapping[int | None, Calendar]


def _read(session: Session) -> _Book:
    weeks: dict[int | None, list[Week]] = defaultdict(list)
    days: dict[int | None, dict[date, Spans]] = defaultdict(dict)
    for store_id, since, hours, keeps in session.execute(
        select(
            col(CalendarWeek.store_id),
            col(CalendarWeek.from_on),
            col(CalendarWeek.hours),
            col(CalendarWeek.keeps_holidays),
        ).where(col(CalendarWeek.withdrawn_at).is_(None))
    ):
        weeks[store_id].append(Week(since, tuple(map(spans, hours)), keeps))
    for store_id, day, hours in session.execute(
        select(col(CalendarDay.store_id), col(CalendarDay.falls_on), col(CalendarDay.hours)).where(
            col(CalendarDay.withdrawn_at).is_(None)
        )
    ):
        days[store_id][day] = spans(hours)
    found = {key: Plan(tuple(weeks[key]), days[key]) for key in {None, *weeks, *days}}
    made = {
        key: composed(found[None], NOTHING if key is None else own) for key, own in found.items()
    }
    return _Book(found, made)


_KEPT: Final = Kept((CalendarWeek, CalendarDay), _read)
"""A year costs 0.3 MB in each calendar, 0.4 where days are counted too, and only stores with
decisions of their own have one: 40 over five years, 80 MB."""


def spans(hours: Iterable[Iterable[int]]) -> Spans:
    """Hours as a row keeps them, as a value."""
    return tuple((opens, closes) for opens, closes in hours)
