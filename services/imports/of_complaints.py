"""Lists of complaints from other systems: each once, with its own dates (C03, C33).

A complaint is known again by its number there. What is in the ledger already is left as it is: it
is led here now. A day without a time of day is as early as it can be: its beginning, or the moment
that came before it on that day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    ComplaintChannel,
    ComplaintKind,
    DemandKind,
    Department,
    Finding,
    HeadingTree,
    RowOutcome,
    Severity,
    Stage,
    Store,
    User,
)
from services.complaints import bringing
from services.complaints.bringing import Brought
from services.core import clock, normal, notices
from services.core.access import Permission
from services.core.labels import field_label
from services.core.recorded import names_of
from services.core.words import N_
from services.imports import complainants, sorting
from services.imports import known as lookups
from services.imports.courses import ENDED, Course
from services.imports.known import Known
from services.imports.parsing import When, choice, moment, phones, text, vin
from services.imports.plans import (
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

IN_LEDGER: Final = N_("It is in the ledger as {number} and is led there")
NO_SUCH_STORE: Final = N_("There is no open store with this code or name")
OF_STORE: Final = N_("A complaint of another store ({store}). Import the list there as well")
NO_SUCH_CATEGORY: Final = N_("The tree has no such category. Write one of it, e.g. {tops}")
NO_SUCH_CAUSE: Final = N_("The tree has no such cause; it was entered without one")
SORTED_ABOVE: Final = N_("The tree does not reach so far; it was sorted under {name}")
BEFORE: Final = N_("This lies before “{field}”")
WHEN_ENDED: Final = N_("A complaint that has ended needs the day on which it did")
WHEN_ANSWERED: Final = N_("A complaint that is answered needs the day on which it was")
STILL_OPEN: Final = N_("The status says that it goes on, but it has a day on which it was closed")
GOES_ON: Final = N_("Answered, but without finding and cause: it is entered as being looked into")
MONTH_FULL: Final = N_("The ledger has no number left in the month of this complaint")
NOBODY_HANDLES: Final = N_("Name somebody of this store who handles complaints")
NOT_A_HANDLER: Final = N_("Nobody of this store who handles complaints is called so: {name} has it")
CHANNEL_UNTOLD: Final = N_("The list does not say how it came in: entered as a call")
PROMISED: Final = N_("Only what was paid by the closing is entered; promise the rest in the ledger")

STATUSES: Final = (
    Stage.REGISTERED,
    Stage.INVESTIGATING,
    Stage.REPLIED,
    Stage.CLOSED,
    Stage.WITHDRAWN,
)
MOMENTS: Final = ("received_at", "acknowledged_at", "answered_at", "closed_at")
"""In the order in which they may lie."""
MOST_PAID: Final = 10**9
"""Fen: what one complaint may promise here, too."""

FIELDS: Final = (
    Field("external_no", text(60), required=True),
    Field("received_at", moment(), required=True),
    Field("category", text(200), required=True),
    Field("complaint_kind", choice("complaint_kind", ComplaintKind)),
    Field("channel", choice("channel", ComplaintChannel)),
    Field("words", text(10_000, lines=True)),
    Field("demand", text(2000, lines=True)),
    Field("demand_kind", choice("demand_kind", DemandKind)),
    Field("severity", choice("severity", Severity)),
    Field("department", choice("department", Department)),
    Field("store", text(60)),
    Field("customer_number", text(12)),
    Field("name", normal.name),
    Field("phone", phones),
    Field("address", text(200)),
    Field("link", normal.link),
    Field("plate", normal.plate),
    Field("vin", vin),
    Field("product", text(120)),
    Field("first_responder", text(80)),
    Field("handler", text(80)),
    Field("status", choice("status", Stage, STATUSES)),
    Field("acknowledged_at", moment()),
    Field("answered_at", moment()),
    Field("answer", text(2000, lines=True)),
    Field("closed_at", moment()),
    Field("finding", choice("finding", Finding)),
    Field("cause", text(200)),
    Field("compensation_fen", partial(normal.money_fen, le=MOST_PAID)),
)


@dataclass(slots=True)
class World:
    known: Known
    there: dict[str, str]
    """Their number -> ours, of what the ledger of the store holds."""
    stores: dict[str, tuple[int, str]]
    """Code or name, folded -> the open store's id and name."""
    trees: dict[HeadingTree, sorting.Tree]
    names: dict[int, str]
    """Who may handle complaints of the store."""
    stands_in: int | None
    """Who has what the list gives to nobody: whoever brings it, else somebody who leads."""
    rooms: dict[str, int]
    """How many numbers each month has left."""


@dataclass(slots=True)
class Told:
    """A row on its way to a complaint; `notes` are told of it."""

    values: Mapping[str, Any]
    columns: dict[str, Any]
    at: dict[str, datetime]
    stage: Stage
    by: int | None = None
    """Who led it there, where the list names somebody of this store."""
    notes: list[Reason] = field(default_factory=list)


def keys(values: Mapping[str, Any]) -> set[str]:
    return {f"x:{values.get('external_no')}"}


def look(session: Session, place: Place, lines: Sequence[Line], lock: bool) -> World:
    """Nothing is locked: a complaint changes neither file nor car."""
    del lock

    def all_of(name: str) -> set[Any]:
        return {line.values[name] for line in lines if name in line.values}

    known = lookups.look(
        session,
        place,
        phones={numbers[0] for numbers in all_of("phone")},
        vins=all_of("vin"),
        plates=all_of("plate"),
        numbers={number.upper() for number in all_of("customer_number")},
        lock=False,
    )
    stores = select(col(Store.id), col(Store.code), col(Store.name)).where(col(Store.is_open))
    handlers = notices.those_who_may(session, Permission.COMPLAINTS_HANDLE, place.store_id)
    leaders = notices.those_who_may(session, Permission.COMPLAINTS_LEAD, place.store_id)
    brings = [place.user_id] if place.user_id in handlers else []
    return World(
        known,
        bringing.known(session, place.store_id, all_of("external_no")),
        {
            word.casefold(): (key, name)
            for key, code, name in session.execute(stores)
            for word in (code, name)
        },
        sorting.trees(session),
        names_of(session, User, set(handlers)),
        next(iter([*brings, *sorted(leaders)]), None),
        bringing.rooms(session, {bringing.month_of(when.at) for when in all_of("received_at")}),
    )


def plan(place: Place, world: World, line: Line) -> Plan:
    values = line.values
    if line.wrong:
        return wrong(line)
    if "store" in values:
        store = world.stores.get(values["store"].casefold())
        if store is None:
            return wrong(line, ("store", NO_SUCH_STORE, {}))
        if store[0] != place.store_id:
            return skipped(line, ("store", OF_STORE, {"store": store[1]}))
    ours = world.there.get(values["external_no"])
    if ours is not None:
        return Plan(line, RowOutcome.SAME, [("external_no", IN_LEDGER, {"number": ours})])
    told = Told(values, _columns(place, values), {}, _status(values))
    faults = [*_course(told), *_sorted(world, told), *_hands(place, world, told)]
    month = bringing.month_of(values["received_at"].at)
    if not faults and world.rooms[month] <= 0:
        faults.append(("received_at", MONTH_FULL, {}))
    if faults:
        return wrong(line, *faults)
    world.rooms[month] -= 1
    who = complainants.find(place, world.known, values)
    told.notes += who.notes
    told.columns |= {"customer_id": who.customer_id, "vehicle_id": who.vehicle_id}
    if who.customer_id is not None:
        told.columns["person"] = ""
    return Plan(line, RowOutcome.NEW, told.notes, _brought(told))


# ---- what it is


def _columns(place: Place, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that follow from the row alone."""
    kind = values.get("complaint_kind", ComplaintKind.COMPLAINT)
    usual = Severity.L2 if kind is ComplaintKind.COMPLAINT else Severity.L1
    return {
        "store_id": place.store_id,
        "external_no": values["external_no"],
        "received_at": values["received_at"].at,
        "kind": kind,
        "channel": values.get("channel", ComplaintChannel.HOTLINE),
        "words": values.get("words") or values["category"],
        "demand": values.get("demand", ""),
        "demand_kind": values.get("demand_kind"),
        "address": values.get("address"),
        "link": values.get("link"),
        "severity": values.get("severity", usual),
        "department": values.get("department", Department.CUSTOMER_RELATIONS),
        "product": values.get("product"),
        "person": values.get("name", ""),
        "phone": values["phone"][0] if "phone" in values else None,
        "finding": values.get("finding"),
    }


def _sorted(world: World, told: Told) -> list[Reason]:
    """Category and cause; a category that nobody knows may still be told by the product."""
    values, tree = told.values, world.trees[HeadingTree.CATEGORY]
    if "channel" not in values:
        told.notes.append(("channel", CHANNEL_UNTOLD, {}))
    node, is_exact = tree.find(values["category"])
    if node is None and "product" in values:
        node, _exact = tree.find(values["product"])
    if node is None:
        return [("category", NO_SUCH_CATEGORY, {"tops": tree.tops})]
    if not is_exact:
        told.notes.append(("category", SORTED_ABOVE, {"name": f"{node.name} {node.name_en}"}))
    told.columns["category_id"] = node.id
    if "cause" in values:
        cause, is_exact = world.trees[HeadingTree.CAUSE].find(values["cause"])
        told.columns["cause_id"] = cause.id if cause else None
        if cause is None:
            told.notes.append(("cause", NO_SUCH_CAUSE, {}))
        elif not is_exact:
            told.notes.append(("cause", SORTED_ABOVE, {"name": f"{cause.name} {cause.name_en}"}))
    return []


def _hands(place: Place, world: World, told: Told) -> list[Reason]:
    """Who took it, and who handles it: people of this store, else whoever brings the list."""
    named = {
        name: key if key in world.names else None
        for name in ("first_responder", "handler")
        if name in told.values
        for key in [place.people.get(told.values[name].casefold())]
    }
    found = [key for key in named.values() if key is not None]
    if not found and world.stands_in is None:
        return [("handler", NOBODY_HANDLES, {})]
    taker = named.get("first_responder") or next(iter(found), world.stands_in)
    handler = named.get("handler") or taker
    told.by = named.get("handler") or named.get("first_responder")
    told.columns |= {
        "first_responder_id": taker,
        "accountable_id": taker,
        "handler_id": handler,
    }
    for name, key in named.items():
        if key is None:
            has = taker if name == "first_responder" else handler
            told.notes.append((name, NOT_A_HANDLER, {"name": world.names.get(has or 0, "")}))
    return []


# ---- what happened


def _status(values: Mapping[str, Any]) -> Stage:
    """As the row says it, else as far as its dates lead."""
    if "status" in values:
        said: Stage = values["status"]
        return said
    if "closed_at" in values:
        return Stage.CLOSED
    return Stage.REPLIED if "answered_at" in values else Stage.REGISTERED


def _course(told: Told) -> list[Reason]:
    """The moments of the row in `told.at`, and what is wrong with their order or the status."""
    values, before = told.values, ""
    faults: list[Reason] = []
    for name in MOMENTS:
        when: When | None = values.get(name)
        if when is None:
            continue
        at, last = when.at, told.at.get(before)
        if last is not None and at < last:
            if not (when.is_day and clock.day_of(at) == clock.day_of(last)):
                faults.append((name, BEFORE, {"field": [field_label(before)]}))
            at = last
        told.at[name], before = at, name
    has_ended = "closed_at" in told.at
    if told.stage in ENDED and not has_ended:
        faults.append(("closed_at", WHEN_ENDED, {}))
    if told.stage not in ENDED and has_ended:
        faults.append(("status", STILL_OPEN, {}))
    if told.stage is Stage.REPLIED and "answered_at" not in told.at:
        faults.append(("answered_at", WHEN_ANSWERED, {}))
    return faults


def _brought(told: Told) -> Brought:
    columns, paid = told.columns, told.values.get("compensation_fen")
    if paid and told.stage is not Stage.CLOSED:
        told.notes.append(("compensation_fen", PROMISED, {}))
        paid = None
    found = {name: columns.get(name) for name in ("finding", "cause_id")}
    course = Course(
        told.stage,
        told.at,
        told.by,
        told.values.get("answer", ""),
        {name: value for name, value in found.items() if value is not None},
        paid or None,
        is_light=columns["kind"] is not ComplaintKind.COMPLAINT,
    )
    if told.stage is Stage.REPLIED and not course.is_answered:
        told.notes.append(("status", GOES_ON, {}))
    return Brought(columns, course.events(), course.paid_fen)


# ---- the list as a whole


def repeats(plan: Plan, seen: Seen) -> None:
    """A complaint stands once in a file: the first row wins."""
    if plan.outcome in {RowOutcome.WRONG, RowOutcome.SKIPPED}:
        return
    key, number = f"x:{plan.line.values['external_no']}", plan.line.number
    before = seen.setdefault(key, (number, ""))
    if before[0] != number:
        plan.outcome, plan.deed = RowOutcome.SKIPPED, None
        plan.reasons = [("external_no", SAME_AS, {"row": before[0]})]


def apply(session: Session, _place: Place, _world: World, plans: Iterable[Plan]) -> None:
    todo = list(plans)
    rows = bringing.bring(session, [one.deed for one in todo])
    for one, row in zip(todo, rows, strict=True):
        one.effects.append([row.__tablename__, row.id, len(one.deed.events), None])
        one.revisions.append((row, row.customer_id, "complaint", None, row.number))


COMPLAINTS: Final = Kind(
    "complaints", N_("Complaints of another system"), FIELDS, keys, look, plan, repeats, apply
)
