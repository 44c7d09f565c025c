"""The boards beside the ledger: who holds what, and what complaints are about and come from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.complaints import narrowing
from pages.components.complaints.colours import soon
from pages.components.frame import fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, fdate, field, fnumber, language, raw
from services import complaints
from services.complaints import (
    AskedLine,
    CauseBoard,
    DepartmentLine,
    Filters,
    HeadingLine,
    HeadingTree,
    Part,
    PersonLine,
)
from services.core import clock
from services.core.words import N_
from services.customers import Places

LATELY: Final = timedelta(days=89)
"""With today, 90 days."""
STEP: Final = "\u2003"
"""Moves a node to the right of the one that it belongs to."""
IDLE_NOTE: Final = N_(
    "Working time since anything last happened, of the working time since they came in. "
    "Complaints that wait for somebody do not count"
)
TOSSED_NOTE: Final = N_("More than twice, or back to a department that had had it")


# ---- departments


@dataclass(frozen=True)
class DepartmentRow:
    """One department as it is shown; a number that is none is left out."""

    id: str
    department: str
    open: int
    late: str
    waiting: str
    tossed: str
    median_days: float
    mean_days: float
    idle: float | None


def departments(places: Places) -> None:
    """A click on a department opens the list of what it has not closed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        filters = Filters(store_id=narrowing.store(places), severity=narrowing.level())
    board = fetch(complaints.departments, filters)
    if not board.departments:
        layout.empty(
            _(N_("Nothing is open")),
            _(N_("Every complaint has been answered and closed")),
            ":material/task_alt:",
        )
        return
    rows = [_department(line) for line in board.departments]
    chosen = tables.rows_table(
        rows,
        _department_columns(rows),
        key="complaints:departments",
        on_select="once",
        alt=raw(N_("Departments")),
    )
    if chosen is not None:
        one_step = {"view": "ledger", "part": Part.OPEN.value, "department": str(chosen)}
        st.query_params.update(one_step)
        st.rerun()
    _people(board.people)
    _asked(fetch(complaints.asked, filters))


@dataclass(frozen=True)
class AskedRow:
    """What somebody was asked, as it is shown; the id is the complaint's."""

    id: int
    number: str
    person: str
    department: str
    asked_at: datetime
    taken: str
    due_on: date


def _asked(found: Sequence[AskedLine]) -> None:
    """Who was asked and has not answered; a click opens the case."""
    if not found:
        return
    rows = [
        AskedRow(
            id=one.complaint_id,
            number=one.number,
            person=one.person,
            department=choice(one.department),
            asked_at=one.asked_at,
            taken=soon(one.taken_at, clock.now()) if one.taken_at else raw(N_("not yet")),
            due_on=one.due_on,
        )
        for one in found
    ]
    waiting = {raw(N_("not yet")): Tone.WARN}
    with layout.card(_(N_("Asked of others"))):
        chosen = tables.rows_table(
            rows,
            [
                Column("number", field("number"), width=130),
                Column("person", field("user_id"), width=110),
                Column("department", field("department"), width=110),
                Column("asked_at", raw(N_("Asked since")), Kind.MOMENT, width=140),
                Column("taken", raw(N_("Taken up")), Kind.BADGE, tones=waiting, width=110),
                Column("due_on", field("due_on"), Kind.DATE, width=110),
            ],
            key="complaints:asked",
            on_select="once",
            height=400,
        )
    if chosen is not None:
        st.query_params["id"] = str(chosen)
        st.rerun()


def _department(line: DepartmentLine) -> DepartmentRow:
    return DepartmentRow(
        id=line.department.value,
        department=choice(line.department),
        open=line.open,
        late=_some(line.late),
        waiting=_some(line.waiting),
        tossed=_some(line.tossed),
        median_days=round(line.median_days, 1),
        mean_days=round(line.mean_days, 1),
        idle=line.idle,
    )


def _some(number: int) -> str:
    return fnumber(number) if number else ""


def _department_columns(rows: Iterable[DepartmentRow]) -> list[Column]:
    def tones(name: str, tone: Tone) -> dict[str, Tone]:
        return {getattr(row, name): tone for row in rows if getattr(row, name)}

    bad, warn = tones("late", Tone.BAD), tones("tossed", Tone.WARN)
    note = _(TOSSED_NOTE)
    return [
        Column("department", field("department"), width=100),
        Column("open", raw(N_("Not closed")), Kind.NUMBER, width=80),
        Column("late", raw(N_("Late")), Kind.BADGE, tones=bad, width=75),
        Column("waiting", raw(N_("On hold")), Kind.BADGE, width=75),
        Column("tossed", raw(N_("Passed around")), Kind.BADGE, tones=warn, note=note, width=120),
        Column("median_days", raw(N_("Median age (days)")), Kind.NUMBER, width=132),
        Column("mean_days", raw(N_("Average age (days)")), Kind.NUMBER, width=132),
        Column(
            "idle",
            raw(N_("Idle")),
            Kind.PROGRESS,
            note=_(IDLE_NOTE),
            width=150,
            rising_is_bad=True,
        ),
    ]


def _people(people: list[PersonLine]) -> None:
    with layout.card(_(N_("Who has what is not closed"))):
        tables.rows_table(
            people[: tables.LONGEST],
            [
                Column("name", field("user_id"), width=110),
                Column("took", raw(N_("I took it")), Kind.NUMBER, width=90),
                Column("handles", raw(N_("I handle it")), Kind.NUMBER, width=90),
            ],
            key="complaints:people",
            height=400,
        )


# ---- causes


def causes(places: Places) -> None:
    """How many came in, down the tree."""
    words = {tree.value: choice(tree) for tree in reversed(HeadingTree)}
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        tree = HeadingTree(pickers.switch(raw(N_("Tree")), words, "tree", HeadingTree.CAUSE.value))
        with st.container(width=240):
            since, until = pickers.filter_period(
                field("received_at"), "received", (today - LATELY, today)
            )
        store_id = narrowing.store(places)
    board = fetch(complaints.causes, tree, since, until, store_id)
    if not board.received:
        layout.empty(
            _(N_("No complaint came in during this time")),
            _(N_("Choose a longer time, or another store")),
            ":material/sentiment_satisfied:",
        )
        return
    st.caption(
        _(
            N_("{count} complaints received from {first} to {last}"),
            count=fnumber(board.received),
            first=fdate(since),
            last=fdate(until),
        )
    )
    tables.rows_table(
        _nodes(board),
        _node_columns(board, choice(tree)),
        key=f"complaints:causes:{tree.value}",
        height=tables.ROW_PX * 25,
        alt=raw(N_("Causes")),
    )


Node = tuple[int, str, int, float, int | None]


def _nodes(board: CauseBoard) -> list[Node]:
    """What is not sorted yet stands first: somebody has to look into it."""
    rows = [_node(line) for line in board.lines]
    if board.unsorted:
        share = board.unsorted / board.received
        rows.insert(0, (0, raw(N_("Not found yet")), board.unsorted, share, None))
    return rows


def _node(line: HeadingLine) -> Node:
    path = line.heading.path_en if language() == "en" else line.heading.path
    name = STEP * (2 * len(path) - 2) + path[-1]
    return line.heading.id, name, line.total, line.share, line.own if _is_split(line) else None


def _is_split(line: HeadingLine) -> bool:
    """Whether some are sorted just there, and others below."""
    return 0 < line.own < line.total


def _node_columns(board: CauseBoard, tree: str) -> list[Column]:
    columns = [
        Column("name", tree, width=170),
        Column("total", raw(N_("Complaints")), Kind.NUMBER, width=80),
        Column("share", raw(N_("Share")), Kind.PROGRESS, width=100),
        Column("own", raw(N_("Not sorted further")), Kind.NUMBER, width=130),
    ]
    return columns if any(map(_is_split, board.lines)) else columns[:-1]
