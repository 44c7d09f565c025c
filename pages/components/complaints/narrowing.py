"""What narrows the ledger and its boards; the choices stand in the address as codes."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import pickers
from pages.components.words import _, field, raw
from services.complaints import DemandKind, Department, Filters, Mark, Part, Severity
from services.core.words import N_
from services.customers import Places

SOUGHT: Final = N_("Number, customer, phone, plate")
PARTS: Final = {
    Part.OPEN: N_("Not closed"),
    Part.LATE: N_("Late"),
    Part.CLOSED: N_("Closed"),
}


def ledger(places: Places, *, is_wall: bool) -> Filters:
    """What is asked for most in sight, the rest one click away. A wall shows what is open."""
    text = pickers.search_box("complaints.search", raw(SOUGHT), width=210)
    part = (
        None
        if is_wall
        else pickers.filter_choice(
            raw(N_("State")), Part, "part", words=lambda one: raw(PARTS[one]), width=110
        )
    )
    store_id = store(places)
    handler = (
        pickers.filter_pair(field("handler_id"), places.owners(store_id), "handler", width=140)
        if places.people
        else None
    )
    severity = level()
    with _more():
        department = pickers.filter_choice(field("department"), Department, "department")
        wanted = pickers.filter_choice(field("demand_kind"), DemandKind, "wanted")
        mark = pickers.filter_choice(
            field("mark"), Mark, "mark", words=lambda one: field(f"is_{one}")
        )
    return Filters(
        part=part,
        store_id=store_id,
        handler_id=handler,
        severity=severity,
        department=department,
        demand_kind=wanted,
        mark=mark,
        text=text,
    )


def _more() -> DeltaGenerator:
    """What is asked for now and then; how many of them narrow stands on it."""
    chosen = sum(key in st.query_params for key in ("department", "wanted", "mark"))
    words = N_("More filters ({count})") if chosen else N_("More filters")
    return st.popover(_(words, count=chosen), icon=":material/tune:", width="content")


def store(places: Places) -> int | None:
    """One store, where the reader sees several."""
    if len(places.stores) <= 1:
        return None
    return pickers.filter_pair(field("store_id"), places.stores, "store", width=160)


def level() -> Severity | None:
    return pickers.filter_choice(field("severity"), Severity, "level", width=120)
