"""How many cars are due for maintenance in the coming weeks, beside what the workshops take
(spec 2.7, V05)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import and_, exists, func, select
from sqlmodel import Session, col

from db.models import (
    Customer,
    Lifecycle,
    Ownership,
    OwnershipRole,
    ServiceBasis,
    ServiceDue,
    Store,
    Vehicle,
)
from services.core import clock, parameters
from services.core.access import Actor, Permission, load
from services.core.calendars import calendar

WEEKS: Final = 12
STALE: Final = timedelta(days=365)
"""A car that has been due for longer is not waited for."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """By week, from this one's Monday on. `capacity` is what the open days of the stores take;
    `overdue` came due before this week, in the last year, and have not come."""

    weeks: list[date]
    measured: list[int]
    assumed: list[int]
    capacity: list[int]
    overdue: int


def forecast(session: Session, actor: Actor, store_id: int | None = None) -> Forecast:
    """Cars whose owner is a customer of ours, as far as the actor sees them. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    if store_id is not None:
        load(session, Store, store_id)
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    weeks = [monday + timedelta(weeks=n) for n in range(WEEKS)]
    counts = _counts(session, monday - STALE, monday + timedelta(weeks=WEEKS), store_id)
    by_week = {basis: [0] * WEEKS for basis in ServiceBasis}
    overdue = 0
    for (day, basis), count in counts.items():
        if day < monday:
            overdue += count
        else:
            by_week[basis][(day - monday).days // 7] += count
    return Forecast(
        weeks=weeks,
        measured=by_week[ServiceBasis.MEASURED],
        assumed=by_week[ServiceBasis.ASSUMED],
        capacity=_capacity(session, actor, weeks, store_id),
        overdue=overdue,
    )


def _counts(
    session: Session, since: date, before: date, store_id: int | None
) -> dict[tuple[date, ServiceBasis], int]:
    """Each car once, whoever of its owners is ours."""
    ours = exists().where(
        col(Ownership.vehicle_id) == col(Vehicle.id),
        col(Ownership.role) == OwnershipRole.OWNER,
        col(Ownership.ended_on).is_(None),
        col(Customer.id) == col(Ownership.customer_id),
        col(Customer.is_archived).is_(False),
        col(Customer.lifecycle) != Lifecycle.LOST,
    )
    query = (
        select(col(ServiceDue.due_on), col(ServiceDue.basis), func.count())
        .join(Vehicle, col(Vehicle.id) == col(ServiceDue.vehicle_id))
        .where(and_(col(ServiceDue.due_on) >= since, col(ServiceDue.due_on) < before), ours)
        .group_by(col(ServiceDue.due_on), col(ServiceDue.basis))
    )
    if store_id is not None:
        query = query.where(col(Vehicle.store_id) == store_id)
    return {(day, basis): count for day, basis, count in session.execute(query)}


def _capacity(session: Session, actor: Actor, weeks: list[date], store_id: int | None) -> list[int]:
    """What the workshops take on the days on which they are open."""
    query = select(col(Store.id)).where(col(Store.is_open))
    wanted = store_id
    if wanted is None and not actor.is_of_group:
        wanted = actor.store_id
    if wanted is not None:
        query = query.where(col(Store.id) == wanted)
    found = [0] * len(weeks)
    for store in session.execute(query).scalars():
        hours = calendar(session, store)
        a_day = int(parameters.value(session, parameters.SERVICES_PER_DAY, None, store))
        for at, monday in enumerate(weeks):
            days = (monday + timedelta(days=n) for n in range(7))
            found[at] += a_day * sum(bool(hours.spans(day)) for day in days)
    return found
