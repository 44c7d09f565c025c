"""Which part of the plan is looked at; the choices stand in the address as codes."""

import datetime as dt
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import pickers
from pages.components.words import _, field, plain, raw
from services.core.words import N_
from services.customers import Places
from services.visits import NOWHERE, Desk, TaskFilters, TaskState, Trigger, VisitKind

SOUGHT: Final = N_("Customer, phone, plate")
PARTS: Final = {
    "late": N_("Overdue"),
    "today": N_("Due today"),
    "pool": N_("Nobody yet"),
}


def one_store(places: Places) -> int | None:
    """The store whose board it is, where the reader sees several."""
    if len(places.stores) <= 1:
        return None
    names = {str(key): name for key, name in places.stores}
    chosen = st.selectbox(
        plain(field("store_id")),
        list(names),
        format_func=names.__getitem__,
        width=170,
        label_visibility="collapsed",
        **pickers.in_url("store", names, next(iter(names))),
    )
    return int(chosen)


def tasks(places: Places, today: dt.date, *, may_lead: bool) -> TaskFilters:
    """What is asked for most in sight, the rest one click away."""
    text = pickers.search_box("visits.search", raw(SOUGHT), width=190)
    words = {code: raw(said) for code, said in PARTS.items()}
    state = pickers.filter_choice(
        raw(N_("State")), TaskState, "state", default=TaskState.PLANNED, width=130
    )
    store = None
    if len(places.stores) > 1:
        store = pickers.filter_pair(field("store_id"), places.stores, "store", width=160)
    owner = None
    if may_lead:
        owner = pickers.filter_pair(raw(N_("Whose")), places.owners(store), "owner", width=130)
    with _more():
        desk = pickers.filter_choice(field("desk"), Desk, "desk")
        kind = pickers.filter_choice(field("kind"), VisitKind, "kind")
        trigger = pickers.filter_choice(field("trigger"), Trigger, "trigger")
    place = st.query_params.get("place")
    if place is not None and st.button(
        plain(where(place)), icon=":material/close:", icon_position="right", key="visits:place"
    ):
        st.query_params.pop("place", None)
        st.rerun()
    parts = pickers.filter_pills(raw(N_("Which")), words, "part")
    return TaskFilters(
        state=state,
        store_id=store,
        owner_id=owner,
        in_pool="pool" in parts,
        desk=desk,
        kind=kind,
        trigger=trigger,
        place=place,
        is_late="late" in parts,
        until=today if "today" in parts else None,
        text=text,
    )


def where(code: str) -> str:
    """A place's name, of its code."""
    return raw(N_("No address")) if code == NOWHERE else code.strip("/").replace("/", " ")


def _more() -> DeltaGenerator:
    chosen = sum(key in st.query_params for key in ("desk", "kind", "trigger"))
    words = N_("More filters ({count})") if chosen else N_("More filters")
    return st.popover(_(words, count=chosen), icon=":material/tune:", width="content")
