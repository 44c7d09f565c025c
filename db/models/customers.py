"""The customer's file: who, which cars, every touch."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from db.types import Base, Json, Scoped, UtcDateTime, Versioned, enum_type

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class CustomerKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class Gender(StrEnum):
    MALE = "male"
    FEMALE = "female"


class Source(StrEnum):
    """How the customer first came to us (F21, F45)."""

    WALK_IN = "walk_in"
    PHONE = "phone"
    COLD_VISIT = "cold_visit"
    ONLINE = "online"
    DIRECT = "direct"
    EXHIBITION = "exhibition"
    REFERRAL = "referral"


class Lifecycle(StrEnum):
    """Where the relation stands (F35). With `ValueClass` it makes the four-way label."""

    POTENTIAL = "potential"
    EXISTING = "existing"
    LOST = "lost"


class ValueClass(StrEnum):
    """How much the relation weighs (F34, F36)."""

    IMPORTANT = "important"
    ORDINARY = "ordinary"


class Channel(StrEnum):
    PHONE = "phone"
    WECHAT = "wechat"
    SMS = "sms"
    EMAIL = "email"
    VISIT = "visit"


class Customer(Base, Scoped, Versioned, table=True):
    """One file per customer (F01). `owner_id` None means the store's unassigned pool."""

    __tablename__ = "customers"

    id: int = Field(default=None, primary_key=True)
    number: str = Field(max_length=12, unique=True)
    kind: CustomerKind = Field(sa_type=enum_type(CustomerKind))
    name: str = Field(max_length=80)
    name_pinyin: str = Field(default="", max_length=400)
    gender: Gender | None = Field(default=None, sa_type=enum_type(Gender))
    contact_name: str = Field(default="", max_length=80)
    """A company's principal or contact person (F23)."""
    phone: str | None = Field(default=None, max_length=20, index=True)
    """E.164, e.g. +8613800138000."""
    other_phone: str | None = Field(default=None, max_length=20, index=True)
    wechat: str = Field(default="", max_length=60)
    email: str = Field(default="", max_length=254, index=True)
    id_number_hash: str | None = Field(default=None, max_length=64, index=True)
    """Keyed hash of the identity number: equal numbers can be found, none can be read."""
    id_number_last4: str = Field(default="", max_length=4)
    birthday: date | None = Field(default=None)
    province: str = Field(default="", max_length=40)
    city: str = Field(default="", max_length=40)
    district: str = Field(default="", max_length=40)
    street: str = Field(default="", max_length=200)
    employer: str = Field(default="", max_length=120)
    position: str = Field(default="", max_length=80)
    industry: str = Field(default="", max_length=80)
    hobbies: str = Field(default="", max_length=200)
    preferred_channel: Channel | None = Field(default=None, sa_type=enum_type(Channel))
    preferred_hours: str = Field(default="", max_length=60)
    do_not_contact_until: date | None = Field(default=None)
    do_not_contact_reason: str = Field(default="", max_length=200)
    source: Source | None = Field(default=None, sa_type=enum_type(Source))
    need: str = Field(default="", max_length=500)
    """What the customer needs or is interested in."""
    lifecycle: Lifecycle = Field(sa_type=enum_type(Lifecycle))
    value_class: ValueClass = Field(sa_type=enum_type(ValueClass))
    second_contact_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    decision_maker: str = Field(default="", max_length=80)
    is_member: bool = Field(default=False)
    note: str = Field(default="", max_length=2000)
    is_archived: bool = Field(default=False)
    merged_into_id: int | None = Field(
        default=None, foreign_key="customers.id", index=True, ondelete="RESTRICT"
    )

    __table_args__ = (
        Index("ix_customers_store_list", "store_id", "id"),
        Index("ix_customers_owner_list", "owner_id", "id"),
        Index("ix_customers_members", "is_member", "id"),
        Index("ix_customers_lifecycle_list", "lifecycle", "value_class", "id"),
    )


class CustomerSummary(Base, table=True):
    """What the list and the search need to know of one file, derived from all its tables.

    Rewritten by `services.customers.summary` whenever the file changes; never edited. SQLite
    mirrors `grams` into an FTS5 table by triggers, PostgreSQL indexes it as an array (`db.search`).
    """

    __tablename__ = "customer_summaries"
    __table_args__ = (
        Index("ix_customer_summaries_store_touch", "store_id", "last_touch_at", "customer_id"),
        Index("ix_customer_summaries_owner_touch", "owner_id", "last_touch_at", "customer_id"),
        Index("ix_customer_summaries_touch", "last_touch_at", "customer_id"),
    )
    audited: ClassVar[bool] = False

    customer_id: int = Field(foreign_key="customers.id", primary_key=True, ondelete="CASCADE")
    store_id: int = Field(foreign_key="stores.id", ondelete="RESTRICT")
    owner_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    is_member: bool = Field(default=False)
    grams: str = Field(default="")
    """Search grams (`db.grams`), separated by spaces, scope tokens first."""
    missing: int = Field(default=0)
    """Bit mask of the required fields that are empty: `services.customers.gaps`."""
    last_touch_at: datetime = Field(default=NEVER, sa_type=UtcDateTime)
    """`NEVER` before the first touch: an index sorts it first on both engines."""
    vehicles: int = Field(default=0)


class Vehicle(Base, Scoped, Versioned, table=True):
    """One car. Its store and owner follow the file of whoever owns it now."""

    __tablename__ = "vehicles"

    id: int = Field(default=None, primary_key=True)
    vin: str | None = Field(default=None, max_length=17, unique=True)
    plate: str | None = Field(default=None, max_length=10, index=True)
    brand: str = Field(default="", max_length=40)
    model: str = Field(default="", max_length=80)
    color: str = Field(default="", max_length=20)
    sold_on: date | None = Field(default=None)
    delivered_on: date | None = Field(default=None)
    warranty_until: date | None = Field(default=None)
    warranty_km: int | None = Field(default=None)
    odometer_km: int | None = Field(default=None)
    odometer_on: date | None = Field(default=None)
    insurance_until: date | None = Field(default=None, index=True)
    inspection_due_on: date | None = Field(default=None)


class OwnershipRole(StrEnum):
    OWNER = "owner"
    DRIVER = "driver"
    PAYER = "payer"


class Ownership(Base, Scoped, table=True):
    """Who had to do with a car, as what, from when to when (None: still)."""

    __tablename__ = "ownerships"
    __table_args__ = (
        CheckConstraint(
            "ended_on IS NULL OR began_on IS NULL OR ended_on >= began_on", name="in_order"
        ),
        Index("ix_ownerships_vehicle_id_role", "vehicle_id", "role"),
    )

    id: int = Field(default=None, primary_key=True)
    vehicle_id: int = Field(foreign_key="vehicles.id", ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    role: OwnershipRole = Field(sa_type=enum_type(OwnershipRole))
    began_on: date | None = Field(default=None)
    ended_on: date | None = Field(default=None)


class OrderKind(StrEnum):
    SALE = "sale"
    REPAIR = "repair"


class RepairKind(StrEnum):
    MAINTENANCE = "maintenance"
    REPAIR = "repair"
    WARRANTY = "warranty"
    BODY = "body"


_STANDS = text("voided_at IS NULL")


class Order(Base, Scoped, Versioned, table=True):
    """A sale or a repair order, one line of money each."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("(kind = 'repair') OR (repair_kind IS NULL)", name="repair_kind_of_repair"),
        Index("ix_orders_customer_id_ordered_on", "customer_id", "ordered_on"),
        Index("ix_orders_closed", "kind", "closed_on", "store_id", sqlite_where=_STANDS,
              postgresql_where=_STANDS),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    kind: OrderKind = Field(sa_type=enum_type(OrderKind))
    number: str = Field(max_length=40, index=True)
    """The dealer management system's own number; unique with kind and store unless voided."""
    customer_id: int = Field(foreign_key="customers.id", ondelete="RESTRICT")
    vehicle_id: int | None = Field(
        default=None, foreign_key="vehicles.id", index=True, ondelete="RESTRICT"
    )
    ordered_on: date
    closed_on: date | None = Field(default=None)
    """Delivery of a sold car, or the day a repaired one left."""
    repair_kind: RepairKind | None = Field(default=None, sa_type=enum_type(RepairKind))
    odometer_km: int | None = Field(default=None)
    amount_fen: int = Field(default=0, sa_type=BigInteger)
    salesperson: str = Field(default="", max_length=80)
    summary: str = Field(default="", max_length=500)
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TouchKind(StrEnum):
    CALL = "call"
    VISIT = "visit"
    WECHAT = "wechat"
    SMS = "sms"
    EMAIL = "email"
    WALK_IN = "walk_in"
    EVENT = "event"


_OUR_CALLS = text("kind = 'call' AND NOT is_inbound")
_OUR_CALLS_ON_SQLITE = text("kind = 'call' AND is_inbound = 0")
"""In the words in which a query asks for them, or the index is not used."""


class Touch(Base, Scoped, table=True):
    """One contact with the customer (V38, V39)."""

    __tablename__ = "touches"
    __table_args__ = (
        Index("ix_touches_customer_id_at", "customer_id", "at"),
        Index("ix_touches_calls", "at", "user_id", sqlite_where=_OUR_CALLS_ON_SQLITE,
              postgresql_where=_OUR_CALLS),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", ondelete="RESTRICT")
    at: datetime = Field(sa_type=UtcDateTime)
    kind: TouchKind = Field(sa_type=enum_type(TouchKind))
    is_inbound: bool = Field(default=False)
    summary: str = Field(max_length=2000)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    next_contact_on: date | None = Field(default=None)


class DocumentKind(StrEnum):
    """The paper archive's kinds (F28)."""

    PURCHASE_CONTRACT = "purchase_contract"
    MAINTENANCE_RECORD = "maintenance_record"
    JOB_ORDER = "job_order"
    SETTLEMENT = "settlement"
    LICENCE = "licence"
    INSURANCE = "insurance"
    OTHER = "other"


class DocumentStatus(StrEnum):
    MISSING = "missing"
    IN_PLACE = "in_place"
    BORROWED = "borrowed"
    DESTROYED = "destroyed"


class Document(Base, Scoped, Versioned, table=True):
    """What a paper is and where it lies; the scan itself comes with the file review."""

    __tablename__ = "documents"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    order_id: int | None = Field(default=None, foreign_key="orders.id", ondelete="RESTRICT")
    kind: DocumentKind = Field(sa_type=enum_type(DocumentKind))
    title: str = Field(default="", max_length=120)
    status: DocumentStatus = Field(sa_type=enum_type(DocumentStatus))
    place: str = Field(default="", max_length=120)
    """Room, cabinet, box, slot."""
    retain_until: date | None = Field(default=None)


class Purpose(StrEnum):
    """What the customer agreed to (F48). Consent to one purpose is not consent to another."""

    SERVICE_CALLS = "service_calls"
    MARKETING = "marketing"
    SURVEY = "survey"
    CLUB = "club"
    SHARING = "sharing"
    IDENTITY_NUMBER = "identity_number"


class Consent(Base, Scoped, table=True):
    """One consent, from when to when."""

    __tablename__ = "consents"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    purpose: Purpose = Field(sa_type=enum_type(Purpose))
    channel: Channel | None = Field(default=None, sa_type=enum_type(Channel))
    wording_version: str = Field(default="", max_length=40)
    proof: str = Field(default="", max_length=200)
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Counter(Base, table=True):
    """The last number given out in a series; moved by one atomic UPDATE."""

    __tablename__ = "counters"
    audited: ClassVar[bool] = False

    series: str = Field(max_length=40, primary_key=True)
    value: int = Field(default=0)
    details: dict[str, Any] | None = Field(default=None, sa_type=Json)
