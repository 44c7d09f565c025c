"""What the pages get: values, never tables. Personal fields come masked or clear as the policy
says; `CustomerFile.masked` names those that are not shown whole."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from db.models import (
    Channel,
    CustomerKind,
    DocumentKind,
    DocumentStatus,
    Lifecycle,
    OrderKind,
    OwnershipRole,
    Purpose,
    RepairKind,
    ValueClass,
)

SHORT_LIST = 100
"""Rows of a list inside of a file, the latest ones."""


class Label(StrEnum):
    """The four-way label (F35): lost before potential before important before existing."""

    LOST = "lost"
    POTENTIAL = "potential"
    IMPORTANT = "important"
    EXISTING = "existing"


def label_of(lifecycle: Lifecycle, value_class: ValueClass) -> Label:
    """The label computed from the two fields that it mixes."""
    if lifecycle is Lifecycle.LOST:
        return Label.LOST
    if lifecycle is Lifecycle.POTENTIAL:
        return Label.POTENTIAL
    return Label.IMPORTANT if value_class is ValueClass.IMPORTANT else Label.EXISTING


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a command: the record and the version it now has."""

    id: int
    version: int = 1
    number: str = ""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of the list; personal fields are always masked here."""

    id: int
    number: str
    name: str
    kind: CustomerKind
    label: Label
    phone: str
    store: str
    owner: str
    """Empty: the store's unassigned pool."""
    vehicles: int
    missing: tuple[str, ...]
    last_touch_at: datetime | None
    is_member: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody active who may own a file."""

    id: int
    name: str
    store_id: int


@dataclass(frozen=True, slots=True)
class Places:
    """Stores as (id, name), and who works there, by store and name."""

    stores: tuple[tuple[int, str], ...]
    people: tuple[Owner, ...]

    def owners(self, store_id: int | None = None) -> list[tuple[int, str]]:
        """(id, name) of the people of one store, or of all."""
        return [(p.id, p.name) for p in self.people if store_id in {None, p.store_id}]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list. `after` is the code of the next page, None on the last one."""

    rows: list[CustomerRow]
    after: str | None = None
    is_cut: bool = False
    """A search found more than it may look at."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's part in a car."""

    ownership_id: int
    customer_id: int
    number: str
    name: str
    role: OwnershipRole
    began_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class VehicleView:
    id: int
    version: int
    values: dict[str, Any]
    """Field -> value, personal ones masked unless clear."""
    people: list[Person]
    hidden_people: int
    """People of other stores: counted, not shown."""
    is_current: bool
    masked: frozenset[str] = frozenset()
    """Fields that are filled and not shown whole: those of a car are masked by whose it is."""


@dataclass(frozen=True, slots=True)
class OrderView:
    id: int
    kind: OrderKind
    number: str
    ordered_on: date
    closed_on: date | None
    repair_kind: RepairKind | None
    vehicle: str
    odometer_km: int | None
    amount_fen: int
    salesperson: str
    summary: str


@dataclass(frozen=True, slots=True)
class ConsentView:
    id: int
    purpose: Purpose
    channel: Channel | None
    given_at: datetime
    withdrawn_at: datetime | None
    proof: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    id: int
    kind: DocumentKind
    title: str
    status: DocumentStatus
    place: str
    retain_until: date | None


class Urgency(StrEnum):
    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class NextAction:
    """Something to do for this customer, worded late: msgid and its parameters."""

    msgid: str
    params: dict[str, Any]
    due_on: date | None
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One touch, order or consent, newest first."""

    at: datetime
    kind: str
    """A TouchKind, OrderKind or "consent" value; `msgid` has its words."""
    msgid: str
    text: str
    person: str
    is_inbound: bool = False
    next_contact_on: date | None = None
    amount_fen: int | None = None
    has_clock: bool = True
    """False where only the day is known."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One field's change."""

    at: datetime
    person: str
    action: str
    field: str
    old: Any
    new: Any
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """The 360 view's header and its short lists."""

    id: int
    version: int
    number: str
    label: Label
    values: dict[str, Any]
    store: str
    owner: str
    second_contact: str
    masked: frozenset[str]
    """Fields that are filled and not shown whole."""
    may_edit: bool
    may_assign: bool
    may_touch: bool
    may_reveal: bool
    missing: tuple[str, ...]
    actions: list[NextAction]
    vehicles: list[VehicleView]
    orders: list[OrderView]
    consents: list[ConsentView]
    documents: list[DocumentView]
    merged_into: str | None = None
    totals: dict[str, int] = field(default_factory=dict)
