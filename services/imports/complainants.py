"""Whose complaint a row of a list is: his file and his car, where they can be told. Where they
cannot, the complaint comes without them, with the name and the phone of the row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.core.words import N_
from services.imports.known import Known
from services.imports.of_orders import NOT_HIS_CAR
from services.imports.plans import Place, Reason

OTHERS_PHONE: Final = N_("This phone is on the file of {name} ({number}); entered without a file")
SEVERAL_FILES: Final = N_("{count} files have this phone; entered without one")
FILE_ELSEWHERE: Final = N_("The customer's file is in another store; entered without it")
NO_SUCH_NUMBER: Final = N_("No file has this number; entered without one")
CAR_NOT_HERE: Final = N_("This car is not on file here; entered without it")


@dataclass(slots=True)
class Complainant:
    customer_id: int | None = None
    vehicle_id: int | None = None
    notes: list[Reason] = field(default_factory=list)


def find(place: Place, known: Known, values: Mapping[str, Any]) -> Complainant:
    """By number or phone (and name), else as the owner of the car. Nobody's file or car of another
    store is told but for its being there."""
    found = Complainant()
    found.customer_id = _customer(place, known, values, found.notes)
    which = "vin" if "vin" in values else "plate"
    if which not in values:
        return found
    car = known.car(values.get("vin"), values.get("plate"))
    if car is None or car.id not in known.cars:
        found.notes.append((which, CAR_NOT_HERE, {}))
    elif found.customer_id is None:
        found.vehicle_id = car.id
        owner = known.people.get(car.owner_id or 0)
        # A phone that is on no file speaks of somebody else than the owner.
        is_his = owner is not None and "phone" not in values and owner.id in known.files
        if owner is not None and is_his and owner.answers_to(values.get("name")):
            found.customer_id = owner.id
    elif (car.id, found.customer_id) in known.joined:
        found.vehicle_id = car.id
    else:
        found.notes.append((which, NOT_HIS_CAR, {}))
    return found


def _customer(
    place: Place, known: Known, values: Mapping[str, Any], notes: list[Reason]
) -> int | None:
    """By number, else by phone (and name). Where it is not clear, nobody."""
    if "customer_number" in values:
        one = known.by_number.get(values["customer_number"].upper())
        if one is not None and one.id in known.files:
            return one.id
        reason = NO_SUCH_NUMBER if one is None else FILE_ELSEWHERE
        notes.append(("customer_number", reason, {}))
    if "phone" not in values:
        return None
    people = known.by_phone.get(values["phone"][0], [])
    here = [one for one in people if one.store_id == place.store_id]
    mine = [one for one in here if one.answers_to(values.get("name"))]
    if len(mine) == 1:
        return mine[0].id
    if mine:
        notes.append(("phone", SEVERAL_FILES, {"count": len(mine)}))
    elif here:
        notes.append(("phone", OTHERS_PHONE, {"name": here[0].name, "number": here[0].number}))
    elif people:
        notes.append(("phone", FILE_ELSEWHERE, {}))
    return None
