"""The company mailbox: how it stands today, the last looks, and writing one down (C28)."""

from typing import Final

import streamlit as st

from pages.components import layout, tables
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.layout import Chip, Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, fdate, field, fmoment, raw
from services import mailbox
from services.core.words import N_
from services.customers import Places
from services.mailbox import CheckLine, Mailbox

MOST: Final = 9999
IN_TIME: Final = N_("In time")
LATE: Final = N_("Late")
AGAIN: Final = N_("Again")


def show(_places: Places) -> None:
    """The whole view, beside the wall and the boards."""
    found = fetch(mailbox.state)
    left, right = st.columns([1, 2], gap="medium")
    with left, layout.card(_(N_("Company mailbox")), _rule(found), chips=[_today(found)]):
        told: dict[str, object] = {
            raw(N_("Who checks it")): " · ".join(found.named) or raw(N_("Nobody is named")),
            raw(N_("To be checked by")): fmoment(found.due_at),
            raw(N_("First look today")): fmoment(found.checked_at),
        }
        if found.missed_on:
            told[raw(N_("Days missed of late"))] = " · ".join(map(fdate, found.missed_on))
        layout.facts(told)
        _form()
    with right, layout.card(_(N_("The last looks"))):
        _looks(found)


def _rule(found: Mailbox) -> str:
    if not found.named:
        return _(N_("While nobody is named for it, nobody is told of a day that was missed"))
    return _(N_("Whoever looks writes it down at once: it counts from when it is written"))


def _today(found: Mailbox) -> Chip:
    if found.checked_at is not None:
        return Chip(raw(N_("Checked today")), Tone.GOOD, ":material/mark_email_read:")
    if found.due_at is None:
        return Chip(raw(N_("No working day")), Tone.QUIET)
    if found.is_missed:
        return Chip(raw(N_("Not checked in time")), Tone.BAD, ":material/alarm:")
    return Chip(raw(N_("Not checked yet")), Tone.WARN)


def _form() -> None:
    form = Form("mailbox.check", values={"new_count": 0, "made_count": 0})
    with st.container(horizontal=True):
        form.number("new_count", MOST)
        form.number("made_count", MOST)
    form.text("note")
    if send_button(_(N_("I have checked it")), key=f"{form.name}:send"):
        sent = form.send(mailbox.check, mailbox.CheckMailbox)
        if sent is not None:
            done(raw(N_("Written down")))


def _state(one: CheckLine) -> str:
    if one.is_late:
        return raw(LATE)
    return raw(IN_TIME) if one.is_first else raw(AGAIN)


def _looks(found: Mailbox) -> None:
    if not found.checks:
        layout.empty(
            _(N_("Nobody has looked yet")),
            _(N_("Look into the mailbox, and write down what you found")),
            ":material/mail:",
        )
        return
    tables.rows_table(
        [
            (one.id, one.at, _state(one), one.person, one.new_count, one.made_count, one.note)
            for one in found.checks
        ],
        [
            Column("at", field("at"), Kind.MOMENT, width=125),
            Column(
                "state",
                field("status"),
                Kind.BADGE,
                tones={raw(IN_TIME): Tone.GOOD, raw(LATE): Tone.BAD},
                width=80,
            ),
            Column("person", raw(N_("By")), width=75),
            Column("new_count", field("new_count"), Kind.NUMBER, width=100),
            Column("made_count", field("made_count"), Kind.NUMBER, width=125),
            Column("note", field("note")),
        ],
        key="mailbox:looks",
        alt=raw(N_("The last looks")),
    )
