"""Contacts as a list: narrowed, taken along, and many of them moved at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from pages.components import layout, tables
from pages.components.customers.colours import label_chip
from pages.components.files import file_button
from pages.components.forms import Form, send_button
from pages.components.frame import fetch, keep_alive
from pages.components.layout import Tone
from pages.components.runs import fragment
from pages.components.tables import Column, Kind
from pages.components.visits import choosing, looks
from pages.components.words import _, choice, field, fnumber, plain, raw
from services import visits
from services.core import clock
from services.core.words import N_
from services.customers import Places
from services.visits import Moved, MoveTasks, TaskFilters, TaskPage, TaskRow, TaskState

KEY: Final = "visits:list"
CAME: Final = f"{KEY}:came"
"""Session state: what came of moving many, until it was read."""
FEW: Final = 6
"""Reasons that stand without scrolling."""
TO_DESK: Final = -1
"""In a choice of people: back to the desks."""


@dataclass(frozen=True)
class Line:
    """One contact as it is shown."""

    id: int
    due: str
    tone: Tone
    customer: str
    label: str
    label_tone: Tone
    purpose: str
    kind: str
    state: str
    held: str
    attempts: int
    owner: str
    due_from: date
    expires_on: date


@fragment()
def show(places: Places, *, may_lead: bool) -> None:
    keep_alive()
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        filters = choosing.tasks(places, today, may_lead=may_lead)
        beside = st.container(width="content")
    found = fetch(visits.page, filters, tables.page_after())
    _came()
    if not found.rows:
        layout.empty(
            _(N_("No contact matches")),
            _(N_("Take out a filter, or look at another state")),
            ":material/filter_alt_off:",
        )
        return
    if may_lead and not (filters.text or filters.place or filters.until):
        with beside:
            _take_along(filters)
    deed = st.container()
    lines = [_line(row, today) for row in found.rows]
    ticked, opened = tables.ticked_table(
        lines, _columns(found.rows, lines), key=KEY, alt=raw(N_("Contacts"))
    )
    tables.pager(found.after, shown_rows=len(found.rows), total=found.total)
    with deed:
        _many(found, ticked, places)
    if opened is not None:
        st.query_params["task"] = str(opened)
        st.rerun()


def _take_along(filters: TaskFilters) -> None:
    asked: dict[str, object] = {
        "state": filters.state,
        "store_id": filters.store_id,
        "owner_id": filters.owner_id,
        "in_pool": filters.in_pool or None,
        "desk": filters.desk,
        "kind": filters.kind,
        "trigger": filters.trigger,
        "is_late": filters.is_late or None,
    }
    told = {name: value for name, value in asked.items() if value is not None}
    file_button(_(N_("As Excel")), "visits/contacts.xlsx", key="visits:export", **told)


# ---- many at once


def _many(found: TaskPage, ticked: Sequence[int], places: Places) -> None:
    """Another day, another person, or back to their desks: for those that are ticked."""
    rows = [row for row in found.rows if row.id in set(ticked)]
    if not rows:
        st.session_state.pop(f"{KEY}:shown", None)
        st.caption(_(N_("Tick contacts to move them together; the box on top ticks the page")))
        return
    shown = _as_shown(rows)
    people = [*places.owners(), (TO_DESK, raw(N_("Nobody: back to the desk")))]
    form = Form("visits.move_many")
    with (
        layout.card(_(N_("Move {count} contacts"), count=fnumber(len(rows)))),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        with st.container(width=170):
            form.day("due_on", earliest=clock.today())
        with st.container(width=200):
            owner = form.pair("owner_id", people)
        with st.container(width=220):
            form.text("reason")
        wants = send_button(_(N_("Move them")), key=f"{form.name}:send")
    if wants:
        moved = form.send(
            visits.move_many,
            MoveTasks,
            tasks=[{"task_id": row.id, "version": shown[row.id]} for row in rows],
            owner_id=None if owner == TO_DESK else owner,
            to_desk=owner == TO_DESK,
        )
        if moved is not None:
            tables.untick(KEY)
            st.session_state[CAME] = moved
            st.rerun()


def _as_shown(rows: Sequence[TaskRow]) -> dict[int, int]:
    """The version of each as it was when it was ticked: what others did to it since, one has not
    seen."""
    before: dict[int, int] = st.session_state.get(f"{KEY}:shown", {})
    shown = {row.id: before.get(row.id, row.version) for row in rows}
    st.session_state[f"{KEY}:shown"] = shown
    return shown


def _came() -> None:
    """What was moved, and one by one what was not and why; it stands until it was read."""
    came: Moved | None = st.session_state.get(CAME)
    if came is None:
        return
    said = _(N_("{count} contacts were moved"), count=fnumber(came.moved))
    if not came.refused:
        st.session_state.pop(CAME)
        st.toast(said, icon=":material/check_circle:")
        return
    title = _(N_("{count} were not moved"), count=fnumber(len(came.refused)))
    with layout.card(title, said) as actions:
        with actions:
            st.button(_(N_("Read")), key=f"{CAME}:read", on_click=_forget)
        with st.container(height=220 if len(came.refused) > FEW else "content", border=False):
            for one in came.refused:
                why = _(one.msgid, **one.params)
                st.markdown(f"**{plain(one.customer)}** · {why}")


def _forget() -> None:
    st.session_state.pop(CAME, None)


# ---- rows


def _line(row: TaskRow, today: date) -> Line:
    due, label = looks.due(row, today), label_chip(row.label)
    return Line(
        id=row.id,
        due=due.text,
        tone=due.tone,
        customer=row.customer,
        label=label.text,
        label_tone=label.tone,
        purpose=looks.purpose(row),
        kind=choice(row.kind),
        state=choice(row.state),
        held=choice(row.hold) if row.hold else "",
        attempts=row.attempts,
        owner=row.owner or raw(N_("Nobody yet")),
        due_from=row.due_from,
        expires_on=row.expires_on,
    )


def _columns(rows: Sequence[TaskRow], lines: Sequence[Line]) -> list[Column]:
    labels = {line.label: line.label_tone for line in lines}
    dues = {line.due: line.tone for line in lines}
    held = {line.held: Tone.WARN for line in lines if line.held}
    columns = [
        Column("due", raw(N_("Due")), Kind.BADGE, tones=dues, width=120),
        Column("customer", field("customer_id"), width=150),
        Column("label", raw(N_("Class")), Kind.BADGE, tones=labels, width=85),
        Column("purpose", raw(N_("What for")), width=190),
        Column("kind", field("kind"), width=65),
        Column("owner", raw(N_("Whose")), width=100),
        Column("held", raw(N_("Held because")), Kind.BADGE, tones=held, width=150),
        Column("attempts", raw(N_("Attempts")), Kind.NUMBER, width=80),
        Column("state", raw(N_("State")), width=90),
        Column("due_from", raw(N_("Due from")), Kind.DATE, width=100),
        Column("expires_on", raw(N_("Last day")), Kind.DATE, width=100),
    ]
    is_open = all(row.state is TaskState.PLANNED for row in rows)
    needless = {
        "held": not held,
        "attempts": not any(line.attempts for line in lines),
        "state": is_open,
        "due": not is_open,
    }
    return [column for column in columns if not needless.get(column.name)]
