"""The visit plan: the right customer contacted at the right moment by the right person, once
(V01–V54)."""

from db.models import CadenceState, CallResult, Lifecycle, TaskState, Trigger, ValueClass, VisitKind
from services.visits.calling import CallTooShort, record_call
from services.visits.inputs import CancelTask, MoveTask, PlanContact, RecordCall, WorkOnTask
from services.visits.making import Made, MakeTasks, make
from services.visits.planning import cancel, move, plan, take
from services.visits.rules import (
    AdoptCadences,
    ApproveCadence,
    CadenceLine,
    RetireCadence,
    adopt,
    approve,
    cadences,
    retire,
)
from services.visits.today import call, day
from services.visits.views import Call, Day, Receipt, TaskRow
from services.visits.weighing import Weighed, WeighTasks, weigh

__all__ = [
    "AdoptCadences",
    "ApproveCadence",
    "CadenceLine",
    "CadenceState",
    "Call",
    "CallResult",
    "CallTooShort",
    "CancelTask",
    "Day",
    "Lifecycle",
    "Made",
    "MakeTasks",
    "MoveTask",
    "PlanContact",
    "Receipt",
    "RecordCall",
    "RetireCadence",
    "TaskRow",
    "TaskState",
    "Trigger",
    "ValueClass",
    "VisitKind",
    "WeighTasks",
    "Weighed",
    "WorkOnTask",
    "adopt",
    "approve",
    "cadences",
    "call",
    "cancel",
    "day",
    "make",
    "move",
    "plan",
    "record_call",
    "retire",
    "take",
    "weigh",
]
