"""The application with open ears: everything that its pages draw and ask is written down."""

import streamlit as st
from starlette.middleware import Middleware

from app import HERE, lifespan
from bench.floors import hooks
from pages.components import troubles
from server.gate import Gate
from server.routes import ROUTES

hooks.listen()
app = st.App(
    HERE / "main.py",
    routes=ROUTES,
    middleware=[Middleware(Gate)],
    lifespan=lifespan,
    on_script_error=troubles.broken,
)
