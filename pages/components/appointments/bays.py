"""The bays of a store, opened and changed by whoever leads it."""

from dataclasses import dataclass

import streamlit as st

from pages.components import layout, tables
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, listed, plain, raw
from services import appointments
from services.appointments import BayLine, ChangeBay, OpenBay, WorkKind
from services.core.words import N_


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    kinds: str
    state: str


def show(store_id: int, *, may_lead: bool) -> None:
    """A click changes one."""
    found = fetch(appointments.bays, store_id)
    if may_lead and st.button(_(N_("Open a bay")), icon=":material/add:", key="appointments:bay"):
        _open(store_id)
    if not found:
        layout.empty(
            _(N_("No bays yet")),
            _(N_("A bay is a place where cars are worked on, or shown")),
            ":material/garage:",
        )
        return
    used, closed = raw(N_("In use")), raw(N_("Not in use"))
    lines = [
        Line(
            bay.id,
            bay.name,
            listed(map(choice, bay.kinds)) or raw(N_("Any work")),
            used if bay.is_in_use else closed,
        )
        for bay in found
    ]
    columns = [
        Column("name", field("name"), width=160),
        Column("kinds", field("kinds"), width=300),
        Column("state", raw(N_("State")), Kind.BADGE, tones={used: Tone.GOOD}, width=110),
    ]
    chosen = tables.rows_table(
        lines, columns, key="appointments:bays", on_select="once", alt=raw(N_("Bays"))
    )
    if chosen is not None and may_lead:
        _change(next(bay for bay in found if bay.id == chosen))


def _kinds(form: Form, begin: tuple[WorkKind, ...]) -> list[WorkKind]:
    codes = [kind.value for kind in WorkKind]
    chosen = st.pills(
        plain(field("kinds")),
        codes,
        default=[kind.value for kind in begin],
        selection_mode="multi",
        format_func=lambda code: plain(choice(WorkKind(code))),
        key=f"{form.name}:kinds:{form.id}",
    )
    st.caption(_(N_("None chosen: any work can be done there")))
    return [WorkKind(code) for code in chosen]


def _open(store_id: int) -> None:
    @drawer(_(N_("Open a bay")))
    def draw() -> None:
        form = Form("appointments.open_bay", subject=store_id)
        form.text("name", needed=True)
        kinds = _kinds(form, ())
        if send_button(_(N_("Open")), key=f"{form.name}:send"):
            sent = form.send(appointments.open_bay, OpenBay, store_id=store_id, kinds=kinds)
            if sent is not None:
                done(_(N_("Opened: {name}"), name=form.typed["name"]))

    draw()


def _change(bay: BayLine) -> None:
    @drawer(_(N_("Bay")), name=bay.name)
    def draw() -> None:
        begin = {"name": bay.name, "is_in_use": bay.is_in_use}
        form = Form("appointments.change_bay", subject=f"{bay.id}:{bay.version}", values=begin)
        form.text("name", needed=True)
        kinds = _kinds(form, bay.kinds)
        form.check("is_in_use")
        if send_button(_(N_("Change")), key=f"{form.name}:send"):
            values = form.typed | {"kinds": kinds, "bay_id": bay.id, "version": bay.version}
            if form.send(appointments.change_bay, ChangeBay, values) is not None:
                done(_(N_("Changed: {name}"), name=form.typed["name"]))

    draw()
