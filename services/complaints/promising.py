"""By when a customer was promised to hear from us, and whether he did (spec 3.1, C13)."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from db.models import Complaint, ComplaintEvent, EventKind
from services.complaints import timing
from services.complaints.clocks import ClockKind
from services.complaints.limits import MAJOR
from services.complaints.timing import RUNNING, Clocks
from services.core import calendars, clock, notices
from services.core.errors import InvalidInput
from services.core.words import N_
from services.core.worktime import MINUTE, add_business_minutes, business_minutes

NAME: Final = N_("Contact the customer as promised")
"""What is over when a promise was missed."""
TELLING: Final = frozenset(
    {
        EventKind.PROPOSED,
        EventKind.AGREED,
        EventKind.REJECTED,
        EventKind.REPLIED,
        EventKind.ACCEPTED,
        EventKind.CLOSED,
        EventKind.MERGED,
        EventKind.WITHDRAWN,
        EventKind.TOLD,
    }
)
"""What does not happen without the customer, or ends the waiting; a talk where he was reached."""


class PromisedPast(InvalidInput):
    msgid = N_("This moment has passed. Promise a later one")


class PromisedClosed(InvalidInput):
    msgid = N_("The store is closed then. The next working time begins {opens}")


class PromisedLate(InvalidInput):
    msgid = N_("The clock runs out {due}. Promise an earlier moment, or say that it takes longer")


def promise(
    session: Session, complaint: Complaint, promised_at: datetime, *, takes_longer: bool
) -> bool:
    """Promise the customer to hear from us; returns whether that is later than the clock allows.

    A moment in the working time of the store; what is major is worked on at any hour. Raises
    PromisedPast, PromisedClosed, PromisedLate (and nobody said that it takes longer).
    """
    if promised_at <= clock.now():
        raise PromisedPast
    if complaint.severity not in MAJOR:
        _check_open(session, complaint.store_id, promised_at)
    case = timing.Case(complaint.id, complaint.store_id, complaint.received_at)
    until = limit(timing.clocks_of(session, [case])[complaint.id])
    is_beyond = until is not None and promised_at > until
    if until is not None and is_beyond and not takes_longer:
        raise PromisedLate(due=_said(until))
    if complaint.promised_at is not None:
        notices.settle(session, cause(complaint.id, complaint.promised_at))
    complaint.promised_at, complaint.heard_at = promised_at, None
    return is_beyond


def limit(found: Clocks) -> datetime | None:
    """When the first of the clocks is due that run on once he knows that he was heard."""
    running = (
        one.due_at
        for kind, one in found.items()
        if kind is not ClockKind.ACKNOWLEDGE and one.state in RUNNING and one.due_at is not None
    )
    return min(running, default=None)


def follow(session: Session, complaint: Complaint, event: ComplaintEvent) -> None:
    """Note that the customer has heard from us, where that is what happened."""
    if complaint.promised_at is None or complaint.heard_at is not None:
        return
    if event.kind in TELLING or event.details.get("was_reached"):
        complaint.heard_at = event.at
        notices.settle(session, cause(complaint.id, complaint.promised_at))


def is_missed(complaint: Complaint) -> bool:
    """He still waits, and the moment has passed."""
    promised_at = complaint.promised_at
    return promised_at is not None and complaint.heard_at is None and promised_at < clock.now()


def cause(complaint_id: int, promised_at: datetime) -> str:
    """Of the notices that a promise was missed."""
    return f"complaints:{complaint_id}:promise:{promised_at:%Y%m%d%H%M}"


def _check_open(session: Session, store_id: int, moment: datetime) -> None:
    """Closing time is still working time: that is when people promise to call until."""
    calendar = calendars.calendar(session, store_id)
    if business_minutes(moment - MINUTE, moment + MINUTE, calendar) == 0:
        raise PromisedClosed(opens=_said(add_business_minutes(moment, 1, calendar) - MINUTE))


def _said(moment: datetime) -> str:
    """As the dealer's clocks show it, alike in each language."""
    return f"{moment.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
