"""What the pages get of complaints: values, never tables. Phones and plates are masked but for
those in whose hands a complaint is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.models import (
    ActionKind,
    ComplaintKind,
    DemandKind,
    Department,
    EventKind,
    Finding,
    OrderKind,
    RemedyKind,
    RemedyState,
    Severity,
    Stage,
    Urgency,
    Verdict,
    WaitingFor,
)
from services.complaints.checklists import CheckedList, Progress
from services.complaints.clocks import Clock
from services.complaints.lacks import Lack
from services.complaints.marks import Mark


@dataclass(frozen=True, slots=True)
class Heading:
    """A node of a tree with the names that lead to it, in both languages."""

    id: int
    path: tuple[str, ...]
    path_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One line of the ledger. `next_clock` is the clock that is due first; None when none runs."""

    id: int
    number: str
    received_at: datetime
    who: str
    kind: ComplaintKind
    severity: Severity
    urgency: Urgency
    category: Heading
    stage: Stage
    waiting_for: WaitingFor | None
    department: Department
    handler: str
    first_responder: str
    store: str
    next_clock: Clock | None
    promised_at: datetime | None
    """By when he was promised to hear from us; None also once he did."""
    closed_at: datetime | None
    finding: Finding | None
    cause: Heading | None
    demand_kind: DemandKind | None
    marks: tuple[Mark, ...]
    crisis: Progress | None
    """How far the checklist of an open crisis has come; None: it is none."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many complaints there are, and how many of them are not closed."""

    open: int
    total: int


@dataclass(frozen=True, slots=True)
class Match:
    """A customer who may be calling; `vehicle_id` is the one of his cars that was asked for."""

    id: int
    name: str
    number: str
    phone: str
    vehicle_id: int | None


@dataclass(frozen=True, slots=True)
class CallersCar:
    id: int
    plate: str
    model: str
    is_current: bool
    """False: he had it once."""


@dataclass(frozen=True, slots=True)
class CallersOrder:
    id: int
    kind: OrderKind
    number: str
    ordered_on: date
    vehicle_id: int | None
    summary: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A customer who complains: his cars, those that he has first, and his latest orders."""

    id: int
    name: str
    number: str
    store_id: int
    cars: list[CallersCar]
    orders: list[CallersOrder]
    has_address: bool
    """His file says where he lives."""
    advisor_id: int | None
    """Whose customer he is, if that person can be sent to him."""

    @property
    def only_car(self) -> int | None:
        """The id of his car, where he has just one."""
        now = [car.id for car in self.cars if car.is_current]
        return now[0] if len(now) == 1 else None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the ledger; `after` is the code of the next one, None on the last."""

    rows: list[ComplaintRow]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened, and the state that it left."""

    id: int
    kind: EventKind
    at: datetime
    actor: str
    note: str
    stage: Stage
    severity: Severity
    urgency: Urgency
    department: Department
    handler: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """Something that the customer was promised. `approved_by` is "" where nobody had to agree."""

    id: int
    kind: RemedyKind
    words: str
    amount_fen: int | None
    state: RemedyState
    planned_by: str
    planned_at: datetime
    approved_by: str
    done_at: datetime | None
    paid_at: datetime | None
    may_deliver: bool
    may_pay: bool
    may_write: bool
    """The letter of a written apology."""
    request_id: int | None
    """Of the approval that it waits for, where the reader may give it."""


@dataclass(frozen=True, slots=True)
class ActionLine:
    """Something that is done against the cause. `recurrences` are those of its check, or of now
    where it has not been checked."""

    id: int
    kind: ActionKind
    what: str
    owner: str
    due_on: date
    done_at: datetime | None
    check_on: date
    verdict: Verdict | None
    recurrences: int
    is_late: bool
    told_on: date | None
    """When the customer heard of it."""
    is_untold: bool
    """It is an improvement that he has not heard of."""
    may_tell: bool
    may_finish: bool
    may_check: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """What another department was asked, and its answer ("" while there is none)."""

    id: int
    department: Department
    person: str
    asked_by: str
    question: str
    asked_at: datetime
    due_on: date
    is_errand: bool
    taken_at: datetime | None
    """When he said that he is on it."""
    done_at: datetime | None
    result: str
    is_needless: bool
    """The case ended before he answered."""
    is_late: bool
    may_take: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class FileLine:
    """A paper of a complaint; `size` in bytes."""

    id: int
    name: str
    media_type: str
    size: int
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint whole. `values` are its own fields, in the order in which they are read."""

    id: int
    version: int
    number: str
    kind: ComplaintKind
    stage: Stage
    severity: Severity
    urgency: Urgency
    who: str
    values: dict[str, Any]
    store_id: int
    department: Department
    handler_id: int
    customer_id: int | None
    spokesperson_id: int | None
    category: Heading
    cause: Heading | None
    clocks: list[Clock]
    promised_at: datetime | None
    """As in a row of the ledger; in `values` it stays."""
    promise_limit: datetime | None
    """Later than this the customer is only promised to hear from us if he agrees."""
    events: list[EventLine]
    """Newest first."""
    remedies: list[RemedyLine]
    actions: list[ActionLine]
    steps: list[StepLine]
    files: list[FileLine]
    named: list[str]
    """Who is named in it, where it is a legal case."""
    checklists: list[CheckedList]
    is_major: bool
    """L3 at least, or a crisis: more is asked for, and more is shown."""
    last_meeting: datetime | None
    lacks: list[Lack]
    """What keeps the reader from closing it, once the customer has an answer."""
    deeds: frozenset[EventKind]
    """What the reader may do now."""
    next_deed: EventKind | None
    """The one of them that leads on."""
    transfers: int
    returns: int
