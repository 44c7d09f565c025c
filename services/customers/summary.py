"""Keeping a file's derived row (list, search, gaps) true: every command that changes it calls."""

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.engine import wall_opened
from db.models import (
    Consent,
    Counter,
    Customer,
    CustomerSummary,
    Document,
    Ownership,
    Purpose,
    Touch,
    Vehicle,
)
from db.once import add_once
from db.summaries import FORM, SERIES, CustomerFacts, VehicleFacts, summary_row
from services.core.access import Actor, Permission, beyond
from services.core.inputs import Input

STEP: Final = 100
"""Files in one transaction: about a fifth of a second."""


@dataclass(frozen=True, slots=True)
class Derived:
    """How many summaries said something else before, and whether all have been looked at."""

    changed: int
    is_finished: bool


_FACTS = [fact.name for fact in fields(CustomerFacts)]


def refresh(session: Session, customer_id: int) -> bool:
    """Derive the summary of one file anew; returns whether it said anything else. Looks at the
    whole file, whoever is at work."""
    session.flush()
    query = select(CustomerSummary).where(col(CustomerSummary.customer_id) == customer_id)
    with wall_opened(session):  # once for all of it: an import does this for every row
        values = derived(session, customer_id)
        row = beyond(session, query).scalar_one_or_none()
    if row is None:
        session.add(CustomerSummary(**values))
        return True
    stale = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in stale.items():
        setattr(row, name, value)
    return bool(stale)


class DeriveSummaries(Input):
    """Derive the next files' summaries anew, if the program derives them otherwise than when they
    were written."""


def derive_anew(session: Session, actor: Actor, form: DeriveSummaries) -> Derived:
    """Go on where the last call stopped; at the end note that all summaries have this form."""
    actor.require(Permission.DATA_SWEEP)
    add_once(session, Counter, [{"series": SERIES, "value": 0}], col(Counter.series))
    mark = session.execute(
        select(Counter).where(col(Counter.series) == SERIES).with_for_update()
    ).scalar_one()
    if mark.value == FORM:
        return Derived(0, is_finished=True)
    at = (mark.details or {}).get("at", 0) if (mark.details or {}).get("form") == FORM else 0
    query = select(col(Customer.id)).where(col(Customer.id) > at).order_by(col(Customer.id))
    keys = list(beyond(session, query.limit(STEP)).scalars())
    changed = sum(refresh(session, key) for key in keys)
    if len(keys) < STEP:
        mark.value, mark.details = FORM, None
    else:
        mark.details = {"form": FORM, "at": keys[-1]}
    return Derived(changed, is_finished=len(keys) < STEP)


def derived(session: Session, customer_id: int) -> dict[str, Any]:
    """What the summary of this file should say."""
    customer = beyond(session, select(Customer).where(col(Customer.id) == customer_id)).scalar_one()
    consents = select(col(Consent.id)).where(
        col(Consent.customer_id) == customer_id,
        col(Consent.purpose) == Purpose.SERVICE_CALLS,
        col(Consent.withdrawn_at).is_(None),
    )
    papers = select(col(Document.status)).where(col(Document.customer_id) == customer_id)
    touched = select(func.max(col(Touch.at))).where(col(Touch.customer_id) == customer_id)
    return summary_row(
        CustomerFacts(**{name: getattr(customer, name) for name in _FACTS}),
        _cars(session, customer_id),
        has_service_consent=beyond(session, consents).first() is not None,
        documents=list(beyond(session, papers).scalars()),
        last_touch_at=beyond(session, touched).scalar_one(),
    )


def _cars(session: Session, customer_id: int) -> list[VehicleFacts]:
    query = (
        select(
            col(Vehicle.id),
            col(Vehicle.vin),
            col(Vehicle.plate),
            col(Vehicle.delivered_on),
            col(Ownership.role),
            col(Ownership.ended_on),
        )
        .join(Ownership, col(Ownership.vehicle_id) == col(Vehicle.id))
        .where(col(Ownership.customer_id) == customer_id)
    )
    return [
        VehicleFacts(
            vehicle_id=key,
            vin=vin,
            plate=plate,
            delivered_on=delivered,
            role=role,
            is_current=ended is None,
        )
        for key, vin, plate, delivered, role, ended in beyond(session, query)
    ]
