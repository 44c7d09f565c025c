"""Locks beyond a row: on a whole table, and on a piece of work that one process does at a time."""

import fcntl
import os
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlmodel import Session, col

from db.engine import engine
from db.models import Installation

_ASKED_EVERY = 0.2
_POSTGRES_SPACE = 815
"""Keeps our advisory locks apart from those of other programs in the same database."""


class LockHeld(RuntimeError):
    """Another process has it, and did not let go in time."""


@contextmanager
def only_one(work: str, patience: float = 0.0) -> Iterator[None]:
    """Let one process at a time into this piece of work, over all that use the database.

    A process that dies lets go. Waits up to `patience` seconds; raises LockHeld. On PostgreSQL the
    lock lasts as long as an otherwise idle transaction, which a pooler keeps together; on SQLite it
    is a lock on a file beside the database.
    """
    here = engine()
    lock = _of_postgres if here.dialect.name == "postgresql" else _of_file
    with lock(here, work) as take:
        until = time.monotonic() + patience
        while not take():
            if time.monotonic() >= until:
                raise LockHeld(work)
            time.sleep(_ASKED_EVERY)
        yield


@contextmanager
def _of_postgres(here: Engine, work: str) -> Iterator[Callable[[], bool]]:
    key = zlib.crc32(work.encode()) & 0x7FFF_FFFF
    with here.connect() as guard:
        yield lambda: _asked(guard, key)


def _asked(guard: Connection, key: int) -> bool:
    take = select(func.pg_try_advisory_xact_lock(_POSTGRES_SPACE, key))
    return bool(guard.execute(take).scalar())


@contextmanager
def _of_file(here: Engine, work: str) -> Iterator[Callable[[], bool]]:
    handle = os.open(Path(f"{here.url.database}.{work}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield lambda: _locked(handle)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_audit(session: Session) -> None:
    """Wait for every open writer of the audit and keep new ones out until this transaction ends.

    PostgreSQL gives out ids before the commit: without the lock, an entry with a lower id could
    still appear after a higher one was read. The mode also keeps out a second caller. Who waits
    here holds up those who come after him, so he gives up after half a second (55P03, which the
    door tries again), sooner than the database looks for deadlocks. On SQLite a write transaction
    is alone from its beginning.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection = session.connection()
        connection.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
        connection.exec_driver_sql("SELECT lock_audit()")  # SHARE ROW EXCLUSIVE


def lock_decisions(session: Session) -> None:
    """Of two who decide something of the group's at once, the second waits, and then sees what the
    first decided: for tables whose rule spans rows that are not there yet."""
    session.execute(select(col(Installation.id)).with_for_update())
