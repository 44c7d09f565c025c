"""What pages are told of calls: frozen values, no tables."""

from dataclasses import dataclass
from datetime import date, datetime

from db.models import CallWish, Channel, CompanionAnswer, DemandResult, Urgency


@dataclass(frozen=True, slots=True)
class Receipt:
    id: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call; the phone is masked where the reader may not see it whole."""

    id: int
    version: int
    at: datetime
    store_id: int
    taken_by: str
    customer_id: int | None
    vehicle_id: int | None
    who: str
    phone: str
    rings: int | None
    urgency: Urgency
    wish: CallWish
    words: str
    is_transferred: bool
    answerer_id: int | None
    answerer: str
    promised_at: datetime | None
    answered_at: datetime | None
    answered_by: str
    reply_channel: Channel | None
    reply: str
    appointment_id: int | None
    complaint_id: int | None
    item: str
    substitute: str
    demand_result: DemandResult | None
    companion: str
    companion_answer: CompanionAnswer | None
    may_work: bool = False

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def is_kept(self) -> bool | None:
        """Whether he heard from us by the promised time; None while that is open, or where nothing
        was promised."""
        if self.promised_at is None or self.answered_at is None:
            return None
        return self.answered_at <= self.promised_at


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list of calls; None means no bound."""

    since: date
    until: date
    wish: CallWish | None = None
    answerer_id: int | None = None
    is_lost: bool = False
    """Only those in which something was wanted that we did not have (V28)."""


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[CallRow]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """Of the last four weeks (spec 2.6)."""

    in_time: int
    """Answered within the rings that the group allows."""
    counted: int
    """Of which somebody counted the rings."""
    kept: int
    promised: int
    """Promises whose time is over, or that were kept before."""
    open: int
    late: int
