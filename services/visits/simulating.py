"""What a rule would mean: how many contacts it makes a day, for how many people (spec 2.7).

An estimate from the data, which writes nothing. What is known is counted: dates to come, what has
happened already, since when customers were not spoken with. What has not happened yet is what
happened on the same weekday of the last `BACK` days, on the average. Each contact is taken to be
made when it is due. The budget of contacts is not laid upon them one by one; what it kept of the
contacts of the last `BACK` days stands beside the estimate.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, cast, extract, func, select
from sqlmodel import Session, col

from db.models import (
    Cadence,
    CadenceState,
    CadenceStep,
    Desk,
    Store,
    TaskState,
    Trigger,
    User,
    VisitTask,
)
from services.core import clock, parameters
from services.core.access import READS, Actor, Permission, Reach, load
from services.customers import policy
from services.visits import checking, making, triggers

BACK: Final = 90
"""Days that are looked back."""
AHEAD: Final = 28
"""Days that are looked ahead, today the first."""
FEWEST: Final = 50
"""Of fewer contacts that were due lately nothing is said about the budget."""
_WEEK: Final = 7
_EPOCH: Final = date(1970, 1, 1)
_OFFSET_SECONDS: Final = 8 * 3600
_DAY_SECONDS: Final = 24 * 3600
Days = Mapping[tuple[int, date], float]
"""Store and day -> how many."""


@dataclass(frozen=True, slots=True)
class StoreLoad:
    """One store: contacts a day that the rule makes there, and that the rules in force make for
    its desk already; the people of the desk there, and what they can make a day."""

    store: str
    rule: float
    others: float
    people: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """Contacts a day of the coming weeks: of the rule, and of the rules in force beside it that the
    same desk works for. `kept` is the share of the contacts that were due lately that the budget
    left to be made alone (0 to 1); None: there were too few to say."""

    desk: Desk
    days: list[date]
    rule: list[float]
    others: list[float]
    places: list[StoreLoad]
    kept: float | None

    @property
    def mean(self) -> float:
        return sum(self.rule) / len(self.days)

    @property
    def mean_of_others(self) -> float:
        return sum(self.others) / len(self.days)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.places)

    @property
    def capacity(self) -> int:
        return sum(one.capacity for one in self.places)


def simulated(session: Session, actor: Actor, cadence_id: int) -> Simulation:
    """What a version of a rule would make in the stores that the actor sees. Raises NotFound."""
    actor.require(Permission.VISITS_LEAD)
    cadence = load(session, Cadence, cadence_id)
    today = clock.today()
    days = [today + timedelta(days=n) for n in range(AHEAD)]
    mine = _expected(session, [cadence], days)
    others = expected_of(session, cadence.desk, days, but=cadence.code)
    return Simulation(
        desk=cadence.desk,
        days=days,
        rule=_by_day(mine, days),
        others=_by_day(others, days),
        places=_places(session, actor, cadence.desk, mine, others),
        kept=_kept(session, today),
    )


def expected_of(session: Session, desk: Desk, days: Sequence[date], *, but: str = "") -> Days:
    """What the rules that go on in force for a desk make on these days, but for the versions of
    one (code)."""
    query = select(Cadence).where(
        col(Cadence.state) == CadenceState.APPROVED,
        col(Cadence.until_on).is_(None),
        col(Cadence.desk) == desk,
        col(Cadence.code) != but,
    )
    return _expected(session, session.execute(query).scalars().all(), days)


def _by_day(found: Days, days: Iterable[date]) -> list[float]:
    sums: dict[date, float] = defaultdict(float)
    for (_store, day), count in found.items():
        sums[day] += count
    return [sums[day] for day in days]


# ---- contacts to be expected


def _expected(session: Session, cadences: Iterable[Cadence], days: Sequence[date]) -> Days:
    found: dict[tuple[int, date], float] = defaultdict(float)
    for cadence in cadences:
        query = select(col(CadenceStep.offset_days)).where(
            col(CadenceStep.cadence_id) == cadence.id
        )
        for offset in session.execute(query).scalars():
            for key, count in _of_step(session, cadence, offset, days):
                found[key] += count
    return found


def _of_step(
    session: Session, cadence: Cadence, offset: int, days: Sequence[date]
) -> Iterator[tuple[tuple[int, date], float]]:
    if cadence.trigger is Trigger.CLASS:
        return _again(_touched(session, cadence, days[-1] - timedelta(days=offset)), offset, days)
    if cadence.trigger not in triggers.SOURCES:
        return iter(())
    after = timedelta(days=offset)
    if cadence.trigger in checking.OF_DATES:
        known = _happened(session, cadence, days[0] - after, days[-1] - after)
        return (((store, day + after), count) for (store, day), count in known.items())
    return _following(session, cadence, after, days)


def _following(
    session: Session, cadence: Cadence, after: timedelta, days: Sequence[date]
) -> Iterator[tuple[tuple[int, date], float]]:
    """What happened by yesterday is counted, what happens from today on is expected."""
    today = days[0]
    since = min(today - timedelta(days=BACK), today - after)
    known = _happened(session, cadence, since, today - timedelta(days=1))
    usual = _usual(known, today)
    stores = {store for store, _day in known}
    for day in days:
        for store in stores:
            event = day - after
            if event < today:
                count = known.get((store, event), 0)
            else:
                count = usual.get((store, event.weekday()), 0)
            if count:
                yield (store, day), count


def _usual(known: Days, today: date) -> Mapping[tuple[int, int], float]:
    """Store and weekday -> how many happened on such a day lately, on the average."""
    lately = [today - timedelta(days=n) for n in range(1, BACK + 1)]
    times = [0] * _WEEK
    for day in lately:
        times[day.weekday()] += 1
    sums: dict[tuple[int, int], float] = defaultdict(float)
    for (store, day), count in known.items():
        if day >= lately[-1]:
            sums[store, day.weekday()] += count / times[day.weekday()]
    return sums


def _again(
    known: Days, every: int, days: Sequence[date]
) -> Iterator[tuple[tuple[int, date], float]]:
    """Whoever was last contacted on a day is contacted each time that so many days have passed."""
    if every < 1:
        return
    for (store, day), count in known.items():
        times = max(1, -((day - days[0]).days // every))  # of the first that is not over
        due = day + timedelta(days=times * every)
        while due <= days[-1]:
            if due >= days[0]:
                yield (store, due), count
            due += timedelta(days=every)


def _happened(session: Session, cadence: Cadence, since: date, until: date) -> Days:
    """How often what the rule follows happened, or will, by store and day."""
    query = triggers.SOURCES[cadence.trigger](since, until).where(*making.of_class(cadence))
    found = query.subquery()
    counted = select(found.c.store_id, found.c.anchor, func.count()).group_by(
        found.c.store_id, found.c.anchor
    )
    sums: dict[tuple[int, date], float] = defaultdict(float)
    for store, anchor, count in session.execute(counted):
        sums[store, making.day_of(anchor)] += count
    return sums


def _touched(session: Session, cadence: Cadence, until: date) -> Days:
    """How many customers of the class were last contacted on each day up to one, by store."""
    query = triggers.last_touched(clock.midnight(until + timedelta(days=1)))
    found = query.where(*making.of_class(cadence)).subquery()
    seconds = cast(extract("epoch", found.c.anchor), BigInteger)
    day = ((seconds + _OFFSET_SECONDS) // _DAY_SECONDS).label("day")
    counted = select(found.c.store_id, day, func.count()).group_by(found.c.store_id, day)
    return {
        (store, _EPOCH + timedelta(days=int(number))): count
        for store, number, count in session.execute(counted)
    }


# ---- who makes them, and what the budget left


def _places(
    session: Session, actor: Actor, desk: Desk, mine: Days, others: Days
) -> list[StoreLoad]:
    """The stores that the actor sees in which the desk has people or the rule makes anything, the
    fullest first."""
    names = dict(session.execute(select(col(Store.id), col(Store.name))).all())
    people = people_of(session, desk)
    stores = {store for store, _day in mine} | people.keys()
    if actor.reach(READS) is not Reach.ALL:
        stores &= {actor.store_id}
    found = []
    for store in stores:
        capacity = parameters.value(session, parameters.CAPACITY, clock.today(), store)
        count = people.get(store, 0)
        found.append(
            StoreLoad(
                store=names[store],
                rule=_mean(mine, store),
                others=_mean(others, store),
                people=count,
                capacity=count * int(capacity),
            )
        )
    return sorted(found, key=lambda one: (-one.rule, one.store))


def _mean(found: Days, store: int) -> float:
    return sum(count for (at, _day), count in found.items() if at == store) / AHEAD


def people_of(session: Session, desk: Desk) -> Mapping[int, int]:
    """Store -> how many of a desk work there."""
    query = (
        select(col(User.store_id), func.count())
        .where(
            col(User.is_active),
            col(User.desk) == desk,
            col(User.role).in_(policy.MAY_OWN),
            col(User.store_id).is_not(None),
        )
        .group_by(col(User.store_id))
    )
    return {int(store): int(count) for store, count in session.execute(query)}


def _kept(session: Session, today: date) -> float | None:
    """Of the contacts that rules made and that were due lately: which share was neither made
    together with another one nor kept back until its time was over."""
    query = (
        select(col(VisitTask.state), func.count())
        .where(
            col(VisitTask.step_id).is_not(None),
            col(VisitTask.due_to) >= today - timedelta(days=BACK),
            col(VisitTask.due_to) < today,
        )
        .group_by(col(VisitTask.state))
    )
    counts: dict[Any, int] = dict(session.execute(query).all())
    total = sum(counts.values())
    if total < FEWEST:
        return None
    lost = counts.get(TaskState.MERGED, 0) + counts.get(TaskState.SUPPRESSED, 0)
    return 1 - lost / total
