"""Appointments: when a customer comes, to which bay and whose desk, and whether he came."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from db.types import Base, Json, Scoped, UtcDateTime, Versioned, enum_type


class WorkKind(StrEnum):
    """What is done at an appointment."""

    MAINTENANCE = "maintenance"
    REPAIR = "repair"
    BODY = "body"
    INSPECTION = "inspection"
    DELIVERY = "delivery"
    TEST_DRIVE = "test_drive"


class AppointmentSource(StrEnum):
    """How it came about."""

    CALL = "call"
    """At a contact that we made."""
    INBOUND = "inbound"
    """The customer called."""
    REMINDER = "reminder"
    """He answered a reminder."""
    WALK_IN = "walk_in"


class AppointmentState(StrEnum):
    REQUESTED = "requested"
    """The customer asks for this time; nobody has agreed yet. It is kept for him."""
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    """He was reminded and says that he comes."""
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Bay(Base, Versioned, table=True):
    """A place of a store where cars are worked on, or shown."""

    __tablename__ = "bays"
    __table_args__ = (Index("ix_bays_name", "store_id", "name", unique=True),)

    id: int = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="stores.id", ondelete="RESTRICT")
    name: str = Field(max_length=40)
    kinds: list[str] = Field(default_factory=list, sa_type=Json)
    """Kinds of work that can be done there; none: any."""
    is_in_use: bool = Field(default=True)


class Appointment(Base, Scoped, Versioned, table=True):
    """One appointment (V06). It is the store's, so whoever sits at the reception may work on it:
    `owner_id` stays empty, and `advisor_id` says who receives the customer."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index("ix_appointments_day", "store_id", "starts_at"),
        Index("ix_appointments_customer", "customer_id", "starts_at"),
        Index("ix_appointments_state", "state", "starts_at"),
        CheckConstraint("minutes BETWEEN 15 AND 720", name="minutes_bounded"),
        CheckConstraint("customer_id IS NOT NULL OR visitor <> ''", name="whose"),
        CheckConstraint("(state = 'cancelled') = (reason <> '')", name="cancelled_with_reason"),
        CheckConstraint("(state = 'arrived') = (arrived_at IS NOT NULL)", name="arrived"),
        CheckConstraint("moved >= 0", name="moved"),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int | None = Field(default=None, foreign_key="customers.id", ondelete="RESTRICT")
    visitor: str = Field(default="", max_length=80)
    """Whoever comes, where he has no file, or where another one comes than whose file it is."""
    phone: str | None = Field(default=None, max_length=20)
    vehicle_id: int | None = Field(default=None, foreign_key="vehicles.id", ondelete="RESTRICT")
    task_id: int | None = Field(
        default=None, foreign_key="visit_tasks.id", index=True, ondelete="RESTRICT"
    )
    """The contact at which it was made."""
    work: WorkKind = Field(sa_type=enum_type(WorkKind))
    starts_at: datetime = Field(sa_type=UtcDateTime)
    minutes: int
    advisor_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    bay_id: int | None = Field(default=None, foreign_key="bays.id", ondelete="RESTRICT")
    concern: str = Field(default="", max_length=200)
    source: AppointmentSource = Field(sa_type=enum_type(AppointmentSource))
    state: AppointmentState = Field(sa_type=enum_type(AppointmentState))
    reason: str = Field(default="", max_length=200)
    """Why it was cancelled."""
    moved: int = Field(default=0)
    """How often it was put to another time."""
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Cancelled, or given up."""
    made_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")


class AppointmentSlot(Base, table=True):
    """A quarter of an hour that a live appointment takes: of a bay, of an advisor, or of both.

    The two unique indexes are what keeps two people from booking the same at the same moment, on
    both databases. A cancelled appointment has no slots.
    """

    __tablename__ = "appointment_slots"
    __table_args__ = (
        Index("ix_appointment_slots_bay", "bay_id", "at", unique=True),
        Index("ix_appointment_slots_advisor", "advisor_id", "at", "seat", unique=True),
        CheckConstraint("(advisor_id IS NULL) = (seat IS NULL)", name="seat_of_advisor"),
    )

    id: int = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointments.id", index=True, ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    bay_id: int | None = Field(default=None, foreign_key="bays.id", ondelete="RESTRICT")
    advisor_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    seat: int | None = Field(default=None)
    """Which of the customers that the advisor receives at once: 0, 1 …"""
