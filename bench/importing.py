"""An import of many rows beside a bare bulk insert of the customers that came of it."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

from bench.dealers import Dealer, at
from bench.operations import WHO, phone
from db.engine import SQLITE_PRAGMAS
from db.models import Gender
from services import customers, imports
from services.core.access import Named
from services.core.run import fetch, perform

COLUMNS: Final = ("name", "phone", "gender", "city", "need")
FIRST_PHONE: Final = 10_000_000
"""Beyond the numbers that the operations use."""
STORE: Final = 1
GENDERS: Final = tuple(Gender)


@dataclass(frozen=True)
class Imported:
    rows: int
    check_seconds: float
    import_seconds: float
    bare_seconds: float

    @property
    def rows_per_second(self) -> float:
        return self.rows / (self.check_seconds + self.import_seconds)

    @property
    def bare_rows_per_second(self) -> float:
        return self.rows / self.bare_seconds


def measure_import(dealer: Dealer, rows: int) -> Imported:
    """Check and import `rows` new customers; insert the same customers into another copy."""
    loaded = dealer.loaded()
    ours, bare = dealer.copy(loaded, "import"), dealer.copy(loaded, "bare")
    try:
        with at(ours):
            check, run = _import(_table(rows))
        columns, values = _newest(ours, rows)
        seconds = _insert(bare, columns, values)
    finally:
        dealer.drop(ours)
        dealer.drop(bare)
    return Imported(rows, check, run, seconds)


def _table(rows: int) -> imports.Table:
    """New people, who are called as some of the dealer's are."""
    names = [row.name for row in fetch(customers.page, Named(WHO, "bench")).rows]
    lines = []
    for nth in range(rows):
        gender = GENDERS[nth % len(GENDERS)].value
        about = (names[nth % len(names)], phone(FIRST_PHONE + nth), gender)
        lines.append(imports.Row(nth + 2, (*about, "Hangzhou", f"test drive {nth}")))
    return imports.Table(columns=COLUMNS, rows=lines, format="csv", header_row=1)


def _import(table: imports.Table) -> tuple[float, float]:
    who = Named(WHO, "bench")

    def do(command: Callable[..., Any], form: Any, /) -> Any:
        return perform(command, who, form)

    form = imports.opening(
        table,
        repr(table.rows[:1]).encode(),
        kind="customers",
        file_name="bench.csv",
        store_id=STORE,
        mapping={name: name for name in COLUMNS},
    )
    begun = time.perf_counter()
    batch_id = imports.check_all(do, table, form)
    checked = time.perf_counter()
    if batch_id is None:
        raise AssertionError("perform raises instead")
    step = imports.run_all(do, batch_id)
    if step is None or step.done != len(table.rows):
        raise AssertionError(f"not all rows came in: {step}")
    return checked - begun, time.perf_counter() - checked


def _newest(url: str, rows: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The customers that came last, as the driver gives them."""
    query = f"SELECT * FROM customers ORDER BY id DESC LIMIT {rows}"  # noqa: S608 - a number
    connection: Any = _connected(url)
    try:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description]
        values = cursor.fetchall()[::-1]
    finally:
        connection.close()
    if len(values) != rows:
        raise AssertionError(f"{len(values)} customers of {rows}")
    return names, values


def _connected(url: str) -> Any:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def _insert(url: str, columns: list[str], values: list[tuple[Any, ...]]) -> float:
    """Seconds for all of them in one transaction."""
    mark = "?" if url.startswith("sqlite") else "%s"
    places = ", ".join([mark] * len(columns))
    statement = f"INSERT INTO customers ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    connection = _connected(url)
    try:
        begun = time.perf_counter()
        connection.execute("BEGIN")
        connection.cursor().executemany(statement, values)
        connection.execute("COMMIT")
        return time.perf_counter() - begun
    finally:
        connection.close()
