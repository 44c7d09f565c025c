"""One contact on one screen: who, why now, what was said before, what came of it by one key."""

import time
from datetime import timedelta
from typing import Any, Final

import streamlit as st

from pages.components import layout
from pages.components.appointments import booking
from pages.components.campaigns import inviting
from pages.components.campaigns.forms import after
from pages.components.customers import issues
from pages.components.customers.colours import label_chip
from pages.components.forms import Form, send_button
from pages.components.frame import done, request_id, submit
from pages.components.layout import Chip, Event, Tone
from pages.components.surveys import asking
from pages.components.visits import form_panel, looks, promise_list, rule_forms
from pages.components.words import _, choice, fmoment, fphone, language, plain, plain_lines, raw
from services import visits
from services.appointments import AppointmentSource
from services.core import clock
from services.core.access import Actor
from services.core.words import N_
from services.visits import (
    ON_A_FORM,
    Call,
    CallResult,
    CallTooShort,
    Day,
    RecordCall,
    TaskRow,
    TaskState,
    Trigger,
    WorkOnTask,
)

AT_ONCE: Final = {
    CallResult.NO_ANSWER: ("alt+1", ":material/phone_missed:"),
    CallResult.BUSY: ("alt+2", ":material/phone_in_talk:"),
    CallResult.OFF: ("alt+3", ":material/phone_disabled:"),
    CallResult.WRONG_NUMBER: ("alt+4", ":material/wrong_location:"),
}
"""Results that need no words: one key each."""


def show(actor: Actor, call: Call, found: Day) -> None:
    row = call.row
    chips = [label_chip(row.label), looks.due(row, clock.today()), looks.kind_of(row)]
    if row.hold is not None:
        chips.append(Chip(choice(row.hold), Tone.WARN, ":material/hourglass:"))
    with layout.person(row.customer, plain(row.number), chips, about=looks.purpose(row)):
        st.link_button(
            _(N_("Customer file")), f"/customers?id={row.customer_id}", icon=":material/badge:"
        )
        books = call.may_work and st.button(
            _(N_("Book an appointment")), icon=":material/calendar_clock:", shortcut="alt+b"
        )
    left, right = st.columns([3, 2], gap="medium")
    if row.kind in ON_A_FORM and not books:
        with left:
            form_panel.show(call, found)
        with right:
            _reach(call)
            _why(call)
            _before(call)
        return
    with right:
        _reach(call)
        may = call.may_work and not books  # a drawer hears Ctrl+Enter alone
        form = Form("visits.record_call", subject=row.id, keeps_draft=True) if may else None
    with left:
        _why(call)
        if form is not None:
            inviting.show(form, call.invitation)
            asking.show(form, call.asking)
        _before(call)
    with right:
        if books:
            _book(actor, row)
        elif form is not None:
            _result(form, call, found)
        elif row.state is not TaskState.PLANNED:
            st.info(_(N_("This contact has ended: {state}"), state=choice(row.state)))


def _book(actor: Actor, row: TaskRow) -> None:
    """What he is called about, as an appointment; then the contact is written down as reached."""
    is_reminder = row.trigger in {Trigger.INSPECTION, Trigger.INSURANCE, Trigger.CLASS}
    source = AppointmentSource.REMINDER if is_reminder else AppointmentSource.CALL
    preset = booking.Preset(
        customer_id=row.customer_id,
        vehicle_id=row.vehicle_id,
        task_id=row.id,
        concern=looks.purpose(row),
        source=source,
    )
    booking.open_booking(actor, preset)


def _why(call: Call) -> None:
    """Why now, what we owe him, what to say."""
    purposes = [en if language() == "en" else zh for zh, en in call.why]
    if not purposes:
        purposes = [looks.purpose(call.row)]
    with layout.card(_(N_("Why now"))):
        for nth, words in enumerate(purposes):  # what leads first, then what goes with it
            about = "" if nth else f" · {plain(choice(call.row.trigger))}"
            st.markdown(f"**{plain(words)}**{about}")
        for number in call.promised:
            st.warning(
                _(N_("Complaint {number} is open: he waits for our answer"), number=number),
                icon=":material/priority_high:",
            )
        if call.lacks_consent:
            st.warning(
                _(N_("An offer, and he has not agreed to offers: ask him first")),
                icon=":material/policy:",
            )
        for promise in call.owed:
            promise_list.owed(promise)
        script = looks.told(call.script, call.script_en)
        if script:
            st.markdown(plain_lines(script))
        if (
            call.step_id is not None
            and call.may_work
            and st.button(
                _(N_("Propose another script")), icon=":material/edit_note:", type="tertiary"
            )
        ):
            said = rule_forms.Said(call.step_id, call.template, call.template_en)
            rule_forms.propose(said)


def _before(call: Call) -> None:
    with layout.card(_(N_("What was said before"))):
        if not call.touches:
            st.caption(_(N_("Nobody has spoken with him yet")))
        layout.timeline(
            Event(
                icon=":material/call_received:" if touch.is_inbound else ":material/call_made:",
                title=choice(touch.kind),
                about=" · ".join(filter(None, (fmoment(touch.at), touch.person))),
                body=touch.summary,
            )
            for touch in call.touches
        )


def _reach(call: Call) -> None:
    row = call.row
    with layout.card(_(N_("How to reach him"))):
        issues.on_call(row.customer_id)
        if row.phone:
            st.markdown(f"## {plain(fphone(row.phone))}", anchors=False)
        else:
            st.caption(_(N_("The file has no telephone number")))
        if not row.suits_now:
            liked = N_("He likes to be called at other hours: {hours}")
            st.warning(_(liked, hours=row.preferred_hours), icon=":material/schedule:")
        if call.may_work and row.owner_id is None:
            _take(row)
        known = {
            raw(N_("Car")): row.car,
            raw(N_("Preferred hours")): row.preferred_hours,
            raw(N_("Needs")): call.need,
        }
        layout.facts({label: value for label, value in known.items() if value})
        for attempt in call.attempts:
            words = " · ".join((fmoment(attempt.at), choice(attempt.result), attempt.person))
            st.caption(plain(words))


def _take(row: TaskRow) -> None:
    """What nobody has taken shows its number to whoever takes it."""
    if st.button(
        _(N_("I call him")), icon=":material/front_hand:", shortcut="alt+t", type="primary"
    ):
        form = f"visits.take:{row.id}"
        taken = submit(
            visits.take,
            WorkOnTask,
            form=form,
            request_id=request_id(form),
            task_id=row.id,
            version=row.version,
        )
        if taken is not None:
            st.rerun()


def _result(form: Form, call: Call, found: Day) -> None:
    """What came of it. Without words at once by one key; with words by Ctrl+Enter."""
    row = call.row
    begun: float = st.session_state.setdefault(f"call-begun:{row.id}", time.monotonic())
    with layout.card(_(N_("What came of it"))):
        with st.container(horizontal=True, gap="small"):
            for result, (keys, icon) in AT_ONCE.items():
                if st.button(
                    plain(choice(result)), key=f"visits:{result}", icon=icon, shortcut=keys
                ):
                    _send(form, call, found, result)
        form.area("words", height=110, label=_(N_("What you talked about")))
        with st.container(horizontal=True, gap="small"):
            form.day("next_on", earliest=clock.today() + timedelta(days=1))
            form.text("no_more")
        with st.expander(_(N_("Something was promised")), icon=":material/handshake:"):
            form.text("promise")
            form.moment("promised_at")
        with st.container(horizontal=True, gap="small"):
            is_reached = send_button(_(N_("Reached: write it down")), key=f"{form.name}:send")
            is_refused = st.button(
                plain(choice(CallResult.REFUSED)), key="visits:refused", icon=":material/block:"
            )
        asked = _was_too_short(form) and form.text("short_reason") is not None
        if is_reached:
            seconds = int(time.monotonic() - begun)
            answers = asking.said(form, call.asking.form)
            answers |= inviting.said(form, call.invitation)
            _send(form, call, found, CallResult.CONNECTED, seconds=seconds, **answers)
        if is_refused:
            said = inviting.said(form, call.invitation)
            _send(form, call, found, CallResult.REFUSED, **said)
        if not asked and _was_too_short(form):  # just now: the field is there at once
            form.text("short_reason")


def _was_too_short(form: Form) -> bool:
    return isinstance(st.session_state.get(f"refused:{form.name}"), CallTooShort)


def _send(form: Form, call: Call, found: Day, result: CallResult, **more: Any) -> None:
    """Write it down, and lead to the next one."""
    row = call.row
    more |= {"task_id": row.id, "version": row.version, "result": result}
    typed = inviting.without(asking.without(form))
    receipt = form.send(visits.record_call, RecordCall, typed, **more)
    if receipt is None:
        return
    st.session_state[asking.RAISED] = receipt.raised
    st.session_state.pop(f"call-begun:{row.id}", None)
    looks.lead_on(row, found)
    if receipt.again_at is not None:
        again = fmoment(receipt.again_at)
        done(_(N_("{name} is tried again {moment}"), name=row.customer, moment=again))
    if receipt.said is not None:
        done(after(receipt.said, row.customer))
    done(_(N_("Written down for {name}"), name=row.customer))
