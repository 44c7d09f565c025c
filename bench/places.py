"""The servers of one run, each a process of its own: the application, its floors, the recorder."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.meters import Backends, Meter, Unmeasurable
from tests.e2e.server import Server

APPLICATION: Final = "app.py"
FLOORS: Final = "bench/floors/launcher.py"
RECORDER: Final = "bench/floors/recorder.py"


@dataclass(frozen=True)
class Place:
    """A running server and the meter of what it uses."""

    port: int
    meter: Meter


@contextmanager
def running(script: str, url: str, folder: Path) -> Iterator[Place]:
    """The server `script` on the database at `url`; it logs and keeps its files in `folder`."""
    environment = {"CRM_DATABASE_URL": url, "CRM_DATA_DIR": str(folder)}
    server = Server(folder / "server.log", environment=environment, script=script)
    with ExitStack() as closing:
        server.start()
        closing.callback(server.stop)
        if server.process is None:
            raise Unmeasurable("the server has no process")
        backends = None
        if not url.startswith("sqlite"):
            backends = Backends(url)
            closing.callback(backends.close)
        yield Place(server.port, Meter(server.process.pid, backends))
