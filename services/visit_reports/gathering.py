"""A time of contacts gathered: by store and person, by what they follow, hour by hour."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Row, exists, func, select
from sqlmodel import Session, col

from db.models import CallAttempt, Hold, Store, TaskState, Trigger, User, VisitKind, VisitTask
from services import appointments, inbound, kpi, promises, qa
from services.core import clock
from services.core.access import Actor, Permission
from services.core.metrics import Figure, Metric, Period
from services.core.words import N_
from services.kpi import Measured
from services.visits import METRICS, OF_VISITS
from services.visits.ending import REACHED
from services.visits.figures import LATE
from services.visits.past import MADE, NOT_DUE
from services.visits.rules import delivered, lines


def _codes(*of: Iterable[Metric]) -> tuple[str, ...]:
    return tuple(metric.code for metrics in of for metric in metrics)


_APPOINTMENTS, _REMINDERS = (metrics for metrics, _ in appointments.METRICS)
GROUPS: Final = (
    (N_("Contacts with customers"), _codes(*(some for some, _ in METRICS), _REMINDERS)),
    (N_("Appointments and callers"), _codes(_APPOINTMENTS, *(some for some, _ in inbound.METRICS))),
    (N_("Visits and their forms"), _codes(*(some for some, _ in OF_VISITS))),
    (
        N_("Promises and quality of calls"),
        _codes(promises.METRICS, *(some for some, _ in qa.METRICS)),
    ),
)
"""What stands together in the report: a heading (msgid), and metrics in the order of reading."""
CODES: Final = tuple(code for _, codes in GROUPS for code in codes)
HOURS: Final = range(8, 21)
"""Of the day; earlier and later attempts count with the first and the last."""
WEEK: Final = 7
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of contacts whose last day in time lies in the report's time and has come: how many were
    due, made in time, made late, and not made; how many were tried, and reached whom."""

    due: int = 0
    in_time: int = 0
    late: int = 0
    missed: int = 0
    tried: int = 0
    reached: int = 0

    @property
    def made(self) -> int:
        return self.in_time + self.late

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """`person` "": what nobody took; None: the whole store."""

    store: str
    person: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class CauseLine:
    trigger: Trigger
    kind: VisitKind
    counts: Counts


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What was kept from being made; `hold` None: made together with another contact. `waiting`
    are those that wait still."""

    hold: Hold | None
    ended: int
    waiting: int


@dataclass(frozen=True, slots=True)
class BandLine:
    """Open contacts by days late, such as "4-7"."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """`label` is a msgid."""

    label: str
    figures: list[Measured]


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class of customers by the name of its rule, in Chinese and in English, and the share that
    was contacted within its interval; None: no customer is in it."""

    name: str
    name_en: str
    share: float | None


@dataclass(frozen=True, slots=True)
class CalledOff:
    """So far above the usual are appointments called off: shares of the last 4 weeks and the last
    26."""

    lately: float
    usually: float


@dataclass(frozen=True, slots=True)
class VisitReport:
    """`called_off` None: not far more than usual. `attempts` and `reached` by weekday (Monday
    first) and hour of `HOURS`."""

    period: Period
    store: str | None
    groups: list[FigureGroup]
    called_off: CalledOff | None
    classes: list[ClassLine]
    whole: Counts
    people: list[PersonLine]
    """A store's line stands before its people's."""
    causes: list[CauseLine]
    held: list[HeldLine]
    overdue: list[BandLine]
    attempts: list[list[int]]
    reached: list[list[int]]


def report(
    session: Session, actor: Actor, since: date, until: date, store_id: int | None = None
) -> VisitReport:
    """The contacts of a time, as far as the actor sees them, by its end or now.

    Raises EndBeforeBegin, NotFound.
    """
    actor.require(Permission.VISITS_VIEW)
    figures = kpi.figures(session, actor, CODES, since, until, store_id)
    period = figures[0].period
    stores = dict(session.execute(select(col(Store.id), col(Store.name))).all())
    rows = [(row, _counts(row, period)) for row in _due(session, period, store_id)]
    attempts, reached = _hours(session, period, store_id)
    by_code = {one.metric.code: one for one in figures}
    return VisitReport(
        period=period,
        store=stores.get(store_id) if store_id is not None else None,
        groups=[FigureGroup(name, [by_code[code] for code in codes]) for name, codes in GROUPS],
        called_off=_called_off(by_code["APPT-CANCEL"].figure),
        classes=_classes(session, by_code["VISIT-COVER"].figure),
        whole=sum((counts for _, counts in rows), Counts()),
        people=_people(session, rows, stores),
        causes=_causes(rows),
        held=_held(session, period, store_id),
        overdue=[
            BandLine(name, int(by_code["VISIT-LATE"].figure.parts[name] or 0)) for name, _ in LATE
        ],
        attempts=attempts,
        reached=reached,
    )


def _called_off(figure: Figure) -> CalledOff | None:
    lately, usually = (figure.parts[name] for name in (appointments.LATELY, appointments.USUALLY))
    if lately is None or usually is None or not appointments.is_alarming(lately, usually):
        return None
    return CalledOff(lately, usually)


def _classes(session: Session, coverage: Figure) -> list[ClassLine]:
    names = {code: (told["name"], told["name_en"]) for code, told in delivered().items()}
    names |= {one.code: (one.name, one.name_en or one.name) for one in reversed(lines(session))}
    found = ((code, share) for code, share in coverage.parts.items() if code in names)
    return [ClassLine(*names[code], share) for code, share in found]


def _due(session: Session, period: Period, store_id: int | None) -> Sequence[Row[Any]]:
    def tried(*wanted: Any) -> Any:
        return exists().where(
            col(CallAttempt.task_id) == col(VisitTask.id),
            col(CallAttempt.at) < period.end,
            *wanted,
        )

    query = select(
        col(VisitTask.store_id),
        col(VisitTask.owner_id),
        col(VisitTask.kind),
        col(VisitTask.trigger),
        col(VisitTask.state),
        col(VisitTask.due_to),
        col(VisitTask.ended_at),
        tried().label("tried"),
        tried(col(CallAttempt.result).in_(REACHED)).label("reached"),
    ).where(
        col(VisitTask.due_to) >= period.since,
        col(VisitTask.due_to) <= min(period.until, clock.today()),
        col(VisitTask.state).not_in(NOT_DUE),
        *_here(VisitTask, store_id),
    )
    return session.execute(query).all()


def _here(model: Any, store_id: int | None) -> Iterable[Any]:
    return () if store_id is None else (col(model.store_id) == store_id,)


def _counts(row: Row[Any], period: Period) -> Counts:
    is_made = row.state in MADE and row.ended_at < period.end
    in_time = is_made and clock.day_of(row.ended_at) <= row.due_to
    # What is in time until today may still be made.
    is_open = row.state is TaskState.PLANNED and row.due_to >= clock.today()
    return Counts(
        due=1,
        in_time=int(in_time),
        late=int(is_made and not in_time),
        missed=int(not is_made and not is_open),
        tried=int(row.tried),
        reached=int(row.reached),
    )


Counted = Sequence[tuple[Row[Any], Counts]]


def _by(rows: Counted, key: Callable[[Row[Any]], K]) -> dict[K, Counts]:
    found: dict[K, Counts] = defaultdict(Counts)
    for row, counts in rows:
        found[key(row)] += counts
    return found


def _people(session: Session, rows: Counted, stores: dict[int, str]) -> list[PersonLine]:
    """Stores by name, in each the people with the most that was due."""
    names = dict(session.execute(select(col(User.id), col(User.name))).all())
    by_store = _by(rows, lambda row: int(row.store_id))
    by_person = _by(rows, lambda row: (int(row.store_id), row.owner_id))
    lines: list[PersonLine] = []
    for store in sorted(by_store, key=lambda key: (stores.get(key, ""), key)):
        name = stores.get(store, "")
        lines.append(PersonLine(name, None, by_store[store]))
        own = [(owner, counts) for (at, owner), counts in by_person.items() if at == store]
        own.sort(key=lambda one: (-one[1].due, names.get(one[0], "")))
        lines += [PersonLine(name, names.get(owner, ""), counts) for owner, counts in own]
    return lines


def _causes(rows: Counted) -> list[CauseLine]:
    found = _by(rows, lambda row: (row.trigger, row.kind))
    lines = [CauseLine(trigger, kind, counts) for (trigger, kind), counts in found.items()]
    return sorted(lines, key=lambda line: (-line.counts.due, line.trigger, line.kind))


def _held(session: Session, period: Period, store_id: int | None) -> list[HeldLine]:
    """Those that are held, or have ended so; merged ones last."""
    query = (
        select(col(VisitTask.state), col(VisitTask.hold), func.count())
        .where(
            col(VisitTask.ended_at) >= period.begin,
            col(VisitTask.ended_at) < period.end,
            col(VisitTask.state).in_((TaskState.SUPPRESSED, TaskState.MERGED)),
            *_here(VisitTask, store_id),
        )
        .group_by(col(VisitTask.state), col(VisitTask.hold))
    )
    lines = {hold: HeldLine(hold, 0, 0) for hold in (*Hold, None)}
    for state, hold, count in session.execute(query):
        why = None if state is TaskState.MERGED else hold
        lines[why] = replace(lines[why], ended=lines[why].ended + count)
    open_still = (
        select(col(VisitTask.hold), func.count())
        .where(
            col(VisitTask.state) == TaskState.PLANNED,
            col(VisitTask.hold).is_not(None),
            col(VisitTask.due_from) <= period.until,
            *_here(VisitTask, store_id),
        )
        .group_by(col(VisitTask.hold))
    )
    for hold, count in session.execute(open_still):
        lines[hold] = replace(lines[hold], waiting=count)
    return list(lines.values())


def _hours(
    session: Session, period: Period, store_id: int | None
) -> tuple[list[list[int]], list[list[int]]]:
    query = select(col(CallAttempt.at), col(CallAttempt.result)).where(
        col(CallAttempt.at) >= period.begin,
        col(CallAttempt.at) < period.end,
        *_here(CallAttempt, store_id),
    )
    every: Counter[tuple[int, int]] = Counter()
    reached: Counter[tuple[int, int]] = Counter()
    for at, result in session.execute(query):
        local = at.astimezone(clock.SHANGHAI)
        place = local.weekday(), min(max(local.hour, HOURS[0]), HOURS[-1])
        every[place] += 1
        reached[place] += result in REACHED
    return _grid(every), _grid(reached)


def _grid(counted: Counter[tuple[int, int]]) -> list[list[int]]:
    return [[counted[day, hour] for hour in HOURS] for day in range(WEEK)]


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=WEEK - 1)
