"""Two versions of a rule side by side: what changed, and what came of the contacts of each
(V01, V13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, exists, func, select
from sqlalchemy import case as which
from sqlmodel import Session, col

from db.models import Cadence, CadenceStep, CallAttempt, TaskState, VisitTask
from services.visits.ending import REACHED
from services.visits.views import CadenceLine, StepLine

_OF_RULE: Final = (
    *("name", "name_en", "desk", "trigger", "lifecycle", "value_class", "is_marketing"),
)
_OF_STEP: Final = (
    *("offset_days", "window_days", "expiry_days", "kind", "max_attempts", "priority"),
    *("purpose", "purpose_en", "script", "script_en", "survey_code"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is another one now. `step` is the step's place now, or in the version before
    where it was taken out; None: it holds for the whole rule. `field` None: the whole step was
    added (`old` None) or taken out (`new` None), and is itself the value."""

    step: int | None
    field: str | None
    old: Any
    new: Any


def differences(before: CadenceLine, now: CadenceLine) -> list[Difference]:
    """What changed from one version to the next, steps in the order of the later one."""
    found = [
        Difference(None, name, getattr(before, name), getattr(now, name))
        for name in _OF_RULE
        if getattr(before, name) != getattr(now, name)
    ]
    pairs = _pairs(before.steps, now.steps)
    for step in now.steps:
        if (was := pairs.get(step.nth)) is None:
            found.append(Difference(step.nth, None, None, step))
        else:
            found += _of_step(was, step)
    kept = {was.nth for was in pairs.values()}
    found += [Difference(was.nth, None, was, None) for was in before.steps if was.nth not in kept]
    return found


def _pairs(before: list[StepLine], now: list[StepLine]) -> dict[int, StepLine]:
    """Place of a step now -> what it was before: the one for the same, else of the same day."""
    left = list(before)
    found: dict[int, StepLine] = {}
    for name in ("purpose", "offset_days"):
        for step in now:
            if step.nth in found:
                continue
            was = next((one for one in left if getattr(one, name) == getattr(step, name)), None)
            if was is not None:
                found[step.nth] = was
                left.remove(was)
    return found


def _of_step(was: StepLine, step: StepLine) -> Iterator[Difference]:
    for name in _OF_STEP:
        old, new = getattr(was, name), getattr(step, name)
        if old != new:
            yield Difference(step.nth, name, old, new)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the contacts of one version: `made` of them there are, and so many of these
    were ended; the rest of the numbers count these."""

    number: int
    made: int
    ended: int
    reached: int
    done: int
    declined: int
    """The customer did not want it."""
    unreachable: int
    missed: int
    """Nobody tried in time."""


def outcomes(session: Session, code: str) -> list[Outcome]:
    """By version of a rule, the latest first, of what the reader sees. One made together with
    another is counted with that one."""
    reached = exists().where(
        col(CallAttempt.task_id) == col(VisitTask.id),
        col(CallAttempt.result).in_(REACHED),
    )
    is_alone = col(VisitTask.state) != TaskState.MERGED
    has_ended = col(VisitTask.state).not_in(
        (TaskState.PLANNED, TaskState.MERGED, TaskState.SUPPRESSED, TaskState.CANCELLED)
    )

    def of(*conditions: Any) -> Any:
        return func.coalesce(func.sum(which((and_(*conditions), 1), else_=0)), 0)

    state = col(VisitTask.state)
    query = (
        select(
            col(Cadence.number),
            of(is_alone),
            of(has_ended),
            of(has_ended, reached),
            of(has_ended, state == TaskState.DONE),
            of(has_ended, state == TaskState.DECLINED),
            of(has_ended, state == TaskState.UNREACHABLE),
            of(has_ended, state == TaskState.MISSED),
        )
        .select_from(VisitTask)
        .join(CadenceStep, col(CadenceStep.id) == col(VisitTask.step_id))
        .join(Cadence, col(Cadence.id) == col(CadenceStep.cadence_id))
        .where(col(Cadence.code) == code)
        .group_by(col(Cadence.number))
        .order_by(col(Cadence.number).desc())
    )
    return [Outcome(*(int(value) for value in row)) for row in session.execute(query)]
