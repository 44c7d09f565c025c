"""The whole dealer, one bounded piece after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import count
from typing import Final

from db.demo import history, papers
from db.demo.cars import Garage
from db.demo.dice import Dice
from db.demo.people import File, Row, customer
from db.demo.world import World
from db.models import (
    Consent,
    Customer,
    CustomerSummary,
    Document,
    Order,
    Ownership,
    Touch,
    Vehicle,
)
from db.summaries import CustomerFacts, VehicleFacts, summary_row
from db.types import Base

CHUNK: Final = 2000
"""Customers made at a time; cars change hands only among them."""

TABLES: Final[tuple[type[Base], ...]] = (
    Customer,
    Vehicle,
    Ownership,
    Order,
    Touch,
    Document,
    Consent,
    CustomerSummary,
)
"""In the order in which they can be filled."""

_FACTS = tuple(field.name for field in fields(CustomerFacts))


@dataclass(slots=True)
class Chunk:
    """Rows for every table of `TABLES`, all columns named; enums as they are stored.

    A planter may change these rows before they are written. If it touches what a summary depends
    on, it makes the summary anew with `db.summaries.summary_row`.
    """

    rows: dict[type[Base], list[Row]]
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


def chunks(world: World) -> Iterator[Chunk]:
    """All rows, chunk by chunk; the same for the same world, wherever it is made."""
    dice, ids, cars = Dice(), Ids(), 0
    for first in range(1, world.customers + 1, CHUNK):
        last = min(world.customers, first + CHUNK - 1)
        garage = Garage(world, dice, ids.of(Vehicle), cars)
        rows: dict[type[Base], list[Row]] = {table: [] for table in TABLES}
        files = []
        for nth in range(first, last + 1):
            dice.begin(world.seed, nth)
            file = customer(world, dice, nth)
            _live(world, dice, file, garage, ids, rows)
            files.append(file)
        cars = garage.made
        rows[Customer] = [file.row for file in files]
        rows[Vehicle] = garage.vehicles
        rows[Ownership] = ids.number(Ownership, garage.ownerships)
        rows[CustomerSummary] = [_summary(file) for file in files]
        yield Chunk(rows, last, last == world.customers)


def _live(
    world: World,
    dice: Dice,
    file: File,
    garage: Garage,
    ids: Ids,
    rows: dict[type[Base], list[Row]],
) -> None:
    """One customer's cars, orders, contacts, papers, consents."""
    cars = garage.stock(file)
    found = history.events(world, dice, file, cars)
    orders = [
        history.order(world, dice, file, event, number)
        for event, number in zip(found, ids.of(Order), strict=False)
    ]
    talks = history.touches(world, dice, file, cars, found)
    file.last_touch = talks[-1]["at"] if talks else None
    rows[Order] += orders
    rows[Touch] += ids.number(Touch, talks)
    rows[Document] += ids.number(Document, papers.documents(world, dice, file, orders))
    rows[Consent] += ids.number(Consent, papers.consents(world, dice, file))


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
