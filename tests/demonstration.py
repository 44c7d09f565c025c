"""The demonstration dealer as its generators make it and as a database keeps it, for tests."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select

from db.demo import Size
from db.demo.chunks import TABLES, chunks
from db.demo.facts import Fact
from db.demo.recipe import DEFAULT_SEED, Recipe
from db.demo.writers import table_of
from db.engine import engine_for
from db.types import Base

AS_OF = date(2026, 6, 15)
SIZE = Size(customers=150, stores=3, chunk=64)
"""Several chunks where one would do."""
Rows = dict[type[Base], list[dict[str, Any]]]
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Made:
    """What the generators make, without any database."""

    rows: Rows
    facts: list[Fact]

    def all(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


def made(size: Size = SIZE, seed: int = DEFAULT_SEED) -> Made:
    out = Made({table: [] for table in TABLES}, [])
    for chunk in chunks(Recipe(size.customers, size.stores, AS_OF, seed, size.chunk)):
        out.facts.extend(chunk.facts)
        for table, rows in chunk.rows.items():
            out.rows[table] += rows
    return out


def kept(url: str, model: type[Base]) -> list[dict[str, Any]]:
    table = table_of(model)
    with engine_for(url).connect() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
        return [dict(row) for row in found]


def digest(dealer: Made) -> str:
    text = repr(
        [(table.__name__, [sorted(row.items()) for row in dealer.rows[table]]) for table in TABLES]
    )
    return hashlib.sha256(f"{text}{dealer.facts}".encode()).hexdigest()


def by_customer(rows: Rows, model: type[Base]) -> dict[int, list[dict[str, Any]]]:
    out: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows[model]:
        out[row["customer_id"]].append(row)
    return out
