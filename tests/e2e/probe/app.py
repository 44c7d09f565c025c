"""Our launcher's gate and routes around one page that has everything a gate must hold."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from server.gate import Gate
from server.routes import ROUTES

app = st.App(
    Path(__file__).parent / "main.py", routes=ROUTES, middleware=[Middleware(Gate)], lifespan=None
)
