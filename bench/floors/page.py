"""A floor: nothing at all, or an operation's widgets from constants, in as many runs as it took."""

import streamlit as st

from bench.floors.playing import show
from bench.floors.recording import kept_runs
from pages.components import board  # noqa: F401 - it is known before what was drawn is drawn again

if asked := st.query_params.get("floor"):
    show(kept_runs(asked)[int(st.query_params["time"])])
