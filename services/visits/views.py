"""What pages are told of contacts: frozen values, no tables."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.models import (
    CadenceState,
    CallResult,
    Desk,
    FeedbackCode,
    Hold,
    Lifecycle,
    TaskState,
    TouchKind,
    Trigger,
    ValueClass,
    VisitKind,
)
from services.campaigns.views import Invitation, Said
from services.customers.views import Label
from services.promises.views import PromiseLine
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
    said: Said | None = None
    """What he answered to an invitation."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One contact of a rule; days count from what it follows."""

    id: int
    nth: int
    offset_days: int
    window_days: int
    expiry_days: int
    kind: VisitKind
    purpose: str
    purpose_en: str
    script: str
    script_en: str
    priority: int
    max_attempts: int
    survey_code: str | None


@dataclass(frozen=True, slots=True)
class CadenceLine:
    """One version of a rule; `lifecycle` and `value_class` None: of any customer."""

    id: int
    version: int
    code: str
    number: int
    name: str
    name_en: str
    desk: Desk
    trigger: Trigger
    lifecycle: Lifecycle | None
    value_class: ValueClass | None
    is_marketing: bool
    state: CadenceState
    from_on: date | None
    until_on: date | None
    author_id: int | None
    approved_by_id: int | None
    steps: list[StepLine]

    def is_over(self, today: date) -> bool:
        """Whether it holds no more: ended, or another version took its place."""
        return self.state is CadenceState.RETIRED or (
            self.until_on is not None and self.until_on < today
        )


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
    step_id: int | None
    script: str
    """In Chinese, filled in; `script_en` in English."""
    script_en: str
    template: str
    """The script of the contact's own step as the rule has it; `template_en` in English."""
    template_en: str
    why: list[tuple[str, str]]
    """The purposes of what is made together with it, in both languages."""
    lacks_consent: bool
    """It is an offer, and no consent of his to offers is in force."""
    need: str
    promised: list[str]
    """What we owe the customer: open complaints with what was promised, by number."""
    owed: list[PromiseLine]
    """Promises of other kinds that are open."""
    touches: list[TouchLine]
    attempts: list[AttemptLine]
    may_work: bool
    asking: Asking
    """The survey that is asked at it."""
    invitation: Invitation | None
    """What it invites to, as long as that is answered."""


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


@dataclass(frozen=True, slots=True)
class FormReceipt:
    """A visit form after a deed; `quality` is the sum of its six marks, `state` the contact's."""

    id: int
    number: str
    quality: int
    state: TaskState


@dataclass(frozen=True, slots=True)
class FormGround:
    """What a form is written on: who may have gone along (id, name), how large a photo may be (in
    MB of 2**20 bytes), and the writer's last answers, the newest form's first."""

    colleagues: list[tuple[int, str]]
    file_megabytes: int
    before: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class PaperLine:
    id: int
    name: str
    media_type: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class FormLine:
    """One form in a list."""

    id: int
    number: str
    customer_id: int
    customer: str
    writer: str
    kind: VisitKind
    ended_at: datetime
    quality: float
    """0.0 to 2.0."""
    is_late: bool
    """Written later after the visit than the group allows."""
    improvement: str
    improve_on: date
    improved_at: datetime | None
    next_on: date | None


@dataclass(frozen=True, slots=True)
class BookLine:
    """One person's forms of a time."""

    id: int
    """The person's."""
    writer: str
    store: str
    forms: int
    quality: float
    """The mean, 0.0 to 2.0."""
    late: int
    accompanied: int
    next_dates: int
    due: int
    """Improvements whose day has passed, or that are carried out."""
    followed: int
    """Carried out by their day."""


@dataclass(frozen=True, slots=True)
class FormView:
    """One form, whole. `marks` are the six answers' by their names."""

    id: int
    version: int
    number: str
    task_id: int
    customer_id: int
    customer: str
    customer_number: str
    store: str
    kind: VisitKind
    writer: str
    companion: str
    values: dict[str, Any]
    """What can be corrected, by the names of the input."""
    codes: tuple[FeedbackCode, ...]
    marks: dict[str, int]
    quality: float
    written_at: datetime
    is_late: bool
    next_on: date | None
    next_purpose: str
    no_more: str
    promises: list[str]
    improved_at: datetime | None
    improved_by: str
    outcome: str
    papers: list[PaperLine]
    open_until: datetime | None
    """Until when its writer, who asks, may correct it; None: not any more, or it is another's."""
    may_improve: bool
