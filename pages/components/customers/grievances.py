"""The customer's complaints on his file: what is still open stands first."""

import streamlit as st

from pages.components import layout
from pages.components.complaints import registering
from pages.components.complaints.colours import clock_tone, due_in, level_chip, path, promised
from pages.components.frame import fetch
from pages.components.layout import Chip, Tone
from pages.components.menu import PAGES
from pages.components.words import _, choice, field, fmoment, plain
from services import complaints
from services.complaints import ComplaintRow
from services.core import clock
from services.core.access import Actor, Permission
from services.core.words import N_
from services.customers import CustomerFile


def show(file: CustomerFile, actor: Actor) -> None:
    may_register = actor.may(Permission.COMPLAINTS_REGISTER)
    if may_register and st.button(_(N_("Register a complaint")), icon=":material/add_comment:"):
        registering.register(actor, file.id, file.values["store_id"])
    rows = fetch(complaints.of_customer, file.id)
    if not rows:
        what_to_do = (
            _(N_("If he is discontent, register it here: his file is attached"))
            if may_register
            else _(N_("What he complains about will stand here"))
        )
        layout.empty(
            _(N_("No complaint of this customer")), what_to_do, ":material/sentiment_satisfied:"
        )
    for row in rows:
        _line(row)


def _line(row: ComplaintRow) -> None:
    """One complaint; its number leads to the case."""
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                PAGES / "care" / "complaints.py",
                label=plain(row.number),
                query_params={"id": str(row.id)},
            )
            layout.chips(_chips(row))
        said = [path(row.category), f"{field('handler_id')} {row.handler}"]
        st.caption(plain(" · ".join([*said, fmoment(row.received_at)])))


def _chips(row: ComplaintRow) -> list[Chip]:
    now = clock.now()
    found = [
        level_chip(row.severity, row.urgency),
        Chip(choice(row.stage), Tone.QUIET if row.closed_at else Tone.INFO),
    ]
    if row.next_clock is not None:
        found.append(Chip(due_in(row.next_clock, now), clock_tone(row.next_clock)))
    if row.promised_at is not None and row.closed_at is None:
        found.append(promised(row.promised_at, now))
    return found
