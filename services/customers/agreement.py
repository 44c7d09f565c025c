"""Files that agree in what the entry of a new file is stopped by: one phone, one plate."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import Customer, Ownership, OwnershipRole, Vehicle
from services.core.access import Actor, Permission

Pair = tuple[int, int]
"""The ids of two files, the smaller one first."""


@dataclass(frozen=True, slots=True)
class Agreements:
    pairs: list[Pair]
    """Living files that agree, in order."""
    merged: list[int]
    """Files that were merged into others: no pair has them."""


def agreeing(session: Session, actor: Actor) -> Agreements:
    """Every two living files of which the second would have met a question at its entry, as they
    are now: `writing.check_phone` compares phones, `garage.add_vehicle` asks for a car's owner.

    A VIN stands once in the database, so cars meet by their plate. No more is known of duplicates
    yet: names, errors in numbers, drivers are not compared.
    """
    actor.require(Permission.DATA_VERIFY)
    merged = select(col(Customer.id)).where(col(Customer.merged_into_id).is_not(None))
    return Agreements(
        sorted(_of_phone(session) | _of_plate(session)),
        sorted(session.execute(merged).scalars()),
    )


def _of_phone(session: Session) -> set[Pair]:
    """One's main phone is the other's main or second one; two second ones are never compared."""
    one: Any = aliased(Customer)
    other: Any = aliased(Customer)
    found: set[Pair] = set()
    for theirs in (other.phone, other.other_phone):
        query = select(one.id, other.id).where(
            one.phone == theirs,
            one.id != other.id,
            one.merged_into_id.is_(None),
            other.merged_into_id.is_(None),
        )
        found |= {_pair(*pair) for pair in session.execute(query)}
    return found


def _of_plate(session: Session) -> set[Pair]:
    """Owners of today of two cars with one plate."""
    car: Any = aliased(Vehicle)
    same: Any = aliased(Vehicle)
    one: Any = aliased(Ownership)
    other: Any = aliased(Ownership)
    query = (
        select(one.customer_id, other.customer_id)
        .select_from(car)
        .join(same, same.plate == car.plate)
        .join(one, one.vehicle_id == car.id)
        .join(other, other.vehicle_id == same.id)
        .where(car.id < same.id, one.customer_id != other.customer_id)
    )
    for part in (one, other):
        query = query.where(
            part.role == OwnershipRole.OWNER,
            part.ended_on.is_(None),
            part.customer_id.in_(
                select(col(Customer.id)).where(col(Customer.merged_into_id).is_(None))
            ),
        )
    return {_pair(*pair) for pair in session.execute(query)}


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
