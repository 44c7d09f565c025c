"""Moves beyond a single one: taken back, and many at once (V43)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from db.models import Customer, VisitTask
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission
from services.core.audit import Action, Change
from services.core.errors import AppError, Conflict, InvalidInput, NotPermitted
from services.core.words import N_
from services.visits.inputs import MoveTasks, Shown, WorkOnTask
from services.visits.planning import as_shown, check_giving, shift
from services.visits.views import Receipt

WHILE: Final = timedelta(minutes=10)
"""For so long whoever moved a contact takes it back by one key."""


class NothingToUndo(Conflict):
    msgid = N_("This move cannot be taken back any more: move the contact again")


class MoveWhereTo(InvalidInput):
    msgid = N_("Choose a day, or who makes them")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one of many was not moved; the reason as a msgid and what fills it."""

    task_id: int
    customer: str
    msgid: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of moving many: how many are where they should be, and the others one by one."""

    moved: int
    refused: list[Refusal]


def undo_move(session: Session, actor: Actor, form: WorkOnTask) -> Receipt:
    """Put back what the actor moved last, to the day, the time and the person that it had.

    Raises TaskEnded, MovedMeanwhile, StaleRecord, NothingToUndo, NotACaller, NotPermitted.
    """
    actor.require(Permission.VISITS_WORK)
    task = as_shown(session, form.task_id, form.version)
    was = task.last_move
    if was.get("by") != actor.id or clock.now() - datetime.fromisoformat(was["at"]) > WHILE:
        raise NothingToUndo
    if not actor.covers(WRITES, task):
        raise NotPermitted(record="visit_tasks", id=task.id)
    owner_id: int | None = was["owner_id"]
    has_taken = owner_id is None and task.owner_id == actor.id
    if owner_id != task.owner_id and not has_taken:
        check_giving(session, actor, task, owner_id)
    before: dict[str, Any] = {
        "due_from": date.fromisoformat(was["due_from"]),
        "due_to": date.fromisoformat(was["due_to"]),
        "owner_id": owner_id,
    }
    changes = [
        Change(name, now, old)
        for name, old in before.items()
        if (now := getattr(task, name)) != old
    ]
    for name, old in before.items():
        setattr(task, name, old)
    task.rescheduled, task.last_move = was["rescheduled"], {}
    audit.record(session, actor, Action.VISITS_MOVED, task, changes=changes, is_undone=True)
    session.flush()
    return Receipt(task.id, task.state, version=task.version)


def move_many(session: Session, actor: Actor, form: MoveTasks) -> Moved:
    """Each as `move` would, by itself: what may not be moved stays as it is and says why.

    Raises MoveWhereTo.
    """
    actor.require(Permission.VISITS_WORK)
    if form.due_on is None and form.owner_id is None and not form.to_desk:
        raise MoveWhereTo
    refused: dict[int, AppError] = {}
    for shown in sorted(form.tasks, key=lambda one: one.task_id):  # two at it never wait crosswise
        try:
            _move_one(session, actor, form, shown)
        except AppError as why:
            refused[shown.task_id] = why
    session.flush()
    names = _names(session, refused)
    told = [
        Refusal(key, names.get(key, ""), why.msgid, {k: str(v) for k, v in why.params.items()})
        for key, why in refused.items()
    ]
    return Moved(len(form.tasks) - len(refused), told)


def _move_one(session: Session, actor: Actor, form: MoveTasks, shown: Shown) -> None:
    task = as_shown(session, shown.task_id, shown.version)
    owner_id = form.owner_id
    if owner_id is None:
        owner_id = None if form.to_desk else task.owner_id
    due_on = form.due_on or task.due_from
    shift(session, actor, task, due_on, owner_id, form.reason or "")


def _names(session: Session, task_ids: dict[int, AppError]) -> dict[int, str]:
    """The customers of these contacts, as far as they are the actor's to see."""
    if not task_ids:
        return {}
    query = (
        select(col(VisitTask.id), col(Customer.name))
        .join(Customer, col(Customer.id) == col(VisitTask.customer_id))
        .where(col(VisitTask.id).in_(task_ids))
    )
    return {key: name for key, name in session.execute(query)}  # noqa: C416 - rows are no pairs
