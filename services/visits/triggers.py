"""What contacts follow from: for each trigger the statement that finds it (spec 2.2).

Each finds customers with the day on which something happened or will (`anchor`), and a key that is
the same whenever the same thing is found again. Files that are archived or merged are left out.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Date,
    Select,
    String,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import case as which
from sqlmodel import col

from db.models import (
    Complaint,
    Customer,
    CustomerSummary,
    FileIssue,
    IssueKind,
    IssueState,
    Order,
    OrderKind,
    Ownership,
    OwnershipRole,
    ServiceDue,
    Stage,
    Trigger,
    Vehicle,
)
from services.core import clock

NONE: Final = literal(None)
MAINTENANCE: Final = "maintenance"
Found = Select[Any]
"""Columns: customer_id, store_id, owner_id, vehicle_id, order_id, complaint_id, anchor, key."""


def _columns(
    anchor: Any, key: Any, *, vehicle: Any = NONE, order: Any = NONE, complaint: Any = NONE
) -> Found:
    return select(
        col(Customer.id).label("customer_id"),
        col(Customer.store_id),
        col(Customer.owner_id),
        vehicle.label("vehicle_id"),
        order.label("order_id"),
        complaint.label("complaint_id"),
        anchor.label("anchor"),
        key.label("key"),
    ).where(col(Customer.is_archived).is_(False), col(Customer.merged_into_id).is_(None))


def _key(*parts: Any) -> Any:
    """Parts with colons between, alike on both databases."""
    key: Any = literal(parts[0])
    for part in parts[1:]:
        key = key.concat(":").concat(cast(part, String))
    return key


def _orders(kind: OrderKind) -> Callable[[date, date], Found]:
    def find(since: date, until: date) -> Found:
        closed = col(Order.closed_on)
        return (
            _columns(
                closed,
                _key("order", col(Order.id)),
                vehicle=col(Order.vehicle_id),
                order=col(Order.id),
            )
            .join(Order, col(Order.customer_id) == col(Customer.id))
            .where(
                col(Order.kind) == kind,
                closed >= since,
                closed <= until,
                col(Order.voided_at).is_(None),
            )
        )

    return find


def _complaints(since: date, until: date) -> Found:
    """Closed ones; each closing again is another one. Of legal ones nobody is to know."""
    closed = col(Complaint.closed_at)
    return (
        _columns(
            closed,
            _key("complaint", col(Complaint.id), col(Complaint.reopen_count)),
            vehicle=col(Complaint.vehicle_id),
            complaint=col(Complaint.id),
        )
        .join(Complaint, col(Complaint.customer_id) == col(Customer.id))
        .where(
            closed >= clock.midnight(since),
            closed < clock.midnight(until + timedelta(days=1)),
            col(Complaint.stage) == Stage.CLOSED,
            col(Complaint.is_legal).is_(False),
        )
    )


def _file_gaps(since: date, until: date) -> Found:
    """Files that were opened without all that they must have, and that still lack something."""
    opened = col(FileIssue.opened_at)
    return (
        _columns(opened, _key("issue", col(FileIssue.id)))
        .join(FileIssue, col(FileIssue.customer_id) == col(Customer.id))
        .join(CustomerSummary, col(CustomerSummary.customer_id) == col(Customer.id))
        .where(
            opened >= clock.midnight(since),
            opened < clock.midnight(until + timedelta(days=1)),
            col(FileIssue.kind) == IssueKind.MISSING,
            col(FileIssue.state) == IssueState.OPEN,
            col(CustomerSummary.missing) != 0,
        )
    )


def _dates_of_cars(name: str) -> Callable[[date, date], Found]:
    """A date of a car, of whoever owns it now."""

    def find(since: date, until: date) -> Found:
        day = col(getattr(Vehicle, name))
        return (
            _columns(
                day,
                _key(name.partition("_")[0], col(Vehicle.id), day),
                vehicle=col(Vehicle.id),
            )
            .join(Ownership, col(Ownership.customer_id) == col(Customer.id))
            .join(Vehicle, col(Vehicle.id) == col(Ownership.vehicle_id))
            .where(
                col(Ownership.role) == OwnershipRole.OWNER,
                col(Ownership.ended_on).is_(None),
                day >= since,
                day <= until,
            )
        )

    return find


def _maintenances(since: date, until: date) -> Found:
    """The next maintenance, of whoever owns the car now. The car and the maintenance before are
    the key: a prediction that changes is the same contact (B6)."""
    due = ServiceDue
    cycle = func.coalesce(col(due.last_order_id), 0)
    return (
        _columns(
            col(due.due_on),
            _key(MAINTENANCE, col(Vehicle.id), cycle),
            vehicle=col(Vehicle.id),
        )
        .join(Ownership, col(Ownership.customer_id) == col(Customer.id))
        .join(Vehicle, col(Vehicle.id) == col(Ownership.vehicle_id))
        .join(due, col(due.vehicle_id) == col(Vehicle.id))
        .where(
            col(Ownership.role) == OwnershipRole.OWNER,
            col(Ownership.ended_on).is_(None),
            col(due.due_on) >= since,
            col(due.due_on) <= until,
            col(due.is_seen).is_(False),
        )
    )


def cycle_key(vehicle_id: int, last_order_id: int | None) -> str:
    """The key of the contacts about the maintenance that follows an order (None: the first)."""
    return f"{MAINTENANCE}:{vehicle_id}:{last_order_id or 0}"


def _birthdays(since: date, until: date) -> Found:
    """At most some weeks: each day of them by its month and day. Who was born on 29 February has
    his birthday on the 28th of the other years."""
    born = col(Customer.birthday)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    sought = {(day.month, day.day): day for day in days}
    for day in days:
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).day == 1:
            sought[2, 29] = day
    on = func.coalesce(extract("month", born) * 100 + extract("day", born), 0)
    anchor = which(
        {month * 100 + number: literal(day, Date) for (month, number), day in sought.items()},
        value=on,
    )
    year = which(
        {month * 100 + number: literal(day.year) for (month, number), day in sought.items()},
        value=on,
    )
    return _columns(anchor, _key("birthday", col(Customer.id), year)).where(
        or_(*(on == month * 100 + number for month, number in sought))
    )


SOURCES: Final[Mapping[Trigger, Callable[[date, date], Found]]] = {
    Trigger.DELIVERY: _orders(OrderKind.SALE),
    Trigger.REPAIR: _orders(OrderKind.REPAIR),
    Trigger.COMPLAINT: _complaints,
    Trigger.FILE_GAP: _file_gaps,
    Trigger.INSURANCE: _dates_of_cars("insurance_until"),
    Trigger.INSPECTION: _dates_of_cars("inspection_due_on"),
    Trigger.MAINTENANCE: _maintenances,
    Trigger.BIRTHDAY: _birthdays,
}
"""What happened, or will, from one day to another."""


def last_touched(before: datetime) -> Found:
    """Customers whose last contact lies before a moment (V31); its moment is the anchor. Of each
    interval that has passed since there is one contact, so the key is made of it later."""
    touched = col(CustomerSummary.last_touch_at)
    return (
        _columns(touched, _key("class", col(Customer.id)))
        .join(CustomerSummary, col(CustomerSummary.customer_id) == col(Customer.id))
        .where(touched <= before, touched > clock.midnight(date(1990, 1, 1)))
    )
