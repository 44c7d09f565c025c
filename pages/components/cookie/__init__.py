"""The way of a session into the browser's cookie, which only the server may write and read."""

from pathlib import Path
from typing import Final
from uuid import uuid4

import streamlit as st

from pages.components.runs import fragment
from pages.components.words import _
from services.core.words import N_

KEY: Final = "cookie"
TICKET: Final = "ticket"
"""Session state: a fresh session's ticket, until the browser has said what came of it."""
MARK: Final = "cookie:mark"
"""Session state: which attempt to bring the ticket this is."""
FAILED: Final = "cookie:failed"
"""Session state: the answer to the ticket when it was none to go in with."""
FORGET: Final = "forget"
"""Session state: a mark, until the browser has had its dead cookie taken away."""
REFUSED: Final = "cookie:refused"
KEPT: Final = "204"
NOT_KEPT: Final = "401"
"""The server gave the cookie, and the browser did not send it back."""
KEEPS_NONE: Final = N_("This browser keeps no cookies: reloading the page will sign you out")

_carrier = st.components.v2.component(
    "crm_cookie", js=(Path(__file__).parent / "cookie.js").read_text(encoding="utf-8")
)


def send(ticket: str) -> None:
    """Begin to bring a fresh session's ticket; nothing is shown of it before it has arrived."""
    st.session_state[TICKET] = ticket
    again()


def again() -> None:
    """Bring the ticket once more. For `on_click`."""
    st.session_state.pop(FAILED, None)
    st.session_state[MARK] = uuid4().hex


def is_under_way() -> bool:
    """Whether the browser has yet to say that it keeps the cookie: an F5 now would show a stranger.

    Not what protects anything; the session is live, and what it may is asked as everywhere.
    """
    return TICKET in st.session_state


def bring(words: str) -> None:
    """Draw the carrier of the ticket, which says `words` if it takes its time.

    No fragment: its answer is what brings the first page up.
    """
    ticket, mark = st.session_state[TICKET], st.session_state[MARK]
    _carrier(
        key=KEY,
        data={"ticket": ticket, "mark": mark, "words": words},
        on_answer_change=_arrived,
        height="content",
    )


def _arrived() -> None:
    answer = (st.session_state.get(KEY) or {}).get("answer")
    if answer is None:  # the session was emptied while the answer was on its way
        return
    if answer not in {KEPT, NOT_KEPT}:
        st.session_state[FAILED] = answer
        return
    st.session_state.pop(TICKET, None)
    if answer == NOT_KEPT:
        st.session_state[REFUSED] = True


def warn() -> None:
    """Tell whom the next F5 will sign out."""
    if st.session_state.get(REFUSED):
        st.warning(_(KEEPS_NONE), icon=":material/cookie_off:")


@fragment()
def take_away() -> None:
    """Have a dead cookie taken away, if there is one. It takes no room.

    A fragment, because the browser's answer makes a run: one of the whole page would take away what
    is being typed.
    """
    if mark := st.session_state.get(FORGET):
        _carrier(key=KEY, data={"mark": mark}, on_answer_change=_taken, height="content")


def _taken() -> None:
    st.session_state.pop(FORGET, None)
