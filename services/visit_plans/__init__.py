"""Weekly visit plans: agreed on with whoever leads before the week, looked at after it (V17, V18,
V21, V22, V54)."""

from db.models import PlanState
from services.visit_plans.inputs import (
    AddVisit,
    DecidePlan,
    ReviewPlan,
    SubmitPlan,
    SummarisePlan,
    WritePlan,
)
from services.visit_plans.weeks import PlannedLine, PlanView, RepWeek, Week, plan_of, week
from services.visit_plans.working import add_visit, decide, review, submit, summarise, write

__all__ = [
    "AddVisit",
    "DecidePlan",
    "PlanState",
    "PlanView",
    "PlannedLine",
    "RepWeek",
    "ReviewPlan",
    "SubmitPlan",
    "SummarisePlan",
    "Week",
    "WritePlan",
    "add_visit",
    "decide",
    "plan_of",
    "review",
    "submit",
    "summarise",
    "week",
    "write",
]
