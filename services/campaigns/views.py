"""What pages are told of campaigns: frozen values, no tables."""

from dataclasses import dataclass
from datetime import date, datetime

from db.models import (
    CampaignKind,
    CampaignState,
    Desk,
    Lifecycle,
    Rsvp,
    ValueClass,
    VisitKind,
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a contact invites to, and what the customer said before."""

    campaign_id: int
    name: str
    name_en: str
    event_on: date | None
    room: int | None
    """For so many people there is room still; None: for all."""
    rsvp: Rsvp | None
    people: int
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it was written down; `room` is what is left."""

    id: int
    rsvp: Rsvp
    people: int
    is_waiting: bool
    room: int | None


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign; `store` "": of the whole group."""

    id: int
    version: int
    code: str
    name: str
    name_en: str
    kind: CampaignKind
    store_id: int | None
    store: str
    desk: Desk
    channel: VisitKind
    script: str
    script_en: str
    lifecycle: Lifecycle | None
    value_class: ValueClass | None
    quiet_days: int | None
    lacks_fields: bool
    is_marketing: bool
    from_on: date | None
    until_on: date | None
    event_on: date | None
    capacity: int | None
    state: CampaignState
    author_id: int | None
    author: str
    approver: str
    approved_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    planned: int
    """Contacts that it made."""
    reached: int

    def is_over(self, today: date) -> bool:
        return self.state is CampaignState.ENDED or (
            self.state is CampaignState.APPROVED
            and self.until_on is not None
            and max(self.until_on, self.event_on or self.until_on) < today
        )


@dataclass(frozen=True, slots=True)
class Results:
    """What came of a campaign, of the customers whom the reader sees."""

    planned: int
    waiting: int
    """To be made still, `held` among them."""
    held: int
    reached: int
    """Spoken with, `refused` among them."""
    refused: int
    lost: int
    """Not reachable, held until it was too late, tried in vain or not at all, cancelled."""
    accepted: int
    people: int
    """Whom those who accepted bring, they among them."""
    on_waiting: int
    undecided: int
    declined: int
    came: int
    room: int | None
    """For so many more people, of all stores; None: for all."""
    converted: int
    """Bought, or had a car repaired, soon after the contact."""
    lacking: int
    """Customers whose file lacked something when they were taken in."""
    completed: int
    """Of these files, those that lack nothing any more."""
    important: int
    important_reached: int


@dataclass(frozen=True, slots=True)
class Guest:
    """One customer who answered an invitation."""

    id: int
    version: int
    customer_id: int
    customer: str
    number: str
    answer: Rsvp
    people: int
    is_waiting: bool
    at: datetime
    came_at: datetime | None


@dataclass(frozen=True, slots=True)
class CampaignFile:
    line: CampaignLine
    results: Results | None
    """None: a draft has none yet."""
    guests: list[Guest]
    may_lead: bool
    """Edit it, or end it."""
    may_approve: bool
    is_own: bool
    """The reader wrote it, and somebody else can approve it."""
    may_answer: bool
    """Invitations are answered still, and the reader writes answers down."""
    may_mark: bool
    """The day of the event has come."""
    lacking: list[str]
    """What must be filled in before it can be approved: `writing.lacking`."""
