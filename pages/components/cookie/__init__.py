"""The way of a session into the browser's cookie, which only the server may write and read."""

from pathlib import Path
from typing import Final

import streamlit as st

from pages.components.words import _
from services.core.words import N_

KEY: Final = "cookie"
TICKET: Final = "ticket"
"""Session state: a fresh session's ticket, until the browser has taken it to the server."""
FORGET: Final = "forget"
"""Session state: a mark, until the browser has had its dead cookie taken away."""
REFUSED: Final = "cookie:refused"
NO_CONTENT: Final = "204"
KEEPS_NONE: Final = N_("This browser keeps no cookies: reloading the page will sign you out")

_script = st.components.v2.component(
    "crm_cookie", js=(Path(__file__).parent / "cookie.js").read_text(encoding="utf-8")
)


@st.fragment
def carry() -> None:
    """Draw the carrier if there is something to carry. It takes no room.

    A fragment, because the browser's answer makes a run: one of the whole page would close the
    drawer that its reader has opened meanwhile.
    """
    if st.session_state.get(REFUSED):
        st.warning(_(KEEPS_NONE), icon=":material/cookie_off:")
    ticket, forget = st.session_state.get(TICKET), st.session_state.get(FORGET)
    if ticket or forget:
        _script(
            key=KEY,
            data={"ticket": ticket, "mark": ticket or forget},
            on_answer_change=_answered,
            height="content",
        )


def _answered() -> None:
    answer = (st.session_state.get(KEY) or {}).get("answer")
    if answer is None:  # the session was emptied while the answer was on its way
        return
    was_ticket = st.session_state.pop(TICKET, None)
    st.session_state.pop(FORGET, None)
    if was_ticket and answer != NO_CONTENT:
        st.session_state[REFUSED] = True
