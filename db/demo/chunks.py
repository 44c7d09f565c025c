"""The whole dealer, one bounded piece after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import count
from operator import itemgetter
from typing import Final

from db.demo import contacts, history, papers, visits
from db.demo.cars import Car, Garage, models
from db.demo.complaints import Grievances, Told
from db.demo.dice import Dice
from db.demo.facts import Fact
from db.demo.people import File, Part, Row, customer
from db.demo.planting import Planting
from db.demo.recipe import Recipe
from db.demo.surveys import Asked
from db.demo.world import World
from db.models import (
    CallAttempt,
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintFile,
    ComplaintPerson,
    ComplaintStep,
    Consent,
    Customer,
    CustomerSummary,
    Document,
    Order,
    Ownership,
    Remedy,
    SurveyAnswer,
    SurveyResponse,
    Touch,
    Vehicle,
    VisitTask,
)
from db.summaries import CustomerFacts, VehicleFacts, summary_row
from db.types import Base

TABLES: Final[tuple[type[Base], ...]] = (
    Customer,
    Vehicle,
    Ownership,
    Order,
    Touch,
    Document,
    Consent,
    CustomerSummary,
    VisitTask,
    CallAttempt,
    Complaint,
    ComplaintEvent,
    CauseAction,
    Remedy,
    ComplaintStep,
    ComplaintFile,
    ComplaintPerson,
    SurveyResponse,
    SurveyAnswer,
)
"""In the order in which they can be filled."""

_FACTS = tuple(field.name for field in fields(CustomerFacts))


@dataclass(slots=True)
class Chunk:
    """Rows for every table of `TABLES`, all columns named; enums as they are stored."""

    rows: dict[type[Base], list[Row]]
    facts: list[Fact]
    """What is true of these rows and stands in none of them."""
    last: int
    """The number of the last customer."""
    is_last: bool


class Ids:
    """The next id of every table."""

    def __init__(self) -> None:
        self._next = {table: count(1) for table in TABLES}

    def of(self, table: type[Base]) -> Iterator[int]:
        return self._next[table]

    def number(self, table: type[Base], rows: list[Row]) -> list[Row]:
        ids = self._next[table]
        return [{"id": next(ids), **row} for row in rows]


def chunks(recipe: Recipe) -> Iterator[Chunk]:
    """All rows, chunk by chunk; the same for the same recipe, wherever it is made."""
    world, _, _ = recipe.found()
    grievances = Grievances(world)
    for chunk in _files(world, recipe.chunk, grievances):
        if chunk.last < world.customers:
            yield chunk
        else:
            yield from _ending(chunk, grievances.told(recipe.chunk))


def _ending(chunk: Chunk, told: Iterable[Told]) -> Iterator[Chunk]:
    """The last customers with the first complaints, then the other complaints: they are numbered
    as they came in, whoever's they are."""
    rows, facts = chunk.rows, chunk.facts
    for few in told:
        yield Chunk(rows | few.rows, [*facts, *few.facts], chunk.last, few.is_last)
        rows, facts = _no_rows(), []


def _files(world: World, at_once: int, grievances: Grievances) -> Iterator[Chunk]:
    """The customers with all that is theirs; their complaints are gathered."""
    dice, plans, ids, cars, planting = Dice(), Dice(), Ids(), 0, Planting(world)
    asked = Asked(world)
    for first in range(1, world.customers + 1, at_once):
        last = min(world.customers, first + at_once - 1)
        garage = Garage(world, dice, ids.of(Vehicle), cars)
        rows = _no_rows()
        files = []
        for nth in range(first, last + 1):
            dice.begin(world.seed, nth)
            file = customer(world, dice, nth)
            planting.shape(file)
            own = _live(_Life(world, dice, plans, file, garage, ids, rows), planting)
            if file.part is Part.TRUE:
                grievances.gather(file, own)
                asked.after(file, own, rows)
            files.append(file)
        cars = garage.made
        rows[Customer] = [file.row for file in files]
        rows[Vehicle] = garage.vehicles
        rows[Ownership] = ids.number(Ownership, garage.ownerships)
        rows[CustomerSummary] = [_summary(file) for file in files]
        yield Chunk(rows, planting.harvest(garage), last, is_last=False)


def _no_rows() -> dict[type[Base], list[Row]]:
    return {table: [] for table in TABLES}


@dataclass(frozen=True, slots=True)
class _Life:
    """What one customer's rows are made of, and where they go."""

    world: World
    dice: Dice
    plans: Dice
    """Of the visit plan: its draws move nothing else."""
    file: File
    garage: Garage
    ids: Ids
    rows: dict[type[Base], list[Row]]


def _live(life: _Life, planting: Planting) -> list[Row]:
    """One customer's cars, orders, contacts, papers, consents; returns the orders on his file."""
    world, dice, file, ids, rows = life.world, life.dice, life.file, life.ids, life.rows
    cars = planting.cars(file, life.garage)
    if cars is None:
        cars = life.garage.stock(file)
    found = history.events(world, dice, file, cars)
    orders, own = [], []
    for event, number in zip(found, ids.of(Order), strict=False):
        holder = planting.bearer(file, event, number, life.garage)
        orders.append(history.order(world, dice, holder, event, number))
        if holder.id == file.id:
            own.append(orders[-1])
    planting.remember(file, cars)
    talks = contacts.touches(world, dice, file, cars, found)
    tried = _visit(life, cars, own, talks)
    talks.sort(key=itemgetter("at"))
    file.last_touch = talks[-1]["at"] if talks else None
    rows[Order] += orders
    numbered = ids.number(Touch, talks)
    rows[Touch] += numbered
    places = {id(talk): row["id"] for talk, row in zip(talks, numbered, strict=True)}
    for attempt, talk in tried:
        attempt["touch_id"] = None if talk is None else places[id(talk)]
    rows[CallAttempt] += ids.number(CallAttempt, [attempt for attempt, _ in tried])
    rows[Document] += ids.number(Document, papers.documents(world, dice, file, own))
    rows[Consent] += ids.number(Consent, papers.consents(world, dice, file))
    return own


def _visit(
    life: _Life, cars: list[Car], own: list[Row], talks: list[Row]
) -> list[tuple[Row, Row | None]]:
    """The contacts of the visit plan; returns the attempts, each with the talk that it became."""
    model = cars[0].model.name if cars else models()[0].name
    plan = visits.Plan(
        life.world, life.plans, life.file, model, talks, life.ids.of(VisitTask), [], []
    )
    visits.plan(plan, own)
    life.rows[VisitTask] += plan.tasks
    return plan.tries


def _summary(file: File) -> Row:
    facts = CustomerFacts(**{name: file.row[name] for name in _FACTS})
    vehicles = [
        VehicleFacts(
            vehicle_id=row["id"],
            vin=row["vin"],
            plate=row["plate"],
            delivered_on=row["delivered_on"],
            role=role,
            is_current=is_current,
        )
        for row, role, is_current in file.links
    ]
    return summary_row(
        facts,
        vehicles,
        has_service_consent=file.may_be_called,
        documents=file.papers,
        last_touch_at=file.last_touch,
    )
