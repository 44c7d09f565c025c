"""The records that make up a figure of contacts, a page of them at a time (spec 5.1)."""

from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import col

from db.models import (
    CallAttempt,
    Customer,
    Order,
    Ownership,
    OwnershipRole,
    User,
    Vehicle,
    VisitForm,
    VisitTask,
)
from services.core.counted import NOBODY, NOTHING, Query, behind, columns


def _tasks() -> Query:
    one = VisitTask
    return (
        columns(
            one,
            func.coalesce(col(User.name), ""),
            col(one.due_to),
            col(one.trigger),
            col(one.state),
        )
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.owner_id))
    )


def _attempts() -> Query:
    one = CallAttempt
    return (
        columns(one, func.coalesce(col(User.name), ""), col(one.at), col(one.kind), col(one.result))
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.user_id))
    )


def _orders() -> Query:
    one = Order
    return columns(
        one, col(one.salesperson), col(one.closed_on), col(one.number), col(one.repair_kind)
    ).join(Customer, col(Customer.id) == col(one.customer_id))


def _customers() -> Query:
    one = Customer
    return columns(
        one, func.coalesce(col(User.name), ""), NOTHING, col(one.lifecycle),
        col(one.value_class),
    ).outerjoin(User, col(User.id) == col(one.owner_id))  # fmt: skip


def _cars() -> Query:
    """With whoever owns the car now; of several the first."""
    first = (
        select(func.min(col(Ownership.customer_id)))
        .where(
            col(Ownership.vehicle_id) == col(Vehicle.id),
            col(Ownership.role) == OwnershipRole.OWNER,
            col(Ownership.ended_on).is_(None),
        )
        .scalar_subquery()
    )
    one = Vehicle
    return columns(one, NOBODY, col(one.delivered_on), col(one.model), NOTHING).outerjoin(
        Customer, col(Customer.id) == first
    )


def _written() -> Query:
    return _forms(VisitForm.ended_at)


def _improvements() -> Query:
    return _forms(VisitForm.improve_on)


def _forms(on: Any) -> Query:
    one = VisitForm
    return (
        columns(one, func.coalesce(col(User.name), ""), col(on), col(one.number))
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.writer_id))
    )


BEHIND_TASKS: Final = behind(VisitTask, _tasks)
BEHIND_ATTEMPTS: Final = behind(CallAttempt, _attempts)
BEHIND_ORDERS: Final = behind(Order, _orders)
BEHIND_CUSTOMERS: Final = behind(Customer, _customers)
BEHIND_CARS: Final = behind(Vehicle, _cars)
BEHIND_FORMS: Final = behind(VisitForm, _written)
BEHIND_IMPROVEMENTS: Final = behind(VisitForm, _improvements)
