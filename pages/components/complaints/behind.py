"""The complaints that stand behind a figure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components import behind, tables
from pages.components.complaints.colours import SEVERITIES, path
from pages.components.frame import fetch
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, fnumber, raw
from services import kpi
from services.complaints import CountedLine
from services.core.metrics import Unit
from services.core.words import N_
from services.kpi import Measured

AMOUNTS: Final = {Unit.WORKING_HOURS: N_("Hours taken"), Unit.YUAN: N_("Yuan")}


@dataclass(frozen=True)
class Row:
    """One complaint as it is shown."""

    id: int
    number: str
    counted: str
    amount: float | None
    severity: str
    category: str
    store: str
    received_at: dt.datetime
    closed_at: dt.datetime | None


def rows(code: str, since: dt.date, until: dt.date, store_id: int | None) -> None:
    key = f"complaints:behind:{code}:{since}:{until}:{store_id}"
    page = st.session_state.get(key, 1)
    measured, found = fetch(kpi.behind, code, since, until, store_id, page)
    behind.head(measured, since, until)
    if found.seen == 0 and found.unseen == 0:
        behind.nothing()
        return
    st.caption(_how_many(measured, found.seen))
    if found.lines:
        lines = [_row(line) for line in found.lines]
        chosen = tables.rows_table(
            lines,
            _columns(measured.metric.unit, lines),
            key=f"{key}:{found.page}",
            on_select="once",
            height=tables.ROW_PX * 16,
            alt=raw(N_("Complaints")),
        )
        if chosen is not None:
            st.query_params["id"] = str(chosen)
            st.rerun()
    if found.unseen:
        st.caption(
            _(
                N_("And {count} more that only those named in them may see"),
                count=fnumber(found.unseen),
            )
        )
    if found.pages > 1:
        st.pagination(found.pages, key=key)


def _how_many(measured: Measured, seen: int) -> str:
    figure = measured.figure
    if len(figure.rows) == len(set(figure.rows)):
        return _(N_("{count} complaints, the newest first"), count=fnumber(seen))
    return _(
        N_("{count} complaints, the newest first; together they count {times} times"),
        count=fnumber(seen),
        times=fnumber(len(figure.rows)),
    )


def _row(line: CountedLine) -> Row:
    return Row(
        id=line.id,
        number=line.number,
        counted=_counted(line),
        amount=None if line.amount is None else round(line.amount, 1),
        severity=choice(line.severity),
        category=path(line.category),
        store=line.store,
        received_at=line.received_at,
        closed_at=line.closed_at,
    )


def _counted(line: CountedLine) -> str:
    if line.counts > 1:
        return f"{fnumber(line.hits)} / {fnumber(line.counts)}"
    return raw(N_("Yes")) if line.hits else raw(N_("No"))


def _columns(unit: Unit, rows: Sequence[Row]) -> list[Column]:
    levels = {choice(severity): tone for severity, tone in SEVERITIES.items()}
    columns = [Column("number", field("number"), width=125)]
    if unit is Unit.SHARE:
        columns.append(Column("counted", raw(N_("In the numerator")), width=110))
    if unit in AMOUNTS:
        columns.append(Column("amount", raw(AMOUNTS[unit]), Kind.NUMBER, width=105))
    columns += [
        Column("severity", field("severity"), Kind.BADGE, tones=levels, width=90),
        Column("category", field("category_id"), width=250),
        Column("store", field("store_id"), width=110),
        Column("received_at", field("received_at"), Kind.MOMENT, width=135),
        Column("closed_at", field("closed_at"), Kind.MOMENT, width=135),
    ]
    alike = len({row.store for row in rows}) == 1
    return [column for column in columns if not (alike and column.name == "store")]
