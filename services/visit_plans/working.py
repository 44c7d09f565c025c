"""From a week's plan to what is said of that week (V17, V18, V22, V54)."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import PlannedVisit, PlanState, VisitKind, VisitPlan
from services import visits
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotPermitted, StaleRecord
from services.core.normal import EARLIEST, LATEST
from services.core.rights import Reach
from services.core.words import N_
from services.visit_plans.inputs import (
    AddVisit,
    DecidePlan,
    OnPlan,
    ReviewPlan,
    SubmitPlan,
    SummarisePlan,
    WritePlan,
)

WEEK: Final = timedelta(days=7)
OPEN: Final = frozenset({PlanState.DRAFT, PlanState.RETURNED})
"""In its writer's hands."""


class WeekOver(InvalidInput):
    msgid = N_("This week is over: nothing can be planned in it")


class WeekBefore(InvalidInput):
    msgid = N_("A week is summed up once it has begun")


class WeekRuns(InvalidInput):
    msgid = N_("A week is reviewed once it is over")


class NoStore(InvalidInput):
    msgid = N_("A visit plan belongs to a store")


class NotInWeek(InvalidInput):
    msgid = N_("This day lies outside of the plan's week")


class PlanNotNext(Conflict):
    msgid = N_("The plan is at another stage now")


class NoteMissing(InvalidInput):
    msgid = N_("Say what is to be changed")


def monday_of(day: date) -> date:
    known = min(max(day, EARLIEST), LATEST)
    return known - timedelta(days=known.weekday())


def write(session: Session, actor: Actor, form: WritePlan) -> int:
    """One's own plan of a week, as long as it was not handed in; returns its id.

    Raises WeekOver, NoStore, StaleRecord, PlanNotNext.
    """
    actor.require(Permission.VISITS_WORK)
    if actor.id is None or actor.store_id is None:
        raise NoStore
    week_on = monday_of(form.week_on)
    if week_on + WEEK <= clock.today():
        raise WeekOver
    query = select(VisitPlan).where(
        col(VisitPlan.rep_id) == actor.id, col(VisitPlan.week_on) == week_on
    )
    found = session.execute(query.with_for_update())
    row: VisitPlan | None = found.scalar_one_or_none()
    if row is None:
        row = VisitPlan(
            store_id=actor.store_id,
            rep_id=actor.id,
            week_on=week_on,
            area=form.area,
            target=form.target,
            focus=form.focus,
        )
        session.add(row)
        session.flush()
        audit.record(session, actor, Action.VISIT_PLANS_WRITTEN, row)
        return row.id
    if row.version != form.version:
        raise StaleRecord(version=row.version)
    if row.state not in OPEN:
        raise PlanNotNext
    values = {"area": form.area, "target": form.target, "focus": form.focus}
    changes = audit.difference(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    audit.record(session, actor, Action.VISIT_PLANS_WRITTEN, row, changes=changes)
    return row.id


def add_visit(session: Session, actor: Actor, form: AddVisit) -> int:
    """A customer of the plan: a visit that is planned like any other (`visits.plan`) and belongs to
    the week; returns the contact's id. After it was approved, too: one meets whom one meets.

    Raises NotPermitted, StaleRecord, PlanNotNext, NotInWeek, DayPast, NotFound.
    """
    actor.require(Permission.VISITS_WORK)
    row = _own(session, actor, form)
    if row.state not in {*OPEN, PlanState.SUBMITTED, PlanState.APPROVED}:
        raise PlanNotNext
    if monday_of(form.due_on) != row.week_on:
        raise NotInWeek
    wanted = visits.PlanContact(
        request_id=form.request_id,
        customer_id=form.customer_id,
        kind=VisitKind.VISIT,
        due_on=form.due_on,
        purpose=form.purpose,
        owner_id=actor.id,
    )
    task = visits.plan(session, actor, wanted)
    session.add(PlannedVisit(task_id=task.id, plan_id=row.id))
    session.flush()
    return task.id


def submit(session: Session, actor: Actor, form: SubmitPlan) -> int:
    """Hand one's plan in, to be agreed on. Raises NotPermitted, StaleRecord, PlanNotNext."""
    actor.require(Permission.VISITS_WORK)
    row = _own(session, actor, form)
    if row.state not in OPEN:
        raise PlanNotNext
    row.state, row.submitted_at = PlanState.SUBMITTED, row.submitted_at or clock.now()
    row.decided_at, row.decided_by_id = None, None
    audit.record(session, actor, Action.VISIT_PLANS_SUBMITTED, row)
    return row.id


def decide(session: Session, actor: Actor, form: DecidePlan) -> int:
    """Agree to a plan, or send it back with a note; nobody decides upon his own (V18).

    Raises NotPermitted, StaleRecord, PlanNotNext, NoteMissing.
    """
    actor.require(Permission.VISITS_LEAD)
    row = _held(session, form)
    if row.rep_id == actor.id or not _leads(actor, row):
        raise NotPermitted(record="visit_plans", id=row.id)
    if row.state is not PlanState.SUBMITTED:
        raise PlanNotNext
    if not form.is_granted and not form.note:
        raise NoteMissing
    row.state = PlanState.APPROVED if form.is_granted else PlanState.RETURNED
    row.decided_at, row.decided_by_id, row.note = clock.now(), actor.id, form.note
    action = Action.VISIT_PLANS_APPROVED if form.is_granted else Action.VISIT_PLANS_RETURNED
    audit.record(session, actor, action, row)
    return row.id


def summarise(session: Session, actor: Actor, form: SummarisePlan) -> int:
    """How one's week went, once it has begun and until it is reviewed.

    Raises NotPermitted, StaleRecord, PlanNotNext, WeekBefore.
    """
    actor.require(Permission.VISITS_WORK)
    row = _own(session, actor, form)
    if row.state is PlanState.REVIEWED:
        raise PlanNotNext
    if clock.today() < row.week_on:
        raise WeekBefore
    row.summary, row.summed_at = form.summary, row.summed_at or clock.now()
    audit.record(session, actor, Action.VISIT_PLANS_SUMMED, row)
    return row.id


def review(session: Session, actor: Actor, form: ReviewPlan) -> int:
    """Sign a week off after it is over, with what there is to say of it (V22).

    Raises NotPermitted, StaleRecord, PlanNotNext, WeekRuns.
    """
    actor.require(Permission.VISITS_LEAD)
    row = _held(session, form)
    if row.rep_id == actor.id or not _leads(actor, row):
        raise NotPermitted(record="visit_plans", id=row.id)
    if row.state is not PlanState.APPROVED:
        raise PlanNotNext
    if clock.today() < row.week_on + WEEK:
        raise WeekRuns
    row.state, row.verdict = PlanState.REVIEWED, form.verdict
    row.reviewed_at, row.reviewed_by_id = clock.now(), actor.id
    audit.record(session, actor, Action.VISIT_PLANS_REVIEWED, row)
    return row.id


def _held(session: Session, form: OnPlan) -> VisitPlan:
    row = load(session, VisitPlan, form.plan_id, lock=True)
    if row.version != form.version:
        raise StaleRecord(version=row.version)
    return row


def _own(session: Session, actor: Actor, form: OnPlan) -> VisitPlan:
    row = _held(session, form)
    if row.rep_id != actor.id:
        raise NotPermitted(record="visit_plans", id=row.id)
    return row


def _leads(actor: Actor, row: VisitPlan) -> bool:
    """Of his own store, or of all where he works for all."""
    return actor.reach(WRITES) is Reach.ALL or row.store_id == actor.store_id
