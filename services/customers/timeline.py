"""What happened with a customer, in one row: every touch, order and consent (F40)."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Consent, Customer, Order, Purpose, Touch, User
from services.core import clock
from services.core.access import Actor, Permission, load
from services.core.choices import choice_label
from services.core.words import N_
from services.customers.views import TimelineEntry

TIMELINE_PAGE = 30
CONSENT_GIVEN = N_("Consent given: {purpose}")
CONSENT_WITHDRAWN = N_("Consent withdrawn: {purpose}")


def timeline(
    session: Session, actor: Actor, customer_id: int, before: datetime | None = None
) -> list[TimelineEntry]:
    """Every touch, order and consent, newest first; at most `TIMELINE_PAGE` older than `before`."""
    actor.require(Permission.CUSTOMERS_VIEW)
    customer = load(session, Customer, customer_id)
    before = before or datetime.max.replace(tzinfo=UTC)
    entries = [
        *_touch_entries(session, customer.id, before),
        *_order_entries(session, customer.id, before),
        *_consent_entries(session, customer.id, before),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:TIMELINE_PAGE]


def _touch_entries(session: Session, customer_id: int, before: datetime) -> list[TimelineEntry]:
    query = (
        select(Touch, col(User.name))
        .outerjoin(User, col(User.id) == col(Touch.user_id))
        .where(col(Touch.customer_id) == customer_id, col(Touch.at) < before)
        .order_by(col(Touch.at).desc())
        .limit(TIMELINE_PAGE)
    )
    return [
        TimelineEntry(
            at=touch.at,
            kind=touch.kind.value,
            msgid=choice_label(touch.kind),
            text=touch.summary,
            person=name or "",
            is_inbound=touch.is_inbound,
            next_contact_on=touch.next_contact_on,
        )
        for touch, name in session.execute(query)
    ]


def _order_entries(session: Session, customer_id: int, before: datetime) -> list[TimelineEntry]:
    query = (
        select(Order)
        .where(
            col(Order.customer_id) == customer_id,
            col(Order.voided_at).is_(None),
            col(Order.ordered_on) <= before.date(),
        )
        .order_by(col(Order.ordered_on).desc())
        .limit(TIMELINE_PAGE)
    )
    entries = [
        TimelineEntry(
            at=clock.midnight(order.ordered_on),
            kind=order.kind.value,
            msgid=choice_label(order.kind),
            text=order.summary or order.number,
            person=order.salesperson,
            amount_fen=order.amount_fen,
            has_clock=False,
        )
        for order in session.execute(query).scalars()
    ]
    return [entry for entry in entries if entry.at < before]


def _consent_entries(session: Session, customer_id: int, before: datetime) -> list[TimelineEntry]:
    query = select(Consent).where(col(Consent.customer_id) == customer_id)
    entries = []
    for consent in session.execute(query).scalars():
        for at, msgid in (
            (consent.given_at, CONSENT_GIVEN),
            (consent.withdrawn_at, CONSENT_WITHDRAWN),
        ):
            if at is not None and at < before:
                purpose = choice_label(Purpose(consent.purpose))
                entries.append(
                    TimelineEntry(at=at, kind="consent", msgid=msgid, text=purpose, person="")
                )
    return entries
