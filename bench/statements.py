"""The bare SQL of an operation: its statements once more, prepared, without the ORM.

The same settings of the connection and the same waiting for the disk as in the application, but as
the owner, whom row-level security does not slow down; the rows are read, and nothing is made of
them. The transaction that a page shares with the shell around it is the shell's.
"""

import sqlite3
import time
from collections.abc import Iterable
from typing import Any, Final, Protocol

import psycopg
from sqlalchemy import make_url

from bench.floors.recording import Ran
from bench.meters import Spent, cpu_ns, postgres_cpu_ns
from db.engine import POSTGRES_LIMITS, SQLITE_PRAGMAS

PREPARED: Final = 1000
"""More than an operation has: none is parsed twice."""


class Replay(Protocol):
    """A connection that plays statements and says what they cost."""

    def play(self, statements: Iterable[Ran]) -> tuple[Spent, float]:
        """What that used of processors, and the seconds that it took."""

    def close(self) -> None: ...


class _Player:
    """Statements in their transactions, as they were recorded."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.is_open = False

    def run(self, statements: Iterable[Ran]) -> None:
        for ran in statements:
            word = ran.statement.split(" ", 1)[0]
            if word == "BEGIN":
                self.end()
                self.is_open = True
            elif word in {"COMMIT", "ROLLBACK"}:
                if not self.is_open:
                    continue
                self.is_open = False
            self._one(ran)
        self.end()

    def end(self) -> None:
        """Nothing stays open, as when a session of the application is closed."""
        if self.is_open:
            self.connection.execute("ROLLBACK")
            self.is_open = False

    def _one(self, ran: Ran) -> None:
        if ran.is_many:
            self.connection.cursor().executemany(ran.statement, ran.parameters)
            return
        cursor = self.connection.execute(ran.statement, ran.parameters or ())
        if cursor.description is not None:
            cursor.fetchall()


class Sqlite:
    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(
            url.removeprefix("sqlite:///"), isolation_level=None, cached_statements=PREPARED
        )
        for pragma in SQLITE_PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        self._player = _Player(self._connection)

    def play(self, statements: Iterable[Ran]) -> tuple[Spent, float]:
        clock, begun = time.perf_counter(), time.thread_time_ns()
        self._player.run(statements)
        return Spent(0, time.thread_time_ns() - begun), time.perf_counter() - clock

    def close(self) -> None:
        self._connection.close()


class Postgres:
    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(
            make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
            prepare_threshold=0,
            options=POSTGRES_LIMITS,
        )
        self._connection.prepared_max = PREPARED
        self._pid = self._connection.info.backend_pid
        postgres_cpu_ns(self._pid)  # refuses a database on another machine
        self._player = _Player(self._connection)

    def play(self, statements: Iterable[Ran]) -> tuple[Spent, float]:
        """The client's part of the work counts as the server's: there it would be done."""
        clock, backend, begun = time.perf_counter(), cpu_ns(self._pid), time.thread_time_ns()
        self._player.run(statements)
        spent = Spent(time.thread_time_ns() - begun, cpu_ns(self._pid) - backend)
        return spent, time.perf_counter() - clock

    def close(self) -> None:
        self._connection.close()


def replay(url: str) -> Replay:
    return Sqlite(url) if url.startswith("sqlite") else Postgres(url)
