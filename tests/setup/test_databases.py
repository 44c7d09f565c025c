"""The PostgreSQL that the tests bring along: one per run, and nothing of it left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests import databases

ROOT = Path(__file__).resolve().parents[2]


def wait_until(true: Callable[[], bool], seconds: float = 20) -> bool:
    patience = time.monotonic() + seconds
    while not true():
        if time.monotonic() > patience:
            return False
        time.sleep(0.05)
    return True


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def database() -> Iterator[Callable[[str], str]]:
    admin, made = databases.postgres_url(), []

    def make(template: str) -> str:
        made.append(databases.unique_name("setup"))
        return databases.fresh_database(admin, made[-1], template)

    yield make
    for name in made:
        databases.drop_database(admin, name)


def test_a_database_from_a_template_is_a_copy_of_its_own(database: Callable[[str], str]) -> None:
    template = database("template0")
    query(template, "CREATE TABLE customers (name text); INSERT INTO customers VALUES ('王小明')")
    first, second = (database(make_url(template).database or "") for _ in range(2))
    query(first, "DELETE FROM customers")
    assert query(first, "SELECT count(*) FROM customers") == [(0,)]
    assert query(second, "SELECT name FROM customers") == [("王小明",)]
    assert query(second, "SHOW server_encoding") == [("UTF8",)]


def test_an_older_database_gives_way_even_when_somebody_is_connected() -> None:
    admin, name = databases.postgres_url(), databases.unique_name("setup")
    old = databases.fresh_database(admin, name)
    address = make_url(old).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as lingering:
        lingering.execute("CREATE TABLE left_over (x int)")
        lingering.commit()
        new = databases.fresh_database(admin, name)
        assert query(new, "SELECT count(*) FROM pg_tables WHERE tablename = 'left_over'") == [(0,)]
        with pytest.raises(psycopg.OperationalError):
            lingering.execute("SELECT 1")
    databases.drop_database(admin, name)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        query(new, "SELECT 1")


@pytest.mark.parametrize("name", ["", "Upper", "a-b", 'a"; DROP DATABASE postgres', "a" * 64, "1a"])
def test_a_database_name_that_would_need_quoting_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="database name"):
        databases.drop_database("postgresql://nowhere/", name)


def test_a_named_server_is_taken_and_reached_by_our_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TEST_DATABASE_URL", "postgres://tester:s%40fe@db.example:5433/admin")
    expected = "postgresql+psycopg://tester:s%40fe@db.example:5433/admin"
    assert databases.postgres_url() == expected


USER_OF_A_SERVER = (
    "import sys, time\n"
    "from tests.databases import postgres_url\n"
    "print(postgres_url(), flush=True)\n"
    "sys.stdin.read()\n"
)


class TestOurServer:
    """One run's server: shared by its processes, gone with the last of them."""

    @pytest.fixture
    def start(self, tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
        environment = os.environ | {"PYTEST_XDIST_TESTRUNUID": f"setup{os.getpid()}"}
        environment.pop("CRM_TEST_DATABASE_URL", None)
        environment["PYTHONPATH"] = str(ROOT)
        started: list[subprocess.Popen[str]] = []

        def start() -> tuple[subprocess.Popen[str], str]:
            process = subprocess.Popen(
                [sys.executable, "-c", USER_OF_A_SERVER],
                env=environment,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            started.append(process)
            assert process.stdout is not None
            return process, process.stdout.readline().strip()

        yield start
        for process in started:
            process.kill()
            process.communicate()

    def test_is_shared_and_ends_with_its_last_user_even_when_killed(
        self, start: Callable[[], tuple[subprocess.Popen[str], str]]
    ) -> None:
        first, url = start()
        second, same = start()
        assert url == same
        folder = Path(str(make_url(url).query["host"]))
        server = int((folder / "postmaster.pid").read_text().splitlines()[0])

        first.communicate("")  # ends as it should
        assert first.returncode == 0
        time.sleep(0.3)
        assert query(url, "SELECT 1") == [(1,)]

        second.send_signal(signal.SIGKILL)
        assert wait_until(lambda: not Path(f"/proc/{server}").exists())
        assert wait_until(lambda: not list(folder.parent.parent.glob(f"{folder.parent.name}*")))

    def test_is_started_anew_where_a_killed_guard_left_its_folder(
        self, start: Callable[[], tuple[subprocess.Popen[str], str]]
    ) -> None:
        _, url = start()
        data = Path(str(make_url(url).query["host"]))
        server = int((data / "postmaster.pid").read_text().splitlines()[0])
        guard = subprocess.check_output(["ps", "-o", "ppid=", "-p", f"{server}"])
        os.kill(int(guard), signal.SIGKILL)
        os.kill(server, signal.SIGQUIT)
        assert wait_until(lambda: not Path(f"/proc/{server}").exists())
        assert (data.parent / "url").exists()
        _, again = start()
        assert query(again, "SELECT 1") == [(1,)]

    def test_says_why_it_does_not_start(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "server"
        folder.mkdir()
        (folder / "data").write_text("in the way")
        with pytest.raises(RuntimeError, match=r"did not start:\n(?s:.*)File exists"):
            databases._start_guard(folder)
        assert not folder.exists()


def test_a_durable_server_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_TEST_DATABASE_URL", raising=False)
    quick, durable = (databases.postgres_url(durable=wish) for wish in (False, True))
    for setting in databases.DURABLE:
        assert query(quick, f"SHOW {setting}") == [("off",)]
        assert query(durable, f"SHOW {setting}") == [("on",)]
