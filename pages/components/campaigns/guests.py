"""Who answered an invitation, and who came: changed when somebody changes his mind, marked at the
door."""

import streamlit as st

from pages.components import layout
from pages.components.campaigns import forms, looks
from pages.components.frame import done, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.words import _, choice, fmoment, fnumber, plain, raw
from services import campaigns
from services.campaigns import CampaignFile, Guest, Rsvp
from services.core.words import N_


def show(file: CampaignFile) -> None:
    with layout.card(_(N_("Guests")), _(N_("Those who come first, then those who wait for room"))):
        if not file.guests:
            st.caption(_(N_("Nobody has answered yet")))
        others = [one for one in file.guests if one.answer is Rsvp.COMES_NOT and not one.came_at]
        for guest in file.guests:
            if guest not in others:
                _guest(file, guest)
        if others:
            with st.expander(_(N_("Do not come: {count}"), count=fnumber(len(others)))):
                for guest in others:
                    _guest(file, guest)


def _guest(file: CampaignFile, guest: Guest) -> None:
    chips = [Chip(choice(guest.answer), looks.ANSWERS[guest.answer])]
    if guest.is_waiting:
        chips = [Chip(raw(N_("Waits for room")), Tone.WARN, ":material/hourglass:")]
    if guest.people:
        people = raw(N_("{count} people"), count=fnumber(guest.people))
        chips.append(Chip(people, Tone.QUIET, ":material/group:"))
    if guest.came_at is not None:
        chips.append(Chip(raw(N_("Came")), Tone.GOOD, ":material/check:"))
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        badges = " ".join(chip.markdown() for chip in chips)
        about = plain(f"{guest.number} · {fmoment(guest.at)}")
        st.markdown(f"**{plain(guest.customer)}** {badges}  \n:small[:gray[{about}]]")
        with st.container(horizontal=True, width="content", gap="small"):
            if (
                file.may_mark
                and guest.came_at is None
                and st.button(
                    _(N_("Is here")), key=f"campaigns:came:{guest.id}", icon=":material/login:"
                )
            ):
                _arrive(guest)
            if file.may_answer and st.button(
                _(N_("Another answer")),
                key=f"campaigns:answer:{guest.id}",
                icon=":material/edit:",
                type="tertiary",
            ):
                forms.answer(file.line, guest)


def _arrive(guest: Guest) -> None:
    form = f"campaigns.arrive:{guest.id}"
    marked = submit(
        campaigns.arrive,
        campaigns.MarkArrival,
        form=form,
        request_id=request_id(form),
        answer_id=guest.id,
        version=guest.version,
    )
    if marked is not None:
        done(_(N_("{name} is here"), name=guest.customer))
