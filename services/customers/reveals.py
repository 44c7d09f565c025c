"""Seeing a masked field: for a reason, written down, so many a day (A12, A13)."""

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Customer, Reveal, User
from services.core import audit, clock
from services.core.access import DEFAULT_REVEALS_A_DAY, REVEALS_A_DAY, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Busy, InvalidInput
from services.core.words import N_
from services.customers import policy
from services.customers.inputs import RevealField
from services.customers.views import Receipt

SHOWN_FOR: Final = timedelta(minutes=15)


class NotAMaskedField(InvalidInput):
    msgid = N_("This field is not masked")


class RevealsSpent(Busy):
    msgid = N_("You have looked at {most} masked fields today. Ask your manager")


def reveal(session: Session, actor: Actor, form: RevealField) -> Receipt:
    """Show one field of one file to this actor for a quarter of an hour. The receipt's `id` is the
    customer's. Raises RevealsSpent past the daily quota."""
    actor.require(Permission.CUSTOMERS_REVEAL)
    customer = load(session, Customer, form.customer_id)
    if form.field not in policy.hidden_fields(session, actor, customer):
        raise NotAMaskedField
    if actor.id is None:
        raise NotAMaskedField  # the system sees everything
    _check_quota(session, actor)
    now = clock.now()
    session.add(
        Reveal(
            user_id=actor.id,
            customer_id=customer.id,
            field=form.field,
            at=now,
            until=now + SHOWN_FOR,
        )
    )
    audit.record(
        session,
        actor,
        Action.CUSTOMERS_REVEALED,
        customer,
        reason=form.reason,
        field=form.field,
    )
    return Receipt(customer.id, customer.version, customer.number)


def _check_quota(session: Session, actor: Actor) -> None:
    if actor.role is None:
        return
    held = select(col(User.id)).where(col(User.id) == actor.id).with_for_update(key_share=True)
    session.execute(held)  # of two at once the second waits, and is counted
    most = REVEALS_A_DAY.get(actor.role, DEFAULT_REVEALS_A_DAY)
    midnight = datetime.combine(clock.today(), time(), tzinfo=clock.SHANGHAI)
    query = (
        select(func.count())
        .select_from(Reveal)
        .where(col(Reveal.user_id) == actor.id, col(Reveal.at) >= midnight)
    )
    if session.execute(query).scalar_one() >= most:
        raise RevealsSpent(most=most)
