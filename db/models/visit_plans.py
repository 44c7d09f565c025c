"""Which customers somebody goes to see in a week, agreed beforehand and looked at afterwards."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from db.types import Base, UtcDateTime, Versioned, enum_type


class PlanState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    """To be written anew."""
    APPROVED = "approved"
    RUNNING = "running"
    """Approved, and its week has come: shown, never kept."""
    REVIEWED = "reviewed"


class VisitPlan(Base, Versioned, table=True):
    """One person's visits of a week (V17, V18): where, how many, with what in view. Its customers
    are those of its `PlannedVisit`s."""

    __tablename__ = "visit_plans"
    __table_args__ = (
        Index("ix_visit_plans_once", "rep_id", "week_on", unique=True),
        Index("ix_visit_plans_store_week", "store_id", "week_on"),
        CheckConstraint("target BETWEEN 1 AND 100", name="target_bounded"),
        CheckConstraint("state <> 'running'", name="running_is_not_kept"),
        CheckConstraint(
            "(state IN ('approved', 'returned', 'reviewed')) = (decided_at IS NOT NULL)",
            name="decided_or_not",
        ),
        CheckConstraint("(state = 'reviewed') = (reviewed_at IS NOT NULL)", name="reviewed_or_not"),
    )

    id: int = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="stores.id", ondelete="RESTRICT")
    rep_id: int = Field(foreign_key="users.id", ondelete="RESTRICT")
    week_on: date
    """Its Monday."""
    area: str = Field(max_length=200)
    target: int
    """How many customers are seen."""
    focus: str = Field(max_length=500)
    state: PlanState = Field(default=PlanState.DRAFT, sa_type=enum_type(PlanState))
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was handed in first; that of one that came back stays."""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    note: str = Field(default="", max_length=500)
    """Of whoever approved it, or sent it back."""
    summary: str = Field(default="", max_length=1000)
    """How the week went, in its writer's words (V54)."""
    summed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reviewed_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    verdict: str = Field(default="", max_length=500)
    """What whoever leads says of the week."""


class PlannedVisit(Base, table=True):
    """A contact that belongs to a week's plan; to one at most."""

    __tablename__ = "planned_visits"

    task_id: int = Field(foreign_key="visit_tasks.id", primary_key=True, ondelete="RESTRICT")
    plan_id: int = Field(foreign_key="visit_plans.id", index=True, ondelete="RESTRICT")
