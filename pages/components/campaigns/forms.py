"""The drawers of campaigns: begin one, edit its draft, end it, change an answer."""

from typing import Any, Final

import streamlit as st

from pages.components.campaigns import looks
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _
from services import campaigns, customers
from services.campaigns import CampaignKind, CampaignLine, Guest, Rsvp, Said
from services.core import clock
from services.core.access import Actor
from services.core.words import N_
from services.visits import PLACES, Desk, Lifecycle, ValueClass, VisitKind

FILLED_IN: Final = N_("What stands in braces is filled in at the call: {places}")
_MOST_PEOPLE: Final = 99
_MOST_ROOM: Final = 10_000
_MOST_DAYS: Final = 3650
_KEPT: Final = (
    *("name", "name_en", "kind", "desk", "channel", "script", "script_en", "lifecycle"),
    *("value_class", "quiet_days", "lacks_fields", "is_marketing", "from_on", "until_on"),
    *("event_on", "capacity"),
)


def start(actor: Actor) -> None:
    """A campaign of the store; of the whole group for who works for all of it."""

    @drawer(_(N_("New campaign")))
    def draw() -> None:
        values = {"kind": CampaignKind.INVITATION, "channel": VisitKind.CALL}
        form = Form("campaigns.begin", values=values, keeps_draft=True)
        form.text("name", needed=True, label=_(N_("Name of the campaign")))
        form.text("name_en")
        form.choice("kind", CampaignKind)
        form.choice("desk", Desk)
        form.choice("channel", VisitKind)
        more: dict[str, Any] = {}
        if actor.is_of_group:
            form.pair("store_id", fetch(customers.places).stores)
            st.caption(_(N_("Without a store it is a campaign of the whole group")))
        else:
            more["store_id"] = actor.store_id
        if send_button(_(N_("Begin the draft")), key=f"{form.name}:send"):
            made = form.send(campaigns.begin, campaigns.BeginCampaign, **more)
            if made is not None:
                st.query_params["id"] = str(made)
                done(_(N_("The draft is there. Say to whom it speaks, and what")))

    draw()


def edit(line: CampaignLine) -> None:
    @drawer(_(N_("Edit the campaign")), name=looks.name(line), width="large")
    def draw() -> None:
        values = {name: getattr(line, name) for name in _KEPT}
        subject = f"{line.id}.{line.version}"
        form = Form("campaigns.edit", subject=subject, values=values, keeps_draft=True)
        form.text("name", needed=True, label=_(N_("Name of the campaign")))
        form.text("name_en")
        with st.container(horizontal=True, gap="small"):
            kind = form.choice("kind", CampaignKind)
            form.choice("desk", Desk)
            form.choice("channel", VisitKind)
        with st.container(horizontal=True, gap="small"):
            form.day("from_on", earliest=clock.today())
            form.day("until_on", earliest=clock.today())
        if kind is CampaignKind.INVITATION:
            with st.container(horizontal=True, gap="small"):
                form.day("event_on", earliest=clock.today())
                form.number("capacity", _MOST_ROOM, least=1)
        _audience(form)
        form.area("script", height=130)
        form.area("script_en", height=130)
        st.caption(_(FILLED_IN, places=", ".join(f"{{{one}}}" for one in PLACES)))
        if send_button(_(N_("Save the draft")), key=f"{form.name}:send"):
            sent = form.send(
                campaigns.edit, campaigns.EditCampaign, campaign_id=line.id, version=line.version
            )
            if sent is not None:
                done(_(N_("The draft is saved")))

    draw()


def _audience(form: Form) -> None:
    heading = _(N_("To whom it speaks"))
    st.markdown(f"**{heading}**")
    with st.container(horizontal=True, gap="small"):
        form.choice("lifecycle", Lifecycle)
        form.choice("value_class", ValueClass)
        form.number("quiet_days", _MOST_DAYS, least=1)
    form.check("lacks_fields")
    words = N_(
        "It offers something: without consent, or while a complaint is open, nobody is asked"
    )
    form.check("is_marketing", _(words))


def end(line: CampaignLine) -> None:
    @drawer(_(N_("End the campaign early")), name=looks.name(line))
    def draw() -> None:
        st.caption(_(N_("Its open contacts are cancelled. What was agreed with customers stays")))
        form = Form("campaigns.end", subject=line.id)
        form.text("reason", needed=True)
        if send_button(_(N_("End it early")), key=f"{form.name}:send"):
            sent = form.send(
                campaigns.end, campaigns.EndCampaign, campaign_id=line.id, version=line.version
            )
            if sent is not None:
                done(_(N_("The campaign is ended, its open contacts are cancelled")))

    draw()


def answer(line: CampaignLine, guest: Guest) -> None:
    """What a guest says now."""

    @drawer(_(N_("Another answer")), name=guest.customer)
    def draw() -> None:
        values = {"rsvp": guest.answer, "people": guest.people or None}
        form = Form("campaigns.answer", subject=f"{line.id}.{guest.customer_id}", values=values)
        if form.choice("rsvp", Rsvp) is Rsvp.COMES:
            form.number("people", _MOST_PEOPLE, least=1)
        if send_button(_(N_("Write it down")), key=f"{form.name}:send"):
            said = form.send(
                campaigns.answer,
                campaigns.AnswerInvitation,
                campaign_id=line.id,
                customer_id=guest.customer_id,
            )
            if said is not None:
                done(after(said, guest.customer))

    draw()


def after(said: Said, name: str) -> str:
    """What to tell the customer once his answer is written down; a phrase."""
    if said.is_waiting:
        full = N_("There is no room for so many any more: {name} waits. Tell him so")
        return _(full, name=name)
    return _(N_("Written down for {name}"), name=name)
