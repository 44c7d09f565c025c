"""The complaint ledger: every complaint, and everything that happened to it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, false, text
from sqlmodel import Field

from db.types import Base, Json, UtcDateTime, Versioned, enum_check, enum_type


class ComplaintKind(StrEnum):
    """What somebody wants who turns to us (C02, C35)."""

    ENQUIRY = "enquiry"
    SUGGESTION = "suggestion"
    GRUMBLE = "grumble"
    COMPLAINT = "complaint"


class ComplaintChannel(StrEnum):
    """Where it came in (C02, C25, C26)."""

    HOTLINE = "hotline"
    WALK_IN = "walk_in"
    LETTER = "letter"
    EMAIL = "email"
    FORUM = "forum"
    WECHAT = "wechat"
    MAKER = "maker"
    REGULATOR = "regulator"
    RETURN_VISIT = "return_visit"


class DemandKind(StrEnum):
    """What he who complains wants (C32, C34)."""

    EXPLANATION = "explanation"
    APOLOGY = "apology"
    REPAIR = "repair"
    RETURN = "return"
    EXCHANGE = "exchange"
    REFUND = "refund"
    COMPENSATION = "compensation"
    IMPROVEMENT = "improvement"


class Severity(StrEnum):
    """How much it weighs, lightest first (C15)."""

    L1 = "l1"
    L2 = "l2"
    L3 = "l3"
    L4 = "l4"


class Urgency(StrEnum):
    ORDINARY = "ordinary"
    URGENT = "urgent"


class Department(StrEnum):
    """Who answers for what was done, and who is asked to help (C08, C17)."""

    CUSTOMER_RELATIONS = "customer_relations"
    SALES = "sales"
    SERVICE = "service"
    PARTS = "parts"
    TECHNICAL = "technical"
    FINANCE = "finance"
    CLUB = "club"
    LEGAL = "legal"
    MANAGEMENT = "management"


class Stage(StrEnum):
    """How far a complaint has come (C11)."""

    REGISTERED = "registered"
    ACKNOWLEDGED = "acknowledged"
    """The customer knows the number and until when he hears from us."""
    TRIAGED = "triaged"
    INVESTIGATING = "investigating"
    PROPOSAL_READY = "proposal_ready"
    PROPOSED = "proposed"
    REJECTED = "rejected"
    AGREED = "agreed"
    EXECUTING = "executing"
    REPLIED = "replied"
    """The customer has our answer; he has not said yet whether he accepts it."""
    CLOSED = "closed"
    SURVEYED = "surveyed"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class WaitingFor(StrEnum):
    """Why the clocks of proposal and closing stand still."""

    CUSTOMER = "customer"
    OUTSIDE = "outside"
    """The maker, an insurer, an expert."""


class Finding(StrEnum):
    JUSTIFIED = "justified"
    PARTLY = "partly"
    UNJUSTIFIED = "unjustified"


class EventKind(StrEnum):
    """What happens to a complaint."""

    REGISTERED = "registered"
    ACKNOWLEDGED = "acknowledged"
    TRIAGED = "triaged"
    LEVELLED = "levelled"
    TRANSFERRED = "transferred"
    COVERED = "covered"
    CONTACTED = "contacted"
    NOTED = "noted"
    ASKED = "asked"
    """Another department was asked for its part."""
    HELPED = "helped"
    FOUND = "found"
    PREPARED = "prepared"
    PROPOSED = "proposed"
    AGREED = "agreed"
    REJECTED = "rejected"
    OFFERED = "offered"
    """A remedy: promised, agreed to by a second person, refused or dropped."""
    EXECUTED = "executed"
    REPLIED = "replied"
    CONFIRMED = "confirmed"
    """The answer that somebody else gave, by whoever stands for the complaint."""
    ACCEPTED = "accepted"
    PAUSED = "paused"
    RESUMED = "resumed"
    FLAGGED = "flagged"
    ACTED = "acted"
    """An action against the cause: planned, done, checked."""
    FILED = "filed"
    """A paper, a picture, a recording was added."""
    NAMED = "named"
    """Somebody was let into the case, or let out of it."""
    CLOSED = "closed"
    SURVEYED = "surveyed"
    REOPENED = "reopened"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    TICKED = "ticked"
    """Something of a checklist was done, or is not done after all."""
    MET = "met"
    """People sat together over it: the minutes."""
    TOLD = "told"
    """The customer heard what was improved because of him."""


class HeadingTree(StrEnum):
    CATEGORY = "category"
    """What a complaint is about, as the customer sees it."""
    CAUSE = "cause"
    """Why it came about, as we found out."""


class Heading(Base, table=True):
    """One node of the trees by which complaints are sorted (C09, C22), up to three levels deep."""

    __tablename__ = "headings"
    __table_args__ = (Index("ix_headings_code", "tree", "code", unique=True),)

    id: int = Field(default=None, primary_key=True)
    tree: HeadingTree = Field(sa_type=enum_type(HeadingTree))
    code: str = Field(max_length=40)
    parent_id: int | None = Field(default=None, foreign_key="headings.id", ondelete="RESTRICT")
    name: str = Field(max_length=60)
    """In Chinese."""
    name_en: str = Field(default="", max_length=60)
    is_active: bool = Field(default=True)


_OPEN = text("closed_at IS NULL")


class Complaint(Base, Versioned, table=True):
    """One complaint. What the clocks need is in its events; `*_due_at` keep what they say, for
    sorting and for whoever looks for what is late."""

    __tablename__ = "complaints"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("reopen_count >= 0", name="reopenings_counted"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_on_its_scale"),
        CheckConstraint("received_at <= registered_at", name="received_before_registered"),
        Index("ix_complaints_store_list", "store_id", "id"),
        Index("ix_complaints_handler_list", "handler_id", "id"),
        Index("ix_complaints_wall", "store_id", "next_due_at", "id", sqlite_where=_OPEN,
              postgresql_where=_OPEN),
        Index("ix_complaints_cause", "cause_id", "received_at"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    number: str = Field(max_length=14, unique=True)
    """TS-YYYYMM-####, by the month of registration, without gaps."""
    external_no: str = Field(default="", max_length=60, index=True)
    """What it was called in the system from which it was imported."""
    store_id: int = Field(foreign_key="stores.id", ondelete="RESTRICT")
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    registered_at: datetime = Field(sa_type=UtcDateTime)
    kind: ComplaintKind = Field(sa_type=enum_type(ComplaintKind))
    channel: ComplaintChannel = Field(sa_type=enum_type(ComplaintChannel))
    customer_id: int | None = Field(
        default=None, foreign_key="customers.id", index=True, ondelete="RESTRICT"
    )
    vehicle_id: int | None = Field(
        default=None, foreign_key="vehicles.id", index=True, ondelete="RESTRICT"
    )
    order_id: int | None = Field(default=None, foreign_key="orders.id", ondelete="RESTRICT")
    product: str | None = Field(default=None, max_length=120)
    """What it is about as another system named it; the car of a file names itself."""
    person: str = Field(default="", max_length=80)
    """Whoever complains, where that is not the customer of the file, or where there is none."""
    phone: str | None = Field(default=None, max_length=20, index=True)
    """Where he is reached, E.164."""
    address: str | None = Field(default=None, max_length=200)
    """Where he lives, if somebody has to go there and no file says it (C13)."""
    link: str | None = Field(default=None, max_length=500)
    """Of what he wrote in public (C26)."""
    words: str = Field(max_length=10_000)
    """As he said it."""
    demand: str = Field(default="", max_length=2000)
    demand_kind: DemandKind | None = Field(
        default=None,
        sa_type=enum_type(DemandKind, has_check=False),
        sa_column_args=(enum_check("demand_kind", DemandKind),),
    )
    category_id: int = Field(foreign_key="headings.id", index=True, ondelete="RESTRICT")
    severity: Severity = Field(sa_type=enum_type(Severity))
    urgency: Urgency = Field(default=Urgency.ORDINARY, sa_type=enum_type(Urgency))
    first_responder_id: int = Field(foreign_key="users.id", index=True, ondelete="RESTRICT")
    """Whoever took it. Never changes (C01)."""
    accountable_id: int = Field(foreign_key="users.id", index=True, ondelete="RESTRICT")
    """Who stands for it until the customer has his answer: the first responder, or whoever took
    over from him."""
    handler_id: int = Field(foreign_key="users.id", ondelete="RESTRICT")
    department: Department = Field(sa_type=enum_type(Department))
    spokesperson_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    """Who alone answers in public (C27)."""
    is_safety: bool = Field(default=False)
    is_media: bool = Field(default=False)
    is_dispute: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """He and we do not agree on what is owed (C32)."""
    is_legal: bool = Field(default=False)
    """Seen only by those who are named in it (C29)."""
    has_director: bool = Field(default=False)
    """The director has talked with the customer (C16)."""
    promised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """By when the customer was promised to hear from us."""
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When he did hear from us after that was promised; None: not yet."""
    stage: Stage = Field(default=Stage.REGISTERED, sa_type=enum_type(Stage), index=True)
    waiting_for: WaitingFor | None = Field(default=None, sa_type=enum_type(WaitingFor))
    finding: Finding | None = Field(default=None, sa_type=enum_type(Finding))
    cause_id: int | None = Field(default=None, foreign_key="headings.id", ondelete="RESTRICT")
    whys: str | None = Field(default=None, max_length=2000)
    """Why it happened, and why that, down to the root: usually five lines (C22)."""
    reopen_count: int = Field(default=0)
    parent_id: int | None = Field(
        default=None, foreign_key="complaints.id", index=True, ondelete="RESTRICT"
    )
    """The complaint that this one was merged into, or that it follows."""
    legal_stage: str = Field(default="", max_length=200)
    satisfaction: int | None = Field(default=None)
    """How content the customer was with what we did: 1 to 5 (C14)."""
    would_return: bool | None = Field(default=None)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    acknowledge_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    propose_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    close_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The earliest of those that run."""
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its import was taken back. Its number stays given; nobody sees it any more."""


class ComplaintEvent(Base, table=True):
    """One thing that happened to a complaint; the state that it left. Added, never changed."""

    __tablename__ = "complaint_events"
    __table_args__ = (
        CheckConstraint("at <= recorded_at", name="written_down_afterwards"),
        Index("ix_complaint_events_seq", "complaint_id", "seq", unique=True),
        Index("ix_complaint_events_at", "at", "complaint_id"),
    )
    append_only: ClassVar[bool] = True

    id: int = Field(default=None, primary_key=True)
    complaint_id: int = Field(foreign_key="complaints.id", ondelete="RESTRICT")
    seq: int
    """1, 2, 3 … of its complaint: two people who act at once cannot both be next."""
    at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    kind: EventKind = Field(sa_type=enum_type(EventKind))
    stage: Stage = Field(sa_type=enum_type(Stage))
    severity: Severity = Field(sa_type=enum_type(Severity))
    urgency: Urgency = Field(sa_type=enum_type(Urgency))
    department: Department = Field(sa_type=enum_type(Department))
    handler_id: int = Field(foreign_key="users.id", ondelete="RESTRICT")
    note: str = Field(default="", max_length=2000)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class PartIn(StrEnum):
    """Why somebody sees a complaint that he would not see otherwise."""

    NAMED = "named"
    """In a legal case."""
    ASKED = "asked"
    """His department was asked for its part."""


class ComplaintPerson(Base, table=True):
    """Somebody who sees one complaint because of his part in it."""

    __tablename__ = "complaint_people"
    __table_args__ = (Index("ix_complaint_people_user", "user_id", "complaint_id"),)

    complaint_id: int = Field(foreign_key="complaints.id", primary_key=True, ondelete="RESTRICT")
    user_id: int = Field(foreign_key="users.id", primary_key=True, ondelete="RESTRICT")
    part: PartIn = Field(sa_type=enum_type(PartIn), primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)


class ComplaintFile(Base, table=True):
    """What belongs to a complaint: pictures, letters, recordings (C03). Evidence: added, never
    changed. The content lies in `stored_files`, under its digest."""

    __tablename__ = "complaint_files"
    __table_args__ = (
        Index("ix_complaint_files_once", "complaint_id", "sha256", unique=True),
        Index("ix_complaint_files_sha256", "sha256"),
    )
    append_only: ClassVar[bool] = True

    id: int = Field(default=None, primary_key=True)
    complaint_id: int = Field(foreign_key="complaints.id", ondelete="RESTRICT")
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=80)
    """Of what it is, told by its content."""
    size: int
    """Bytes."""
    sha256: str = Field(max_length=64, foreign_key="stored_files.sha256", ondelete="RESTRICT")
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
