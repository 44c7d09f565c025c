"""Coming in and going out: the authenticator's form, our sessions behind it.

streamlit-authenticator draws the form and compares the password with the hash that it finds in its
credentials. Ours are no table of users: looking a name up reserves the attempt, and gives nobody's
hash where no password may open the door. Its cookie, which could not be revoked, is never set.
"""

import secrets
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from pages.components import cookie
from pages.components.frame import attempt, submit
from pages.components.words import _, language, raw
from services import sessions
from services.attempts import Reservation
from services.core import run
from services.core.access import System
from services.core.words import LANGUAGES, N_

DOOR: Final = System("sign-in")
TOO_LATE: Final = "403"
"""The server's answer to a ticket that is spent or late."""
LEFT_BEHIND: Final = ("authentication_status", "username", "name", "roles", "email", "logout")
"""What the authenticator puts into the session; who is signed in is asked of the database."""


class Credentials(dict[str, Any]):
    """What the authenticator takes for a table of users."""

    reservation: Reservation | None = None

    def __contains__(self, username: object) -> bool:
        """Reserve the attempt, once. Every name seems to exist."""
        if self.reservation is None:
            self.reservation = run.perform(
                sessions.reserve,
                DOOR,
                sessions.Attempt(username=str(username), address=st.context.ip_address or ""),
            )
            super().__setitem__(str(username), {"password": self.reservation.password_hash})
        return True


class NoFrame:
    """In place of the frame by which the authenticator would read all cookies of the page.

    Drawn and taken away at once, as it was before, it sometimes reached the browser in between.
    """

    @staticmethod
    def CookieManager() -> None:  # noqa: N802 - the name that the authenticator calls
        """What it keeps for a manager of cookies: ours are kept by the server."""


def sign_in_form() -> None:
    """The form, and what comes of it: a session and a rerun, or why not."""
    credentials = Credentials()
    opened: list[sessions.Opened] = []
    asked = attempt(lambda: _ask(credentials, opened), form="sign-in")
    for name in LEFT_BEHIND:
        st.session_state.pop(name, None)
    if opened:
        _enter(opened[0])
    reservation = credentials.reservation
    if reservation is None or asked is None:
        return
    attempt(
        lambda: run.perform(
            sessions.refuse, DOOR, sessions.Settle(reservation=reservation, browser=_browser())
        ),
        form="sign-in:refused",
    )
    if reservation.wait_seconds:
        st.error(
            _(
                N_("Too many attempts. Try again in {seconds} seconds"),
                seconds=reservation.wait_seconds,
            ),
            icon=":material/timer:",
        )
    else:
        st.error(_(N_("The user name or the password is wrong")), icon=":material/lock:")


def _ask(credentials: Credentials, opened: list[sessions.Opened]) -> bool:
    """Draw the form and compare what was sent; True when nothing went wrong on our side."""
    # Imported in a visit: its component is registered with the server that then runs.
    import streamlit_authenticator as stauth
    from streamlit_authenticator.models import cookie_model

    cookie_model.stx = NoFrame

    def fits(_who: dict[str, Any]) -> None:
        assert credentials.reservation is not None
        settle = sessions.Settle(reservation=credentials.reservation, browser=_browser())
        opened.append(run.perform(sessions.begin, DOOR, settle))

    book: dict[str, Any] = {"usernames": {}}
    door = stauth.Authenticate(
        book,
        cookie_name=f"unused-{secrets.token_hex(8)}",
        cookie_key=secrets.token_hex(32),
        cookie_expiry_days=0,
        auto_hash=False,
        login_sleep_time=0,
    )
    book["usernames"] = credentials  # after it has copied what it was given
    door.login(
        key="sign-in",
        fields={
            "Form name": raw(N_("Sign in")),
            "Username": raw(N_("User name")),
            "Password": raw(N_("Password")),
            "Login": raw(N_("Sign in")),
        },
        callback=fits,
    )
    return True


def _enter(opened: sessions.Opened) -> None:
    kept = st.session_state.get("language")
    st.session_state.clear()
    st.session_state["language"] = kept
    st.session_state["token"] = opened.token
    cookie.send(opened.ticket)
    st.rerun()


def wait_for_cookie() -> None:
    """Between the password and the first page: until the browser holds what an F5 will need."""
    answer = st.session_state.get(cookie.FAILED)
    if answer is None:
        cookie.bring(raw(N_("Signing in…")))
    elif answer == TOO_LATE:
        st.warning(
            _(N_("The sign-in took too long. Please sign in again")), icon=":material/timer:"
        )
        st.button(_(N_("Back to the sign-in")), key="sign-in:back", on_click=leave)
    else:
        st.error(
            _(N_("The sign-in could not be completed. Try again in a moment")),
            icon=":material/cloud_off:",
        )
        st.button(
            _(N_("Try again")),
            key="sign-in:again",
            icon=":material/refresh:",
            on_click=cookie.again,
        )


def _browser() -> str:
    agent = st.context.headers.get("User-Agent")
    return agent[:200] if isinstance(agent, str) else ""


def leave() -> None:
    """Sign out, in every tab. For `on_click`."""
    submit(sessions.end, sessions.Nothing, form="sign-out")
    kept = st.session_state.get("language")
    st.session_state.clear()
    st.session_state["language"] = kept
    st.session_state[cookie.FORGET] = uuid4().hex


def language_switch(key: str, *, on_change: Any = None) -> str:
    """A choice of the two languages; returns the chosen code. `on_change` gets it."""

    def change() -> None:
        code = st.session_state.get(key)
        if code is None:  # the sign-in emptied the session while the click was on its way
            return
        st.session_state["language"] = code
        if on_change is not None:
            on_change(code)

    st.session_state[key] = language()
    st.segmented_control(
        raw(N_("Language")),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=key,
        on_change=change,
        required=True,
        label_visibility="collapsed",
    )
    return language()


def demonstration() -> sessions.Demonstration | None:
    """The accounts to offer, if this is a demonstration."""
    return attempt(lambda: run.fetch(sessions.demonstration, DOOR), form="demonstration")
