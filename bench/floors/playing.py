"""Drawing again what was drawn, with ready values."""

from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from bench.floors.recording import WHOLE, Run

NEXT: Final = "floor:next"
"""Session state: which of the runs comes next, where one ended in another."""


def show(runs: list[Run]) -> None:
    """The run that is due. An operation that begins in a fragment has one to begin in."""
    turn = st.session_state.pop(NEXT, 0)
    if turn == 0 and runs[0].is_fragment:
        st.fragment(_one)(runs, 0)
    else:
        _one(runs, turn)


def _one(runs: list[Run], turn: int) -> None:
    _play(runs[turn])
    if turn + 1 < len(runs) and _is_meant(runs[turn]):
        st.session_state[NEXT] = turn + 1
        st.rerun()


def _is_meant(run: Run) -> bool:
    """A fragment is also drawn with the page that it stands on: that is not the operation yet."""
    ctx = get_script_run_ctx()
    return not run.is_fragment or (ctx is not None and bool(ctx.fragment_ids_this_run))


def _play(run: Run) -> None:
    made: list[Any] = []
    for drew in run.drawn:
        place: Any = st
        if drew.place is not None:
            call, nth = drew.place
            place = made[call] if nth == WHOLE else made[call][nth]
        made.append(getattr(place, drew.name)(*drew.args, **drew.kwargs))
