"""Addresses at which the reader has no page: why, in his words, and the way back.

Streamlit meets what its navigation does not list with a box of its own, in English, above the first
page. So is every such address listed, hidden, with a page that only says what is the case. It asks
nothing of what stands behind the address, so that nobody learns from it what exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import unquote, urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.components import menu
from pages.components.frame import open_page
from pages.components.layout import header
from pages.components.words import _, raw
from services.core.access import Actor, Permission
from services.core.words import N_


@dataclass(frozen=True, slots=True)
class Why:
    """Why there is no page; both are msgids."""

    title: str
    label: str


CLOSED: Final = Why(
    N_("You do not have the right to open this page"),
    N_("If your work needs it, ask the administrator"),
)
UNKNOWN: Final = Why(
    N_("There is no page at this address"),
    N_("The link may be incomplete or out of date"),
)


def unknown() -> Sequence[str]:
    """The address in the reader's browser, if no page of the application is meant by it."""
    url = st.context.url
    path = urlsplit(url).path if isinstance(url, str) else ""  # a test's context has none
    address = unquote(path.rstrip("/").rpartition("/")[2])
    is_known = address in {entry.address for entry in menu.ENTRIES}
    may_be_one = address.strip() == address != "" and "/" not in address  # as st.Page demands
    return [address] if may_be_one and not is_known else []


def pages(actor: Actor, first: StreamlitPage) -> list[StreamlitPage]:
    """A hidden page at each such address; `first` is where the way back leads."""
    closed = [entry.address for entry in menu.ENTRIES if not actor.may(entry.needs)]
    reasons = dict.fromkeys(closed, CLOSED) | dict.fromkeys(unknown(), UNKNOWN)
    return [
        st.Page(
            partial(_say, why, first), title=raw(why.title), url_path=address, visibility="hidden"
        )
        for address, why in reasons.items()
    ]


def _say(why: Why, first: StreamlitPage) -> None:
    open_page(raw(why.title), needs=Permission.PROFILE_EDIT)
    header(_(why.title), _(why.label))
    if st.button(
        _(N_("Back to my first page")),
        key="nowhere:back",
        type="primary",
        icon=":material/arrow_back:",
    ):
        st.switch_page(first)
