"""Files to take along: links to the server's own authorised route (`server/downloads.py`)."""

from urllib.parse import urlencode

import streamlit as st

from pages.components.words import language


def file_button(label: str, path: str, *, key: str, **asked: object) -> None:
    """A button that downloads `/files/<path>` in the reader's language; the page stays as it is.

    `asked`: what else its form takes, codes and ids. A refusal opens in a tab of its own, and says
    why in words.
    """
    words = urlencode({**asked, "language": language()})
    st.link_button(label, f"/files/{path}?{words}", key=key, icon=":material/download:")
