"""Calls that customers make to us: who, what he wants, who answers and by when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.models.complaints import Urgency
from db.models.customers import Channel
from db.types import Base, Scoped, UtcDateTime, Versioned, enum_type


class CallWish(StrEnum):
    """What a caller wants, or says (V10)."""

    APPOINTMENT = "appointment"
    NEED = "need"
    PURCHASE = "purchase"
    """He thinks of buying."""
    COMPLAINT = "complaint"
    GRUMBLE = "grumble"
    QUESTION = "question"


class DemandResult(StrEnum):
    """What came of an item that we did not have (V28)."""

    SUBSTITUTED = "substituted"
    ORDERED = "ordered"
    LOST = "lost"


class CompanionAnswer(StrEnum):
    """What the caller said to the companion item that he was asked about once (V29)."""

    WANTED = "wanted"
    LATER = "later"
    NOT_WANTED = "not_wanted"


_OPEN = text("answered_at IS NULL")
_PROMISED = text("promised_at IS NOT NULL")


class InboundCall(Base, Scoped, Versioned, table=True):
    """One call (V09, V40–V42). It is the store's, as an appointment is; `answerer_id` is who owes
    the caller an answer until `promised_at`."""

    __tablename__ = "inbound_calls"
    __table_args__ = (
        Index("ix_inbound_calls_store", "store_id", "at"),
        Index("ix_inbound_calls_due", "promised_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_inbound_calls_promised", "promised_at", sqlite_where=_PROMISED,
              postgresql_where=_PROMISED),
        Index("ix_inbound_calls_at", "at"),
        Index("ix_inbound_calls_customer", "customer_id", "at"),
        CheckConstraint("customer_id IS NOT NULL OR caller <> '' OR phone <> ''", name="who"),
        CheckConstraint("rings BETWEEN 0 AND 99", name="rings_bounded"),
        CheckConstraint("answered_at IS NOT NULL OR promised_at IS NOT NULL", name="has_clock"),
        CheckConstraint(
            "answered_at IS NULL OR answered_by_id IS NOT NULL AND (appointment_id IS NOT NULL"
            " OR complaint_id IS NOT NULL OR reply <> '' AND reply_channel IS NOT NULL)",
            name="answered_with_words",
        ),
        CheckConstraint(
            "(item = '') = (demand_result IS NULL) AND (substitute = '' OR item <> '')",
            name="lost_demand",
        ),
        CheckConstraint("(companion = '') = (companion_answer IS NULL)", name="companion_asked"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    taken_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    caller: str = Field(default="", max_length=80)
    phone: str = Field(default="", max_length=20)
    customer_id: int | None = Field(default=None, foreign_key="customers.id", ondelete="RESTRICT")
    vehicle_id: int | None = Field(default=None, foreign_key="vehicles.id", ondelete="RESTRICT")
    rings: int | None = Field(default=None)
    """How often it rang before somebody answered (V40); None: nobody counted."""
    urgency: Urgency = Field(sa_type=enum_type(Urgency))
    wish: CallWish = Field(sa_type=enum_type(CallWish))
    words: str = Field(max_length=2000)
    is_transferred: bool = Field(default=False)
    """Put through at once to whoever answers (V42)."""
    answerer_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    promised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """By when he was told that he would hear from us."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    reply_channel: Channel | None = Field(default=None, sa_type=enum_type(Channel))
    reply: str = Field(default="", max_length=2000)
    """What he was told (V11)."""
    appointment_id: int | None = Field(
        default=None, foreign_key="appointments.id", index=True, ondelete="RESTRICT"
    )
    complaint_id: int | None = Field(
        default=None, foreign_key="complaints.id", index=True, ondelete="RESTRICT"
    )
    item: str = Field(default="", max_length=80)
    """What he wanted and we did not have (V28)."""
    substitute: str = Field(default="", max_length=80)
    demand_result: DemandResult | None = Field(default=None, sa_type=enum_type(DemandResult))
    companion: str = Field(default="", max_length=80)
    companion_answer: CompanionAnswer | None = Field(
        default=None, sa_type=enum_type(CompanionAnswer)
    )
