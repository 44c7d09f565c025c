"""By when a customer was promised to hear from us, and whether he did (spec 3.1, C13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from db.models import Complaint, ComplaintEvent, EventKind
from services.complaints import timing
from services.complaints.clocks import ClockKind
from services.complaints.limits import MAJOR
from services.complaints.timing import RUNNING, Clocks
from services.core import calendars, clock, notices
from services.core.access import Actor, Permission, load
from services.core.errors import InvalidInput
from services.core.words import N_
from services.core.worktime import MINUTE, Calendar, add_business_minutes, business_minutes

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


class Usual(StrEnum):
    """When customers are mostly promised to hear from us."""

    HOUR = "hour"
    TODAY = "today"
    NEXT_DAY = "next_day"
    LIMIT = "limit"


USUAL: Final[dict[Usual, str]] = {
    Usual.HOUR: N_("In one working hour"),
    Usual.TODAY: N_("Today until closing time"),
    Usual.NEXT_DAY: N_("Next working day, an hour after opening"),
    Usual.LIMIT: N_("When the clock runs out"),
}
"""Their msgids."""
A_DAY: Final = timedelta(days=1)
AN_HOUR: Final = 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class UsualPromise:
    """One of them, and the moment that it is now."""

    kind: Usual
    at: datetime


class PromisedPast(InvalidInput):
    msgid = N_("This moment has passed. Promise a later one")


class PromisedClosed(InvalidInput):
    msgid = N_("The store is closed then. The next working time begins {opens}")


class PromisedLate(InvalidInput):
    msgid = N_("The clock runs out {due}. Promise an earlier moment, or say that it takes longer")


def usual_promises(session: Session, actor: Actor, complaint_id: int) -> list[UsualPromise]:
    """What may be promised without typing a moment, the earliest first; of two at one moment the
    simpler. Raises NotFound."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = load(session, Complaint, complaint_id)
    until = _limit(session, complaint)
    calendar = calendars.calendar(session, complaint.store_id)
    found: dict[datetime, UsualPromise] = {}
    for kind, at in _usual(calendar, until):
        is_in_time = clock.now() < at and (until is None or at <= until)
        if is_in_time and (complaint.severity in MAJOR or _is_open(calendar, at)):
            found.setdefault(at, UsualPromise(kind, at))
    return [found[at] for at in sorted(found)]


def _usual(calendar: Calendar, until: datetime | None) -> Iterator[tuple[Usual, datetime]]:
    now, today = clock.now(), clock.today()
    yield Usual.HOUR, add_business_minutes(now, AN_HOUR, calendar)
    for _opens, closes in calendar.spans(today)[-1:]:
        yield Usual.TODAY, clock.midnight(today) + closes * MINUTE
    yield Usual.NEXT_DAY, add_business_minutes(clock.midnight(today + A_DAY), AN_HOUR, calendar)
    if until is not None:
        yield Usual.LIMIT, until


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
    until = _limit(session, complaint)
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


def _limit(session: Session, complaint: Complaint) -> datetime | None:
    case = timing.Case(complaint.id, complaint.store_id, complaint.received_at)
    return limit(timing.clocks_of(session, [case])[complaint.id])


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
    calendar = calendars.calendar(session, store_id)
    if not _is_open(calendar, moment):
        raise PromisedClosed(opens=_said(add_business_minutes(moment, 1, calendar) - MINUTE))


def _is_open(calendar: Calendar, moment: datetime) -> bool:
    """Closing time is still working time: that is when people promise to call until."""
    return business_minutes(moment - MINUTE, moment + MINUTE, calendar) > 0


def _said(moment: datetime) -> str:
    """As the dealer's clocks show it, alike in each language."""
    return f"{moment.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
