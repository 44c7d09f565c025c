"""Where connections and transactions begin and end. Nothing else may commit."""

import fcntl
import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session

from db import wall
from db.criteria import Criterion
from db.models import AuditEntry
from db.place import database_url
from db.types import Base, Scoped, Versioned, utc_now

BEYOND_SCOPE = "beyond_scope"
"""Execution option of the few statements that may look past the actor's scope. Who may set it is
kept by a test of the house."""

BUSY_SECONDS = 30
SQLITE_PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=FULL",
    # Without it REPLACE deletes rows past their delete triggers: the audit's guard, the mirror's.
    "recursive_triggers=ON",
    # Not trusted_schema=OFF: before 3.44, SQLite would then refuse the triggers that mirror grams
    # into FTS5. We add no SQL functions, so there is nothing that a schema could misuse.
    f"busy_timeout={BUSY_SECONDS * 1000}",
)
POSTGRES_LIMITS = (
    "-c lock_timeout=5s -c statement_timeout=60s -c timezone=UTC"
    # A page reads some dozens of rows: starting the workers of a parallel plan takes longer.
    " -c max_parallel_workers_per_gather=0"
    # Compiling the walls of rows into machine code took seconds, to save milliseconds.
    " -c jit=off"
)


class BrokenRule(RuntimeError):
    """A bug: code tried what the house does not allow."""


class Scope(Hashable, Protocol):
    """Which rows the actor of a session may read and write; `services.core.access` makes them.

    Two that are equal give the same criteria.
    """

    def criteria(self) -> Iterable[tuple[type[Base], ColumnElement[bool]]]: ...

    def check_write(self, session: Session, row: Base) -> None: ...

    def settings(self) -> Mapping[str, str]: ...


@cache
def engine_for(url: str) -> Engine:
    """Connections as whom `url` names: on PostgreSQL the owner's, for migrations and bulk."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=20,
            max_overflow=40,
            pool_timeout=BUSY_SECONDS,
            hide_parameters=True,  # an error's text may reach a log; what was written may not
        )
        _teach_sqlite(engine)
        return engine
    return _postgres(url, POSTGRES_LIMITS)


@cache
def app_engine_for(url: str) -> Engine:
    """Connections for the app: on PostgreSQL behind the wall (`db.wall`), whomever `url` names."""
    if url.startswith("sqlite"):
        return engine_for(url)
    # The role is a startup option, not a SET: neither a rollback nor RESET ROLE takes it away.
    engine = _postgres(url, f"{POSTGRES_LIMITS} -c role={wall.ROLE}")
    event.listen(engine, "connect", _look_at_the_wall)
    return engine


def engine() -> Engine:
    return app_engine_for(database_url())


def let_go(url: str) -> None:
    """Close every connection of this process to `url`, the app's and the owner's."""
    for made in (app_engine_for, engine_for):
        made(url).dispose()
        made.cache_clear()


def _postgres(url: str, options: str) -> Engine:
    return create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,
        hide_parameters=True,
        # prepare_threshold=None keeps us at home behind a transaction-mode pooler.
        connect_args={"options": options, "prepare_threshold": None},
    )


def _look_at_the_wall(dbapi_connection: Any, _record: Any) -> None:
    """Refuse a connection past the wall: a role that bypasses it, a pooler that drops the role."""
    with dbapi_connection.cursor() as cursor:
        [stands] = cursor.execute(wall.STANDS).fetchone()
    dbapi_connection.rollback()
    if stands is False:
        raise BrokenRule(f"{wall.ROLE} is not behind row-level security")


def _teach_sqlite(engine: Engine) -> None:
    """Make SQLite keep foreign keys, and take the write lock before it reads.

    Without `BEGIN IMMEDIATE`, of two read-modify-writes one is silently lost.
    """

    @event.listens_for(engine, "do_connect")
    def before_connect(*_: object) -> None:
        _make_private(engine.url.database)

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _make_private(name: str | None) -> None:
    """Begin a new database file that only its owner reads; its log and index take after it.

    Never opens one that is there: closing it would drop the locks that SQLite holds on it.
    """
    if name and name != ":memory:" and not name.startswith("file:"):
        with suppress(OSError):  # it is there; or SQLite itself will say what is wrong
            os.close(os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def _kernel_queue(path: Path) -> Iterator[None]:
    """Writers wait in the kernel's queue, one after the other: no polling, no starvation."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def write_turn(engine: Engine) -> Iterator[None]:
    """The turn to write: a queue beside a SQLite file, nothing where the database queues itself."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        with nullcontext():
            yield
        return
    with _kernel_queue(Path(f"{name}.lock")):
        yield


@contextmanager
def write_transaction() -> Iterator[Session]:
    """Commit everything or nothing."""
    here = engine()
    with (
        write_turn(here),
        Session(here, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def read_transaction() -> Iterator[Session]:
    """One consistent snapshot; a query that wrote is a bug."""
    here = engine()
    options: dict[str, Any] = {"reading": True}
    if here.dialect.name == "postgresql":
        options |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    with Session(here.execution_options(**options), autoflush=False) as session:
        yield session
        if session.new or session.deleted or any(map(session.is_modified, session.dirty)):
            raise BrokenRule("a query wrote")


def act_for(session: Session, scope: Scope) -> None:
    """From now on the session works for this actor: both walls know."""
    connection = session.connection()
    session.info["scope"] = scope
    wall.tell(connection, scope.settings())


@event.listens_for(Session, "after_begin")
def tell_the_wall(session: Session, _transaction: object, connection: Connection) -> None:
    """What the wall was told ends with a transaction; the session's scope does not."""
    scope: Scope | None = session.info.get("scope")
    if scope is not None:
        wall.tell(connection, scope.settings())


@contextmanager
def wall_opened(session: Session) -> Iterator[None]:
    """Let the statements inside read past the actor's scope, on the wall's side.

    An error ends the transaction, and with it what was opened: nothing is closed after one.
    """
    scope: Scope = session.info["scope"]
    if scope.settings()["beyond"] or session.info.get("is_open"):
        yield
        return
    connection = session.connection()
    wall.let_past(connection, is_open=True)
    session.info["is_open"] = True
    try:
        yield
    finally:
        session.info["is_open"] = False
    wall.let_past(connection, is_open=False)


@event.listens_for(Session, "do_orm_execute")
def keep_scope(state: ORMExecuteState) -> None:
    """Put the actor's scope on every ORM statement, so that a query cannot forget it."""
    if state.is_column_load or state.is_relationship_load:
        return
    if state.is_update or state.is_delete or state.is_insert:
        _guard_bulk(state)
    if state.execution_options.get(BEYOND_SCOPE):
        return
    scope: Scope | None = state.session.info.get("scope")
    if scope is None:
        raise BrokenRule("a statement without an actor")
    state.statement = state.statement.options(*_options(scope))


@lru_cache(maxsize=128)
def _options(scope: Scope) -> tuple[ExecutableOption, ...]:
    """The scope as options of a statement. Equal scopes have the same, so that somebody's are made
    once: those of a salesperson take 2 ms, and 170 KiB to keep."""
    made = (
        Criterion(model, criterion, include_aliases=True) for model, criterion in scope.criteria()
    )
    return tuple(made)


def _guard_bulk(state: ORMExecuteState) -> None:
    """Bulk statements pass by the guards of single rows, so they keep off rows that have any."""
    model = state.bind_mapper.class_ if state.bind_mapper else None
    if model is None:
        return
    if issubclass(model, (Scoped, Versioned)) or getattr(model, "append_only", False):
        raise BrokenRule(f"bulk statement on {model.__name__}")
    state.session.info.setdefault("touched", set()).add(model)


@event.listens_for(Session, "before_flush")
def guard_rows(session: Session, *_: object) -> None:
    scope: Scope | None = session.info.get("scope")
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*changed, *session.deleted):
        if getattr(row, "append_only", False):
            raise BrokenRule(f"{type(row).__name__} is append-only")
    for row in (*session.new, *changed, *session.deleted):
        if scope is None:
            raise BrokenRule("a write without an actor")
        scope.check_write(session, row)
        session.info.setdefault("touched", set()).add(type(row))
    for row in changed:
        if isinstance(row, Versioned):
            row.updated_at = utc_now()


@event.listens_for(Session, "before_commit")
def guard_audited(session: Session) -> None:
    session.flush()
    touched = session.info.pop("touched", set())
    owed = {model.__name__ for model in touched if getattr(model, "audited", True)}
    if owed and AuditEntry not in touched:
        raise BrokenRule(f"write without audit: {sorted(owed)}")
