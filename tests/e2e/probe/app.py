"""Our launcher's gate and routes around one page that has everything a gate must hold."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages.components import troubles
from server.gate import Gate
from server.logs import keep_texts_out
from server.routes import ROUTES

keep_texts_out()
app = st.App(
    Path(__file__).parent / "main.py",
    routes=ROUTES,
    middleware=[Middleware(Gate)],
    lifespan=None,
    on_script_error=troubles.broken,
)
