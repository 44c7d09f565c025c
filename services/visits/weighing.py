"""The budget of contacts laid upon the customers' open ones: what waits and why, what is made
together, what is over (spec 2.3, 2.4)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import Session, col

from db.models import (
    CadenceStep,
    CallAttempt,
    TaskState,
    Touch,
    VisitTask,
)
from services.core import audit, clock, fields, parameters
from services.core.access import Actor, Permission
from services.core.audit import Action
from services.core.inputs import Input
from services.visits import stamps
from services.visits.budget import Contact, Course, Norms, Ruling, Wanted, rule
from services.visits.standings import OURS, standings

MOST: Final = 500
"""Customers in one transaction."""
AT_ONCE: Final = 5000
"""Customers of whom is asked in one go whether something changed."""


class WeighTasks(Input):
    """Look at the open contacts of the customers after this one (id)."""

    after: fields.Count = 0


@dataclass(frozen=True, slots=True)
class Weighed:
    """How many contacts changed, of how many customers who were looked at, and the customer (id) to
    go on after; None at the end."""

    changed: int
    customers: int
    last: int | None


def weigh(session: Session, actor: Actor, form: WeighTasks) -> Weighed:
    """Of the next customers of whom something changed since they were last looked at: end what is
    over, and lay the budget upon what is open."""
    actor.require(Permission.DATA_SWEEP)
    norms = _norms(session)
    found = stamps.stamps(session, norms, form.after, AT_ONCE)
    customers = stamps.changed(session, found, form.after)
    following = max(found) if len(found) == AT_ONCE else None
    if len(customers) > MOST:
        customers = customers[:MOST]
        following = customers[-1]
    if not customers:
        return Weighed(0, 0, following)
    changes = lay(session, customers, norms)
    # What was changed is looked at once more: its stamp is of the state before, and what somebody
    # else wrote in between is in neither.
    settled = {key: found[key] for key in customers if not changes[key]}
    stamps.keep(session, customers, settled)
    if count := changes.total():
        audit.record(session, actor, Action.VISITS_WEIGHED, "visit_tasks", count=count)
    return Weighed(count, len(customers), following)


def lay(session: Session, customers: Collection[int], norms: Norms) -> Counter[int]:
    """The budget upon the open contacts of these customers (ids), as of today; returns how many
    changed, by customer. Whoever calls writes it into the audit."""
    today = clock.today()
    planned = _planned(session, customers)
    reached = _contacts(session, customers, today - timedelta(days=norms.spacing))
    known = standings(session, customers)
    changes: Counter[int] = Counter()
    for customer, tasks in planned.items():
        over = [one for one in tasks if one.task.expires_on < today]
        changes[customer] += sum(_end(one.task) for one in over)
        there = [one for one in tasks if one.task.expires_on >= today]
        standing = replace(known[customer], contacts=reached[customer])
        rulings = rule([one.wanted for one in there], standing, today, norms)
        changes[customer] += _apply([one.task for one in there], rulings, today)
    session.flush()
    return changes


@dataclass(frozen=True, slots=True)
class _Open:
    """One that is to be made, and what was merged into it."""

    task: VisitTask
    course: Course | None
    taken_in: tuple["_Open", ...] = ()

    @property
    def wanted(self) -> Wanted:
        one = self.task
        return Wanted(
            id=one.id,
            kind=one.kind,
            trigger=one.trigger,
            course=self.course,
            is_marketing=one.is_marketing,
            priority=one.priority,
            due_from=one.due_from,
            expires_on=one.expires_on,
            taken_in=tuple(each.wanted for each in self.taken_in),
        )


def _planned(session: Session, customers: Collection[int]) -> Mapping[int, list[_Open]]:
    query = (
        select(VisitTask, col(CadenceStep.cadence_id))
        .outerjoin(CadenceStep, col(CadenceStep.id) == col(VisitTask.step_id))
        .where(
            col(VisitTask.customer_id).in_(customers),
            col(VisitTask.state) == TaskState.PLANNED,
        )
        .order_by(col(VisitTask.id))
        .with_for_update(of=VisitTask)
    )
    rows = session.execute(query).all()
    taken_in = _taken_in(session, [task.id for task, _cadence in rows])
    found: dict[int, list[_Open]] = defaultdict(list)
    for task, cadence in rows:
        one = _Open(task, _course(cadence, task.trigger_key), tuple(taken_in[task.id]))
        found[task.customer_id].append(one)
    return found


def _taken_in(session: Session, leaders: Collection[int]) -> Mapping[int, list[_Open]]:
    query = (
        select(VisitTask, col(CadenceStep.cadence_id))
        .outerjoin(CadenceStep, col(CadenceStep.id) == col(VisitTask.step_id))
        .where(col(VisitTask.merged_into_id).in_(leaders))
        .order_by(col(VisitTask.id))
    )
    found: dict[int, list[_Open]] = defaultdict(list)
    for task, cadence in session.execute(query):
        found[task.merged_into_id].append(_Open(task, _course(cadence, task.trigger_key)))
    return found


def _course(cadence: int | None, key: str) -> Course | None:
    return None if cadence is None else (cadence, key)


def _contacts(
    session: Session, customers: Collection[int], since: date
) -> Mapping[int, list[Contact]]:
    """When each was reached lately, by whomever, and of which courses that was."""
    touch, attempt = col(Touch.id), col(CallAttempt.touch_id)
    query = (
        select(
            col(Touch.customer_id),
            touch,
            col(Touch.at),
            col(CadenceStep.cadence_id),
            col(VisitTask.trigger_key),
        )
        .outerjoin(CallAttempt, attempt == touch)
        .outerjoin(
            VisitTask,
            (col(VisitTask.id) == col(CallAttempt.task_id))
            | (col(VisitTask.merged_into_id) == col(CallAttempt.task_id)),
        )
        .outerjoin(CadenceStep, col(CadenceStep.id) == col(VisitTask.step_id))
        .where(
            col(Touch.customer_id).in_(customers),
            col(Touch.at) >= clock.midnight(since),
            col(Touch.is_inbound).is_(False),
            col(Touch.kind).in_(OURS),
        )
    )
    found: dict[int, list[Contact]] = defaultdict(list)
    for customer, rows in _by_touch(session.execute(query).all()).items():
        for lines in rows.values():
            courses = (_course(row.cadence_id, row.trigger_key) for row in lines)
            known = frozenset(one for one in courses if one is not None)
            found[customer].append(Contact(clock.day_of(lines[0].at), known))
    return found


def _by_touch(rows: Iterable[Row[Any]]) -> Mapping[int, Mapping[int, list[Row[Any]]]]:
    found: dict[int, dict[int, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.customer_id][row.id].append(row)
    return found


def _norms(session: Session) -> Norms:
    keys = (parameters.CONTACT_DAYS, parameters.TOGETHER_DAYS)
    values = parameters.values(session, keys)
    return Norms(*(int(values[key]) for key in keys))


def _end(task: VisitTask) -> bool:
    """Its time is over: held, tried in vain, or forgotten."""
    if task.hold is not None:
        task.state = TaskState.SUPPRESSED
    else:
        task.state = TaskState.EXPIRED if task.attempts else TaskState.MISSED
    task.ended_at = clock.now()
    return True


def _apply(tasks: Sequence[VisitTask], rulings: Mapping[int, Ruling], today: date) -> int:
    """What the rule says, where that is news. Two become one only on the day on which they are
    made: until then something heavier may come."""
    changed = 0
    by_id = {task.id: task for task in tasks}
    for task in tasks:
        ruling = rulings[task.id]
        is_due = ruling.free_on is not None and ruling.free_on <= today
        if ruling.into is not None and is_due:
            task.state, task.merged_into_id = TaskState.MERGED, ruling.into
            task.ended_at, task.hold, task.held_until = clock.now(), None, None
            leader = by_id[ruling.into]
            leader.due_from = min(leader.due_from, today)  # it is made on the first of their days
            changed += 1
            continue
        hold = None if is_due else ruling.hold
        until = ruling.free_on if hold is not None else None
        if (task.hold, task.held_until) != (hold, until):
            task.hold, task.held_until = hold, until
            changed += 1
    return changed
