"""The visit plan: the right customer contacted at the right moment by the right person, once
(V01–V54)."""

from db.models import CadenceState, CallResult, Lifecycle, TaskState, Trigger, ValueClass, VisitKind
from services.visits.board import (
    BoardPerson,
    Card,
    Cell,
    Stack,
    Standings,
    Week,
    monday_of,
    standings,
    week,
)
from services.visits.calling import CallTooShort, record_call
from services.visits.inputs import (
    CancelTask,
    MoveTask,
    MoveTasks,
    PlanContact,
    RecordCall,
    Shown,
    WorkOnTask,
)
from services.visits.making import Made, MakeTasks, make
from services.visits.moving import Moved, Refusal, move_many, undo_move
from services.visits.planning import NeedsReason, cancel, move, plan, take
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
    "BoardPerson",
    "CadenceLine",
    "CadenceState",
    "Call",
    "CallResult",
    "CallTooShort",
    "CancelTask",
    "Card",
    "Cell",
    "Day",
    "Lifecycle",
    "Made",
    "MakeTasks",
    "MoveTask",
    "MoveTasks",
    "Moved",
    "NeedsReason",
    "PlanContact",
    "Receipt",
    "RecordCall",
    "Refusal",
    "RetireCadence",
    "Shown",
    "Stack",
    "Standings",
    "TaskRow",
    "TaskState",
    "Trigger",
    "ValueClass",
    "VisitKind",
    "Week",
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
    "monday_of",
    "move",
    "move_many",
    "plan",
    "record_call",
    "retire",
    "standings",
    "take",
    "undo_move",
    "week",
    "weigh",
]
