"""What of a file this actor sees whole, sees masked, and may change."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Customer, Reveal, Vehicle
from services.core import clock, limits
from services.core.access import CLEAR, WRITES, Actor, Permission, Reach
from services.core.errors import NotPermitted
from services.core.masks import MASKS

FILE_FIELDS: Final = (
    "name",
    "kind",
    "gender",
    "contact_name",
    "phone",
    "other_phone",
    "wechat",
    "email",
    "id_number_last4",
    "birthday",
    "province",
    "city",
    "district",
    "street",
    "employer",
    "position",
    "industry",
    "hobbies",
    "preferred_channel",
    "preferred_hours",
    "do_not_contact_until",
    "do_not_contact_reason",
    "source",
    "need",
    "lifecycle",
    "value_class",
    "store_id",
    "owner_id",
    "second_contact_id",
    "decision_maker",
    "is_member",
    "is_archived",
    "note",
)
"""What the 360 view shows of a customer's own row."""

CAR_FIELDS: Final = ("vin", "plate")
"""Personal fields of a car: revealed under these names, for all cars of the file at once."""

MAY_OWN: Final = tuple(role for role, reach in WRITES.items() if reach is not Reach.NONE)
"""The roles that a file can belong to: those that may change files at all."""

REVEALABLE: Final = frozenset(MASKS)

GUESSES_A_MINUTE: Final = 60
"""Questions for a number by someone who may see it masked only; the same again by forms."""


def may_edit(actor: Actor, customer: Customer) -> bool:
    return (
        actor.may(Permission.CUSTOMERS_EDIT)
        and customer.merged_into_id is None
        and actor.covers(WRITES, customer)
    )


def require_edit(actor: Actor, customer: Customer) -> None:
    """Raises NotPermitted for a file that is seen but belongs to someone else (F50)."""
    if not may_edit(actor, customer):
        raise NotPermitted(record="customers", id=customer.id)


def revealed(session: Session, actor: Actor, customer_id: int) -> frozenset[str]:
    """The fields that the actor asked to see, with a reason, and may still see."""
    query = select(col(Reveal.field)).where(
        col(Reveal.customer_id) == customer_id,
        col(Reveal.user_id) == actor.id,
        col(Reveal.until) > clock.now(),
    )
    return frozenset(session.execute(query).scalars())


@dataclass(frozen=True)
class Masking:
    """What an actor sees masked on one file and on the cars on it."""

    session: Session
    actor: Actor
    customer: Customer

    def hidden(self, car: Vehicle | None = None) -> frozenset[str]:
        """The personal fields that he sees masked on the file; of a car, by whose the car is: one's
        own customer may drive the car of a colleague's."""
        if self.actor.covers(CLEAR, car or self.customer, is_member=self.customer.is_member):
            return frozenset()
        return REVEALABLE - self._revealed

    @cached_property
    def _revealed(self) -> frozenset[str]:
        return revealed(self.session, self.actor, self.customer.id)


def hidden_fields(
    session: Session, actor: Actor, customer: Customer, car: Vehicle | None = None
) -> frozenset[str]:
    """The personal fields that this actor sees masked now on this file, or on a car on it."""
    return Masking(session, actor, customer).hidden(car)


def count_guess(actor: Actor, way: str) -> None:
    """Count a question for a number, by search or by form. Whoever may search for parts asks
    freely; of anyone else, very many questions are an attempt to read off what is masked.

    Raises TooOften past `GUESSES_A_MINUTE`.
    """
    if not actor.may(Permission.CUSTOMERS_SEARCH_PARTS):
        limits.count(f"customers.{way}", actor.id, most=GUESSES_A_MINUTE, per_seconds=60)
