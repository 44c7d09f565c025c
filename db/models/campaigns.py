"""Campaigns: one message to many customers, each contacted once, and what came of it (V08, V14,
V26, V35, V36)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from db.models.customers import Lifecycle, ValueClass
from db.models.users import Desk
from db.models.visits import VisitKind
from db.types import Base, Scoped, UtcDateTime, Versioned, enum_type


class CampaignKind(StrEnum):
    INVITATION = "invitation"
    """To an event on a day."""
    NEWS = "news"
    OFFER = "offer"
    ANNUAL_CARE = "annual_care"
    """Once a year: warm relations, complete files, attend to valuable customers (V26)."""
    GREETING = "greeting"
    """Of a festival (V36)."""
    WIN_BACK = "win_back"
    """Of customers who stay away (V35)."""


class CampaignState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    ENDED = "ended"
    """Before its time, for a reason."""


class Rsvp(StrEnum):
    COMES = "comes"
    UNDECIDED = "undecided"
    COMES_NOT = "comes_not"


class Campaign(Base, Versioned, table=True):
    """One campaign, of a store or of the whole group. Only a draft is edited."""

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_store", "store_id", "state"),
        CheckConstraint("until_on >= from_on", name="in_order"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
        CheckConstraint("quiet_days > 0", name="quiet_days_positive"),
        CheckConstraint(
            "state = 'draft' OR (from_on IS NOT NULL AND until_on IS NOT NULL)", name="dated"
        ),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_at_known"),
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(max_length=40, index=True)
    """Of one that is delivered the same for everybody who took it over."""
    name: str = Field(max_length=60)
    """In Chinese."""
    name_en: str = Field(default="", max_length=60)
    kind: CampaignKind = Field(sa_type=enum_type(CampaignKind))
    store_id: int | None = Field(default=None, foreign_key="stores.id", ondelete="RESTRICT")
    """None: of the whole group."""
    desk: Desk = Field(sa_type=enum_type(Desk))
    """Who makes its contacts."""
    channel: VisitKind = Field(sa_type=enum_type(VisitKind))
    script: str = Field(default="", max_length=4000)
    """In Chinese, as `script_en` in English; {customer}, {car}, {me} and {store} are filled in."""
    script_en: str = Field(default="", max_length=4000)
    lifecycle: Lifecycle | None = Field(default=None, sa_type=enum_type(Lifecycle))
    """Only customers who are there; None: any."""
    value_class: ValueClass | None = Field(default=None, sa_type=enum_type(ValueClass))
    quiet_days: int | None = Field(default=None)
    """Only customers to whom nobody spoke for so many days; None: any."""
    lacks_fields: bool = Field(default=False)
    """Only customers whose file lacks what it must have."""
    is_marketing: bool = Field(default=False)
    """It offers something: an open complaint and a consent taken back keep it back."""
    from_on: date | None = Field(default=None)
    until_on: date | None = Field(default=None)
    """The last day on which its contacts are tried."""
    event_on: date | None = Field(default=None)
    """Of an invitation: on which day."""
    capacity: int | None = Field(default=None)
    """Of an invitation: for how many people there is room; None: for all."""
    state: CampaignState = Field(default=CampaignState.DRAFT, sa_type=enum_type(CampaignState))
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    end_reason: str = Field(default="", max_length=200)


class CampaignAnswer(Base, Scoped, Versioned, table=True):
    """What one customer said to an invitation last, and whether he came."""

    __tablename__ = "campaign_answers"
    __table_args__ = (
        Index("ix_campaign_answers_once", "campaign_id", "customer_id", unique=True),
        CheckConstraint("people BETWEEN 0 AND 99", name="people_bounded"),
        CheckConstraint("(answer = 'comes') = (people > 0)", name="people_where_he_comes"),
        CheckConstraint("answer = 'comes' OR NOT is_waiting", name="waits_who_would_come"),
    )

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaigns.id", ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customers.id", index=True, ondelete="RESTRICT")
    answer: Rsvp = Field(sa_type=enum_type(Rsvp))
    people: int = Field(default=0)
    """How many come, he among them."""
    is_waiting: bool = Field(default=False)
    """He would come, and there was no room any more."""
    at: datetime = Field(sa_type=UtcDateTime)
    """When he said so last."""
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    """To whom."""
    came_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Marked at the reception."""
