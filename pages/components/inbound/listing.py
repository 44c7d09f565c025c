"""All calls of some days, and what was wanted and not there."""

import datetime as dt
from dataclasses import dataclass

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.frame import fetch
from pages.components.inbound import looks
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, fnumber, raw
from services import inbound
from services.core import clock
from services.core.words import N_
from services.inbound import CallRow, CallWish, Filters


@dataclass(frozen=True)
class Line:
    """One call as it is shown."""

    id: int
    at: dt.datetime
    who: str
    wish: str
    words: str
    end: str
    tone: Tone
    answerer: str
    rings: int | None
    item: str
    substitute: str
    result: str


def show(*, is_lost: bool) -> None:
    """`is_lost`: only what was wanted and not there (V28). A click opens the call."""
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        default = (today - dt.timedelta(days=13), today)
        since, until = pickers.filter_period(raw(N_("Days")), "days", default)
        wish = pickers.filter_choice(field("wish"), CallWish, "wish", width=140)
        people = fetch(inbound.answerers)
        answerer = pickers.filter_pair(field("answerer_id"), people, "answerer", width=150)
    found = fetch(inbound.page, Filters(since, until, wish, answerer, is_lost))
    if not found.rows:
        layout.empty(
            _(N_("No calls here")), _(N_("Choose other days")), ":material/phone_disabled:"
        )
        return
    lines = [_line(row) for row in found.rows]
    chosen = tables.rows_table(
        lines,
        _columns(lines, is_lost=is_lost),
        key=f"inbound:list:{is_lost}",
        on_select="once",
        alt=raw(N_("Calls")),
    )
    rows = fnumber(len(lines))
    words = N_("The first {rows}; choose fewer days") if found.is_cut else N_("{rows} rows")
    st.caption(_(words, rows=rows))
    if chosen is not None:
        st.query_params["call"] = str(chosen)
        st.rerun()


def _line(row: CallRow) -> Line:
    end = looks.clock_of(row, clock.now())
    return Line(
        id=row.id,
        at=row.at,
        who=looks.name(row),
        wish=choice(row.wish),
        words=row.words,
        end=end.text,
        tone=end.tone,
        answerer=row.answerer,
        rings=row.rings,
        item=row.item,
        substitute=row.substitute,
        result=choice(row.demand_result) if row.demand_result else "",
    )


def _columns(lines: list[Line], *, is_lost: bool) -> list[Column]:
    tones = {one.end: one.tone for one in lines}
    first = [
        Column("at", field("at"), Kind.MOMENT, width=140),
        Column("who", raw(N_("Who called")), width=150),
    ]
    if is_lost:
        return [
            *first,
            Column("item", field("item"), width=180),
            Column("substitute", field("substitute"), width=180),
            Column("result", field("demand_result"), width=140),
        ]
    return [
        *first,
        Column("wish", field("wish"), width=110),
        Column("end", raw(N_("Our answer")), Kind.BADGE, tones=tones, width=190),
        Column("words", field("words"), width=260),
        Column("answerer", field("answerer_id"), width=110),
        Column("rings", field("rings"), Kind.NUMBER, width=70),
    ]
