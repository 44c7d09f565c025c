"""How a contact ends, whoever ends it."""

from typing import Final

from db.models import CallResult, TaskState, VisitTask
from services.core import clock

REACHED: Final = frozenset({CallResult.CONNECTED, CallResult.REFUSED})
"""Somebody was spoken to; all other attempts were in vain."""


def end(task: VisitTask, state: TaskState, reason: str = "") -> None:
    """Nothing waits any more. What was merged into it keeps that state: it was made, or not,
    together with it."""
    task.state, task.ended_at = state, clock.now()
    task.not_before, task.hold, task.held_until = None, None, None
    if reason:
        task.reason = reason
