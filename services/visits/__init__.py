"""The visit plan: the right customer contacted at the right moment by the right person, once
(V01–V54)."""

from db.models import (
    CadenceState,
    CallResult,
    Lifecycle,
    ServiceBasis,
    TaskState,
    Trigger,
    ValueClass,
    VisitKind,
)
from services.visits.backtest import Backtest, Score, backtest
from services.visits.calling import CallTooShort, record_call
from services.visits.counted import (
    BEHIND_ATTEMPTS,
    BEHIND_CARS,
    BEHIND_CUSTOMERS,
    BEHIND_ORDERS,
    BEHIND_TASKS,
    BehindVisits,
    CountedRow,
)
from services.visits.figures import OF_ATTEMPTS, OF_CARS, OF_CUSTOMERS, OF_ORDERS, OF_TASKS
from services.visits.forecast import Forecast, forecast
from services.visits.inputs import CancelTask, MoveTask, PlanContact, RecordCall, WorkOnTask
from services.visits.making import Made, MakeTasks, make
from services.visits.past import Past
from services.visits.planning import cancel, move, plan, take
from services.visits.predicting import Predicted, PredictServices, predict_services
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
from services.visits.settling import SettleReminders, settle
from services.visits.today import call, day
from services.visits.views import Call, Day, Receipt, TaskRow
from services.visits.weighing import Weighed, WeighTasks, weigh

__all__ = [
    "METRICS",
    "AdoptCadences",
    "ApproveCadence",
    "Backtest",
    "BehindVisits",
    "CadenceLine",
    "CadenceState",
    "Call",
    "CallResult",
    "CallTooShort",
    "CancelTask",
    "CountedRow",
    "Day",
    "Forecast",
    "Lifecycle",
    "Made",
    "MakeTasks",
    "MoveTask",
    "Past",
    "PlanContact",
    "PredictServices",
    "Predicted",
    "Receipt",
    "RecordCall",
    "RetireCadence",
    "Score",
    "ServiceBasis",
    "SettleReminders",
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
    "backtest",
    "cadences",
    "call",
    "cancel",
    "day",
    "forecast",
    "make",
    "move",
    "plan",
    "predict_services",
    "record_call",
    "retire",
    "settle",
    "take",
    "weigh",
]

METRICS = (
    (OF_TASKS, BEHIND_TASKS),
    (OF_ATTEMPTS, BEHIND_ATTEMPTS),
    (OF_ORDERS, BEHIND_ORDERS),
    (OF_CUSTOMERS, BEHIND_CUSTOMERS),
    (OF_CARS, BEHIND_CARS),
)
"""By the kind of record that they count, with what shows those."""
