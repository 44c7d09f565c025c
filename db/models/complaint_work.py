"""What is done about a complaint: departments that help, remedies, actions against the cause."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, false, text
from sqlmodel import Field

from db.models.complaints import Department
from db.types import Base, UtcDateTime, enum_type


class ComplaintStep(Base, table=True):
    """Another department's part in a complaint, under its one owner and clock (C17, C20, C21)."""

    __tablename__ = "complaint_steps"
    __table_args__ = (
        CheckConstraint("asked_at <= due_at", name="due_after_it_was_asked"),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
    )

    id: int = Field(default=None, primary_key=True)
    complaint_id: int = Field(foreign_key="complaints.id", index=True, ondelete="RESTRICT")
    department: Department = Field(sa_type=enum_type(Department))
    question: str = Field(max_length=2000)
    asked_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    asked_of_id: int | None = Field(
        default=None, foreign_key="users.id", index=True, ondelete="RESTRICT"
    )
    asked_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    is_errand: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Not only a question: whoever is asked turns to the customer himself (C13)."""
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When whoever was asked said that he is on it (C13)."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    result: str = Field(default="", max_length=2000)


class RemedyKind(StrEnum):
    """What the customer is offered (C10, C34)."""

    SPOKEN_APOLOGY = "spoken_apology"
    WRITTEN_APOLOGY = "written_apology"
    COMPENSATION = "compensation"
    REPAIR = "repair"
    EXCHANGE = "exchange"
    REFUND = "refund"
    IMPROVEMENT = "improvement"


class RemedyState(StrEnum):
    PLANNED = "planned"
    WAITING = "waiting"
    """For a second person, because of its amount."""
    APPROVED = "approved"
    REFUSED = "refused"
    DONE = "done"
    DROPPED = "dropped"


class Remedy(Base, table=True):
    """One thing that is done for the customer. Money has an amount and an account."""

    __tablename__ = "remedies"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="an_amount_is_above_nothing"),
        CheckConstraint(
            "(amount_fen IS NOT NULL) = (kind IN ('compensation', 'refund'))",
            name="money_has_an_amount",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    complaint_id: int = Field(foreign_key="complaints.id", index=True, ondelete="RESTRICT")
    kind: RemedyKind = Field(sa_type=enum_type(RemedyKind))
    words: str = Field(default="", max_length=2000)
    amount_fen: int | None = Field(default=None)
    account_code: str = Field(default="", max_length=40)
    consent_no: str | None = Field(default=None, max_length=60)
    """Of finance's paper, for what is beyond the director's limit."""
    state: RemedyState = Field(default=RemedyState.PLANNED, sa_type=enum_type(RemedyState))
    planned_at: datetime = Field(sa_type=UtcDateTime)
    planned_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    approved_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Confirmed by finance (C19)."""


class ActionKind(StrEnum):
    """Against what happened, or against its happening again (C22, C24)."""

    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"
    IDEA = "idea"


class Verdict(StrEnum):
    EFFECTIVE = "effective"
    INEFFECTIVE = "ineffective"


_UNCHECKED = text("verdict IS NULL")


class CauseAction(Base, table=True):
    """Something that removes the cause of a complaint, and whether it did."""

    __tablename__ = "cause_actions"
    __table_args__ = (
        CheckConstraint("(verdict IS NULL) = (checked_at IS NULL)", name="checked_with_a_verdict"),
        Index("ix_cause_actions_unchecked", "check_on", sqlite_where=_UNCHECKED,
              postgresql_where=_UNCHECKED),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    complaint_id: int = Field(foreign_key="complaints.id", index=True, ondelete="RESTRICT")
    kind: ActionKind = Field(sa_type=enum_type(ActionKind))
    what: str = Field(max_length=2000)
    owner_id: int = Field(foreign_key="users.id", index=True, ondelete="RESTRICT")
    due_on: date
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    check_on: date
    """When it is looked at whether the cause came back."""
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verdict: Verdict | None = Field(default=None, sa_type=enum_type(Verdict))
    recurrences: int = Field(default=0)
