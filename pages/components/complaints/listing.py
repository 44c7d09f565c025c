"""The wall by remaining time and the ledger of all complaints; a click opens the case. The boards
stand beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.complaints import (
    boards,
    checklists,
    crises,
    figures,
    ideas,
    mailbox,
    narrowing,
    questions,
    rules,
)
from pages.components.complaints.colours import (
    MARKS,
    SEVERITIES,
    clock_tone,
    due_in,
    mark,
    path,
    promised,
    soon,
)
from pages.components.files import file_button
from pages.components.frame import fetch, keep_alive
from pages.components.layout import Tone
from pages.components.runs import fragment
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, fnumber, raw
from services import complaints
from services.complaints import MOST_ON_WALL, Clock, ComplaintRow, Filters, Part
from services.core import clock
from services.core.words import N_
from services.customers import Places

ASKED = "asked"
WALL = "wall"
LEDGER = "ledger"
FIGURES = "figures"
CRISES = "crises"
MAILBOX = "mailbox"
VIEWS = {
    ASKED: N_("Asked of me"),
    WALL: N_("Wall"),
    LEDGER: N_("Ledger"),
    CRISES: N_("Crises"),
    "departments": N_("Departments"),
    "causes": N_("Causes"),
    "ideas": N_("Ideas"),
    FIGURES: N_("Figures"),
    "rules": N_("Rules"),
    MAILBOX: N_("Mailbox"),
}
OF_THE_WHOLE: Final = ("crises", "departments", "causes", "ideas", FIGURES)
"""Views for those who see a whole."""
BOARDS: Final = {
    ASKED: questions.show,
    "departments": boards.departments,
    "causes": boards.causes,
    CRISES: crises.show,
    "ideas": ideas.show,
    FIGURES: figures.show,
    "rules": rules.show,
    MAILBOX: mailbox.show,
}
_TONES: Final = list(Tone)
MOST_USED: Final = 9.99
"""Of a clock's time: how many times over nobody asks beyond that."""


@dataclass(frozen=True)
class Line:
    """One row as it is shown."""

    id: int
    number: str
    next_due: str
    tone: Tone
    """Of `next_due`."""
    used: float | None
    promised: str
    crisis: str
    severity: str
    marks: tuple[str, ...]
    who: str
    category: str
    stage: str
    handler: str
    first_responder: str
    store: str
    received_at: datetime


@fragment()
def show(places: Places, *, may_register: bool, may_export: bool, may_measure: bool) -> None:
    keep_alive()
    shown = dict.fromkeys(OF_THE_WHOLE, may_measure)
    shown |= {MAILBOX: may_register, ASKED: not may_register}
    views = {key: raw(words) for key, words in VIEWS.items() if shown.get(key, True)}
    first = WALL if may_register or may_measure else ASKED
    view = pickers.switch(raw(N_("View")), views, "view", first)
    if view in BOARDS:
        BOARDS[view](places)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        filters = narrowing.ledger(places, is_wall=view == WALL)
        beside = st.container(width="content")
    if view == WALL:
        rows, after = fetch(complaints.wall, filters), None
    else:
        page = fetch(complaints.page, filters, tables.page_after())
        rows, after = page.rows, page.after
    if not rows:
        _nothing(narrowed=filters != Filters(), may_register=may_register)
        return
    if may_export and (not filters.text or filters.is_number):  # a name stays out of an address
        with beside:
            _take_along(replace(filters, part=Part.OPEN) if view == WALL else filters)
    now = clock.now()
    lines = [_line(row, now) for row in rows]
    chosen = tables.rows_table(
        lines,
        _columns(rows, lines, now),
        key=f"complaints:{view}",
        on_select="once",
        alt=raw(N_("Complaints")),
    )
    if view != WALL:
        tables.pager(after, shown_rows=len(rows))
    elif len(rows) == MOST_ON_WALL:
        st.caption(
            _(
                N_("The first {count} to run out; what has more time stands in the ledger"),
                count=fnumber(len(rows)),
            )
        )
    if chosen is not None:
        st.query_params["id"] = str(chosen)
        st.rerun()


def way_back() -> None:
    """From a case to the list from which it was opened: what narrowed it still stands in the
    address. The menu cannot lead there, for it is the same page."""
    if st.button(
        _(N_("All complaints")), icon=":material/arrow_back:", type="tertiary", shortcut="alt+l"
    ):
        st.query_params.pop("id", None)
        st.rerun()


def _take_along(filters: Filters) -> None:
    """The same rows as a file: all of them, not only this page."""
    asked: dict[str, object] = {
        "part": filters.part,
        "store_id": filters.store_id,
        "handler_id": filters.handler_id,
        "severity": filters.severity,
        "department": filters.department,
        "demand_kind": filters.demand_kind,
        "mark": filters.mark,
        "number": filters.signs or None,
    }
    told = {name: value for name, value in asked.items() if value is not None}
    file_button(_(N_("As Excel")), "complaints/ledger.xlsx", key="complaints:export", **told)


def _columns(rows: Sequence[ComplaintRow], lines: Sequence[Line], now: datetime) -> list[Column]:
    levels = {choice(severity): tone for severity, tone in SEVERITIES.items()}
    tones = {line.next_due: line.tone for line in lines if line.next_due}
    columns = [
        Column("number", field("number"), width=125),
        Column("next_due", raw(N_("Due next")), Kind.BADGE, tones=tones, width=170),
        Column("used", raw(N_("Time used")), Kind.PROGRESS, width=110, rising_is_bad=True),
        Column("promised", raw(N_("Promise")), Kind.BADGE, tones=_promises(rows, now), width=105),
        Column("crisis", raw(N_("Crisis list")), Kind.BADGE, tones=_crises(rows), width=100),
        Column("severity", field("severity"), Kind.BADGE, tones=levels, width=90),
        Column("marks", raw(N_("Marks")), Kind.BADGE, tones=_marks(), width=100),
        Column("who", field("customer_id"), width=130),
        Column("category", field("category_id"), width=190),
        Column("stage", raw(N_("Stage")), width=100),
        Column("handler", raw(N_("I handle it")), width=90),
        Column("first_responder", raw(N_("I took it")), width=90),
        Column("store", field("store_id"), width=120),
        Column("received_at", field("received_at"), Kind.MOMENT, width=140),
    ]
    needless: set[str] = set()
    if len({row.store for row in rows}) == 1:
        needless |= {"store"}
    if not any(row.who for row in rows):
        needless |= {"who"}
    if not any(row.next_clock for row in rows):
        needless |= {"next_due", "used"}
    if not any(_unready(row) for row in rows):
        needless |= {"crisis"}
    if not any(row.marks for row in rows):
        needless |= {"marks"}
    if not any(row.promised_at for row in rows):
        needless |= {"promised"}
    return [column for column in columns if column.name not in needless]


def due(one: Clock | None, tone: Tone, now: datetime) -> str:
    """Which clock is due when. A badge has its colour by its words, so of two clocks that are due
    alike and coloured otherwise one ends in signs that nobody sees."""
    words = due_in(one, now)
    return words and words + layout.WORD_JOINER * _TONES.index(tone)


def _marks() -> dict[str, Tone]:
    return {mark(one): tone for one, tone in MARKS.items()}


def _promises(rows: Sequence[ComplaintRow], now: datetime) -> dict[str, Tone]:
    """What the customers were promised -> red where one waits in vain."""
    found = [row.promised_at for row in rows if row.promised_at]
    return {soon(at, now): promised(at, now).tone for at in found}


def _crises(rows: Sequence[ComplaintRow]) -> dict[str, Tone]:
    return {_unready(row): checklists.tone(row.crisis) for row in rows if row.crisis}


def _unready(row: ComplaintRow) -> str:
    """How far the checklist of a crisis has come, while it is not complete."""
    if row.crisis is None or row.crisis.is_complete:
        return ""
    return checklists.told(row.crisis)


def _line(row: ComplaintRow, now: datetime) -> Line:
    share = row.next_clock.share if row.next_clock else None
    tone = clock_tone(row.next_clock) if row.next_clock else Tone.QUIET
    return Line(
        id=row.id,
        number=row.number,
        next_due=due(row.next_clock, tone, now),
        tone=tone,
        used=min(round(float(share), 2), MOST_USED) if share is not None else None,
        promised=soon(row.promised_at, now) if row.promised_at else "",
        crisis=_unready(row),
        severity=choice(row.severity),
        marks=tuple(map(mark, row.marks)),
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
