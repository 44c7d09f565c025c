"""A contact that somebody wants: with whom, how, when, what for, and who makes it (V43)."""

from typing import Any, Final

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.pickers import search_box
from pages.components.visits.opened import people
from pages.components.words import _, fdate, plain, raw
from services import customers, visits
from services.core import clock
from services.core.access import Actor
from services.core.words import N_
from services.visits import Desk, PlanContact, VisitKind

CHOSEN: Final = "visits:plan:customer"
"""Session state: with whom (id and name), while the drawer is open."""
FOUND: Final = 6


def show(actor: Actor, customer_id: int | None = None) -> None:
    """The drawer; with `customer_id` the contact is this customer's."""
    st.session_state.pop(CHOSEN, None)
    if customer_id is not None:
        name = str(fetch(customers.file, customer_id).values["name"])
        st.session_state[CHOSEN] = (customer_id, name)

    @drawer(_(N_("New contact")))
    def draw() -> None:
        known = st.session_state.get(CHOSEN)
        if known is None:
            _seek()
            return
        key, name = known
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/person: **{plain(name)}**", width="content")
            if customer_id is None:
                st.button(_(N_("Somebody else")), type="tertiary", on_click=_forget)
        _fields(actor, key, name)

    draw()


def _seek() -> None:
    text = search_box("visits.plan.search", raw(N_("Name, phone, plate of the customer")))
    if not text:
        st.caption(_(N_("Type a name, a phone or a plate")))
        return
    found = fetch(customers.find, text, FOUND)
    if not found:
        st.caption(_(N_("Nobody was found")))
    for row in found:
        words = f"{row.name} · {row.number} · {row.store}"
        st.button(
            plain(words),
            key=f"visits:plan:{row.id}",
            icon=":material/person:",
            type="tertiary",
            on_click=_choose,
            args=(row.id, row.name),
        )


def _choose(key: int, name: str) -> None:
    st.session_state[CHOSEN] = (key, name)


def _forget() -> None:
    st.session_state.pop(CHOSEN, None)


def _fields(actor: Actor, key: int, name: str) -> None:
    values: dict[str, Any] = {"kind": VisitKind.CALL, "due_on": clock.today()}
    form = Form("visits.plan", subject=key, values=values)
    with st.container(horizontal=True):
        form.choice("kind", VisitKind)
        form.day("due_on", earliest=clock.today())
    form.text("purpose", needed=True)
    desk = actor.desk
    if desk is None:
        form.suppose("desk", Desk.SERVICE)
        desk = form.choice("desk", Desk)
    found = fetch(visits.callers, key, desk)
    if found.lines:
        form.suppose("owner_id", found.lines[0].id)
    owner = form.pair("owner_id", people(found), of=desk or "")
    st.caption(_(N_("First of all whoever the customer belongs to, then who has least to do")))
    if send_button(_(N_("Plan it")), key=f"{form.name}:send"):
        sent = form.send(visits.plan, PlanContact, customer_id=key, owner_id=owner or None)
        if sent is not None:
            day = fdate(form.typed["due_on"])
            done(_(N_("A contact with {name} is planned for {day}"), name=name, day=day))
