"""When each car is due for its next maintenance: derived from its readings and kept."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.types import Base, UtcDateTime, enum_type


class ServiceBasis(StrEnum):
    """From what the kilometres a day are known."""

    MEASURED = "measured"
    """From two readings or more."""
    ASSUMED = "assumed"
    """There are not two readings that agree: the usual number holds."""


class ServiceDue(Base, table=True):
    """The next maintenance of one car, as its orders and readings tell it (spec 2.5).

    Rewritten by the sweep when the car, its orders or the group's intervals change; never edited.
    A car of which neither a delivery nor a maintenance is known has no row.
    """

    __tablename__ = "service_dues"
    __table_args__ = (
        CheckConstraint(
            "window_from <= due_on AND due_on <= window_until", name="within_its_window"
        ),
        CheckConstraint("daily_km > 0", name="daily_km_positive"),
        CheckConstraint("(last_order_id IS NULL) = (last_on IS NULL)", name="last_known"),
    )
    audited: ClassVar[bool] = False

    vehicle_id: int = Field(foreign_key="vehicles.id", primary_key=True, ondelete="CASCADE")
    last_order_id: int | None = Field(
        default=None, foreign_key="orders.id", index=True, ondelete="RESTRICT"
    )
    """The maintenance that began this cycle; None: the first one is still to come."""
    last_on: date | None = Field(default=None)
    is_seen: bool = Field(default=False)
    """It came to a workshop of ours, for whatever, when it was nearly due: nobody reminds."""
    daily_km: float
    basis: ServiceBasis = Field(sa_type=enum_type(ServiceBasis))
    due_on: date = Field(index=True)
    window_from: date
    window_until: date
    computed_at: datetime = Field(sa_type=UtcDateTime)
