"""The way of a session into the browser's cookie, which only the server may write and read."""

from pathlib import Path
from typing import Final

import streamlit as st

KEY: Final = "cookie"
TICKET: Final = "ticket"
"""Session state: a fresh session's ticket, until the browser has taken it to the server."""
FORGET: Final = "forget"
"""Session state: a mark, until the browser has had its dead cookie taken away."""
REFUSED: Final = "cookie:refused"
NO_CONTENT: Final = "204"

_script = st.components.v2.component(
    "crm_cookie", js=(Path(__file__).parent / "cookie.js").read_text(encoding="utf-8")
)


def carry() -> None:
    """Draw the carrier if there is something to carry. It takes no room."""
    ticket, forget = st.session_state.get(TICKET), st.session_state.get(FORGET)
    if ticket or forget:
        _script(
            key=KEY,
            data={"ticket": ticket, "mark": ticket or forget},
            on_answer_change=_answered,
            height="content",
        )


def was_refused() -> bool:
    """Whether the browser did not keep its cookie, so that F5 would sign its user out."""
    return bool(st.session_state.get(REFUSED))


def _answered() -> None:
    answer = (st.session_state.get(KEY) or {}).get("answer")
    if answer is None:  # the session was emptied while the answer was on its way
        return
    was_ticket = st.session_state.pop(TICKET, None)
    st.session_state.pop(FORGET, None)
    if was_ticket and answer != NO_CONTENT:
        st.session_state[REFUSED] = True
