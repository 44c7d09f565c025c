"""Keys that Streamlit does not have: to the search box, into what has opened, out of a date.

Its shortcuts of buttons (`shortcut=`) do the rest.
"""

from pathlib import Path
from typing import Final

import streamlit as st

_keys: Final = st.components.v2.component(
    "crm_keys", js=(Path(__file__).parent / "keys.js").read_text(encoding="utf-8")
)


def listen() -> None:
    """Hear the keys of the page. It takes no room; once a run is enough."""
    _keys(key="keys", height="content")


def enter(place: str = "drawer") -> None:
    """In a drawer or popover: put the cursor into the first empty text field as it opens, or, in a
    popover without any, onto its first button. `place` tells apart what may be open at once."""
    _keys(key=f"keys:{place}", data={"first": True}, height="content")
