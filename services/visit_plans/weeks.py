"""A week of a store: who handed in which plan, what was planned and made, how it was followed up
(V21, V22, V54)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import Session, col

from db.models import (
    Customer,
    Desk,
    PlannedVisit,
    PlanState,
    Role,
    Store,
    TaskState,
    User,
    VisitForm,
    VisitPlan,
    VisitTask,
)
from services.core import clock, parameters
from services.core.access import READS as EYES
from services.core.access import Actor, Permission
from services.core.recorded import names_of
from services.core.rights import Reach
from services.visit_plans.working import WEEK, monday_of
from services.visits.books import is_followed
from services.visits.form_quality import ANSWERS

FRIDAY: Final = timedelta(days=-3)
"""From a week's Monday: the Friday before."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A customer of a plan."""

    task_id: int
    customer: str
    due_on: date
    purpose: str
    state: TaskState
    is_late: bool
    """Made after its day, or not made though it has passed."""
    form_id: int | None


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan, whole."""

    id: int
    version: int
    week_on: date
    area: str
    target: int
    focus: str
    state: PlanState
    """RUNNING: approved, and its week has come."""
    submitted_at: datetime | None
    is_late: bool
    """Handed in after its time."""
    note: str
    summary: str
    verdict: str
    visits: list[PlannedLine]
    may_write: bool
    may_add: bool
    may_decide: bool
    may_sum_up: bool
    may_review: bool


@dataclass(frozen=True, slots=True)
class RepWeek:
    """One person's week; `plan` None: nothing was written yet."""

    id: int
    """The person's."""
    name: str
    store: str
    plan: PlanView | None
    is_missing: bool
    """Nothing was handed in, and its time is over."""
    planned: int
    made: int
    late: int
    forms: int
    quality: float | None
    """The mean of the week's forms, 0.0 to 2.0."""
    due: int
    followed: int


@dataclass(frozen=True, slots=True)
class Week:
    """Everybody's week whom the actor sees; `due_at` is by when its plans are handed in."""

    week_on: date
    due_at: datetime
    reps: list[RepWeek]


def week(session: Session, actor: Actor, day: date) -> Week:
    """The week in which a day lies: the sales people of the actor's store (or of all), and whoever
    else wrote a plan, by store and name."""
    actor.require(Permission.VISITS_VIEW)
    week_on = monday_of(day)
    due_at = _due_at(session, week_on)
    plans = {row.rep_id: row for row in _plans(session, week_on)}
    people = _people(session, actor, set(plans))
    visits = _visits(session, {row.id for row in plans.values()})
    forms = _forms(session, week_on)
    stores = names_of(session, Store, {person.store_id for person in people})
    reps = [
        _rep(actor, person, stores, plans.get(person.id), visits, forms, due_at)
        for person in people
    ]
    return Week(week_on, due_at, reps)


def plan_of(session: Session, actor: Actor, day: date) -> PlanView | None:
    """One's own plan of the week in which a day lies; None: there is none."""
    actor.require(Permission.VISITS_WORK)
    week_on = monday_of(day)
    rows = [row for row in _plans(session, week_on) if row.rep_id == actor.id]
    if not rows:
        return None
    found = _visits(session, {rows[0].id})
    return _view(actor, rows[0], found.get(rows[0].id, []), _due_at(session, week_on))


def _due_at(session: Session, week_on: date) -> datetime:
    """Plans are handed in on the Friday before, by an hour that the group decides."""
    hour = int(parameters.value(session, parameters.PLAN_HOUR, week_on))
    return clock.midnight(week_on + FRIDAY) + timedelta(hours=hour)


def _plans(session: Session, week_on: date) -> list[VisitPlan]:
    query = select(VisitPlan).where(col(VisitPlan.week_on) == week_on).order_by(col(VisitPlan.id))
    return list(session.execute(query).scalars())


def _people(session: Session, actor: Actor, writers: set[int]) -> list[User]:
    sells = (col(User.role) == Role.SPECIALIST) & (col(User.desk) == Desk.SALES)
    query = select(User).where(
        (col(User.is_active) & sells) | col(User.id).in_(writers), col(User.store_id).is_not(None)
    )
    if actor.reach(EYES) is not Reach.ALL:
        query = query.where(col(User.store_id) == actor.store_id)
    query = query.order_by(col(User.store_id), col(User.name), col(User.id))
    return list(session.execute(query).scalars())


def _visits(session: Session, plans: set[int]) -> Mapping[int, list[PlannedLine]]:
    query: Any = (
        select(
            col(PlannedVisit.plan_id),
            col(VisitTask.id),
            col(Customer.name),
            col(VisitTask.due_to),
            col(VisitTask.purpose),
            col(VisitTask.state),
            col(VisitTask.ended_at),
            col(VisitForm.id).label("form_id"),
        )
        .join(VisitTask, col(VisitTask.id) == col(PlannedVisit.task_id))
        .join(Customer, col(Customer.id) == col(VisitTask.customer_id))
        .outerjoin(VisitForm, col(VisitForm.task_id) == col(VisitTask.id))
        .where(col(PlannedVisit.plan_id).in_(plans))
        .order_by(col(VisitTask.due_from), col(VisitTask.id))
    )
    found: dict[int, list[PlannedLine]] = defaultdict(list)
    for row in session.execute(query):
        ended = clock.day_of(row.ended_at) if row.ended_at is not None else clock.today()
        line = PlannedLine(
            row.id, row.name, row.due_to, row.purpose, row.state, ended > row.due_to, row.form_id
        )
        found[row.plan_id].append(line)
    return found


def _forms(session: Session, week_on: date) -> Mapping[int, list[Row[Any]]]:
    """The forms of a week's visits, by writer."""
    query = select(
        col(VisitForm.writer_id),
        col(VisitForm.quality),
        col(VisitForm.improve_on),
        col(VisitForm.improved_at),
    ).where(
        col(VisitForm.ended_at) >= clock.midnight(week_on),
        col(VisitForm.ended_at) < clock.midnight(week_on + WEEK),
    )
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(query):
        found[row.writer_id].append(row)
    return found


def _rep(
    actor: Actor,
    person: User,
    stores: Mapping[int, str],
    plan: VisitPlan | None,
    visits: Mapping[int, list[PlannedLine]],
    forms: Mapping[int, list[Row[Any]]],
    due_at: datetime,
) -> RepWeek:
    lines = visits.get(plan.id, []) if plan is not None else []
    own = forms.get(person.id, [])
    due = [row for row in own if row.improved_at is not None or row.improve_on < clock.today()]
    is_in = plan is not None and plan.submitted_at is not None
    return RepWeek(
        id=person.id,
        name=person.name,
        store=stores.get(person.store_id or 0, ""),
        plan=None if plan is None else _view(actor, plan, lines, due_at),
        is_missing=not is_in and clock.now() > due_at,
        planned=len(lines),
        made=sum(line.state is TaskState.DONE for line in lines),
        late=sum(line.is_late for line in lines),
        forms=len(own),
        quality=sum(row.quality for row in own) / len(ANSWERS) / len(own) if own else None,
        due=len(due),
        followed=sum(is_followed(row) for row in due),
    )


def _view(actor: Actor, row: VisitPlan, lines: list[PlannedLine], due_at: datetime) -> PlanView:
    today, is_own = clock.today(), row.rep_id == actor.id
    may_work, may_lead = actor.may(Permission.VISITS_WORK), actor.may(Permission.VISITS_LEAD)
    is_running = row.state is PlanState.APPROVED and row.week_on <= today
    is_over = row.week_on + WEEK <= today
    is_open = row.state in {PlanState.DRAFT, PlanState.RETURNED}
    is_reviewed = row.state is PlanState.REVIEWED
    return PlanView(
        id=row.id,
        version=row.version,
        week_on=row.week_on,
        area=row.area,
        target=row.target,
        focus=row.focus,
        state=PlanState.RUNNING if is_running else row.state,
        submitted_at=row.submitted_at,
        is_late=(row.submitted_at or clock.now()) > due_at,
        note=row.note,
        summary=row.summary,
        verdict=row.verdict,
        visits=lines,
        may_write=is_own and may_work and is_open and not is_over,
        may_add=is_own and may_work and not is_reviewed and not is_over,
        may_decide=not is_own and may_lead and row.state is PlanState.SUBMITTED,
        may_sum_up=is_own and may_work and not is_reviewed and row.week_on <= today,
        may_review=not is_own and may_lead and row.state is PlanState.APPROVED and is_over,
    )
