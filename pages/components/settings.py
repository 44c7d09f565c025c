"""The parameters page: its tables, and the drawer that changes one number and tells its past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.layout import Chip, Tone, chips, empty
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, choice, fdate, field, raw
from services import settings
from services.core import clock
from services.core.parameters import AS_GROUP
from services.core.words import N_
from services.settings import Decision, SettingLine

SECTIONS: Final = {
    "customers": N_("Customer files"),
    "complaints": N_("Complaints"),
    "visits": N_("Visit plan"),
    "approvals": N_("Approvals"),
    "notices": N_("Notices"),
    "records": N_("Records"),
}
"""The first part of a key -> the heading of its table."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What the reader may do with parameters: ask for changes, decide them alone."""

    may_propose: bool
    may_change: bool


def section_table(found: Sequence[SettingLine], section: str) -> str | None:
    """One section's parameters; the key of the one that was clicked."""
    picked: str | None = rows_table(
        [
            (
                one.id,
                raw(one.parameter.label),
                str(one.value),
                choice(one.parameter.unit),
                one.since,
                one.author,
                one.reason,
                one.next_on,
                one.next_value if one.next_value is None else str(one.next_value),
                _asked(one),
            )
            for one in found
        ],
        [
            Column("key", field("key"), width=250),
            Column("value", field("value"), width=70),
            Column("unit", raw(N_("Unit")), width=70),
            Column("since", field("from_on"), Kind.DATE, width=110),
            Column("author", raw(N_("By")), width=110),
            Column("reason", field("reason"), width=120),
            Column("next_on", raw(N_("Next change")), Kind.DATE, width=110),
            Column("next", raw(N_("Next value")), width=80),
            Column("asked", raw(N_("Asked for")), width=90),
        ],
        key=f"settings:{section}",
        on_select="once",
    )
    return picked


def _asked(line: SettingLine) -> str | None:
    """The value for which somebody else's answer is awaited."""
    return raw(settings.AS_IN_GROUP) if line.asked == AS_GROUP else line.asked


def open_drawer(line: SettingLine, store_id: int | None, store: str | None, rights: Rights) -> None:
    """One parameter, for the group or the store of this name."""
    drawer(_(line.parameter.label), name=store, width="large")(_draw)(line, store_id, rights)


def _draw(line: SettingLine, store_id: int | None, rights: Rights) -> None:
    _present(line, store_id)
    if not rights.may_propose:
        _past(line, may_change=False)
        return
    change, past = st.tabs([_(N_("Change")), _(N_("History"))], key=f"setting:{line.id}:tabs")
    with change:
        needs_second = line.parameter.needs_approval or not rights.may_change
        _change(line, store_id, needs_second=needs_second)
    with past:
        _past(line, may_change=rights.may_change)


def _present(line: SettingLine, store_id: int | None) -> None:
    """What holds, and what it is compared with."""
    now, asked = f"{line.value} {choice(line.parameter.unit)}", _asked(line)
    if line.since is None:
        origin = Chip(raw(N_("As delivered")))
    elif store_id is not None and not line.is_own:
        origin = Chip(raw(settings.AS_IN_GROUP))
    else:
        origin = Chip(raw(N_("Since {day}"), day=fdate(line.since)), Tone.INFO)
    waiting = [Chip(raw(N_("Asked for: {value}"), value=asked), Tone.WARN)] if asked else []
    chips([Chip(now, Tone.SPECIAL), origin, *waiting])
    st.caption(
        _(
            N_("From {least} to {most}; as delivered {default}. Requirement {source}"),
            least=str(line.parameter.least),
            most=str(line.parameter.most),
            default=str(line.parameter.default),
            source=line.parameter.source,
        )
    )


def _change(line: SettingLine, store_id: int | None, *, needs_second: bool) -> None:
    """A new value, and last what it would have meant."""
    if store_id is not None and not line.parameter.by_store:
        st.info(_(settings.SameEverywhere.msgid))
        return
    today = clock.today()
    begin = {"value": str(line.value), "from_on": today + timedelta(days=1)}
    form = Form("settings.change", subject=f"{line.id}:{store_id}", values=begin)
    left, right = st.columns(2)
    with left:
        value = form.text("value")
    with right:
        form.day("from_on", earliest=today)
    form.area("reason")
    if needs_second:
        st.caption(_(N_("Somebody else has to agree before it holds.")))
    to_send: dict[str, Any] | None = None
    with st.container(horizontal=True):
        label = _(N_("Send for approval")) if needs_second else _(N_("Change"))
        if send_button(label, key=f"{form.name}:send"):
            to_send = dict(form.typed)
        if line.is_own and st.button(
            _(N_("Follow the group again")), key=f"{form.name}:follow", icon=":material/undo:"
        ):
            to_send = form.typed | {"value": AS_GROUP}
    if to_send is not None:
        _send(form, to_send, line.id, store_id)
        return
    if value.strip() and value.strip() != str(line.value):
        _effect(line.id, store_id, value.strip()[:20])  # below: it must not move the button


def _send(form: Form, typed: dict[str, Any], key: str, store_id: int | None) -> None:
    sent = form.send(settings.change, settings.ChangeSetting, typed, key=key, store_id=store_id)
    if sent is not None and sent.asked is not None:
        words = N_("Sent for approval. People who may answer: {people}")
        done(_(words, people=sent.asked.people))
    if sent is not None:
        done(raw(N_("Decided. Until its day everything stays as it is")))


def _effect(key: str, store_id: int | None, value: str) -> None:
    found = fetch(settings.effect, settings.Proposal(key=key, store_id=store_id, value=value))
    days = settings.LOOKED_BACK.days
    if found is None:
        st.caption(_(N_("What this would mean cannot be told beforehand.")))
    elif not found.people:
        st.info(_(N_("In the last {days} days nobody went over this number."), days=days))
    else:
        st.warning(
            _(
                N_(
                    "In the last {days} days this number was exceeded. "
                    "People: {people}. Days: {on}."
                ),
                days=days,
                people=found.people,
                on=found.days,
            )
        )


def _past(line: SettingLine, *, may_change: bool) -> None:
    decided = fetch(settings.history, line.id)
    if not decided:
        empty(
            _(N_("Never changed")),
            _(N_("The number is the one with which the system was delivered.")),
            ":material/history:",
        )
        return
    chosen = rows_table(
        [
            (
                one.id,
                one.store or raw(N_("The whole group")),
                raw(settings.AS_IN_GROUP) if one.value is None else str(one.value),
                one.from_on,
                one.until_on,
                _state(one),
                one.author,
                one.approved_by,
                one.reason,
                one.created_at,
            )
            for one in decided
        ],
        [
            Column("store", field("store"), width=110),
            Column("value", field("value"), width=80),
            Column("from_on", field("from_on"), Kind.DATE),
            Column("until_on", raw(N_("Until")), Kind.DATE),
            Column("state", field("status")),
            Column("author", raw(N_("By"))),
            Column("approved_by", raw(N_("Agreed by"))),
            Column("reason", field("reason")),
            Column("created_at", raw(N_("Decided at")), Kind.MOMENT),
        ],
        key=f"setting:{line.id}:past",
        on_select="rerun" if may_change else None,
        height=320,
    )
    if not may_change:
        return
    for one in decided:
        if one.id == chosen and one.may_withdraw:
            _withdraw(one)
            return
    if any(one.may_withdraw for one in decided):
        st.caption(_(N_("Choose a value that has not begun to withdraw it.")))


def _withdraw(one: Decision) -> None:
    form = Form("settings.withdraw", subject=one.id)
    form.area("reason")
    wanted = st.button(
        _(N_("Withdraw the value from {day} on"), day=fdate(one.from_on)),
        key=f"{form.name}:send",
        icon=":material/undo:",
    )
    if wanted and form.send(settings.withdraw, settings.WithdrawSetting, id=one.id) is not None:
        done(raw(N_("Withdrawn. What held before goes on")))


def _state(one: Decision) -> str:
    if one.is_withdrawn:
        return raw(N_("Withdrawn"))
    return raw(N_("To come") if one.may_withdraw else N_("Has begun"))
