"""One call: what was said, what was promised, and the answer, by one key or one click."""

from typing import Any

import streamlit as st

from pages.components import layout
from pages.components.appointments import booking
from pages.components.complaints import registering
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch, request_id, submit
from pages.components.inbound import looks, taking
from pages.components.words import _, choice, field, fmoment, fphone, plain_lines, raw
from services import inbound
from services.appointments import AppointmentSource
from services.core import clock
from services.core.access import Actor, Permission
from services.core.words import N_
from services.inbound import AnswerCall, CallRow, Channel, Lead, LinkComplaint, PassCall


def way_back() -> None:
    if st.button(
        _(N_("Reception")), icon=":material/arrow_back:", type="tertiary", shortcut="alt+l"
    ):
        st.query_params.pop("call", None)
        st.rerun()


def show(actor: Actor, call_id: int) -> None:
    row = fetch(inbound.one, call_id)
    chips = [looks.clock_of(row, clock.now()), looks.urgency(row)]
    about = " · ".join((choice(row.wish), fmoment(row.at), row.taken_by))
    with layout.person(looks.name(row), None, chips, about=about):
        if row.customer_id is not None:
            address = f"/customers?id={row.customer_id}"
            st.link_button(_(N_("Customer file")), address, icon=":material/badge:")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with layout.card(_(N_("What he says"))):
            st.markdown(plain_lines(row.words))
            layout.facts(_facts(row))
        _answered(row)
    with right:
        _reach(row)
        if row.may_work:
            goes_on = _follow(actor, row)
            if row.is_open and not goes_on:  # the drawer hears Ctrl+Enter alone
                _answer(row)
                _pass_on(row)


def _facts(row: CallRow) -> dict[str, object]:
    facts: dict[str, object] = {
        field("rings"): row.rings,
        field("answerer_id"): row.answerer,
        field("is_transferred"): row.is_transferred or None,
        field("promised_at"): row.promised_at,
        field("item"): row.item,
        field("substitute"): row.substitute,
        field("demand_result"): row.demand_result,
        field("companion"): row.companion,
        field("companion_answer"): row.companion_answer,
    }
    return {label: value for label, value in facts.items() if value not in {None, ""}}


def _answered(row: CallRow) -> None:
    """The answer that he has, with who gave it (V11)."""
    if row.answered_at is None:
        return
    with layout.card(_(N_("What he was told"))):
        if row.reply:
            st.markdown(plain_lines(row.reply))
        known = {
            raw(N_("By")): row.answered_by,
            field("at"): row.answered_at,
            field("reply_channel"): row.reply_channel,
        }
        layout.facts({label: value for label, value in known.items() if value})
        if row.appointment_id is not None:
            address = f"/appointments?view=list&id={row.appointment_id}"
            st.link_button(_(N_("Appointment")), address, icon=":material/calendar_clock:")
        if row.complaint_id is not None:
            address = f"/complaints?id={row.complaint_id}"
            st.link_button(_(N_("Complaint")), address, icon=":material/feedback:")


def _reach(row: CallRow) -> None:
    if not row.phone:
        return
    with layout.card(_(N_("How to reach him"))):
        st.markdown(f"## {plain_lines(fphone(row.phone))}", anchors=False)


def _follow(actor: Actor, row: CallRow) -> bool:
    """One click to an appointment, one to a complaint; whether a drawer for one is open now."""
    lead, of = st.session_state.pop(taking.THEN, (None, None))
    if of != row.id:
        lead = None
    with st.container(horizontal=True, gap="small"):
        if row.appointment_id is None and st.button(
            _(N_("Book an appointment")),
            key="inbound:book",
            icon=":material/calendar_clock:",
            shortcut="alt+b",
        ):
            lead = Lead.APPOINTMENT
        if (
            row.complaint_id is None
            and actor.may(Permission.COMPLAINTS_REGISTER)
            and st.button(
                _(N_("Register a complaint")),
                key="inbound:complain",
                icon=":material/feedback:",
                shortcut="alt+m",
            )
        ):
            lead = Lead.COMPLAINT
    if lead is Lead.APPOINTMENT:
        _book(actor, row)
    elif lead is Lead.COMPLAINT:
        _complain(actor, row)
    return lead is not None


def _book(actor: Actor, row: CallRow) -> None:
    preset = booking.Preset(
        store_id=row.store_id,
        customer_id=row.customer_id,
        vehicle_id=row.vehicle_id,
        call_id=row.id,
        visitor="" if row.customer_id else row.who,
        phone="" if row.customer_id else row.phone,
        source=AppointmentSource.INBOUND,
    )
    booking.open_booking(actor, preset)


def _complain(actor: Actor, row: CallRow) -> None:
    told: dict[str, Any] = {
        "words": row.words,
        "urgency": row.urgency.value,
        "vehicle_id": row.vehicle_id,
        "subject": f"call-{row.id}",
    }
    if row.customer_id is None:
        told |= {"person": row.who, "phone": row.phone}

    def after(complaint_id: int) -> None:
        form = f"inbound.link:{row.id}"
        submit(
            inbound.link_complaint,
            LinkComplaint,
            form=form,
            request_id=request_id(form),
            call_id=row.id,
            complaint_id=complaint_id,
        )

    registering.register(actor, row.customer_id, row.store_id, told=told, after=after)


def _answer(row: CallRow) -> None:
    begin = {"reply_channel": Channel.PHONE.value}
    form = Form("inbound.answer", subject=row.id, values=begin, keeps_draft=True)
    with layout.card(_(N_("Answer him"))):
        form.area("reply", height=110)
        form.choice("reply_channel", Channel)
        if send_button(_(N_("Answered")), key=f"{form.name}:send"):
            about = {"call_id": row.id, "version": row.version}
            if form.send(inbound.answer, AnswerCall, form.typed | about) is not None:
                st.query_params.pop("call", None)
                done(_(N_("{name} has his answer"), name=looks.name(row)))


def _pass_on(row: CallRow) -> None:
    with st.expander(_(N_("Somebody else answers")), icon=":material/phone_forwarded:"):
        form = Form("inbound.pass_on", subject=row.id)
        people = [one for one in fetch(inbound.answerers) if one[0] != row.answerer_id]
        form.pair("answerer_id", people)
        if st.button(_(N_("Hand on")), key=f"{form.name}:send", icon=":material/move_up:"):
            about = {"call_id": row.id, "version": row.version}
            if form.send(inbound.pass_on, PassCall, form.typed | about) is not None:
                st.query_params.pop("call", None)
                done(_(N_("Handed on")))
