"""What pages are told of contacts: frozen values, no tables."""

from dataclasses import dataclass
from datetime import date, datetime

from db.models import (
    CallResult,
    Hold,
    TaskState,
    TouchKind,
    Trigger,
    VisitKind,
)
from services.customers.views import Label
from services.surveys.views import Asking, Raised


@dataclass(frozen=True, slots=True)
class Receipt:
    """A contact after a deed; `again_at` is when it is to be tried again."""

    id: int
    state: TaskState
    again_at: datetime | None = None
    version: int = 1
    raised: Raised | None = None
    """The complaint that a bad answer led to."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One contact in a list. `purpose` in both languages: of the step, or as somebody wrote it."""

    id: int
    version: int
    customer_id: int
    customer: str
    number: str
    phone: str
    label: Label
    vehicle_id: int | None
    car: str
    kind: VisitKind
    trigger: Trigger
    purpose: str
    purpose_en: str
    due_from: date
    due_to: date
    expires_on: date
    not_before: datetime | None
    state: TaskState
    hold: Hold | None
    held_until: date | None
    attempts: int
    merged: int
    """How many others are made together with it."""
    owner_id: int | None
    owner: str
    preferred_hours: str
    suits_now: bool
    """Whether he likes to be called at this time."""
    urgency: int
    """40 overdue + 30 class + 20 risk + 10 expiry near: heavier first (spec 2.7)."""


@dataclass(frozen=True, slots=True)
class TouchLine:
    at: datetime
    kind: TouchKind
    is_inbound: bool
    summary: str
    person: str


@dataclass(frozen=True, slots=True)
class AttemptLine:
    at: datetime
    result: CallResult
    person: str
    note: str


@dataclass(frozen=True, slots=True)
class Call:
    """Everything for one call on one screen."""

    row: TaskRow
    script: str
    why: list[tuple[str, str]]
    """The purposes of what is made together with it, in both languages."""
    lacks_consent: bool
    """It is an offer, and no consent of his to offers is in force."""
    need: str
    promised: list[str]
    """What we owe the customer: open complaints with what was promised, by number."""
    touches: list[TouchLine]
    attempts: list[AttemptLine]
    may_work: bool
    asking: Asking
    """The survey that is asked at it."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one person has to do today."""

    rows: list[TaskRow]
    done: int
    """Made today."""
    later: int
    """Of today, to be tried again later in the day."""
    held: int
    """Kept back by the rule of contacts."""
    capacity: int
