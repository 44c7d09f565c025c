"""What pages are told of appointments: frozen values, no tables."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from db.models import AppointmentSource, AppointmentState, WorkKind


@dataclass(frozen=True, slots=True)
class Receipt:
    id: int
    state: AppointmentState
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class BayLine:
    id: int
    version: int
    store_id: int
    name: str
    kinds: tuple[WorkKind, ...]
    is_in_use: bool


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """One appointment; the phone is masked as in every list."""

    id: int
    version: int
    store_id: int
    customer_id: int | None
    who: str
    phone: str
    vehicle_id: int | None
    car: str
    work: WorkKind
    starts_at: datetime
    minutes: int
    advisor_id: int | None
    advisor: str
    bay_id: int | None
    bay: str
    concern: str
    source: AppointmentSource
    state: AppointmentState
    reason: str
    moved: int
    reminded_at: datetime | None
    made_by: str
    made_at: datetime
    task_id: int | None


class By(StrEnum):
    """Whose times a grid shows."""

    BAY = "bay"
    ADVISOR = "advisor"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a time: appointments that begin or go on then; free where none can be made
    beside them."""

    rows: tuple[AppointmentRow, ...]
    is_free: bool


@dataclass(frozen=True, slots=True)
class DayGrid:
    """A day: (id, name) of the bays or advisors, the times that are offered, and what stands at
    (time, id); id 0 is whatever has no bay, or no advisor, yet. No times: closed."""

    day: date
    step: int
    """Minutes between two times."""
    places: list[tuple[int, str]]
    times: list[datetime]
    cells: dict[tuple[datetime, int], Cell]


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One day of a place in the week: how many appointments, and how many times are free."""

    booked: int
    free: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class WeekGrid:
    places: list[tuple[int, str]]
    days: list[date]
    loads: dict[tuple[date, int], DayLoad]


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows that the filters leave; `is_cut`: there are more than a list holds."""

    rows: list[AppointmentRow]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """How appointments fared (spec 2.6). None where there is nothing to count."""

    came: int
    due: int
    """Came or did not: those that were called off in time are neither."""
    cancelled: int
    made: int
    long_rate: float | None
    """Called off, of all, over the last 26 weeks."""
    to_confirm: int
    """Of tomorrow, and not confirmed yet."""

    @property
    def show_rate(self) -> float | None:
        return self.came / self.due if self.due else None

    @property
    def cancel_rate(self) -> float | None:
        return self.cancelled / self.made if self.made else None

    @property
    def is_alarming(self) -> bool:
        """Called off half as often again as usual: customers leave before they come."""
        return is_alarming(self.cancel_rate, self.long_rate)


SIGNAL = 1.5
"""The 4-week mean over the 26-week mean from which on it is a signal (spec 2.6)."""


def is_alarming(short: float | None, long: float | None) -> bool:
    """Of the shares that were called off of the last 4 and 26 weeks. None: there were none."""
    return short is not None and bool(long) and short >= SIGNAL * (long or 0)
