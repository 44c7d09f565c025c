"""Contacts of files and cars that an import brought and that are taken back with it: what only the
sweep has made goes with them, what somebody has worked on keeps them."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.models import (
    Appointment,
    CallAttempt,
    FileIssue,
    PlannedVisit,
    Promise,
    SurveyResponse,
    TaskState,
    Trigger,
    VisitForm,
    VisitTask,
)
from services.core.access import beyond
from services.core.words import N_
from services.visits.ending import end

TAKEN_BACK: Final = N_("What it followed came with a list that was taken back")
"""Why such a contact was cancelled; kept in English, and worded for whoever reads it."""
_WORKED_ON: Final[tuple[Any, ...]] = (
    Appointment,
    CallAttempt,
    FileIssue,
    PlannedVisit,
    Promise,
    SurveyResponse,
    VisitForm,
)
"""What may name a contact once somebody has done something about it."""


def contacts_of(
    session: Session, customer_ids: Collection[int], vehicle_ids: Collection[int]
) -> list[VisitTask]:
    """The contacts with these customers or about these cars, of whatever store."""
    query = select(VisitTask).where(
        or_(
            col(VisitTask.customer_id).in_(customer_ids),
            col(VisitTask.vehicle_id).in_(vehicle_ids),
        )
    )
    return [row[0] for row in beyond(session, query.order_by(col(VisitTask.id)))]


def worked_on(session: Session, tasks: Collection[VisitTask]) -> set[int]:
    """Which of these contacts (ids) somebody planned, moved, tried or ended, or did more about."""
    keys = [task.id for task in tasks]
    named = {
        key
        for model in _WORKED_ON
        for (key,) in beyond(
            session, select(col(model.task_id)).where(col(model.task_id).in_(keys))
        )
    }
    untouched = {TaskState.PLANNED, TaskState.SUPPRESSED, TaskState.MERGED, TaskState.MISSED}
    by_hand = {
        task.id
        for task in tasks
        if (task.step_id is None and task.trigger is not Trigger.CAMPAIGN)
        or task.state not in untouched
        or task.rescheduled
        or task.attempts
        or task.last_move
    }
    return named | by_hand


def remove(session: Session, tasks: Collection[VisitTask]) -> None:
    """Delete contacts that nobody has worked on; first those that were merged into others. What
    else was merged into one of them is open again, and weighed anew by the next sweep."""
    keys = [task.id for task in tasks]
    query = select(VisitTask).where(
        col(VisitTask.merged_into_id).in_(keys), col(VisitTask.id).not_in(keys)
    )
    for (task,) in beyond(session, query):
        task.state, task.merged_into_id, task.ended_at = TaskState.PLANNED, None, None
    session.flush()
    for is_merged in (True, False):
        for task in tasks:
            if (task.merged_into_id is not None) is is_merged:
                session.delete(task)
        session.flush()


def cancel_open(session: Session, column: str, keys: Collection[int]) -> None:
    """Cancel the open contacts that follow these orders or complaints (`column` names the link)."""
    for task in _open(session, column, keys):
        end(task, TaskState.CANCELLED, TAKEN_BACK)


def _open(session: Session, column: str, keys: Collection[int]) -> Iterator[VisitTask]:
    query = select(VisitTask).where(
        col(getattr(VisitTask, column)).in_(keys), col(VisitTask.state) == TaskState.PLANNED
    )
    for (task,) in beyond(session, query):
        yield task
