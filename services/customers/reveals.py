"""Seeing a masked field: for a reason, written down, so many a day (A12, A13)."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from db.models import Customer, Ownership, Reveal, Role, User, Vehicle
from services.core import audit, clock, parameters
from services.core.access import Actor, Permission, beyond, load
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
    is_recorded = True
    msgid = N_("You have looked at {most} masked fields today. Ask your manager")


def reveal(session: Session, actor: Actor, form: RevealField) -> Receipt:
    """Show one field of one file to this actor for a quarter of an hour. The receipt's `id` is the
    customer's. Raises RevealsSpent past the daily quota, which is written down."""
    actor.require(Permission.CUSTOMERS_REVEAL)
    customer = load(session, Customer, form.customer_id)
    if actor.id is None or not _is_masked(session, actor, customer, form.field):
        raise NotAMaskedField  # the system sees everything
    _check_quota(session, actor, customer, form.field)
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


def _is_masked(session: Session, actor: Actor, customer: Customer, field: str) -> bool:
    """Whether the actor sees this field masked on the file or, a car's, on one of its cars."""
    if field in policy.hidden_fields(session, actor, customer):
        return True
    part = select(col(Ownership.vehicle_id)).where(col(Ownership.customer_id) == customer.id)
    cars = select(Vehicle).where(col(Vehicle.id).in_(part))
    return field in policy.CAR_FIELDS and any(
        field in policy.hidden_fields(session, actor, customer, car)
        for car in session.execute(cars).scalars()
    )


def _check_quota(session: Session, actor: Actor, customer: Customer, field: str) -> None:
    if actor.role is None:
        return
    held = select(col(User.id)).where(col(User.id) == actor.id).with_for_update(key_share=True)
    session.execute(held)  # of two at once the second waits, and is counted
    most = parameters.value(session, quota_of(actor.role), store_id=actor.store_id)
    midnight = clock.midnight(clock.today())
    query = (
        select(func.count())
        .select_from(Reveal)
        .where(col(Reveal.user_id) == actor.id, col(Reveal.at) >= midnight)
    )
    if session.execute(query).scalar_one() >= most:
        raise RevealsSpent(most=most, record="customers", id=customer.id, field=field)


def quota_of(role: Role) -> str:
    """The parameter that says how many fields a day someone of this role may look at."""
    match role:
        case Role.SPECIALIST:
            return parameters.REVEALS_OF_SPECIALIST
        case Role.MANAGER:
            return parameters.REVEALS_OF_MANAGER
    return parameters.REVEALS_OF_OTHERS


def over(
    session: Session, most: int, roles: Collection[Role], store_id: int | None, since: date
) -> list[tuple[int, int]]:
    """(person, day) wherever someone of these roles, in a store or all, looked at more than `most`
    fields on a day from `since` to yesterday; days are counted from `since`."""
    days = (clock.today() - since).days
    counted = case(
        *((col(Reveal.at) < clock.midnight(since + timedelta(days=n + 1)), n) for n in range(days))
    )
    looked = (
        select(col(Reveal.user_id).label("person"), counted.label("day"))
        .join(User, col(User.id) == col(Reveal.user_id))
        .where(
            col(Reveal.at) >= clock.midnight(since),
            col(Reveal.at) < clock.midnight(clock.today()),
            col(User.role).in_(roles),
            *([] if store_id is None else [col(User.store_id) == store_id]),
        )
        .subquery()
    )
    query = (
        select(looked.c.person, looked.c.day)
        .group_by(looked.c.person, looked.c.day)
        .having(func.count() > most)
    )
    return [(person, day) for person, day in beyond(session, query)]
