"""The complaint rate month by month, and what of its ups and downs is chance (spec 3.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from db.models import OrderKind
from services.complaints.past import Past
from services.core.access import Actor, Permission
from services.core.metrics import Control, Period, control
from services.core.normal import EARLIEST, LATEST

PER: Final = 1000
"""Repair orders."""
MOST: Final = 60
"""Months."""


@dataclass(frozen=True, slots=True)
class Course:
    """Months by their first days; complaints received and repair orders closed in each."""

    months: list[date]
    received: list[int]
    orders: list[int]
    rate: Control


def rate_by_month(
    session: Session, actor: Actor, last: date, months: int, store_id: int | None = None
) -> Course:
    """The months up to that of the day `last`, of what the actor sees, 60 at most; for the last
    month as far as it has come."""
    actor.require(Permission.KPI_VIEW)
    last = min(max(last, EARLIEST), LATEST)
    periods = list(_months(last, min(months, MOST)))[::-1]
    pasts = [Past(session, period, store_id) for period in periods]
    received = [len(past.received_ids) for past in pasts]
    orders = [past.orders(OrderKind.REPAIR) for past in pasts]
    return Course(
        [period.since for period in periods], received, orders, control(received, orders, PER)
    )


def _months(last: date, count: int) -> Iterator[Period]:
    """Backwards."""
    day = last
    for _ in range(count):
        yield Period(day.replace(day=1), day)
        day = day.replace(day=1) - timedelta(days=1)
