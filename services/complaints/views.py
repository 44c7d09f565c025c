"""What the pages get of complaints: values, never tables. Phones and plates are masked but for
those in whose hands a complaint is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.models import (
    ComplaintKind,
    Department,
    EventKind,
    Severity,
    Stage,
    Urgency,
    WaitingFor,
)
from services.complaints.clocks import Clock
from services.complaints.closing import Lack


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
    category: Heading
    cause: Heading | None
    clocks: list[Clock]
    events: list[EventLine]
    """Newest first."""
    lacks: list[Lack]
    """What keeps the reader from closing it, once the customer has an answer."""
    deeds: frozenset[EventKind]
    """What the reader may do now."""
    transfers: int
    returns: int
