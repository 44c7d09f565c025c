"""One contact in a drawer of the board: what it is, why now, what was tried, and what can be done
with it without dragging."""

import datetime as dt
from typing import Final

import streamlit as st

from pages.components import layout
from pages.components.customers.colours import label_chip
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.layout import Chip, Tone
from pages.components.visits import looks
from pages.components.words import _, choice, fdate, field, fmoment, fphone, language, plain, raw
from services import visits
from services.core import clock
from services.core.words import N_
from services.visits import Call, Callers, CancelTask, MoveTask, TaskState

NOBODY: Final = 0
"""In a choice of people: whoever of the desk takes it."""


def show(task_id: int) -> None:
    call = fetch(visits.call, task_id)

    @drawer(_(N_("Contact")), name=call.row.customer)
    def draw() -> None:
        row = call.row
        chips = [label_chip(row.label), looks.due(row, clock.today()), looks.kind_of(row)]
        if row.hold is not None:
            chips.append(Chip(choice(row.hold), Tone.WARN, ":material/hourglass:"))
        layout.chips(chips)
        with st.container(horizontal=True, gap="small"):
            if st.button(
                _(N_("Open the call")),
                icon=":material/call:",
                type="primary",
                key="visits:open-call",
            ):
                st.query_params["task"] = str(row.id)
                st.rerun()
            address = f"/customers?id={row.customer_id}"
            st.link_button(_(N_("Customer file")), address, icon=":material/badge:")
        _facts(call)
        if row.state is not TaskState.PLANNED:
            st.info(_(N_("This contact has ended: {state}"), state=choice(row.state)))
        elif call.may_work:
            with st.expander(_(N_("Another day or person")), icon=":material/event_repeat:"):
                _move(call)
            with st.expander(_(N_("Cancel this contact")), icon=":material/event_busy:"):
                _cancel(call)

    draw()


def _facts(call: Call) -> None:
    row = call.row
    purposes = [en if language() == "en" else zh for zh, en in call.why] or [looks.purpose(row)]
    why = raw(N_(", ")).join(purposes)
    known = {
        raw(N_("Why now")): f"{why} · {choice(row.trigger)}",
        raw(N_("Due")): f"{fdate(row.due_from)} – {fdate(row.due_to)}",
        raw(N_("Last day")): fdate(row.expires_on),
        raw(N_("Whose")): row.owner or raw(N_("Nobody yet")),
        field("vehicle_id"): row.car,
        field("phone"): fphone(row.phone),
        raw(N_("Preferred hours")): call.row.preferred_hours,
        raw(N_("Held until")): fdate(row.held_until) if row.held_until else "",
        raw(N_("To be tried again")): fmoment(row.not_before) if row.not_before else "",
        raw(N_("Open complaints")): raw(N_(", ")).join(call.promised),
    }
    layout.facts({label: value for label, value in known.items() if value})
    for attempt in call.attempts:
        words = " · ".join((fmoment(attempt.at), choice(attempt.result), attempt.person))
        st.caption(plain(words))


def _move(call: Call) -> None:
    row = call.row
    found = fetch(visits.callers, row.customer_id)
    values = {"due_on": max(row.due_from, clock.today()), "owner_id": row.owner_id or NOBODY}
    form = Form("visits.moved", subject=row.id, values=values)
    day = form.day("due_on", earliest=clock.today(), latest=max(row.expires_on, clock.today()))
    owner = form.pair("owner_id", people(found, call))
    form.text("reason")
    st.caption(_(N_("Later than {day} needs a reason"), day=fdate(row.due_to)))
    if send_button(_(N_("Move it")), key=f"{form.name}:send"):
        sent = form.send(
            visits.move,
            MoveTask,
            task_id=row.id,
            version=row.version,
            due_on=_changed(day, row.due_from),
            owner_id=owner or None,
        )
        if sent is not None:
            done(_(N_("{name} was moved"), name=row.customer))


def _changed(day: dt.date | None, was: dt.date) -> dt.date | None:
    """What was due before today and is left on today stays as it is."""
    is_left = day == max(was, clock.today())
    return None if day is None or is_left else day


def people(found: Callers, call: Call | None = None) -> list[tuple[int, str]]:
    """Who may make it with what he has to do already, the best first; and nobody yet."""
    pairs = []
    for one in found.lines:
        said = N_("{name} · his customer · {n} open") if one.is_his else N_("{name} · {n} open")
        pairs.append((one.id, raw(said, name=one.name, n=one.open)))
    known = {key for key, _words in pairs}
    if call is not None and call.row.owner_id is not None and call.row.owner_id not in known:
        pairs.append((call.row.owner_id, call.row.owner))
    return [*pairs, (NOBODY, raw(N_("Nobody yet")))]


def _cancel(call: Call) -> None:
    row = call.row
    form = Form("visits.cancel", subject=row.id)
    form.text("reason", needed=True)
    if st.button(
        _(N_("Cancel the contact")), key=f"{form.name}:send", icon=":material/event_busy:"
    ):
        sent = form.send(visits.cancel, CancelTask, task_id=row.id, version=row.version)
        if sent is not None:
            done(_(N_("The contact with {name} was cancelled"), name=row.customer))
