"""The visit plan: by which rules customers are contacted, who is to be contacted when, and what
came of each attempt."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.models.customers import Lifecycle, ValueClass
from db.models.users import Desk
from db.types import Base, Json, Scoped, UtcDateTime, Versioned, enum_type


class VisitKind(StrEnum):
    """In which way a customer is contacted."""

    CALL = "call"
    VISIT = "visit"
    MESSAGE = "message"
    RECEPTION = "reception"


class Trigger(StrEnum):
    """What a contact follows from (spec 2.2)."""

    DELIVERY = "delivery"
    REPAIR = "repair"
    COMPLAINT = "complaint"
    """A complaint was closed (V24)."""
    FILE_GAP = "file_gap"
    """The file lacks what it must have (V25)."""
    INSURANCE = "insurance"
    INSPECTION = "inspection"
    MAINTENANCE = "maintenance"
    """The next maintenance of a car, as it is predicted (V05)."""
    BIRTHDAY = "birthday"
    CLASS = "class"
    """So long since the last contact as the customer's class allows (V31)."""
    NEXT_DATE = "next_date"
    """Agreed with the customer at the contact before (V30)."""
    CAMPAIGN = "campaign"
    """He is among those whom a campaign speaks to (V14)."""
    MANUAL = "manual"
    """Somebody wants it."""


class CadenceState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class TaskState(StrEnum):
    """What became of a contact that was to be made (spec 2.4)."""

    PLANNED = "planned"
    DONE = "done"
    MERGED = "merged"
    """Made together with another one of the same customer."""
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    """The rule of contacts held it until its time was over."""
    EXPIRED = "expired"
    """Tried in vain until its time was over."""
    MISSED = "missed"
    """Nobody tried."""


class Hold(StrEnum):
    """Why a contact has to wait (spec 2.3)."""

    SPACING = "spacing"
    """The customer was contacted a few days ago, or will be."""
    DO_NOT_CONTACT = "do_not_contact"
    OPEN_COMPLAINT = "open_complaint"
    """Nobody offers anything to somebody who waits for an answer."""
    NO_CONSENT = "no_consent"
    """He took back his consent to offers, or to calls (F48)."""
    PREFERRED_DAYS = "preferred_days"
    """Another day of the week suits him better."""


class CallResult(StrEnum):
    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    OFF = "off"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


class Cadence(Base, Versioned, table=True):
    """One version of a rule by which customers are contacted (V01, V31). An approved one is never
    edited: a later version takes its place from a day on."""

    __tablename__ = "cadences"
    __table_args__ = (
        Index("ix_cadences_code", "code", "number", unique=True),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="in_order"),
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(max_length=40)
    """The same for all versions."""
    number: int
    """1, 2, 3 … of its code."""
    name: str = Field(max_length=60)
    """In Chinese."""
    name_en: str = Field(default="", max_length=60)
    desk: Desk = Field(sa_type=enum_type(Desk))
    """Who makes these contacts."""
    trigger: Trigger = Field(sa_type=enum_type(Trigger))
    lifecycle: Lifecycle | None = Field(default=None, sa_type=enum_type(Lifecycle))
    """Only customers who are there; None: any."""
    value_class: ValueClass | None = Field(default=None, sa_type=enum_type(ValueClass))
    is_marketing: bool = Field(default=False)
    """An open complaint keeps it back."""
    state: CadenceState = Field(sa_type=enum_type(CadenceState))
    from_on: date | None = Field(default=None)
    """What happened from this day on is followed."""
    until_on: date | None = Field(default=None)
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")


class CadenceStep(Base, table=True):
    """One contact of a cadence. Days count from what it follows; negative ones before a date."""

    __tablename__ = "cadence_steps"
    __table_args__ = (
        Index("ix_cadence_steps_nth", "cadence_id", "nth", unique=True),
        CheckConstraint("window_days >= 0", name="window_not_negative"),
        CheckConstraint("expiry_days >= offset_days + window_days", name="expires_afterwards"),
        CheckConstraint("max_attempts BETWEEN 1 AND 20", name="attempts_bounded"),
        CheckConstraint("priority BETWEEN 0 AND 9", name="priority_bounded"),
    )
    id: int = Field(default=None, primary_key=True)
    cadence_id: int = Field(foreign_key="cadences.id", ondelete="CASCADE")
    nth: int
    offset_days: int
    """When it is due first."""
    window_days: int
    """How many days more it is in time."""
    expiry_days: int
    """On this day it is tried for the last time."""
    kind: VisitKind = Field(sa_type=enum_type(VisitKind))
    purpose: str = Field(max_length=120)
    """In Chinese."""
    purpose_en: str = Field(default="", max_length=120)
    script: str = Field(default="", max_length=4000)
    """In Chinese, as `script_en` in English; {customer}, {car}, {me} and {store} are filled in."""
    script_en: str = Field(default="", max_length=4000, sa_column_kwargs={"server_default": ""})
    max_attempts: int = Field(default=3)
    priority: int = Field(default=5)
    """0 lightest, 9 heaviest: of contacts made together the heaviest leads."""
    survey_code: str | None = Field(default=None, max_length=40)
    """The survey that is asked at it, in the version that is in force by then."""


_PLANNED = text("state = 'planned'")
_ENDED = text("ended_at IS NOT NULL")


class VisitTask(Base, Scoped, Versioned, table=True):
    """One contact that is to be made with a customer, once. `owner_id` is who makes it, which may
    be another one than the file's; None: whoever of the desk takes it first."""

    __tablename__ = "visit_tasks"
    __table_args__ = (
        Index("ix_visit_tasks_once", "step_id", "trigger_key", unique=True),
        Index("ix_visit_tasks_due", "owner_id", "due_from", sqlite_where=_PLANNED,
              postgresql_where=_PLANNED),
        Index("ix_visit_tasks_store_due", "store_id", "due_from", sqlite_where=_PLANNED,
              postgresql_where=_PLANNED),
        Index("ix_visit_tasks_ended", "ended_at", sqlite_where=_ENDED, postgresql_where=_ENDED),
        Index("ix_visit_tasks_customer", "customer_id", "state"),
        Index("ix_visit_tasks_campaign", "campaign_id", "trigger_key", unique=True),
        Index("ix_visit_tasks_last", "customer_id", "step_id", "due_from"),
        # With the store, which the reader's scope asks for: else a plan walks all of the store.
        Index("ix_visit_tasks_merged", "merged_into_id", "store_id"),
        CheckConstraint("due_from <= due_to AND due_to <= expires_on", name="days_in_order"),
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        CheckConstraint("attempts >= 0 AND rescheduled >= 0", name="counts"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        CheckConstraint("(state = 'planned') = (ended_at IS NULL)", name="ended_or_planned"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", ondelete="RESTRICT")
    vehicle_id: int | None = Field(default=None, foreign_key="vehicles.id", ondelete="RESTRICT")
    order_id: int | None = Field(default=None, foreign_key="orders.id", ondelete="RESTRICT")
    complaint_id: int | None = Field(default=None, foreign_key="complaints.id", ondelete="RESTRICT")
    desk: Desk = Field(sa_type=enum_type(Desk))
    """Whose work it is, where nobody has taken it."""
    kind: VisitKind = Field(sa_type=enum_type(VisitKind))
    trigger: Trigger = Field(sa_type=enum_type(Trigger))
    step_id: int | None = Field(default=None, foreign_key="cadence_steps.id", ondelete="RESTRICT")
    campaign_id: int | None = Field(default=None, foreign_key="campaigns.id", ondelete="RESTRICT")
    lacked: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """What the file lacked when a campaign took him in, as `customer_summaries.missing`."""
    trigger_key: str = Field(max_length=60)
    """What it follows, in the same words whenever that is found again: order:12, birthday:7."""
    is_marketing: bool = Field(default=False)
    purpose: str = Field(default="", max_length=200)
    """Why, where no step of a cadence says it."""
    priority: int = Field(default=5)
    due_from: date
    due_to: date
    expires_on: date
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Tried in vain: again from this moment on, at another time of the day."""
    state: TaskState = Field(default=TaskState.PLANNED, sa_type=enum_type(TaskState))
    hold: Hold | None = Field(default=None, sa_type=enum_type(Hold))
    held_until: date | None = Field(default=None)
    """The first day on which the rule of contacts lets it pass; None: nobody knows yet."""
    merged_into_id: int | None = Field(
        default=None, foreign_key="visit_tasks.id", ondelete="RESTRICT"
    )
    attempts: int = Field(default=0)
    """In vain, at different times of the day."""
    rescheduled: int = Field(default=0)
    last_move: dict[str, Any] = Field(
        default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": text("'{}'")}
    )
    """Who moved it last and when, and what stood here before, so that he can take it back."""
    next_on: date | None = Field(default=None)
    """The next contact that was agreed at this one (V30)."""
    reason: str = Field(default="", max_length=200)
    """Why it was cancelled or declined, or why nothing more follows."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class VisitWeighing(Base, table=True):
    """Upon what the rule of contacts was last laid, of one customer: who stands as he stood then
    is not looked at again. Derived, and never edited."""

    __tablename__ = "visit_weighings"
    audited: ClassVar[bool] = False

    customer_id: int = Field(foreign_key="customers.id", primary_key=True, ondelete="CASCADE")
    stamp: str = Field(max_length=200)
    """`services.visits.stamps`"""


class CallAttempt(Base, Scoped, table=True):
    """One attempt to reach a customer, and what came of it."""

    __tablename__ = "call_attempts"
    __table_args__ = (
        Index("ix_call_attempts_task", "task_id", "at"),
        Index("ix_call_attempts_user_at", "user_id", "at"),
        CheckConstraint("duration_seconds >= 0", name="duration_not_negative"),
    )

    id: int = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="visit_tasks.id", ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    at: datetime = Field(sa_type=UtcDateTime)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    kind: VisitKind = Field(sa_type=enum_type(VisitKind))
    result: CallResult = Field(sa_type=enum_type(CallResult))
    duration_seconds: int | None = Field(default=None)
    touch_id: int | None = Field(default=None, foreign_key="touches.id", ondelete="RESTRICT")
    """What was said, where somebody was reached."""
    note: str = Field(default="", max_length=2000)
