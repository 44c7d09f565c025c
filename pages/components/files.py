"""Files to take along: links to the server's own authorised route (`server/downloads.py`)."""

import streamlit as st

from pages.components.words import language


def file_button(label: str, path: str, *, key: str) -> None:
    """A button that downloads `/files/<path>` in the reader's language; the page stays as it is.

    A refusal opens in a tab of its own, and says why in words.
    """
    st.link_button(
        label, f"/files/{path}?language={language()}", key=key, icon=":material/download:"
    )
