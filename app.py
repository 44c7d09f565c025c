"""The launcher: `streamlit run app.py` starts the server with its gate, routes and warm libraries.

What a visit shows is in `main.py`.
"""

import asyncio
import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from db.migrate import is_current
from db.place import database_url, described
from pages.components import troubles
from server import background
from server.gate import Gate
from server.logs import keep_texts_out
from server.routes import ROUTES
from server.sockets import send_at_once
from services.core import keys

HERE: Final = Path(__file__).parent
WARM: Final = ("pandas", "pyarrow", "plotly.graph_objects")
"""What the first visitor would otherwise wait for, some two seconds."""

# Streamlit would run a loose file of `pages/` without `main.py`, and so without the sign-in, for
# whoever comes before the first navigation. Ours lie in folders, where it does not look; this says
# it once more.
PagesManager.uses_pages_directory = False
keep_texts_out()

log = logging.getLogger(__name__)


def check_database() -> None:
    """Stop the start, saying what to do, if the database is missing or of another version."""
    url = database_url()
    try:
        current = is_current(url)
    except SQLAlchemyError as trouble:
        log.critical("The database %s cannot be reached: %s", described(url), trouble)
        raise SystemExit(1) from None
    if not current:
        log.critical(
            "The database %s is not at this program's version. "
            "Run `make run` for a demonstration, `./manage.py init` or `./manage.py migrate`.",
            described(url),
        )
        raise SystemExit(1)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Look whether all is there, load what is heavy once, and begin the work in the background.

    What is loaded is put out of the garbage collector's sight.

    A whole collection walks everything that was ever loaded: 50 to 90 ms with pandas, 5 ms with
    what is loaded now set aside. Streamlit's own after every run is switched off, Python's is not.
    """
    check_database()
    keys.current_id()  # a damaged key file must stop the start, not the first deed that needs it
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    send_at_once(asyncio.get_running_loop())
    with background.at_work():
        yield {}


app = st.App(
    HERE / "main.py",
    routes=ROUTES,
    middleware=[Middleware(Gate)],
    lifespan=lifespan,
    on_script_error=troubles.broken,
)
