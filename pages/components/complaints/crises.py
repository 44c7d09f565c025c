"""The crises of the house: what happened last, how long ago, what is still to be done."""

from dataclasses import dataclass

import streamlit as st

from pages.components import layout, tables
from pages.components.complaints import checklists, narrowing
from pages.components.complaints.colours import SEVERITIES, clock_tone, due_in, mark
from pages.components.frame import fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, fnumber, raw
from services import complaints
from services.complaints import CrisisLine, Filters
from services.core import clock
from services.core.words import N_
from services.customers import Places


@dataclass(frozen=True)
class Line:
    """One crisis as it is shown."""

    id: int
    number: str
    severity: str
    marks: str
    who: str
    last: str
    idle: str
    progress: str
    next_due: str
    handler: str
    store: str


def show(places: Places) -> None:
    """A click opens the case."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        filters = Filters(store_id=narrowing.store(places), severity=narrowing.level())
    found = fetch(complaints.crises, filters)
    if not found:
        layout.empty(
            _(N_("No crisis is open")),
            _(N_("What is of level L4, or touches safety or the media, will stand here")),
            ":material/health_and_safety:",
        )
        return
    chosen = tables.rows_table(
        [_line(one) for one in found],
        _columns(found),
        key="complaints:crises",
        on_select="once",
        alt=raw(N_("Crises")),
    )
    if chosen is not None:
        st.query_params["id"] = str(chosen)
        st.rerun()


def _line(one: CrisisLine) -> Line:
    row = one.row
    last = (choice(one.last_kind), one.last_by) if one.last_kind else ()
    return Line(
        id=row.id,
        number=row.number,
        severity=choice(row.severity),
        marks=" · ".join(map(mark, row.marks)),
        who=row.who,
        last=" · ".join(filter(None, last)),
        idle=_idle(one),
        progress=checklists.told(row.crisis) if row.crisis else "",
        next_due=due_in(row.next_clock, clock.now()),
        handler=row.handler,
        store=row.store,
    )


def _idle(one: CrisisLine) -> str:
    hours = fnumber(int(one.idle_hours))
    return raw(N_("{count} h"), count=hours)


def _columns(found: list[CrisisLine]) -> list[Column]:
    levels = {choice(severity): tone for severity, tone in SEVERITIES.items()}
    idle = {_idle(one): Tone.BAD if one.is_quiet else Tone.QUIET for one in found}
    lists = {
        checklists.told(one.row.crisis): checklists.tone(one.row.crisis)
        for one in found
        if one.row.crisis
    }
    clocks = {
        due_in(one.row.next_clock, clock.now()): clock_tone(one.row.next_clock)
        for one in found
        if one.row.next_clock
    }
    # What tells which case is worst fits beside the menu at 1280 pixels, all of it at 1440.
    columns = [
        Column("number", field("number"), width=115),
        Column("severity", field("severity"), Kind.BADGE, tones=levels, width=80),
        Column("marks", raw(N_("Marks")), width=125),
        Column("progress", raw(N_("Crisis list")), Kind.BADGE, tones=lists, width=80),
        Column("idle", raw(N_("Since then")), Kind.BADGE, tones=idle, width=80),
        Column("next_due", raw(N_("Due next")), Kind.BADGE, tones=clocks, width=155),
        Column("last", raw(N_("What happened last")), width=150),
        Column("who", field("customer_id"), width=72),
        Column("handler", raw(N_("I handle it")), width=76),
        Column("store", field("store_id"), width=100),
    ]
    is_one_place = len({one.row.store for one in found}) == 1
    return columns[:-1] if is_one_place else columns
