"""The databases that are measured: the demonstration dealer of a size, loaded once, copied per run.

A loaded one is never written again, so every run begins from the same rows. They stand in a folder
of their own, on PostgreSQL as databases whose names begin with `crm_bench`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from commands.installation import rules_of_contact
from db.demo import Size, load_sized
from db.engine import let_go
from db.migrate import FOLDER, upgrade
from services import sessions, sweeping
from services.core.access import System
from services.core.run import perform
from tests import databases

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgresql"
DATABASES: Final = (SQLITE, POSTGRES)
HERSELF: Final = System("bench")


@dataclass(frozen=True)
class Dealer:
    """One size on one database. `folder` keeps what is loaded."""

    database: str
    size_name: str
    size: Size
    folder: Path
    as_of: date

    def loaded(self) -> str:
        """The address of the loaded database, which is made when it is not there."""
        name = f"{self.size_name}_{ScriptDirectory(str(FOLDER)).get_current_head()}"
        return self._sqlite(name) if self.database == SQLITE else self._postgres(name)

    def _sqlite(self, name: str) -> str:
        path, part = self.folder / f"{name}.sqlite", self.folder / f"{name}.part"
        if not path.exists():
            part.unlink(missing_ok=True)
            self._load(f"sqlite:///{part}")
            part.rename(path)
            Path(f"{part}.lock").unlink(missing_ok=True)
        return f"sqlite:///{path}"

    def _postgres(self, name: str) -> str:
        admin = databases.postgres_url(durable=True)
        whole, part = f"crm_bench_{name}", f"crm_bench_{name}_part"
        with _at(admin) as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(known, (whole,)).fetchone() is None:
                self._load(databases.fresh_database(admin, part))
                connection.execute(f"ALTER DATABASE {part} RENAME TO {whole}".encode())
        return _beside(admin, whole)

    def _load(self, url: str) -> None:
        upgrade(url)
        load_sized(url, self.size, as_of=self.as_of)
        with at(url):  # what is due is done: else the app would do it while it is measured
            rules_of_contact()
            sweeping.sweep(HERSELF)

    def copy(self, url: str, name: str) -> str:
        """A copy of the database at `url`, to which nobody may be connected."""
        if self.database == SQLITE:
            path = self.folder / f"run-{name}.sqlite"
            shutil.copyfile(url.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        admin = databases.postgres_url(durable=True)
        template = make_url(url).database or ""
        return databases.fresh_database(admin, databases.unique_name(f"bench_{name}"), template)

    def settle(self) -> None:
        """Wait until what was written is on the disk: else the first commits would wait for it."""
        if self.database == POSTGRES:
            with _at(databases.postgres_url(durable=True)) as connection:
                connection.execute("CHECKPOINT")
        os.sync()

    def drop(self, url: str) -> None:
        let_go(url)
        if self.database == POSTGRES:
            name = make_url(url).database or ""
            databases.drop_database(databases.postgres_url(durable=True), name)
            return
        file = Path(url.removeprefix("sqlite:///"))
        for part in file.parent.glob(f"{file.name}*"):  # its log, its index, its locks
            part.unlink()


def _beside(admin: str, name: str) -> str:
    return make_url(admin).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _at(url: str) -> "Iterator[psycopg.Connection]":
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Variables that this process and the servers it starts read."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def at(url: str) -> Iterator[None]:
    """Our own services look at `url`; afterwards nobody is connected to it."""
    with environment(CRM_DATABASE_URL=url):
        yield
    let_go(url)


def come_in(username: str) -> str:
    """A session of this person, past the password; the token that his browser would hold."""
    reserved = perform(sessions.reserve, HERSELF, sessions.Attempt(username=username))
    opened = perform(sessions.begin, HERSELF, sessions.Settle(reservation=reserved))
    return opened.token
