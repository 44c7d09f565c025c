"""Keeping a file's derived row (list, search, gaps) true: every command that changes it calls."""

from dataclasses import fields
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import (
    Consent,
    Customer,
    CustomerSummary,
    Document,
    Ownership,
    Purpose,
    Touch,
    Vehicle,
)
from db.summaries import CustomerFacts, VehicleFacts, summary_row
from services.core.access import beyond

_FACTS = [fact.name for fact in fields(CustomerFacts)]


def refresh(session: Session, customer_id: int) -> None:
    """Derive the summary of one file anew. Looks at the whole file, whoever is at work."""
    session.flush()
    values = derived(session, customer_id)
    row = beyond(
        session, select(CustomerSummary).where(col(CustomerSummary.customer_id) == customer_id)
    ).scalar_one_or_none()
    if row is None:
        session.add(CustomerSummary(**values))
        return
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


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
