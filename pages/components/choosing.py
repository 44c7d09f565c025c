"""Choosing rows and cells of a table: by id, so that no position outlives its rows."""

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import pyarrow as pa  # type: ignore[import-untyped]
import streamlit as st


def kept(data: pa.Table, ids: list[Any], key: str, look: dict[str, Any]) -> Any:
    """The widget is a new one when the rows change, so that no position outlives its rows, and
    when a cell was clicked, so that it shows its row as chosen."""
    memory, turns = f"{key}:chosen", f"{key}:turn"
    turn = st.session_state.setdefault(turns, 0)
    widget = f"{key}:{turn}:{digest(ids)}"

    def keep() -> None:
        if widget not in st.session_state:
            return  # the session was emptied while the click was on its way
        selection = st.session_state[widget]["selection"]
        if selection["cells"]:
            st.session_state[turns] = turn + 1
        rows = [row for row, _column in selection["cells"]] or selection["rows"]
        st.session_state[memory] = at(ids, rows)

    chosen = st.session_state.get(memory)
    default = {"selection": {"rows": [ids.index(chosen)] if chosen in ids else []}}
    st.dataframe(
        data,
        key=widget,
        on_select=keep,
        selection_mode=["single-row", "single-cell"],
        selection_default=cast("Any", default),
        **look,
    )
    return chosen if chosen in ids else None


class Picked(NamedTuple):
    """A cell that was clicked: its row's id, its column's name."""

    row: Any
    column: str


def picked_once(data: pa.Table, ids: list[Any], key: str, look: dict[str, Any]) -> Any:
    """A click is kept by its callback; then the table is made anew, with nothing chosen."""
    turn = st.session_state.setdefault(f"{key}:turn", 0)
    widget = f"{key}:{turn}:{digest(ids)}"

    def keep() -> None:
        if widget not in st.session_state:
            return  # the session was emptied while the click was on its way
        cells = st.session_state[widget]["selection"]["cells"]
        if cells and cells[0][0] < len(ids):
            st.session_state[f"{key}:picked"] = Picked(ids[cells[0][0]], cells[0][1])
        st.session_state[f"{key}:turn"] = turn + 1

    st.dataframe(data, key=widget, on_select=keep, selection_mode="single-cell", **look)
    return st.session_state.pop(f"{key}:picked", None)


def digest(ids: list[Any]) -> str:
    return f"{zlib.crc32(repr(ids).encode()):08x}"


def at(ids: list[Any], chosen: Sequence[int]) -> Any:
    return ids[chosen[0]] if chosen and chosen[0] < len(ids) else None
