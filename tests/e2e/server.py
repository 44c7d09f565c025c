"""The real application on a free port, against the test's own database.

    def test_x(live):                  # SQLite; parametrise with `on_both` for PostgreSQL too
        live.url, live.port, live.restart()

The server is a process of its own, started as `make run` starts it, so that what is tested is what
is served: launcher, gate, websocket, files.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from db.engine import let_go, write_transaction
from db.models import Notice, ParameterValue
from services.core import clock
from services.core.parameters import PARAMETERS, QUIET_FROM, QUIET_UNTIL
from services.core.tellings import NoticeKind
from tests.conftest import Templates
from tests.databases import drop_database, fresh_database, postgres_url, unique_name
from tests.dealer import Dealer, as_system

ROOT = Path(__file__).parents[2]
START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """One process of the application."""

    log: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    script: str = "app.py"
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start and wait until it is ready. Raises RuntimeError with the log's end if it is not."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "streamlit", "run", str(ROOT / self.script)),
                    *("--server.port", str(self.port), "--server.headless", "true"),
                    *("--server.fileWatcherType", "none"),
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, **self.environment},
            )
        patience = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > patience:
                said = self.log.read_text("utf-8", "replace")[-3000:]
                self.stop()
                raise RuntimeError(f"the application did not start:\n{said}")
            time.sleep(0.05)
        return self

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End the process that we started, and wait for it."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End it as a power cut does: nothing is put in order."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self) -> None:
        """The same port again, as after an update."""
        self.stop()
        self.start()


@dataclass
class Live:
    """A running application, the dealer in its database, and ways to look from outside."""

    server: Server
    dealer: Dealer

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def port(self) -> int:
        return self.server.port


@pytest.fixture(scope="module", params=["sqlite"])
def live(
    request: pytest.FixtureRequest,
    templates: Templates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Live]:
    """The application with the people of `tests/dealer.py`, one for all tests of a module.

    Tests of one module share it: they use different people, or leave these as they found them.
    """
    folder = tmp_path_factory.mktemp("live")
    if request.param == "sqlite":
        copy = folder / "crm.sqlite"
        shutil.copyfile(templates.sqlite(peopled=True), copy)
        name, url = "", f"sqlite:///{copy}"
    else:
        name = unique_name("live")
        url = fresh_database(postgres_url(), name, templates.postgres(peopled=True))
    shutil.copyfile(templates.keys, folder / "keys.json")
    environment = {
        "CRM_DATABASE_URL": url,
        "CRM_DATA_DIR": str(folder / "data"),
        "CRM_KEYS_FILE": str(folder / "keys.json"),
    }
    server = Server(folder / "server.log", environment=environment)
    server.start()
    yield Live(server, Dealer(url))
    server.stop()
    let_go(url)
    if name:
        drop_database(postgres_url(), name)


@pytest.fixture
def at_live(live: Live, monkeypatch: pytest.MonkeyPatch, place: Path) -> Live:
    """`live`, with this test's own services looking at the same database and keys."""
    from services.core import keys

    for name, value in live.server.environment.items():
        monkeypatch.setenv(name, value)
    keys._keys.cache_clear()
    return live


def _know_of_holidays(dealer: Dealer) -> None:
    now = clock.now()
    told = [row for row in dealer.rows(Notice) if row.cause.startswith("holidays:")]
    with write_transaction() as session:  # a sweep of the app may have been faster
        as_system(session)
        for row in told:
            session.get_one(Notice, row.id).acted_at = now
    known = {row.cause for row in told}
    notices = [
        Notice(
            user_id=dealer.user_id(who),
            cause=cause,
            kind=NoticeKind.HOLIDAYS_UNKNOWN,
            params={"year": year},
            created_at=now,
            show_at=now,
            seen_at=now,
            acted_at=now,
        )
        for year in (clock.today().year, clock.today().year + 1)
        for who in ("director", "admin")
        if (cause := f"holidays:{year}") not in known
    ]
    if notices:
        dealer.add(*notices)


@pytest.fixture
def by_day(at_live: Live) -> Live:
    """`at_live` without quiet hours: what people are told is shown whenever the tests run. That the
    holidays of a year are not known, of which they are told in December, they know already."""
    _know_of_holidays(at_live.dealer)
    hours = [row for row in at_live.dealer.rows(ParameterValue) if row.key == QUIET_FROM]
    if not hours:
        none = PARAMETERS[QUIET_UNTIL].default  # from and until the same hour
        at_live.dealer.add(
            ParameterValue(
                key=QUIET_FROM,
                value=str(none),
                from_on=clock.today(),
                created_at=clock.now(),
                reason="tests",
            )
        )
    return at_live


on_both = pytest.mark.parametrize("live", ["sqlite", "postgres"], indirect=True, scope="module")
