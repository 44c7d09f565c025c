"""Down the list from file to file: what the list showed is remembered while its files are open."""

from dataclasses import dataclass, replace

import streamlit as st

from pages.components.frame import fetch
from pages.components.words import _, fnumber
from services import customers
from services.core.words import N_
from services.customers import Filters, Order, Page

KEY = "customers.walk"
NEXT, BEFORE, LIST = "alt+j", "alt+k", "alt+l"


@dataclass(frozen=True)
class Walk:
    """The files of a list as far as it was read; `after` is the code of its next page."""

    ids: tuple[int, ...]
    filters: Filters
    order: Order
    after: str | None


def start(page: Page, filters: Filters, order: Order) -> None:
    """Remember the list that is shown, and offer its first file."""
    walk = Walk(tuple(row.id for row in page.rows), filters, order, page.after)
    st.session_state[KEY] = walk
    if st.button(
        _(N_("Work through")),
        icon=":material/playlist_play:",
        shortcut=NEXT,
        help=_(N_("Opens the first file; the same keys then lead to the next one")),
    ):
        go(walk.ids[0])


def go(customer_id: int) -> None:
    """Open a file; the list's filters stay in the address for the way back."""
    st.query_params["id"] = str(customer_id)
    st.query_params.pop("edit", None)
    st.rerun(scope="app")


def bar(customer_id: int) -> None:
    """The way back to the list, and to the files before and after this one in it."""
    walk: Walk | None = st.session_state.get(KEY)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        back = st.button(
            _(N_("All customers")), icon=":material/arrow_back:", type="tertiary", shortcut=LIST
        )
        if back:
            for name in ("id", "edit"):
                st.query_params.pop(name, None)
            st.rerun()
        if walk and customer_id in walk.ids:
            _neighbours(walk, walk.ids.index(customer_id))


def _neighbours(walk: Walk, here: int) -> None:
    is_last = here + 1 == len(walk.ids) and walk.after is None
    more = "+" if walk.after else ""
    with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
        st.caption(f"{fnumber(here + 1)} / {fnumber(len(walk.ids))}{more}", width="content")
        before = st.button(
            _(N_("Previous")),
            icon=":material/chevron_left:",
            type="tertiary",
            shortcut=BEFORE,
            disabled=here == 0,
        )
        onward = st.button(
            _(N_("Next")),
            icon=":material/chevron_right:",
            type="tertiary",
            shortcut=NEXT,
            disabled=is_last,
        )
    if before:
        go(walk.ids[here - 1])
    if onward:
        go(_following(walk, here))


def _following(walk: Walk, here: int) -> int:
    """The next file, after reading the list's next page where this one ends."""
    if here + 1 == len(walk.ids):
        page = fetch(customers.page, walk.filters, walk.order, walk.after)
        ids = tuple(row.id for row in page.rows if row.id not in walk.ids)
        walk = replace(walk, ids=walk.ids + ids, after=page.after)
        st.session_state[KEY] = walk
    return walk.ids[min(here + 1, len(walk.ids) - 1)]
