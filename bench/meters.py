"""The processor time of processes, in nanoseconds.

A process's own clock also counts its threads that have ended, which a server's runs are; the ticks
in /proc are too coarse for one click.
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import make_url

CPU: Final = 2
"""Linux, `CPUCLOCK_SCHED`: the time that a process was on a processor."""


class Unmeasurable(RuntimeError):
    """A figure that cannot be had; it is never taken for nothing."""


def cpu_ns(pid: int) -> int:
    """What the process and its threads have used so far."""
    return time.clock_gettime_ns((~pid << 3) | CPU)


def own_bytes(pid: int) -> int:
    """The memory that the process shares with no other."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
    return (
        sum(int(kb) for kb in re.findall(r"^Private_\w+:\s+(\d+) kB$", rollup, re.MULTILINE)) * 1024
    )


@dataclass(frozen=True)
class Spent:
    """Nanoseconds of a processor, in the server and in the database."""

    server: int
    database: int

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(self.server - before.server, self.database - before.database)

    @property
    def total(self) -> int:
        return self.server + self.database


class Backends:
    """PostgreSQL's processes that serve one database, our own look-ups apart."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(
            make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        )
        self._seen: dict[int, int] = {}

    def close(self) -> None:
        self._connection.close()

    def cpu_ns(self) -> int:
        """What they have used so far. Raises Unmeasurable where they are on another machine."""
        rows = self._connection.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        for (pid,) in rows.fetchall():
            self._seen[pid] = postgres_cpu_ns(pid)
        return sum(self._seen.values())  # those that are gone keep what they had


def postgres_cpu_ns(pid: int) -> int:
    try:
        name = Path(f"/proc/{pid}/comm").read_text("utf-8").strip()
    except FileNotFoundError:
        name = ""
    if not name.startswith("postgres"):
        raise Unmeasurable(f"process {pid} of the database is not on this machine")
    return cpu_ns(pid)


@dataclass(frozen=True)
class Meter:
    """One server and its database; a SQLite database is read and written in the server itself."""

    pid: int
    backends: Backends | None = None

    def read(self) -> Spent:
        return Spent(cpu_ns(self.pid), self.backends.cpu_ns() if self.backends else 0)

    def settled(self, pause: float = 0.01, quiet_ns: int = 300_000) -> Spent:
        """`read` once the server rests: it sends its last message before it has tidied up."""
        before = self.read()
        while True:
            time.sleep(pause)
            after = self.read()
            if (after - before).total < quiet_ns:
                return after
            before = after
