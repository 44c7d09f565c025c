"""Reminders of a maintenance follow its prediction: they end when the car came, and move with the
day as long as none of them is due (spec 2.2, V05)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import CadenceStep, ServiceDue, TaskState, Trigger, VisitTask
from services.core import audit, clock, fields
from services.core.access import Actor, Permission
from services.core.audit import Action
from services.core.inputs import Input
from services.core.words import N_
from services.visits.ending import end
from services.visits.making import days_of
from services.visits.triggers import cycle_key

MOST: Final = 500
CAME: Final = N_("The car came for its maintenance")
SEEN: Final = N_("The car was in the workshop when it was nearly due")
OVERTAKEN: Final = N_("The maintenance is due earlier than was thought: the next reminder follows")
UNKNOWN: Final = N_("No maintenance is predicted for this car any more")
"""Why such a contact was cancelled; kept in English, and worded for whoever reads it."""


class SettleReminders(Input):
    """Look at the open reminders of maintenance after this one (id)."""

    after: fields.Count = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """How many reminders changed, and the contact (id) to go on after; None at the end."""

    changed: int
    last: int | None


def settle(session: Session, actor: Actor, form: SettleReminders) -> Settled:
    """End the reminders of cars that came, and move what is not due yet to where its prediction
    went."""
    actor.require(Permission.DATA_SWEEP)
    query = (
        select(VisitTask, ServiceDue, CadenceStep)
        .join(CadenceStep, col(CadenceStep.id) == col(VisitTask.step_id))
        .outerjoin(ServiceDue, col(ServiceDue.vehicle_id) == col(VisitTask.vehicle_id))
        .where(
            col(VisitTask.state) == TaskState.PLANNED,
            col(VisitTask.trigger) == Trigger.MAINTENANCE,
            col(VisitTask.id) > form.after,
        )
        .order_by(col(VisitTask.id))
        .limit(MOST)
        .with_for_update(of=VisitTask)
    )
    rows = session.execute(query).all()
    changed = sum(_settled(*row) for row in rows)
    if changed:
        audit.record(session, actor, Action.VISITS_SETTLED, "visit_tasks", count=changed)
    return Settled(changed, rows[-1][0].id if len(rows) == MOST else None)


def _settled(task: VisitTask, due: ServiceDue | None, step: CadenceStep) -> bool:
    why = _why_over(task, due)
    if due is None or why:
        return _cancel(task, why)
    days = days_of(step, due.due_on)
    is_fixed = task.attempts or task.rescheduled or task.due_from <= clock.today()
    if is_fixed or days[0] == task.due_from:
        return False
    if days[-1] < clock.today():
        return _cancel(task, OVERTAKEN)
    task.due_from, task.due_to, task.expires_on = days
    return True


def _cancel(task: VisitTask, why: str) -> bool:
    end(task, TaskState.CANCELLED, why)
    return True


def _why_over(task: VisitTask, due: ServiceDue | None) -> str:
    if due is None:
        return UNKNOWN
    if task.trigger_key != cycle_key(due.vehicle_id, due.last_order_id):
        return CAME
    return SEEN if due.is_seen else ""
