"""What every page shares: who is here, what may be read, how deeds are done and reported.

The only bridge from pages to services.
"""

import logging
import math
import time
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar
from uuid import UUID, uuid4

import streamlit as st
from pydantic import ValidationError

from pages.components import keys
from pages.components.troubles import incident, trouble, worded
from pages.components.words import _
from services import sessions
from services.core import run
from services.core.access import Actor, Permission, SignedIn
from services.core.errors import AppError, SignedOut
from services.core.inputs import Input
from services.core.run import Command, Query
from services.core.words import N_

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
Form = TypeVar("Form", bound=Input)

KEEP_ALIVE_SECONDS = 60


def caller() -> SignedIn:
    """Who this browser says it is. What it may do is asked of the database each time."""
    token = st.session_state.get("token")
    if token is None:
        cookie = st.context.cookies.get(sessions.cookie_name(secure=_is_secure()))
        token = cookie if isinstance(cookie, str) else ""  # a test's context has no cookies
    return SignedIn(sessions.digest(token))


def _is_secure() -> bool:
    url = st.context.url
    return isinstance(url, str) and url.startswith("https://")


def who() -> Actor | None:
    """The person signed in, as the database knows him now; None for a stranger."""
    try:
        return run.fetch(sessions.current, caller())
    except SignedOut:
        return None
    except AppError as error:
        st.error(trouble(error))
        st.stop()


def keep_alive() -> None:
    """Slide the idle time for what a person does; asks the database once a minute and tab."""
    if time.monotonic() < st.session_state.get("kept_alive", -math.inf) + KEEP_ALIVE_SECONDS:
        return
    st.session_state["kept_alive"] = time.monotonic()
    attempt(lambda: run.perform(sessions.keep_alive, caller(), sessions.Nothing()), form="alive")


def open_page(title: str, *, needs: Permission) -> Actor:
    """The first line of every page: say who is here, or show nothing at all."""
    actor = who()
    if actor is None:
        sign_out_here()
    if not actor.may(needs):
        st.error(_(N_("You do not have the right to open this page")))
        st.stop()
    st.session_state["page_title"] = title
    if message := st.session_state.pop("flash", None):
        st.toast(message, icon=":material/check_circle:")
    return actor


def sign_out_here() -> NoReturn:
    """The session is gone: forget everything and let the sign-in page come up."""
    wish = st.session_state.get("language")
    st.session_state.clear()
    st.session_state["language"] = wish
    st.rerun(scope="app")


def fetch(query: Query[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A query's answer, or the reason why there is none and the end of the page."""
    try:
        return run.fetch(query, caller(), *args, **kwargs)
    except SignedOut:
        sign_out_here()
    except AppError as error:
        st.error(trouble(error))
        st.stop()
    except Exception as bug:  # noqa: BLE001 - the last net under every page
        st.error(incident(bug))
        st.stop()


def request_id(form: str) -> UUID:
    """One id per form shown, kept through reruns, so that a double click writes once."""
    made: UUID = st.session_state.setdefault(f"request:{form}", uuid4())
    return made


def ask(query: Query[P, R], *args: P.args, **kwargs: P.kwargs) -> R | None:
    """A query's answer; where there is none, why: the page goes on without it."""
    return attempt(lambda: run.fetch(query, caller(), *args, **kwargs), form=query.__qualname__)


def submit(
    command: Command[Form, R], model: type[Form], *, form: str, **values: object
) -> R | None:
    """Validate and perform; on refusal show why and return None, keeping what was typed."""
    keep_alive()
    return attempt(lambda: run.perform(command, caller(), model.model_validate(values)), form=form)


def attempt(work: Callable[[], R], *, form: str) -> R | None:
    """Do what a form asks for; on refusal show why and return None, keeping what was typed."""
    try:
        result = work()
    except SignedOut:
        sign_out_here()
    except ValidationError as refused:
        st.error(worded(refused))
    except AppError as error:
        st.session_state[f"refused:{form}"] = error
        st.error(trouble(error))
    except Exception as bug:  # noqa: BLE001 - the last net under every form
        st.error(incident(bug))
    else:
        st.session_state.pop(f"request:{form}", None)
        st.session_state.pop(f"refused:{form}", None)
        return result
    keys.look(form)
    return None


def background(command: Command[Form, R], model: type[Form], **values: object) -> None:
    """Do a small deed that the person did not ask for (keep a draft). He is not told of trouble,
    the log is; a session that ended shows on the run that follows."""
    keep_alive()
    try:
        run.perform(command, caller(), model.model_validate(values))
    except (AppError, ValidationError) as refused:
        log.warning("%s: %s", command.__qualname__, type(refused).__qualname__)
    except Exception as bug:  # noqa: BLE001 - typing goes on without the draft
        incident(bug)


def done(message: str) -> NoReturn:
    """Report a finished deed on the next run and show the page anew."""
    st.session_state["flash"] = message
    st.rerun()
