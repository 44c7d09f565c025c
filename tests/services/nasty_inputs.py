"""Every place of every service where a person's text, number or date may stand, by introspection.

A service is called as `matrix_examples.py` does, with one value at a time put in another's stead.
A parameter or field of a type that nobody has thought of fails, so a new one is tried or explained.
"""

import inspect
import types
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, SecretStr, ValidationError

from db.models import CadenceState
from services.attempts import Reservation
from services.core.fields import BIGGEST_ID
from services.core.heads import Head
from services.core.uploads import Upload
from services.imports.plans import Seen
from services.imports.reading import Row
from services.passwords import HashedPassword
from services.surveys import Answer, ItemForm
from tests.nasty import Case, cases
from tests.services.matrix_examples import EXAMPLES, STAGES, World
from tests.services.test_matrix import functions

NASTY: dict[str, Case] = {
    case.id: case
    for case in cases(
        "formula",
        "xss",
        "sql_search",
        "unicode",
        "size",
        "number",
        "date",
        "phone",
        "vin_plate_id_email",
        "filename",
    )
}
"""What can be typed. The rest are files, and recipes for several people at once."""
DAYS = (date.min, date.max, date(2024, 2, 29))
"""What a calendar lets one choose: for queries, which take days and no texts."""

FUNCTIONS = functions()
INTERNAL = {Answer, ItemForm, Reservation, HashedPassword, Head, Row, Seen, Upload, bytes}
"""Nobody types these: another service, or the frame, makes them. (`test_uploads` is for files,
`test_surveys` for what stands in answers and questions.)"""


@dataclass(frozen=True)
class Place:
    """One parameter of a service, or one field of what it takes there."""

    service: str
    parameter: str
    field: str
    kind: Any

    def __str__(self) -> str:
        return ".".join(part for part in (self.service, self.parameter, self.field) if part)


class Somewhere(World):
    """A world without a database, for what is decided before one is asked."""

    def __init__(self) -> None:
        super().__init__(dealer=None)  # type: ignore[arg-type]
        kinds = (
            *("customer", "vehicle", "consent", "batch", "ownership", "setting", "week"),
            *("approval", "job", "notice", "remedy", "money", "action", "done_action"),
            *("step", "steward", "paper", "apology", "task", "response"),
            *("survey:draft", "survey:approved"),
            *("campaign:draft", "campaign:approved", "answer"),
            *("bay", "asked", "booked", "begun", "call"),
            *("visit", "visit_form", "photo", "promise", "plan", "handed_plan", "past_plan"),
            *(CadenceState.DRAFT, CadenceState.APPROVED),
            f"step of {CadenceState.APPROVED}",
            *("proposal", "issue", "heard", "review"),
            *(f"complaint:{stage}" for stage in STAGES),
        )
        self.ids = {(kind, at): 1 for kind in kinds for at in (1, 2)}

    def person(self, store: int) -> int:
        return store


@cache
def signature_of(service: str) -> tuple[inspect.Signature, dict[str, Any]]:
    function = FUNCTIONS[service]
    return inspect.signature(function), get_type_hints(function, include_extras=True)


def arguments_of(service: str, world: World) -> dict[str, Any]:
    """The example's arguments by parameter, the parameters' own defaults among them."""
    given = EXAMPLES[service](world, 1)
    named = given if isinstance(given, dict) else {}
    bound = signature_of(service)[0].bind(None, None, *(() if named else given), **named)
    bound.apply_defaults()
    found = dict(bound.arguments)
    for name in ("session", "actor"):
        del found[name]
    return found


def places(service: str, world: World) -> Iterator[Place]:
    """Where something can be typed; the parts of an input or of filters one by one."""
    hints = signature_of(service)[1]
    for parameter, value in arguments_of(service, world).items():
        if isinstance(value, BaseModel):
            for name, info in type(value).model_fields.items():
                kind = info.annotation
                typed = kind is HashedPassword and info.metadata
                yield Place(service, parameter, name, str if typed else kind)
        elif is_dataclass(value):
            for name, kind in get_type_hints(type(value), include_extras=True).items():
                yield Place(service, parameter, name, kind)
        elif parameter != "which":  # conditions, of which a service makes its own
            yield Place(service, parameter, "", hints[parameter])


def atoms(kind: Any) -> set[Any]:
    """The plain types that a type is made of."""
    origin = get_origin(kind)
    if origin is Annotated:
        return atoms(get_args(kind)[0])
    if origin in {Union, types.UnionType}:
        return {atom for part in get_args(kind) for atom in atoms(part)} - {type(None)}
    if origin is Literal:
        return {str}
    if origin is tuple and get_args(kind)[1:] == (...,):
        inner = get_args(kind)[0]
        return {inner if inner in INTERNAL else tuple}
    return {kind if kind == Seen else origin or kind}


def tries(place: Place, was: Any, case: Case) -> list[Any]:
    """What to put there for a case: as an input's field takes it, or as a query does."""
    found: list[Any] = []
    for atom in atoms(place.kind):
        if atom in INTERNAL:
            continue
        if atom is tuple:
            found += [(*was, case.text)] if all(isinstance(v, str) for v in was) else []
        elif atom is dict:
            first = next(iter(was.values()), "")
            found += [{**was, "x": case.text}] if not isinstance(first, int) else []
            found += [{**was, case.text: first}]
        elif is_query(place):
            found += _asked(atom, case)
        elif atom in {str, int, bool, date, datetime, UUID, SecretStr} or issubclass(atom, StrEnum):
            found += [case.text, *(_asked(atom, case) if atom is int else [])]
        else:
            message = f"{place}: nobody has said how to try {atom}"
            raise AssertionError(message)
    return found


def is_query(place: Place) -> bool:
    return not place.field or is_filter(place)


def is_filter(place: Place) -> bool:
    return place.parameter == "filters"


def _asked(atom: Any, case: Case) -> list[Any]:
    """Queries are called with the right types by the pages; what is in them may be anything."""
    if atom is str:
        return [case.text]
    if atom is int and case.category == "number":
        return _number(case.text)
    if atom is date and case.id == "N207":
        return list(DAYS)
    if atom in {int, date, datetime, bool} or issubclass(atom, StrEnum):
        return []
    message = f"nobody has said how to ask with {atom}"
    raise AssertionError(message)


def _number(text: str) -> list[int]:
    """Ids of queries come from lists and from `asked_record`, which knows how big one can be."""
    try:
        return [int(text)] if int(text) <= BIGGEST_ID else []
    except ValueError:
        return []


def put(arguments: dict[str, Any], values: dict[Place, Any]) -> dict[str, Any]:
    """The arguments with these values in their places; an input refuses what it will not have."""
    made = dict(arguments)
    for parameter in {place.parameter for place in values}:
        told = {p.field: value for p, value in values.items() if p.parameter == parameter}
        was = arguments[parameter]
        if isinstance(was, BaseModel):
            sent = {name: getattr(was, name) for name in was.model_fields_set}
            made[parameter] = type(was).model_validate(sent | told)
        elif is_dataclass(was) and not isinstance(was, type):
            made[parameter] = replace(was, **told)
        else:
            made[parameter] = told[""]
    return made


# ---- what to try in earnest


class Try(NamedTuple):
    place: Place
    case: str
    value: Any


@dataclass(frozen=True)
class Plan:
    """What a service takes in. `together` may be tried in one call, `alone` decides too much."""

    together: list[list[Try]]
    alone: list[Try]


@cache
def plan_of(service: str) -> Plan:
    """Every case that gets past the input, at least once in a service.

    Texts that several fields would take are dealt out among these; what is no text (an id, a day)
    is tried once for each value, alone: it decides more than itself.
    """
    queues: dict[Place, list[Try]] = defaultdict(list)
    alone: dict[tuple[Place, Any], Try] = {}
    arguments = arguments_of(service, Somewhere())
    typed = list(places(service, Somewhere()))
    free = [place for place in typed if _taken(arguments, place, NASTY["N055"])]
    for at, case in enumerate(NASTY.values()):
        for place in typed:
            for value, kept in _taken(arguments, place, case):
                told = Try(place, case.id, value)
                if not isinstance(kept, TEXTUAL) or isinstance(kept, StrEnum):
                    alone.setdefault((place, kept), told)
                elif place not in free or free[at % len(free)] == place:
                    queues[place].append(told)
    rows = zip_longest(*queues.values())
    return Plan([[told for told in row if told] for row in rows], list(alone.values()))


TEXTUAL = (str, dict, tuple, SecretStr, HashedPassword)


def _taken(arguments: dict[str, Any], place: Place, case: Case) -> list[tuple[Any, Any]]:
    """The values of a case that are not refused, and what becomes of each."""
    found = []
    for value in tries(place, inside(arguments, place), case):
        try:
            found.append((value, inside(put(arguments, {place: value}), place)))
        except ValidationError:
            continue
    return found


def inside(arguments: dict[str, Any], place: Place) -> Any:
    whole = arguments[place.parameter]
    return getattr(whole, place.field) if place.field else whole
