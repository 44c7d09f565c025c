"""From one customer's file to its summary: search grams, gaps, cars. Pure, no database.

The application and the demonstration dealer both call `summary_row`, so that a summary says the
same of the same file wherever it was made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from db.grams import grams_of
from db.models import NEVER, CustomerKind, DocumentStatus, Lifecycle, OwnershipRole, ValueClass
from db.search import scope_grams

FORM: Final = 2
"""Which form summaries are derived in. Raise it with every change of what `summary_row` makes of
the same file: the sweep then derives them all anew."""
SERIES: Final = "summaries"
"""The row of `counters` that says which form the stored ones have."""


@dataclass(frozen=True, slots=True)
class VehicleFacts:
    """One link between the customer and a car; a car may have several (owner and payer).

    `is_current` is False once the link has ended.
    """

    vehicle_id: int
    vin: str | None
    plate: str | None
    delivered_on: date | None
    role: str = OwnershipRole.OWNER
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """The columns of a customer that its summary depends on, named as in the table.

    `kind`, `lifecycle` and `value_class` are the stored values or the enums' members.
    """

    id: int
    store_id: int
    owner_id: int | None
    number: str
    kind: str
    name: str
    contact_name: str
    phone: str | None
    other_phone: str | None
    source: str | None
    need: str
    province: str
    city: str
    district: str
    birthday: date | None
    preferred_channel: str | None
    lifecycle: str
    value_class: str
    second_contact_id: int | None
    decision_maker: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that a complete file has; its weight by class, 0 where it is not asked for.

    `name` is the field's name: it leads to its label.
    """

    name: str
    bit: int
    potential: int
    ordinary: int
    important: int

    def weight(self, lifecycle: str, value_class: str) -> int:
        if lifecycle == Lifecycle.POTENTIAL:
            return self.potential
        return self.important if value_class == ValueClass.IMPORTANT else self.ordinary


GAPS: Final[tuple[Gap, ...]] = (
    Gap("name", 1 << 0, 3, 3, 3),
    Gap("phone", 1 << 1, 3, 3, 3),
    Gap("source", 1 << 2, 2, 1, 1),
    Gap("owner", 1 << 3, 2, 2, 2),
    Gap("need", 1 << 4, 2, 1, 2),
    Gap("address", 1 << 5, 1, 2, 2),
    Gap("vin", 1 << 6, 0, 3, 3),
    Gap("plate", 1 << 7, 0, 2, 2),
    Gap("delivered_on", 1 << 8, 0, 2, 2),
    Gap("birthday", 1 << 9, 0, 1, 2),
    Gap("preferred_channel", 1 << 10, 0, 1, 2),
    Gap("service_consent", 1 << 11, 2, 3, 3),
    Gap("second_contact", 1 << 12, 0, 0, 2),
    Gap("decision_maker", 1 << 13, 0, 0, 2),
    Gap("documents", 1 << 14, 0, 2, 3),
)
"""The required fields by class, with their weights (F01). The bits are stored: never
renumber them. A lost customer is asked for what his value class asks for; a company has no
birthday."""

_REQUIRED: Final[dict[tuple[str, str, str], tuple[Gap, ...]]] = {
    (kind.value, lifecycle.value, value_class.value): tuple(
        gap
        for gap in GAPS
        if gap.weight(lifecycle, value_class)
        and not (gap.name == "birthday" and kind is CustomerKind.COMPANY)
    )
    for kind in CustomerKind
    for lifecycle in Lifecycle
    for value_class in ValueClass
}


def required(kind: str, lifecycle: str, value_class: str) -> tuple[Gap, ...]:
    """The gaps that a file of this kind and class can have, in the order of `GAPS`."""
    return _REQUIRED[(str(kind), str(lifecycle), str(value_class))]


def missing_names(mask: int) -> tuple[str, ...]:
    """The names of the gaps in a stored mask, in the order of `GAPS`."""
    return tuple(gap.name for gap in GAPS if mask & gap.bit)


def gap_bit(name: str) -> int:
    """The bit of a gap by its name; 0 for a name that is none."""
    return next((gap.bit for gap in GAPS if gap.name == name), 0)


def _about(vehicles: Sequence[VehicleFacts]) -> list[VehicleFacts]:
    """The cars that a file must describe: those of now, else those he once had."""
    return [vehicle for vehicle in vehicles if vehicle.is_current] or list(vehicles)


def _documents_in_place(statuses: Iterable[str]) -> bool:
    """One paper at least, and none known to be missing. Borrowed ones are known to be somewhere;
    destroyed ones have served their time and say nothing."""
    kept = {str(status) for status in statuses} - {DocumentStatus.DESTROYED.value}
    return bool(kept) and DocumentStatus.MISSING.value not in kept


def missing_of(
    facts: CustomerFacts,
    vehicles: Sequence[VehicleFacts],
    *,
    has_service_consent: bool,
    documents: Iterable[str],
) -> int:
    """Bit mask of the required fields that are empty.

    Args:
        facts: the customer.
        vehicles: every link to a car, ended ones too.
        has_service_consent: a consent to service calls was given and not withdrawn.
        documents: the status of each paper of the file.

    """
    cars = _about(vehicles)
    filled = {
        "name": bool(facts.name),
        "phone": bool(facts.phone),
        "source": bool(facts.source),
        "owner": facts.owner_id is not None,
        "need": bool(facts.need),
        "address": bool(facts.province and facts.city and facts.district),
        "vin": bool(cars) and all(car.vin for car in cars),
        "plate": bool(cars) and all(car.plate for car in cars),
        "delivered_on": bool(cars) and all(car.delivered_on for car in cars),
        "birthday": facts.birthday is not None,
        "preferred_channel": bool(facts.preferred_channel),
        "service_consent": has_service_consent,
        "second_contact": facts.second_contact_id is not None,
        "decision_maker": bool(facts.decision_maker),
        "documents": _documents_in_place(documents),
    }
    asked = required(facts.kind, facts.lifecycle, facts.value_class)
    return sum(gap.bit for gap in asked if not filled[gap.name])


def summary_row(
    facts: CustomerFacts,
    vehicles: Sequence[VehicleFacts],
    *,
    has_service_consent: bool,
    documents: Iterable[str],
    last_touch_at: datetime | None,
) -> dict[str, Any]:
    """All columns of the customer's row in `customer_summaries`.

    `vehicles` in the row counts the cars he owns now. He is found by every car that he ever had to
    do with: whoever asks for a car that was sold on wants to see its former owner too.
    """
    grams = grams_of(
        number=facts.number,
        names=[name for name in (facts.name, facts.contact_name) if name],
        phones=[phone for phone in (facts.phone, facts.other_phone) if phone],
        plates={car.plate for car in vehicles if car.plate},
        vins={car.vin for car in vehicles if car.vin},
    )
    scope = scope_grams(facts.store_id, facts.owner_id, is_member=facts.is_member)
    owned = {
        car.vehicle_id for car in vehicles if car.is_current and car.role == OwnershipRole.OWNER
    }
    return {
        "customer_id": facts.id,
        "store_id": facts.store_id,
        "owner_id": facts.owner_id,
        "is_member": facts.is_member,
        "grams": " ".join([*scope, *sorted(grams)]),
        "missing": missing_of(
            facts, vehicles, has_service_consent=has_service_consent, documents=documents
        ),
        "last_touch_at": last_touch_at or NEVER,
        "vehicles": len(owned),
    }
