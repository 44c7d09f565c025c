"""The records that stand behind a figure of contacts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from pages.components import behind, tables
from pages.components.frame import fetch
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, fnumber, raw
from services import kpi
from services.core.counted import CountedRow
from services.core.metrics import Unit
from services.core.words import N_


@dataclass(frozen=True)
class Row:
    """One record as it is shown."""

    id: int
    customer: str
    what: str
    state: str
    counted: str
    points: str
    person: str
    store: str
    on: dt.date | None


def rows(code: str, since: dt.date, until: dt.date, store_id: int | None) -> None:
    key = f"visits:behind:{code}:{since}:{until}:{store_id}"
    page = st.session_state.get(key, 1)
    measured, found = fetch(kpi.behind, code, since, until, store_id, page)
    behind.head(measured, since, until)
    if not found.seen:
        behind.nothing()
        return
    st.caption(_(N_("{count} records, the newest first"), count=fnumber(found.seen)))
    tables.rows_table(
        [_row(line) for line in found.lines],
        _columns(measured.metric.unit, found.lines),
        key=f"{key}:{found.page}",
        height=tables.ROW_PX * 16,
        alt=_(measured.metric.label),
    )
    if found.pages > 1:
        st.pagination(found.pages, key=key)


def _columns(unit: Unit, lines: Sequence[CountedRow]) -> list[Column]:
    """Points where a figure is their mean, else whether a record stands above the line."""
    has_state = any(line.state is not None for line in lines)
    counted = (
        Column("points", raw(N_("Score")), width=110)
        if unit is Unit.POINTS
        else Column("counted", raw(N_("In the numerator")), width=110)
    )
    return [
        Column("customer", field("customer_id"), width=150),
        Column("what", raw(N_("What it was")), width=150),
        *([Column("state", raw(N_("State")), width=110)] if has_state else []),
        counted,
        Column("person", raw(N_("Who was in charge")), width=100),
        Column("store", field("store_id"), width=110),
        Column("on", raw(N_("Day")), Kind.DATE, width=110),
    ]


def _row(line: CountedRow) -> Row:
    return Row(
        id=line.id,
        customer=line.customer,
        what=choice(line.what) if isinstance(line.what, StrEnum) else line.what or "",
        state=choice(line.state),
        counted=raw(N_("Yes")) if line.hits else raw(N_("No")),
        points=fnumber(line.amount or 0),
        person=line.person,
        store=line.store,
        on=line.on,
    )
