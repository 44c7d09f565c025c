"""Rows into tables as fast as each engine takes them.

Rows are packed where they are made, maybe in another process, and written where the connection is.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import JSON, Boolean, Connection, Date, String, Table, TextClause, text
from sqlmodel import AutoString

from db.demo.people import Row
from db.types import Base, UtcDateTime


def table_of(model: type[Base]) -> Table:
    """The table under a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


_INSTANT = len("2026-01-01 00:00:00.000000")


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows of one table, ready for its engine: tuples for SQLite, COPY's text for PostgreSQL."""

    count: int
    content: list[tuple[Any, ...]] | bytes


class Writer(Protocol):
    """Writes rows that were packed for its engine."""

    def set_aside(self, models: Iterable[type[Base]]) -> list[str]:
        """Drop the indexes that only serve reading; returns what makes them again. To build them
        over all rows at the end is one sort each; to keep them current costs a walk for each row,
        on `huge` through more than memory holds."""

    def write(self, model: type[Base], packed: Packed) -> None: ...

    def finish(self, models: Iterable[type[Base]], indexes: Iterable[str]) -> None:
        """What is due after the last row: the indexes, ids that go on where we stop, and what the
        planner must know."""


def _instant(value: datetime) -> str:
    """As SQLAlchemy keeps an instant in SQLite: in UTC and without saying so."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:_INSTANT]


def _dropped(connection: Connection, models: Iterable[type[Base]], listed: TextClause) -> list[str]:
    """Drop what is `listed` as (table, index, its SQL) for these models; returns the SQL."""
    tables = {table_of(model).name for model in models}
    found = [(name, made) for table, name, made in connection.execute(listed) if table in tables]
    for name, _made in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return [made for _name, made in found]


class SqliteWriter:
    """`executemany` below SQLAlchemy: converting every value there would take twice as long."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, model: type[Base], packed: Packed) -> None:
        table = table_of(model)
        names = table.columns.keys()
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        driver = self._connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection was closed under us")
        driver.executemany(statement, packed.content)

    def set_aside(self, models: Iterable[type[Base]]) -> list[str]:
        # Those that keep a rule have no SQL of their own, or begin otherwise.
        listed = text(
            "SELECT tbl_name, name, sql FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%'"
        )
        return _dropped(self._connection, models, listed)

    def finish(self, models: Iterable[type[Base]], indexes: Iterable[str]) -> None:
        for statement in indexes:
            self._connection.exec_driver_sql(statement)
        self._connection.exec_driver_sql("ANALYZE")


def pack_sqlite(model: type[Base], rows: list[Row]) -> Packed:
    """Rows that name every column, with enums as their stored values, as tuples."""
    table = table_of(model)
    dated: list[tuple[int, Callable[[Any], str]]] = []
    for place, column in enumerate(table.columns):
        if isinstance(column.type, UtcDateTime):
            dated.append((place, _instant))
        elif isinstance(column.type, Date):
            dated.append((place, str))
        elif isinstance(column.type, JSON):
            dated.append((place, json.dumps))
    return Packed(len(rows), list(_converted(table, rows, dated)))


def _converted(
    table: Table, rows: list[Row], dated: list[tuple[int, Callable[[Any], str]]]
) -> Iterator[tuple[Any, ...]]:
    ordered = itemgetter(*table.columns.keys())
    for row in rows:
        values = list(ordered(row))
        for place, convert in dated:
            if values[place] is not None:
                values[place] = convert(values[place])
        yield tuple(values)


class PostgresWriter:
    """`COPY`, the way that PostgreSQL itself takes bulk."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, model: type[Base], packed: Packed) -> None:
        table = table_of(model)
        quoted = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118
        driver = self._connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection was closed under us")
        statement = f'COPY "{table.name}" ({quoted}) FROM STDIN'
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(packed.content)

    def set_aside(self, models: Iterable[type[Base]]) -> list[str]:
        listed = text(
            "SELECT tablename, indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = current_schema() AND indexdef LIKE 'CREATE INDEX%'"
        )
        return _dropped(self._connection, models, listed)

    def finish(self, models: Iterable[type[Base]], indexes: Iterable[str]) -> None:
        self._connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        self._connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
        for statement in indexes:
            self._connection.exec_driver_sql(statement)
        for model in models:
            table = table_of(model)
            if "id" in table.columns:
                last = (
                    f"SELECT setval(pg_get_serial_sequence(:name, 'id'), max(id)) FROM {table.name}"  # noqa: S608
                )
                self._connection.execute(text(last), {"name": table.name})
        self._connection.exec_driver_sql("ANALYZE")


_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _escaped(value: Any) -> str:
    return str(value).translate(_ESCAPES)


def _escaped_json(value: Any) -> str:
    return _escaped(json.dumps(value))


def pack_postgres(model: type[Base], rows: list[Row]) -> Packed:
    """Rows as the text that `COPY` takes: tabs between, a backslash and N for nothing."""
    table = table_of(model)
    ways: list[Callable[[Any], str]] = []
    for column in table.columns:
        if isinstance(column.type, Boolean):
            ways.append("ft".__getitem__)
        elif isinstance(column.type, JSON):
            ways.append(_escaped_json)
        else:
            ways.append(_escaped if isinstance(column.type, String | AutoString) else str)
    ordered = itemgetter(*table.columns.keys())
    lines = (
        "\t".join(
            [
                r"\N" if value is None else way(value)
                for way, value in zip(ways, ordered(row), strict=True)
            ]
        )
        for row in rows
    )
    return Packed(len(rows), "".join(f"{line}\n" for line in lines).encode())


Packer = Callable[[type[Base], list[Row]], Packed]


def packer_for(dialect: str) -> Packer:
    return pack_sqlite if dialect == "sqlite" else pack_postgres


def writer_for(connection: Connection) -> Writer:
    is_sqlite = connection.dialect.name == "sqlite"
    return SqliteWriter(connection) if is_sqlite else PostgresWriter(connection)
