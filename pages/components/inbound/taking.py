"""The form of the reception: filled while somebody is on the line, sent by one key."""

import datetime as dt
from typing import Any, Final

import streamlit as st

from pages.components import layout, pickers
from pages.components.appointments import looks as times
from pages.components.complaints import callers
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _, choice, fdate, field, plain, raw
from services import appointments, inbound
from services.appointments import COMING
from services.core import clock
from services.core.access import Actor
from services.core.words import N_
from services.inbound import (
    CallWish,
    CompanionAnswer,
    DemandResult,
    Lead,
    RecordInbound,
    Urgency,
)

THEN: Final = "inbound:then"
"""What the page opens next: (lead, call)."""
OTHER, TOMORROW = 1, 2
WAITS: Final = {
    15: N_("in 15 minutes"),
    30: N_("in 30 minutes"),
    60: N_("in an hour"),
    120: N_("in two hours"),
    TOMORROW: N_("tomorrow at ten"),
    OTHER: N_("at another time"),
}
LEADS: Final = {CallWish.APPOINTMENT: Lead.APPOINTMENT, CallWish.COMPLAINT: Lead.COMPLAINT}
SENDS: Final = {
    None: N_("Write down"),
    Lead.APPOINTMENT: N_("Write down and book"),
    Lead.COMPLAINT: N_("Write down and register the complaint"),
}
MORNING: Final = dt.timedelta(hours=10)


def show(actor: Actor) -> None:
    """Whoever calls is found while his number is typed."""
    begin = {"urgency": Urgency.ORDINARY.value, "wish": CallWish.QUESTION.value}
    form = Form("inbound.take", values=begin, keeps_draft=True)
    with layout.card(_(N_("Somebody calls")), _(N_("Greet, ask, write down, say what follows"))):
        found = callers.caller(form, person="caller", has_orders=False)
        if found is not None:
            _coming(found.id)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            with st.container(horizontal=True):
                form.choice("wish", CallWish)
                urgency = form.choice("urgency", Urgency)
                form.number("rings", 99)
            form.area("words", height=96, label=_(N_("What he says")))
        with right:
            promised_at = _promise(actor, form, is_urgent=urgency is Urgency.URGENT)
            form.area("reply", height=68, label=_(N_("Answered at once: what he was told")))
        _sales(form)
        is_settled = bool(form.typed["reply"]) or promised_at is not None
        lead, is_wanted = _buttons(form, is_settled=is_settled)
        if is_wanted:
            about: dict[str, Any] = {"customer_id": found.id if found else None}
            about |= {"promised_at": promised_at, "leads_to": lead}
            _send(form, about)


def _coming(customer_id: int) -> None:
    """He may call about what is booked already."""
    rows = fetch(appointments.of_customer, customer_id)
    for row in reversed([row for row in rows if row.state in COMING]):
        day = fdate(clock.day_of(row.starts_at))
        words = f"{day} {times.span(row)} · {choice(row.work)}"
        st.markdown(f":material/event: {plain(words)} {times.chip(row).markdown()}")


def _promise(actor: Actor, form: Form, *, is_urgent: bool) -> dt.datetime | None:
    """Who answers, and by when he hears from us; an urgent one is put through at once."""
    people = fetch(inbound.answerers)
    if not is_urgent:
        form.suppose("answerer_id", actor.id)
    with st.container(horizontal=True):
        form.pair("answerer_id", people, of=is_urgent)
        if is_urgent:
            st.caption(_(N_("Put him through at once, and say to whom")))
            return None
        waits = [(key, raw(words)) for key, words in WAITS.items()]
        wait = pickers.choose_pair(field("promised_at"), waits, f"{form.name}:wait:{form.id}")
    if wait is None:
        return None
    if wait == OTHER:
        return form.moment("promised_at")
    if wait == TOMORROW:
        return clock.midnight(clock.today() + dt.timedelta(days=1)) + MORNING
    return clock.now() + dt.timedelta(minutes=wait)


def _sales(form: Form) -> None:
    """Folded: most calls need nothing of it (V28, V29)."""
    with st.expander(
        _(N_("Something is out of stock, or goes with what he orders")),
        icon=":material/inventory_2:",
    ):
        st.caption(_(N_("Never just say no: offer a substitute. Ask once for what goes with it")))
        with st.container(horizontal=True):
            form.text("item")
            form.text("substitute")
            form.choice("demand_result", DemandResult)
        with st.container(horizontal=True):
            form.text("companion")
            form.choice("companion_answer", CompanionAnswer)


def _buttons(form: Form, *, is_settled: bool) -> tuple[Lead | None, bool]:
    """Where nothing was told or promised yet, what he wants says what it goes on with: so that a
    booking needs one key from within the words."""
    first = None if is_settled else LEADS.get(form.typed["wish"])
    with st.container(horizontal=True, gap="small"):
        is_sent = send_button(_(SENDS[first]), key=f"{form.name}:send")
        books = st.button(
            _(N_("Book an appointment")),
            key=f"{form.name}:book",
            icon=":material/calendar_clock:",
            shortcut="alt+b",
        )
        complains = st.button(
            _(N_("Register a complaint")),
            key=f"{form.name}:complain",
            icon=":material/feedback:",
            shortcut="alt+m",
        )
        if form.has_draft:
            words = _(N_("Start over"))
            st.button(words, key=f"{form.name}:anew", type="tertiary", on_click=form.forget)
    lead = Lead.APPOINTMENT if books else Lead.COMPLAINT if complains else first
    return lead, is_sent or books or complains


def _send(form: Form, about: dict[str, Any]) -> None:
    values = form.typed | about
    values.pop("order_id", None)
    values["vehicle_id"] = values.get("vehicle_id") or None
    if about["customer_id"] is not None:
        values["caller"] = values["phone"] = None
    receipt = form.send(inbound.take, RecordInbound, values)
    if receipt is None:
        return
    lead = about["leads_to"]
    if lead is not None:
        st.session_state[THEN] = (lead, receipt.id)
        st.query_params["call"] = str(receipt.id)
    done(_(N_("Written down")))
