"""One appointment in a drawer: what is known of it, and what can be said of it now."""

from typing import Any, Final

import streamlit as st

from pages.components import layout
from pages.components.appointments import booking, looks
from pages.components.drawers import drawer
from pages.components.forms import Form
from pages.components.frame import done, fetch, request_id, submit
from pages.components.words import _, choice, fdate, field, fmoment, fphone, plain, raw
from services import appointments
from services.appointments import (
    COMING,
    AppointmentRow,
    AppointmentState,
    CancelAppointment,
    WorkOnAppointment,
)
from services.core import clock
from services.core.access import Actor, Permission
from services.core.words import N_

S = AppointmentState
DEEDS: Final[dict[str, tuple[Any, str, str, str]]] = {
    "agree": (appointments.agree, N_("Agree"), ":material/handshake:", "alt+1"),
    "confirm": (appointments.confirm, N_("He confirms"), ":material/event_available:", "alt+1"),
    "remind": (appointments.remind, N_("Reminded"), ":material/notifications_active:", "alt+2"),
    "arrive": (appointments.arrive, N_("Arrived"), ":material/where_to_vote:", "alt+3"),
    "miss": (appointments.miss, N_("Did not come"), ":material/person_off:", "alt+4"),
}


def open_one(actor: Actor, appointment_id: int) -> None:
    """The drawer; closing it forgets the address."""
    row = fetch(appointments.one, appointment_id)

    @drawer(_(N_("Appointment")), name=looks.name(row), width="large", on_close=_forget)
    def draw() -> None:
        row = fetch(appointments.one, appointment_id)
        chips = [looks.chip(row)]
        layout.chips(chips)
        st.markdown(f"## {plain(fdate(clock.day_of(row.starts_at)))} {plain(looks.span(row))}")
        layout.facts(_facts(row))
        if row.customer_id is not None:
            address = f"/customers?id={row.customer_id}"
            st.link_button(_(N_("Customer file")), address, icon=":material/badge:")
        if actor.may(Permission.VISITS_WORK):
            _work(row)

    draw()


def _forget() -> None:
    st.query_params.pop("id", None)


def _facts(row: AppointmentRow) -> dict[str, object]:
    facts: dict[str, object] = {
        field("work"): row.work,
        field("concern"): row.concern,
        field("phone"): fphone(row.phone),
        field("vehicle_id"): row.car,
        field("bay_id"): row.bay,
        field("advisor_id"): row.advisor,
        field("source"): row.source,
        raw(N_("Reminded at")): row.reminded_at,
        raw(N_("Times moved")): row.moved or None,
        field("reason"): row.reason,
        raw(N_("Made by")): f"{row.made_by} · {fmoment(row.made_at)}",
    }
    return {label: value for label, value in facts.items() if value not in {None, ""}}


def _deeds(row: AppointmentRow) -> list[str]:
    """What can be said of it in its state at this hour."""
    if row.state is S.NO_SHOW:
        return ["arrive"]
    if row.state not in COMING:
        return []
    is_today = clock.day_of(row.starts_at) <= clock.today()
    first = {S.REQUESTED: ["agree"], S.BOOKED: ["confirm"]}.get(row.state, [])
    deeds = [*first, "remind", *(["arrive"] if is_today else [])]
    return [*deeds, "miss"] if row.starts_at <= clock.now() else deeds


def _work(row: AppointmentRow) -> None:
    deeds = _deeds(row)
    with st.container(horizontal=True, gap="small"):
        for deed in deeds:
            _command, words, icon, keys = DEEDS[deed]
            if st.button(_(words), key=f"appointments:{deed}", icon=icon, shortcut=keys):
                _do(row, deed)
    if row.state not in COMING:
        return
    with st.expander(_(N_("Move")), icon=":material/update:"):
        booking.move(row)
    with st.expander(_(N_("Call off")), icon=":material/event_busy:"):
        form = Form("appointments.cancel", subject=row.id)
        form.text("reason", needed=True)
        if st.button(_(N_("Call off")), key=f"{form.name}:send", icon=":material/event_busy:"):
            values = form.typed | {"appointment_id": row.id, "version": row.version}
            if form.send(appointments.cancel, CancelAppointment, values) is not None:
                _forget()
                done(_(N_("Called off: {name}"), name=looks.name(row)))


def _do(row: AppointmentRow, deed: str) -> None:
    form = f"appointments.{deed}:{row.id}"
    receipt = submit(
        DEEDS[deed][0],
        WorkOnAppointment,
        form=form,
        request_id=request_id(form),
        appointment_id=row.id,
        version=row.version,
    )
    if receipt is not None:
        _forget()
        done(_(N_("{name}: {state}"), name=looks.name(row), state=choice(receipt.state)))
