"""Filling an empty database with the demonstration dealer.

Chunks are committed one by one, so that memory and log stay bounded. A mark in `counters` stands
from the first commit to the last, which takes it away and writes the row of `installations`: a
database with the mark was left half way. `small` is one chunk and one transaction: it is there or
it is not.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select

from db.demo import accounts
from db.demo.campaigns import write_campaigns
from db.demo.chunks import TABLES
from db.demo.enclosures import write_enclosures
from db.demo.hours import write_hours
from db.demo.making import Parcel, is_worth_it, parcels, without_cycle_hunting
from db.demo.people import Row
from db.demo.posts import write_posts
from db.demo.reception import MODELS as OF_RECEPTION
from db.demo.reception import write_reception
from db.demo.recipe import CHUNK, DEFAULT_SEED, Recipe
from db.demo.studio import write_studio
from db.demo.surveys import write_surveys
from db.demo.visit_rules import write_rules
from db.demo.visiting import MODELS, write_visits
from db.demo.world import CHINA, World
from db.demo.writers import table_of, writer_for
from db.engine import engine_for, write_turn
from db.models import (
    Cadence,
    CadenceStep,
    Complaint,
    Counter,
    Customer,
    CustomerSummary,
    Installation,
    InstallationKind,
    Store,
    Survey,
    SurveyItem,
    User,
)
from db.summaries import FORM, SERIES
from db.types import Base

MARK: Final = "demonstration"
"""The series in `counters` that says: a load has begun here."""

_CUSTOMERS_SERIES: Final = "customers"
_COMPLAINTS_SERIES: Final = "complaints"
_MONTH_OF_A_NUMBER: Final = (4, 6)
"""Where it begins and how long it is."""
_LOCK: Final = 8_150_815
_CACHE_KIB: Final = 65_536
_DEFAULT_CACHE_KIB: Final = 2000


@dataclass(frozen=True, slots=True)
class Size:
    customers: int
    stores: int
    chunk: int = CHUNK


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
    """What was loaded, from what, and the seconds it took."""

    recipe: Recipe
    truth: str = ""
    """The digest of the facts that were planted (`db.demo.truth`)."""
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    """Rows by table."""


Progress = Callable[[int, int], None]
"""Told (customers loaded, customers in all) before a chunk is committed."""


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


@dataclass(frozen=True, slots=True)
class _Begun:
    """What a load needs to its end; `indexes` makes again what was set aside."""

    world: World
    indexes: list[str]


def _begin(connection: Connection, recipe: Recipe) -> tuple[_Begun, dict[str, int]]:
    """Take the empty database: stores, people, and the mark. Returns how many of each, too."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")
    reason = _refusal(connection)
    if reason is not None:
        raise DemoRefused(reason)
    world, shops, members = recipe.found()
    connection.execute(insert(table_of(Counter)), {"series": MARK, "value": 0, "details": None})
    connection.execute(insert(table_of(Store)), accounts.store_rows(shops))
    connection.execute(insert(table_of(User)), accounts.user_rows(members, world.opened))
    write_hours(connection, world)
    write_posts(connection, world, shops, members)
    write_enclosures(connection)
    write_surveys(connection, world)
    write_rules(connection, world)
    indexes = writer_for(connection).set_aside(TABLES)
    return _Begun(world, indexes), {"users": len(members), "stores": len(shops)}


def _end(connection: Connection, begun: _Begun) -> dict[str, int]:
    """The rows that need all customers, and what makes it a whole; how many each table has."""
    world = begun.world
    counts = write_reception(connection, world)
    counters = table_of(Counter)
    connection.execute(delete(counters).where(counters.c.series == MARK))
    last = {"series": _CUSTOMERS_SERIES, "value": world.customers, "details": None}
    connection.execute(insert(counters), last)
    derived = {"series": SERIES, "value": FORM, "details": None}
    connection.execute(insert(counters), derived)
    if series := _complaint_series(connection):
        connection.execute(insert(counters), series)
    write_visits(connection, world)
    at = datetime.fromordinal(world.today).replace(tzinfo=UTC)
    row = {"id": 1, "kind": InstallationKind.DEMO, "created_at": at}
    connection.execute(insert(table_of(Installation)), row)
    finished: tuple[type[Base], ...] = (
        *(Store, User, Survey, SurveyItem, Cadence, CadenceStep),
        *TABLES,
        *OF_RECEPTION,
        *MODELS,
    )
    writer_for(connection).finish(finished, begun.indexes)
    write_studio(connection, world)
    write_campaigns(connection, world)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_DEFAULT_CACHE_KIB}")
    return counts


def _complaint_series(connection: Connection) -> list[Row]:
    """The last number of each month: its complaints are numbered without gaps."""
    month = func.substr(table_of(Complaint).c.number, *_MONTH_OF_A_NUMBER).label("month")
    counted = select(month, func.count()).group_by("month").order_by("month")
    return [
        {"series": f"{_COMPLAINTS_SERIES}:{name}", "value": last, "details": None}
        for name, last in connection.execute(counted)
    ]


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


def load_sized(
    url: str,
    size: Size,
    *,
    as_of: date,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
    apart: bool | None = None,
) -> Summary:
    """`load` for any number of customers and stores.

    `apart` makes the rows in a process of their own; without a word where that is worth it.
    """
    started = time.perf_counter()
    summary = Summary(Recipe(size.customers, size.stores, as_of, seed, size.chunk))
    engine = engine_for(url)
    apart = is_worth_it(summary.recipe) if apart is None else apart
    made = parcels(summary.recipe, engine.dialect.name, apart=apart)
    truth = hashlib.sha256()
    with write_turn(engine), _alone(engine), without_cycle_hunting(), closing(made):
        begun, is_done = None, False
        while not is_done:
            with engine.begin() as connection:
                if begun is None:
                    begun, summary.counts = _begin(connection, summary.recipe)
                parcel = next(made)
                truth.update(parcel.facts)
                _write(connection, parcel, summary)
                if parcel.is_last:
                    summary.counts |= _end(connection, begun)
                if progress is not None:
                    progress(parcel.last, size.customers)
            is_done = parcel.is_last
    summary.truth = truth.hexdigest()
    summary.seconds = time.perf_counter() - started
    return summary


def _write(connection: Connection, parcel: Parcel, summary: Summary) -> None:
    writer = writer_for(connection)
    for model in TABLES:
        packed = parcel.tables[model]
        writer.write(model, packed)
        name = table_of(model).name
        summary.counts[name] = summary.counts.get(name, 0) + packed.count


def load(
    url: str,
    *,
    size: str = "small",
    as_of: date | None = None,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
) -> Summary:
    """Fill the migrated, empty database at `url` with the demonstration dealer.

    The same size, `as_of` and seed give the same rows on both engines; only the password's hash
    has a salt of its own. Writes no audit: the caller records the load, with what it was made of.

    Raises `DemoRefused` for a database that is real, filled, half filled or not migrated,
    `KeyError` for a size that is not in `SIZES`, `MakerLost` when the making was broken off.
    """
    day = as_of or datetime.now(CHINA).date()
    return load_sized(url, SIZES[size], as_of=day, seed=seed, progress=progress)
