"""Rows into tables as fast as each engine takes them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Connection, Date, Table, text

from db.demo.people import Row
from db.types import Base, UtcDateTime


def table_of(model: type[Base]) -> Table:
    """The table under a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


_INSTANT = len("2026-01-01 00:00:00.000000")


class Writer(Protocol):
    """Writes rows that name every column, with enums as their stored values."""

    def write(self, model: type[Base], rows: list[Row]) -> None: ...

    def finish(self, models: Iterable[type[Base]]) -> None:
        """What is due after the last row: ids go on where we stop, the planner is told."""


def _instant(value: datetime) -> str:
    """As SQLAlchemy keeps an instant in SQLite: in UTC and without saying so."""
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:_INSTANT]


class SqliteWriter:
    """`executemany` below SQLAlchemy: converting every value there would take twice as long."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, model: type[Base], rows: list[Row]) -> None:
        table = table_of(model)
        names = table.columns.keys()
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        driver = self._connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection was closed under us")
        driver.executemany(statement, _converted(table, rows))

    def finish(self, models: Iterable[type[Base]]) -> None:
        self._connection.exec_driver_sql("ANALYZE")


def _converted(table: Table, rows: list[Row]) -> Iterator[list[Any]]:
    dated: list[tuple[int, Callable[[Any], str]]] = []
    for place, column in enumerate(table.columns):
        if isinstance(column.type, UtcDateTime):
            dated.append((place, _instant))
        elif isinstance(column.type, Date):
            dated.append((place, str))
    ordered = itemgetter(*table.columns.keys())
    for row in rows:
        values = list(ordered(row))
        for place, convert in dated:
            if values[place] is not None:
                values[place] = convert(values[place])
        yield values


class PostgresWriter:
    """`COPY`, the way that PostgreSQL itself takes bulk."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, model: type[Base], rows: list[Row]) -> None:
        table = table_of(model)
        names = table.columns.keys()
        quoted = ", ".join(f'"{name}"' for name in names)
        driver = self._connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection was closed under us")
        ordered = itemgetter(*names)
        statement = f'COPY "{table.name}" ({quoted}) FROM STDIN'
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(ordered(row))

    def finish(self, models: Iterable[type[Base]]) -> None:
        for model in models:
            table = table_of(model)
            if "id" in table.columns:
                last = (
                    f"SELECT setval(pg_get_serial_sequence(:name, 'id'), max(id)) FROM {table.name}"  # noqa: S608
                )
                self._connection.execute(text(last), {"name": table.name})
        self._connection.exec_driver_sql("ANALYZE")


def writer_for(connection: Connection) -> Writer:
    is_sqlite = connection.dialect.name == "sqlite"
    return SqliteWriter(connection) if is_sqlite else PostgresWriter(connection)
