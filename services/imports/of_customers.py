"""Lists of customers with their cars (F01, F40): new files, blanks filled, nothing overwritten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlmodel import Session

from db.models import (
    Customer,
    CustomerKind,
    Gender,
    Lifecycle,
    RowOutcome,
    Source,
    ValueClass,
    Vehicle,
)
from services.core import normal
from services.core.masks import masked
from services.core.words import N_
from services.customers.summary import refresh
from services.imports import known as lookups
from services.imports import making
from services.imports.known import Known, Person
from services.imports.parsing import (
    choice,
    day,
    phones,
    sounds_like_company,
    text,
    vin,
    yes_or_no,
)
from services.imports.plans import (
    ELSEWHERE,
    KEPT,
    MORE_OF,
    SAME_AS,
    Field,
    Kind,
    Line,
    Place,
    Plan,
    Reason,
    Seen,
    skipped,
    wrong,
)

NO_PHONE: Final = N_("Name a phone number, or say how the customer can be reached in the note")
OTHER_NAME: Final = N_("This phone number is on the file of {name} ({number})")
OTHER_NAME_ROW: Final = N_("Row {row} has this phone number under another name")
SAME_CAR_ROW: Final = N_("Row {row} has the same car")
CAR_OF: Final = N_("This car is on the file of {name} ({number}); it was left there")
CAR_OF_SAME_NAME: Final = N_(
    "{name} ({number}) has this car and another phone number. Look whether it is one person"
)
CAR_ELSEWHERE: Final = N_("This car has a file in another store ({store}); it was left there")
NO_SUCH_OWNER: Final = N_("Nobody of this store is called so; the file goes to the pool")
OWNER_STAYS: Final = N_("The owner of a file that exists is changed on its own page")
CONSENT_STAYS: Final = N_("A consent is withdrawn on the customer's own page")
PHONES_LEFT: Final = N_("Only two phone numbers fit; {count} were left out")

FIELDS: Final = (
    Field("name", normal.name, required=True),
    Field("phone", phones),
    Field("other_phone", phones),
    Field("kind", choice("kind", CustomerKind)),
    Field("contact_name", text(80)),
    Field("gender", choice("gender", Gender)),
    Field("wechat", text(60)),
    Field("email", normal.email),
    Field("birthday", day(past=True)),
    Field("province", text(40)),
    Field("city", text(40)),
    Field("district", text(40)),
    Field("street", text(200)),
    Field("source", choice("source", Source)),
    Field("owner", text(80)),
    Field("lifecycle", choice("lifecycle", Lifecycle)),
    Field("value_class", choice("value_class", ValueClass)),
    Field("need", text(500)),
    Field("note", text(2000, lines=True)),
    Field("plate", normal.plate),
    Field("vin", vin),
    Field("brand", text(40)),
    Field("model", text(80)),
    Field("color", text(20)),
    Field("delivered_on", day(past=True)),
    Field("insurance_until", day(past=False)),
    Field("service_consent", yes_or_no),
)
_OF_FILE: Final = (
    *("kind", "gender", "contact_name", "wechat", "email", "birthday", "province", "city"),
    *("district", "street", "source", "lifecycle", "value_class", "need", "note"),
)


@dataclass(slots=True)
class Deed:
    """What a row asks for: a new file or blanks to fill, a car to make, to join or to fill."""

    customer: Customer | None
    """The file that is there, or the one that `apply` made."""
    values: dict[str, Any]
    is_new: bool
    car: making.CarDeed = field(default_factory=making.CarDeed)
    consent: bool = False


def keys(values: Mapping[str, Any]) -> set[str]:
    found = {f"p:{phone}" for phone in (*values.get("phone", ()), *values.get("other_phone", ()))}
    found |= {f"c:{values[name]}" for name in ("vin", "plate") if name in values}
    return found or {f"n:{values.get('name')}"}


def look(session: Session, place: Place, lines: Sequence[Line], lock: bool) -> Known:
    def all_of(name: str) -> set[str]:
        return {line.values[name] for line in lines if name in line.values}

    numbers = {phone for line in lines for phone in line.values.get("phone", ())[:1]}
    return lookups.look(
        session,
        place,
        phones=numbers,
        vins=all_of("vin"),
        plates=all_of("plate"),
        names={line.values.get("name", "") for line in lines if "phone" not in line.values},
        lock=lock,
    )


def plan(place: Place, known: Known, line: Line) -> Plan:
    values = line.values
    if line.wrong:
        return wrong(line)
    if "phone" not in values and "note" not in values:
        return wrong(line, ("phone", NO_PHONE, {}))
    match, refusal = _match(place, known, line)
    if refusal:
        return skipped(line, refusal)
    notes: list[Reason] = []
    row = known.files.get(match) if match is not None else None
    wanted = _wanted(place, values, notes, is_new=row is None)
    deed = Deed(row, wanted, row is None)
    car, refusal = _car(place, known, line, row, notes)
    if refusal:
        return skipped(line, refusal)
    deed.car = car
    if row is None:
        deed.consent = values.get("service_consent", False)
        return Plan(line, RowOutcome.NEW, notes, deed)
    deed.consent = values.get("service_consent", False) and row.id not in known.consenting
    if values.get("service_consent") is False and row.id in known.consenting:
        notes.append(("service_consent", CONSENT_STAYS, {}))
    deed.values = _blanks(row, wanted, notes)
    if line.follows is not None:
        _only_adds(deed)
    does = deed.values or deed.car or deed.consent
    return Plan(line, RowOutcome.UPDATED if does else RowOutcome.SAME, notes, deed)


def _match(place: Place, known: Known, line: Line) -> tuple[int | None, Reason | None]:
    """The file this row is about, or why it cannot be told."""
    values = line.values
    people = known.by_phone.get(values["phone"][0], []) if "phone" in values else []
    here = [person for person in people if person.store_id == place.store_id]
    mine = [person for person in here if person.answers_to(values["name"])]
    if mine:
        return mine[0].id, None
    if here:
        named = {"name": here[0].name, "number": here[0].number}
        return None, ("phone", OTHER_NAME, named)
    if people:
        return None, ("phone", ELSEWHERE, {"store": people[0].store})
    if "phone" in values:
        return None, None
    return known.phoneless.get((values["name"], values["note"])), None


def _wanted(
    place: Place, values: Mapping[str, Any], notes: list[Reason], *, is_new: bool
) -> dict[str, Any]:
    """The row's values as columns of a customer."""
    wanted = {name: values[name] for name in ("name", *_OF_FILE) if name in values}
    numbers = list(dict.fromkeys((*values.get("phone", ()), *values.get("other_phone", ()))))
    slots = ("phone", "other_phone") if "phone" in values else ("other_phone",)
    if len(numbers) > len(slots):
        notes.append(("phone", PHONES_LEFT, {"count": len(numbers) - len(slots)}))
    wanted.update(zip(slots, numbers, strict=False))
    if "owner" in values:
        key = place.people.get(values["owner"].casefold())
        if not is_new:
            notes.append(("owner", OWNER_STAYS, {}))
        elif key is None:
            notes.append(("owner", NO_SUCH_OWNER, {}))
        else:
            wanted["owner_id"] = key
    if is_new:
        has_car = bool({"vin", "plate", "delivered_on"} & values.keys())
        company = sounds_like_company(values["name"])
        wanted.setdefault("kind", CustomerKind.COMPANY if company else CustomerKind.PERSON)
        wanted.setdefault("lifecycle", Lifecycle.EXISTING if has_car else Lifecycle.POTENTIAL)
        wanted.setdefault("value_class", ValueClass.ORDINARY)
    return wanted


def _blanks(
    row: Customer | Vehicle, wanted: Mapping[str, Any], notes: list[Reason]
) -> dict[str, Any]:
    """What of `wanted` fills a blank; what differs from something on file is noted, not written."""
    fill: dict[str, Any] = {}
    for name, value in wanted.items():
        there = getattr(row, name)
        if there in (None, ""):
            fill[name] = value
        elif there != value and not _says_same(row, name, value):
            shown = masked(name, str(getattr(there, "value", there)))
            notes.append((name, KEPT, {"value": shown}))
    return fill


def _says_same(row: Customer | Vehicle, name: str, value: Any) -> bool:
    """A number that stands in the other phone field, a name in another spelling."""
    if name in {"phone", "other_phone"}:
        return value in {row.phone, row.other_phone}  # type: ignore[union-attr]
    return name == "name" and normal.name_core(row.name) == normal.name_core(value)  # type: ignore[union-attr]


def _car(
    place: Place, known: Known, line: Line, row: Customer | None, notes: list[Reason]
) -> tuple[making.CarDeed, Reason | None]:
    """What becomes of the row's car, or why the whole row is left out."""
    values = line.values
    wanted = making.car_values(values)
    which = "vin" if "vin" in values else "plate"
    if which not in values:
        return making.CarDeed(), None
    car = known.car(values.get("vin"), values.get("plate"))
    if car is None:
        return making.CarDeed(new=wanted, began_on=values.get("delivered_on")), None
    owner = known.people.get(car.owner_id or 0)
    for there in (car, owner):
        if there is not None and there.store_id != place.store_id:
            notes.append((which, CAR_ELSEWHERE, {"store": there.store}))
            return making.CarDeed(), None
    if car.owner_id is not None and (row is None or car.owner_id != row.id):
        return _of_another(owner, line, which, notes)
    vehicle = known.cars[car.id]
    deed = making.CarDeed(vehicle=vehicle, fill=_blanks(vehicle, wanted, notes))
    deed.joins = row is None or (car.id, row.id) not in known.joined
    deed.began_on = values.get("delivered_on")
    return deed, None


def _of_another(
    owner: Person | None, line: Line, which: str, notes: list[Reason]
) -> tuple[making.CarDeed, Reason | None]:
    """The car has another owner of the store: leave it with him, or look first whether he is the
    same."""
    if owner is None:
        return making.CarDeed(), None  # merged away meanwhile
    named = {"name": owner.name, "number": owner.number}
    if owner.answers_to(line.values["name"]):
        return making.CarDeed(), (which, CAR_OF_SAME_NAME, named)
    notes.append((which, CAR_OF, named))
    return making.CarDeed(), None


def repeats(plan: Plan, seen: Seen) -> None:
    """The first row that brings a customer or a car wins; the same customer's next car follows."""
    values, number = plan.line.values, plan.line.number
    name = values.get("name", "")
    cars = [f"c:{values[key]}" for key in ("vin", "plate") if key in values]
    own = [f"p:{values['phone'][0]}"] if "phone" in values else [f"n:{name}\0{values.get('note')}"]
    if plan.outcome in {RowOutcome.WRONG, RowOutcome.SKIPPED}:
        return
    before = next((seen[key] for key in own if key in seen and seen[key][0] != number), None)
    car = next((seen[key] for key in cars[:1] if key in seen and seen[key][0] != number), None)
    if before and not lookups.alike(normal.name_core(before[1]), normal.name_core(name)):
        _skip(plan, ("phone", OTHER_NAME_ROW, {"row": before[0]}))
    elif before and (car or not cars):
        _skip(plan, ("", SAME_AS, {"row": before[0]}))
    elif car:
        _skip(plan, ("vin" if "vin" in values else "plate", SAME_CAR_ROW, {"row": car[0]}))
    elif before:
        _only_adds(plan.deed)
        does = plan.deed.is_new or plan.deed.car or plan.deed.consent
        plan.outcome = RowOutcome.UPDATED if does else RowOutcome.SAME
        if does:
            plan.reasons.insert(0, ("", MORE_OF, {"row": before[0]}))
        seen.update(dict.fromkeys(cars, (number, name)))
    else:
        phones = {f"p:{one}" for one in (*values.get("phone", ()), *values.get("other_phone", ()))}
        for key in (*own, *cars, *phones):
            seen.setdefault(key, (number, name))


def _only_adds(deed: Deed) -> None:
    """A later row of one customer adds cars and a consent; it fills nothing of what an earlier row
    made, so that each can be taken back by itself."""
    if not deed.is_new:
        deed.values = {}
    deed.car.fill = {}


def _skip(plan: Plan, reason: Reason) -> None:
    plan.outcome, plan.reasons, plan.deed = RowOutcome.SKIPPED, [reason], None


def apply(session: Session, place: Place, _known: Known, plans: Iterable[Plan]) -> None:
    todo = list(plans)
    fresh = [one for one in todo if one.deed.is_new]
    filled = [one for one in todo if not one.deed.is_new]
    for one, row in zip(
        fresh, making.customers(session, place, [one.deed.values for one in fresh]), strict=True
    ):
        one.deed.customer = row
        one.made(row)
        one.revisions.append((row, row.id, "number", None, row.number))
    for one in filled:
        if one.deed.values:
            one.changed(one.deed.customer, one.deed.customer.id, making.derived(one.deed.values))
    making.cars(session, [(one, one.deed.customer, one.deed.car) for one in todo if one.deed.car])
    making.consents(session, [(one, one.deed.customer) for one in todo if one.deed.consent])
    making.summaries(
        session, [(one.deed.customer, one.deed.car, one.deed.consent) for one in fresh]
    )
    cars = {one.deed.car.vehicle.id for one in todo if one.deed.car.fill or one.deed.car.joins}
    stale = {one.deed.customer.id for one in filled} | making.people_of(session, cars)
    for customer_id in sorted(stale - {one.deed.customer.id for one in fresh}):
        refresh(session, customer_id)


CUSTOMERS: Final = Kind(
    "customers", N_("Customers with cars"), FIELDS, keys, look, plan, repeats, apply
)
