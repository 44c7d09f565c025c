"""The board of the visit plan: a store's people and desks, the days of a week, what each has to do
there; and the same contacts by what became of them (V17, V31, spec 2.7).

However many people and contacts there are, a board is a handful of queries: how many there are is
counted by the database, and of each place only the heaviest are brought along.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    String,
    and_,
    case,
    distinct,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlmodel import Session, col

from db.models import CallAttempt, Desk, Hold, Store, TaskState, User, VisitTask
from services.core import clock, parameters
from services.core.access import READS, Actor, Permission, Reach
from services.customers import policy
from services.visits.today import ROWS, row_of
from services.visits.views import TaskRow

DAYS: Final = 7
IN_A_CELL: Final = 12
"""Contacts that are brought along for one person on one day; the others are counted."""
MOST: Final = 600
"""Of a board in all; each place gets its heaviest first."""
IN_A_COLUMN: Final = 30
EARLIEST, LATEST = date(2000, 1, 3), date(2099, 12, 28)
"""Mondays between which there are weeks."""


@dataclass(frozen=True, slots=True)
class BoardPerson:
    """Somebody's row. `takes`: contacts may be given to him."""

    id: int
    name: str
    desk: Desk | None
    takes: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One open contact at its place; `day` None: its time is over."""

    row: TaskRow
    desk: Desk
    day: date | None


@dataclass(frozen=True, slots=True)
class Cell:
    """How many open contacts somebody, or a desk whose work nobody has taken, has on a day (None:
    late). Those that the rule of contacts holds are no work of that day."""

    owner_id: int | None
    desk: Desk | None
    day: date | None
    open: int
    held: int


@dataclass(frozen=True, slots=True)
class Week:
    """`made`: how many contacts somebody (id) tried on a day. `capacity`: what one makes a day."""

    store_id: int | None
    first: date
    today: date
    people: list[BoardPerson]
    desks: list[Desk]
    """Whose untaken contacts the reader sees."""
    cards: list[Card]
    cells: list[Cell]
    made: dict[tuple[int, date], int]
    capacity: int
    may_lead: bool
    may_work: bool

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(DAYS)]

    @property
    def has_today(self) -> bool:
        return self.first <= self.today < self.first + timedelta(days=DAYS)


def monday_of(day: date) -> date:
    """The week's first day, within those that a calendar lets one choose."""
    day = max(EARLIEST, min(day, LATEST))
    return day - timedelta(days=day.weekday())


def week(
    session: Session, actor: Actor, day: date | None = None, store_id: int | None = None
) -> Week:
    """The week of a day (None: today) in a store. Whoever leads sees everyone who makes contacts
    there, others see themselves and the untaken ones of their desk."""
    actor.require(Permission.VISITS_VIEW)
    today = clock.today()
    first = monday_of(day or today)
    store = store_of(session, actor, store_id)
    may_lead = actor.may(Permission.VISITS_LEAD)
    placed = _placed(actor, store, first, today)
    cells = _cells(session, placed)
    people = _people(session, actor, store, {one.owner_id for one in cells})
    return Week(
        store_id=store,
        first=first,
        today=today,
        people=people,
        desks=list(Desk) if may_lead or actor.desk is None else [actor.desk],
        cards=_cards(session, placed, today),
        cells=cells,
        made=_made(session, store, first, [one.id for one in people]),
        capacity=int(parameters.value(session, parameters.CAPACITY, today, store)),
        may_lead=may_lead,
        may_work=actor.may(Permission.VISITS_WORK),
    )


def store_of(session: Session, actor: Actor, asked: int | None) -> int | None:
    """The store that is shown: one's own; of the whole group the one asked for, or the first."""
    if actor.reach(READS) is not Reach.ALL:
        return actor.store_id
    if asked is not None:
        return asked
    if actor.store_id is not None:
        return actor.store_id
    return session.execute(select(func.min(col(Store.id)))).scalar()


def his(actor: Actor) -> list[ColumnElement[bool]]:
    """What of a plan somebody works on: all of it, or his own and his desk's untaken ones."""
    if actor.may(Permission.VISITS_LEAD):
        return []
    untaken: ColumnElement[bool] = col(VisitTask.owner_id).is_(None)
    if actor.desk is not None:
        untaken = and_(untaken, col(VisitTask.desk) == actor.desk)
    return [or_(col(VisitTask.owner_id) == actor.id, untaken)]


# ---- the week


def _placed(actor: Actor, store_id: int | None, first: date, today: date) -> Any:
    """The open contacts of the week with the place of each: what is late first of all, what could
    be made since some days today, the rest on its first day."""
    last = first + timedelta(days=DAYS - 1)
    since = [] if first <= today <= last else [col(VisitTask.due_from) >= max(first, today)]
    nobody = col(VisitTask.owner_id).is_(None)
    task = VisitTask
    return (
        select(
            col(task.id),
            col(task.owner_id),
            case((nobody, col(task.desk))).label("desk"),
            case(
                (col(task.due_to) < today, literal(None, Date)),
                (col(task.due_from) < today, literal(today, Date)),
                else_=col(task.due_from),
            ).label("day"),
            col(task.hold),
            col(task.due_to),
            col(task.priority),
        )
        .where(
            col(task.store_id) == store_id,
            col(task.state) == TaskState.PLANNED,
            col(task.due_from) <= last,
            *since,
            *his(actor),
        )
        .subquery()
    )


def _cells(session: Session, placed: Any) -> list[Cell]:
    where = (placed.c.owner_id, placed.c.desk, placed.c.day)
    held = func.count(placed.c.hold)
    query = select(*where, func.count() - held, held).group_by(*where)
    return [Cell(*row) for row in session.execute(query)]


def _cards(session: Session, placed: Any, today: date) -> list[Card]:
    """The heaviest of each place. Which those are is found first: what a card tells is looked up
    for them alone."""
    it = placed.c
    nth = func.row_number().over(
        partition_by=(it.owner_id, it.desk, it.day),
        order_by=(it.hold.is_not(None), it.due_to, it.priority.desc(), it.id),
    )
    ranked = select(it.id, it.day, nth.label("nth")).subquery()
    heaviest = (
        select(ranked)
        .where(ranked.c.nth <= IN_A_CELL)
        .order_by(ranked.c.nth, ranked.c.id)
        .limit(MOST)
        .subquery()
    )
    query = ROWS.add_columns(col(VisitTask.desk), heaviest.c.day).join(
        heaviest, heaviest.c.id == col(VisitTask.id)
    )
    found = [Card(row_of(row, today), row.desk, row.day) for row in session.execute(query)]
    return sorted(found, key=lambda one: (one.row.hold is not None, -one.row.urgency, one.row.id))


def _people(
    session: Session, actor: Actor, store_id: int | None, owners: Collection[int | None]
) -> list[BoardPerson]:
    """Who makes contacts in the store, and whoever still has some of it."""
    works = and_(
        col(User.store_id) == store_id, col(User.is_active), col(User.role).in_(policy.MAY_OWN)
    )
    wanted: ColumnElement[bool] = or_(works, col(User.id).in_([one for one in owners if one]))
    if not actor.may(Permission.VISITS_LEAD):
        wanted = col(User.id) == actor.id
    query = select(
        col(User.id), col(User.name), col(User.desk), col(User.store_id), col(User.is_active)
    ).where(wanted)
    rows = session.execute(query.order_by(col(User.desk), col(User.name), col(User.id))).all()
    found = [
        BoardPerson(one.id, one.name, one.desk, one.is_active and one.store_id in {None, store_id})
        for one in rows
    ]
    desks = list(Desk)
    return sorted(found, key=lambda one: len(desks) if one.desk is None else desks.index(one.desk))


def _made(
    session: Session, store_id: int | None, first: date, people: Collection[int]
) -> dict[tuple[int, date], int]:
    """How many contacts each tried on each day, several attempts at one of them once."""
    days = [first + timedelta(days=n) for n in range(DAYS)]
    at, task = col(CallAttempt.at), col(CallAttempt.task_id)
    begins = [clock.midnight(first + timedelta(days=n)) for n in range(DAYS + 1)]
    counts = [
        func.count(distinct(case((and_(at >= a, at < b), task)))) for a, b in pairwise(begins)
    ]
    query = (
        select(col(CallAttempt.user_id), *counts)
        .where(
            col(CallAttempt.user_id).in_(people),
            col(CallAttempt.store_id) == store_id,
            at >= begins[0],
            at < begins[-1],
        )
        .group_by(col(CallAttempt.user_id))
    )
    return {
        (user, day): made
        for user, *row in session.execute(query)
        for day, made in zip(days, row, strict=True)
        if made
    }


# ---- by what became of them


@dataclass(frozen=True, slots=True)
class Stack:
    """Contacts of one standing: how many, why they are held (reason, number), the heaviest."""

    total: int
    holds: list[tuple[Hold, int]]
    rows: list[TaskRow]


@dataclass(frozen=True, slots=True)
class Standings:
    """A store's plan by what became of it; `ended` is of the week, by outcome."""

    late: Stack
    today: Stack
    later: Stack
    again: Stack
    """Tried in vain, to be tried once more."""
    held: Stack
    ended: dict[TaskState, Stack]


_OPEN: Final = ("late", "today", "later", "again", "held")


def standings(
    session: Session, actor: Actor, day: date | None = None, store_id: int | None = None
) -> Standings:
    """What is open now, and what ended in the week of a day (None: today), with its counts. What
    the rule of contacts suppressed is among it, with its reason (spec 2.3)."""
    actor.require(Permission.VISITS_VIEW)
    today = clock.today()
    first = monday_of(day or today)
    task = VisitTask
    is_open = col(task.state) == TaskState.PLANNED
    begins, ends = clock.midnight(first), clock.midnight(first + timedelta(days=DAYS))
    has_ended = and_(col(task.ended_at) >= begins, col(task.ended_at) < ends)
    stands = case(
        (~is_open, type_coerce(col(task.state), String)),
        (col(task.hold).is_not(None), literal("held")),
        (col(task.attempts) > 0, literal("again")),
        (col(task.due_to) < today, literal("late")),
        (col(task.due_from) <= today, literal("today")),
        else_=literal("later"),
    )
    place = (
        select(col(task.id), stands.label("stands"), col(task.hold), col(task.due_to))
        .where(
            col(task.store_id) == store_of(session, actor, store_id),
            or_(is_open, has_ended),
            *his(actor),
        )
        .subquery()
    )
    counts = session.execute(
        select(place.c.stands, place.c.hold, func.count()).group_by(place.c.stands, place.c.hold)
    ).all()
    nth = func.row_number().over(partition_by=place.c.stands, order_by=(place.c.due_to, place.c.id))
    first_of = select(place, nth.label("nth")).subquery()
    query = (
        ROWS.add_columns(first_of.c.stands)
        .join(first_of, first_of.c.id == col(task.id))
        .where(first_of.c.nth <= IN_A_COLUMN)
        .order_by(first_of.c.nth)
    )
    rows = [(row.stands, row_of(row, today)) for row in session.execute(query)]
    stacks = {name: _stack(name, counts, rows) for name in {name for name, *_ in counts}}
    nothing = Stack(0, [], [])
    late, due, later, again, held = (stacks.get(name, nothing) for name in _OPEN)
    ended = {state: stacks[state.value] for state in TaskState if state.value in stacks}
    return Standings(late, due, later, again, held, ended)


def _stack(name: str, counts: Sequence[Any], rows: Sequence[tuple[str, TaskRow]]) -> Stack:
    of_it = [(hold, number) for stands, hold, number in counts if stands == name]
    return Stack(
        total=sum(number for _, number in of_it),
        holds=sorted((hold, number) for hold, number in of_it if hold is not None),
        rows=[row for stands, row in rows if stands == name],
    )
