"""The wall by remaining time and the ledger of all complaints; a click opens the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.complaints.colours import SEVERITIES, clock_tone, due_in, path
from pages.components.frame import fetch, keep_alive
from pages.components.layout import Tone
from pages.components.runs import fragment
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, raw
from services import complaints
from services.complaints import ComplaintRow, Department, Filters, Part, Severity
from services.core import clock
from services.core.words import N_
from services.customers import Places

WALL = "wall"
VIEWS = {
    WALL: N_("Wall"),
    Part.OPEN.value: N_("Not closed"),
    Part.LATE.value: N_("Late"),
    Part.CLOSED.value: N_("Closed"),
    "all": N_("All"),
}


@dataclass(frozen=True)
class Line:
    """One row as it is shown."""

    id: int
    number: str
    next_due: str
    used: float | None
    severity: str
    who: str
    category: str
    stage: str
    handler: str
    first_responder: str
    store: str
    received_at: datetime


@fragment()
def show(places: Places, *, may_register: bool) -> None:
    keep_alive()
    view = pickers.switch(
        raw(N_("View")), {key: raw(words) for key, words in VIEWS.items()}, "view", WALL
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        filters = _filters(view, places)
    if view == WALL:
        rows, after = fetch(complaints.wall, filters), None
    else:
        page = fetch(complaints.page, filters, tables.page_after())
        rows, after = page.rows, page.after
    if not rows:
        _nothing(narrowed=filters != Filters(), may_register=may_register)
        return
    chosen = tables.rows_table(
        [_line(row) for row in rows],
        _columns(rows),
        key=f"complaints:{view}",
        on_select="once",
        alt=raw(N_("Complaints")),
    )
    if view != WALL:
        tables.pager(after, shown_rows=len(rows))
    if chosen is not None:
        st.query_params["id"] = str(chosen)
        st.rerun()


def _filters(view: str, places: Places) -> Filters:
    text = pickers.search_box("complaints.search", raw(N_("Number")), width=150)
    store = (
        pickers.filter_pair(field("store_id"), places.stores, "store", width=160)
        if len(places.stores) > 1
        else None
    )
    handler = (
        pickers.filter_pair(field("handler_id"), places.owners(store), "handler", width=150)
        if places.people
        else None
    )
    severity = pickers.filter_choice(field("severity"), Severity, "level", width=130)
    department = pickers.filter_choice(field("department"), Department, "department", width=150)
    parts = {part.value: part for part in Part}
    return Filters(
        part=parts.get(view),
        store_id=store,
        handler_id=handler,
        severity=severity,
        department=department,
        text=text,
    )


def _columns(rows: Sequence[ComplaintRow]) -> list[Column]:
    levels = {choice(severity): tone for severity, tone in SEVERITIES.items()}
    now = clock.now()
    tones = {
        due_in(row.next_clock, now): clock_tone(row.next_clock) if row.next_clock else Tone.QUIET
        for row in rows
    }
    columns = [
        Column("number", field("number"), width=125),
        Column("next_due", raw(N_("Due next")), Kind.BADGE, tones=tones, width=170),
        Column("used", raw(N_("Time used")), Kind.PROGRESS, width=110, rising_is_bad=True),
        Column("severity", field("severity"), Kind.BADGE, tones=levels, width=90),
        Column("who", field("person"), width=90),
        Column("category", field("category_id"), width="medium"),
        Column("stage", raw(N_("Stage")), width=110),
        Column("handler", raw(N_("I handle it")), width=90),
        Column("first_responder", raw(N_("I took it")), width=90),
        Column("store", field("store_id"), width=120),
        Column("received_at", field("received_at"), Kind.MOMENT, width=140),
    ]
    several = len({row.store for row in rows}) > 1
    return [column for column in columns if several or column.name != "store"]


def _line(row: ComplaintRow) -> Line:
    share = row.next_clock.share if row.next_clock else None
    return Line(
        id=row.id,
        number=row.number,
        next_due=due_in(row.next_clock, clock.now()),
        used=float(share) if share is not None else None,
        severity=choice(row.severity),
        who=row.who,
        category=path(row.category),
        stage=choice(row.stage),
        handler=row.handler,
        first_responder=row.first_responder,
        store=row.store,
        received_at=row.received_at,
    )


def _nothing(*, narrowed: bool, may_register: bool) -> None:
    if narrowed:
        layout.empty(
            _(N_("No complaint matches")),
            _(N_("Take out a filter, or look at all of them")),
            ":material/filter_alt_off:",
        )
        return
    what_to_do = (
        _(N_("Register the first one as soon as a customer calls"))
        if may_register
        else _(N_("What you are asked about will stand here"))
    )
    layout.empty(
        _(N_("No complaints yet")),
        what_to_do,
        ":material/sentiment_satisfied:",
    )
