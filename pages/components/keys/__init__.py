"""What Streamlit's page does not do: keys to the search box, into what has opened, out of a date;
to send what is being written before its field is left; to bring a place into sight.

Its shortcuts of buttons (`shortcut=`) do the rest.
"""

import time
from pathlib import Path
from typing import Final, Literal

import streamlit as st

_keys: Final = st.components.v2.component(
    "crm_keys", js=(Path(__file__).parent / "keys.js").read_text(encoding="utf-8")
)


def listen() -> None:
    """Hear the keys of the page. It takes no room; once a run is enough."""
    _keys(key="keys", height="content")


def enter(at: Literal["field", "button"] = "field") -> None:
    """In a drawer: put the cursor into the first empty text field as it opens, or the keyboard onto
    its first button."""
    _keys(key="keys:drawer", data={"first": at}, height="content")


def enter_again(turn: object) -> None:
    """Once more, when `turn` is another one: what was under the keyboard is not there any more."""
    _keys(key="keys:again", data={"first": "field", "turn": str(turn)}, height="content")


def look(of: str) -> None:
    """Bring this place of the page into sight, once for each call; `of` tells it from others."""
    _keys(key=f"keys:look:{of}", data={"look": time.monotonic_ns()}, height="content")


def name(words: str, *, of: str) -> None:
    """What a button that shows a sign only is called by whoever hears the page: the button in the
    container around this. `of` is the button's key."""
    _keys(key=f"keys:{of}", data={"name": words}, height="content")
