"""`run`: the database brought up to date, the application opened."""

import os
import sys

import typer

from commands.migration import migrate
from commands.speaking import say
from db.place import ROOT
from server.addresses import allowed_hosts
from services import installation
from services.core.access import System
from services.core.run import fetch
from services.core.words import N_

STARTING = System("start")


def join(app: typer.Typer) -> None:
    app.command()(run)


def run() -> None:
    """Open the app; an empty database is filled with the demonstration dealer first."""
    migrate()
    if fetch(installation.kind, STARTING) is None:
        from commands.installation import fill

        fill("small", None)
    serve()


def serve() -> None:
    """Become the server, on HOST and PORT; HEADLESS=1 opens no browser."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8501")
    words = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
        "--server.address", host,
        "--server.port", port,
        "--server.headless", "true" if os.environ.get("HEADLESS") == "1" else "false",
    ]  # fmt: skip
    if os.environ.get("CRM_ALLOWED_HOSTS"):  # once a name: Streamlit splits nothing
        for name in sorted(allowed_hosts()):
            words += ["--server.allowedHosts", name]
    say(N_("Open http://{host}:{port}"), host="localhost", port=port)
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(sys.executable, words)  # noqa: S606 - no shell, our own interpreter
