"""The drawer in which an appointment is made, or put to another time: who, what, when, where."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from pages.components import pickers
from pages.components.appointments import looks
from pages.components.complaints import callers
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _, choice, field, fmoment, raw
from services import appointments
from services.appointments import (
    AppointmentRow,
    AppointmentSource,
    AppointmentState,
    BookAppointment,
    MoveAppointment,
    WorkKind,
)
from services.core import clock
from services.core.access import Actor
from services.core.words import N_

LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180, 240, 360, 480)
AN_HOUR: Final = 60


@dataclass(frozen=True)
class Preset:
    """What is known before the drawer opens."""

    store_id: int | None = None
    starts_at: dt.datetime | None = None
    bay_id: int | None = None
    advisor_id: int | None = None
    customer_id: int | None = None
    vehicle_id: int | None = None
    task_id: int | None = None
    call_id: int | None = None
    visitor: str = ""
    phone: str = ""
    concern: str = ""
    source: AppointmentSource = AppointmentSource.CALL


@dataclass(frozen=True)
class When:
    """A time and a place that are asked for, as they stand in the drawer."""

    starts_at: dt.datetime | None
    minutes: int
    bay_id: int | None
    advisor_id: int | None


def open_booking(actor: Actor, preset: Preset) -> None:
    """With a contact or a call of which it follows, it has a draft of its own."""

    @drawer(_(N_("Book an appointment")), width="large")
    def draw() -> None:
        form = _form(preset)
        found = callers.caller(
            form, is_given=preset.customer_id is not None, person="visitor", has_orders=False
        )
        store_id = found.store_id if found else _store(actor, preset)
        with st.container(horizontal=True):
            work = form.choice("work", WorkKind)
            form.choice("source", AppointmentSource)
            form.text("concern", label_visibility="visible")
        when = _when(form, store_id, preset, work)
        form.check("is_request", _(N_("Only asked for: somebody has to agree first")))
        if send_button(_(N_("Book")), key=f"{form.name}:send"):
            _send(form, preset, store_id, found.id if found else None, when)

    draw()


def _form(preset: Preset) -> Form:
    begin = {
        "work": WorkKind.MAINTENANCE.value,
        "source": preset.source.value,
        "customer_id": preset.customer_id,
        "vehicle_id": preset.vehicle_id,
        "visitor": preset.visitor,
        "phone": preset.phone,
        "concern": preset.concern,
    }
    subject = f"task-{preset.task_id}" if preset.task_id else ""
    subject = f"call-{preset.call_id}" if preset.call_id else subject
    return Form("appointments.book", subject=subject, values=begin, keeps_draft=True)


def _store(actor: Actor, preset: Preset) -> int:
    stores = fetch(appointments.stores)
    known = [key for key, _name in stores]
    first = next((key for key in (preset.store_id, actor.store_id) if key in known), known[0])
    if len(stores) == 1:
        return first
    label = field("store_id")
    key = "appointments.book:store"
    return pickers.choose_pair(label, stores, key, value=first) or first


def _when(form: Form, store_id: int, preset: Preset | AppointmentRow, work: Any) -> When:
    """Where and how long decide which times of the day are free."""
    bays = [
        (bay.id, bay.name)
        for bay in fetch(appointments.bays, store_id)
        if bay.is_in_use and (not bay.kinds or work in bay.kinds)
    ]
    begin = preset.starts_at or clock.now()
    now = isinstance(preset, AppointmentRow)
    length = preset.minutes if isinstance(preset, AppointmentRow) else AN_HOUR
    key = f"{form.name}:{form.id}:{store_id}:{begin:%d%H%M}:{preset.bay_id}:{preset.advisor_id}"
    with st.container(horizontal=True):
        bay = pickers.choose_pair(field("bay_id"), bays, f"{key}:bay", value=preset.bay_id)
        people = fetch(appointments.advisors, store_id)
        advisor = pickers.choose_pair(
            field("advisor_id"), people, f"{key}:advisor", value=preset.advisor_id
        )
        lengths = [(each, str(each)) for each in sorted({*LENGTHS, length})]
        minutes = (
            pickers.choose_pair(field("minutes"), lengths, f"{key}:minutes", value=length) or length
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = pickers.day(
            raw(N_("Which day")), f"{key}:day", value=clock.day_of(begin), earliest=clock.today()
        )
        day = day or clock.day_of(begin)
        times = fetch(appointments.free, store_id, day, minutes, bay, advisor)
        if now and day == clock.day_of(begin) and begin not in times:
            times = sorted([*times, begin])  # his own time is taken by himself
        begun = clock.midnight(day)
        pairs = [((at - begun) // dt.timedelta(minutes=1) + 1, looks.hour(at)) for at in times]
        asked = (begin - begun) // dt.timedelta(minutes=1) + 1
        known = {number for number, _hour in pairs}
        chosen = pickers.choose_pair(
            raw(N_("Free times")),
            pairs,
            f"{key}:time:{day}:{bay}:{advisor}:{minutes}",
            value=asked if asked in known else None,
        )
    if not times:
        st.caption(_(N_("Nothing is free that day. Choose another day, bay or person")))
    starts_at = begun + dt.timedelta(minutes=chosen - 1) if chosen else None
    return When(starts_at, minutes, bay, advisor)


def _send(form: Form, preset: Preset, store_id: int, customer_id: int | None, when: When) -> None:
    typed = form.typed
    values = {
        "customer_id": customer_id,
        "visitor": None if customer_id else typed.get("visitor"),
        "phone": None if customer_id else typed.get("phone"),
        "store_id": store_id,
        "vehicle_id": typed.get("vehicle_id") or None if customer_id else None,
        "task_id": preset.task_id,
        "call_id": preset.call_id,
        **{name: typed[name] for name in ("work", "source", "concern", "is_request")},
        **_place(when),
    }
    receipt = form.send(appointments.book, BookAppointment, values)
    if receipt is not None:
        moment = fmoment(receipt.starts_at)
        done(_(N_("{state} for {moment}"), state=choice(receipt.state), moment=moment))


def _place(when: When) -> dict[str, object]:
    return {
        "starts_at": when.starts_at,
        "minutes": when.minutes,
        "bay_id": when.bay_id,
        "advisor_id": when.advisor_id,
    }


def move(row: AppointmentRow) -> None:
    """Within the drawer of an appointment: another time, bay or advisor."""
    form = Form("appointments.move", subject=row.id)
    when = _when(form, row.store_id, row, row.work)
    if row.state is AppointmentState.CONFIRMED:
        st.caption(_(N_("He confirmed this time: at another one he is to be asked again")))
    if send_button(_(N_("Move")), key=f"{form.name}:send"):
        about = {"appointment_id": row.id, "version": row.version}
        receipt = form.send(appointments.move, MoveAppointment, _place(when), **about)
        if receipt is not None:
            done(_(N_("Moved to {moment}"), moment=fmoment(receipt.starts_at)))
