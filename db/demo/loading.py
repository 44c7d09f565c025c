"""Filling an empty database with the demonstration dealer.

Chunks are committed one by one, so that memory and log stay bounded. A mark in `counters` stands
from the first commit to the last, which takes it away and writes the row of `installations`: a
database with the mark was left half way. `small` is one chunk and one transaction: it is there or
it is not.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select

from db.demo import accounts
from db.demo.chunks import TABLES, Chunk, chunks
from db.demo.hours import write_hours
from db.demo.world import CHINA, World
from db.demo.writers import table_of, writer_for
from db.engine import engine_for, write_turn
from db.models import (
    Counter,
    Customer,
    CustomerSummary,
    Installation,
    InstallationKind,
    Store,
    User,
)
from db.summaries import FORM, SERIES
from db.types import Base

DEFAULT_SEED: Final = 815
MARK: Final = "demonstration"
"""The series in `counters` that says: a load has begun here."""

_CUSTOMERS_SERIES: Final = "customers"
_LOCK: Final = 8_150_815
_CACHE_KIB: Final = 65_536
_DEFAULT_CACHE_KIB: Final = 2000


@dataclass(frozen=True, slots=True)
class Size:
    customers: int
    stores: int


SIZES: Final[dict[str, Size]] = {
    "small": Size(2_000, 3),
    "large": Size(100_000, 12),
    "huge": Size(1_000_000, 40),
}


class RefusalReason(StrEnum):
    NOT_MIGRATED = "not_migrated"
    REAL = "real"
    ALREADY_LOADED = "already_loaded"
    HALF_LOADED = "half_loaded"
    NOT_EMPTY = "not_empty"
    BUSY = "busy"


_REMEDIES: Final = {
    RefusalReason.NOT_MIGRATED: "The database has no tables yet: migrate it first.",
    RefusalReason.REAL: "This database is a real one: demonstration data never goes into it.",
    RefusalReason.ALREADY_LOADED: "The demonstration is already in this database.",
    RefusalReason.HALF_LOADED: (
        "An earlier load of the demonstration stopped half way. Delete the SQLite file, or drop "
        "and create the PostgreSQL database, migrate it and load again."
    ),
    RefusalReason.NOT_EMPTY: "The database is not empty: demonstration data needs an empty one.",
    RefusalReason.BUSY: "Another process is loading the demonstration into this database.",
}


class DemoRefused(RuntimeError):
    """The database is none that the demonstration may fill; `reason` says which rule holds."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(_REMEDIES[reason])
        self.reason = reason


@dataclass(slots=True)
class Summary:
    """What was loaded: rows by table, and the seconds it took."""

    customers: int
    as_of: date
    seed: int
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)


Planter = Callable[[Chunk, World], None]
"""May change a chunk's rows before they are written: where a known truth is planted."""

Progress = Callable[[int, int], None]
"""Told (customers loaded, customers in all) after every chunk."""


def _has(connection: Connection, model: type[Base]) -> bool:
    return connection.execute(select(table_of(model)).limit(1)).first() is not None


def _kind(connection: Connection) -> InstallationKind | None:
    kind: InstallationKind | None = connection.execute(
        select(table_of(Installation).c.kind)
    ).scalar()
    return kind


def _is_marked(connection: Connection) -> bool:
    counters = table_of(Counter)
    query = select(counters.c.series).where(counters.c.series == MARK)
    return connection.execute(query).first() is not None


def is_half_loaded(url: str) -> bool:
    """Whether a load of the demonstration was begun here and never finished.

    Only our own load sets the mark that this looks for, so a database of which this is true holds
    nothing but invented people and may be thrown away. False for one without tables. On SQLite it
    waits for a load that is still at work; on PostgreSQL that looks half way, too.
    """
    engine = engine_for(url)
    with write_turn(engine), engine.execution_options(reading=True).connect() as connection:
        if not inspect(connection).has_table(table_of(Counter).name):
            return False
        return _is_marked(connection) and _kind(connection) is None


def _refusal(connection: Connection) -> RefusalReason | None:
    """Why nothing may be loaded here, None if it may."""
    if not inspect(connection).has_table(table_of(CustomerSummary).name):
        return RefusalReason.NOT_MIGRATED
    kind = _kind(connection)
    if kind is not None:
        is_demo = kind is InstallationKind.DEMO
        return RefusalReason.ALREADY_LOADED if is_demo else RefusalReason.REAL
    if _is_marked(connection):
        return RefusalReason.HALF_LOADED
    filled = any(_has(connection, model) for model in (Store, User, Customer))
    return RefusalReason.NOT_EMPTY if filled else None


def _begin(connection: Connection, world: World, shops: list[accounts.Shop]) -> int:
    """Take the empty database: stores, people, and the mark. Returns the number of people."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")
    reason = _refusal(connection)
    if reason is not None:
        raise DemoRefused(reason)
    members = accounts.staff(shops, world.seed)
    world.employ(members)
    connection.execute(insert(table_of(Counter)), {"series": MARK, "value": 0, "details": None})
    connection.execute(insert(table_of(Store)), accounts.store_rows(shops))
    opened = datetime.fromordinal(world.begin).replace(tzinfo=UTC)
    connection.execute(insert(table_of(User)), accounts.user_rows(members, opened))
    write_hours(connection, world)
    return len(members)


def _end(connection: Connection, world: World) -> None:
    counters = table_of(Counter)
    connection.execute(delete(counters).where(counters.c.series == MARK))
    last = {"series": _CUSTOMERS_SERIES, "value": world.customers, "details": None}
    connection.execute(insert(counters), last)
    derived = {"series": SERIES, "value": FORM, "details": None}
    connection.execute(insert(counters), derived)
    at = datetime.fromordinal(world.today).replace(tzinfo=UTC)
    row = {"id": 1, "kind": InstallationKind.DEMO, "created_at": at}
    connection.execute(insert(table_of(Installation)), row)
    writer_for(connection).finish((Store, User, *TABLES))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_DEFAULT_CACHE_KIB}")


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Keep a second load out; on SQLite the turn to write does so already.

    The lock lasts as long as this otherwise idle transaction, which a pooler keeps together.
    """
    with engine.connect() as guard:
        if engine.dialect.name == "postgresql":
            taken = guard.execute(select(func.pg_try_advisory_xact_lock(_LOCK))).scalar()
            if not taken:
                raise DemoRefused(RefusalReason.BUSY)
        yield


@contextmanager
def _without_cycle_hunting() -> Iterator[None]:
    """Rows hold no cycles: looking for them in millions of rows costs a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_sized(
    url: str,
    size: Size,
    *,
    as_of: date,
    seed: int = DEFAULT_SEED,
    plant: Planter | None = None,
    progress: Progress | None = None,
) -> Summary:
    """`load` for any number of customers and stores."""
    started = time.perf_counter()
    shops = accounts.shops(size.stores)
    world = World(as_of=as_of, seed=seed, customers=size.customers, stores=shops)
    summary = Summary(size.customers, as_of, seed)
    engine = engine_for(url)
    pieces = chunks(world)
    with write_turn(engine), _alone(engine), _without_cycle_hunting():
        done = 0
        while done < size.customers:
            with engine.begin() as connection:
                if not done:
                    summary.counts["users"] = _begin(connection, world, shops)
                    summary.counts["stores"] = len(shops)
                chunk = next(pieces)
                if plant is not None:
                    plant(chunk, world)
                _write(connection, chunk, summary)
                if chunk.is_last:
                    _end(connection, world)
            done = chunk.last
            if progress is not None:
                progress(done, size.customers)
    summary.seconds = time.perf_counter() - started
    return summary


def _write(connection: Connection, chunk: Chunk, summary: Summary) -> None:
    writer = writer_for(connection)
    for model in TABLES:
        rows = chunk.rows[model]
        writer.write(model, rows)
        name = table_of(model).name
        summary.counts[name] = summary.counts.get(name, 0) + len(rows)


def load(
    url: str,
    *,
    size: str = "small",
    as_of: date | None = None,
    seed: int = DEFAULT_SEED,
    plant: Planter | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Fill the migrated, empty database at `url` with the demonstration dealer.

    The same size, `as_of` and seed give the same rows on both engines; only the password's hash
    has a salt of its own. Writes no audit: the caller records the load.

    Raises `DemoRefused` for a database that is real, filled, half filled or not migrated, and
    `KeyError` for a size that is not in `SIZES`.
    """
    day = as_of or datetime.now(CHINA).date()
    return load_sized(url, SIZES[size], as_of=day, seed=seed, plant=plant, progress=progress)
