"""The application's own launcher, gate, sign-in and menu around the floors' page."""

from dataclasses import replace
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from app import HERE, lifespan
from pages.components import menu, troubles
from server.gate import Gate
from server.routes import ROUTES

PAGE = Path(__file__).parent / "page.py"

menu.ENTRIES = tuple(  # type: ignore[misc, assignment]
    replace(entry, script=str(PAGE)) if entry.address == "customers" else entry
    for entry in menu.ENTRIES
)
app = st.App(
    HERE / "main.py",
    routes=ROUTES,
    middleware=[Middleware(Gate)],
    lifespan=lifespan,
    on_script_error=troubles.broken,
)
