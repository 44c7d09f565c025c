"""What stands behind a figure: how it is made, and the complaints that make it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components import layout, tables
from pages.components.complaints.colours import SEVERITIES, path
from pages.components.complaints.values import number, value_of, with_unit
from pages.components.drawers import drawer
from pages.components.frame import fetch
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, fdate, field, fnumber, raw
from services import kpi
from services.complaints import CountedLine
from services.core.metrics import Unit
from services.core.words import N_
from services.kpi import Measured, MetricLine

PARTS: Final = {
    "p90": N_("Nine of ten within"),
    "mean": N_("Average"),
    "gross": N_("Median with pauses"),
}
"""Further figures of a time."""
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


def open_rows(
    metric: MetricLine,
    since: dt.date,
    until: dt.date,
    store_id: int | None,
    store: str | None,
) -> None:
    """`store` is a name."""
    opened = drawer(_(metric.label), name=store, width="large", is_list=True)
    opened(_rows)(metric.code, since, until, store_id)


def _rows(code: str, since: dt.date, until: dt.date, store_id: int | None) -> None:
    key = f"complaints:behind:{code}:{since}:{until}:{store_id}"
    page = st.session_state.get(key, 1)
    measured, found = fetch(kpi.behind, code, since, until, store_id, page)
    st.markdown(_(measured.metric.formula))
    st.caption(_(N_("From {first} to {last}"), first=fdate(since), last=fdate(until)))
    layout.facts(facts_of(measured))
    if found.seen == 0 and found.unseen == 0:
        layout.empty(
            _(N_("No complaint is behind this figure")),
            _(N_("Choose a longer time, or another store")),
            ":material/filter_none:",
        )
        return
    st.caption(_how_many(measured, found.seen))
    if found.lines:
        rows = [_row(line) for line in found.lines]
        chosen = tables.rows_table(
            rows,
            _columns(measured.metric.unit, rows),
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


def facts_of(measured: Measured) -> dict[str, object]:
    figure, unit = measured.figure, measured.metric.unit
    facts: dict[str, object] = {raw(N_("Figure")): value_of(measured)}
    if measured.target is not None:
        facts[raw(N_("Target"))] = with_unit(measured.target, measured)
    if unit in {Unit.SHARE, Unit.PER_HUNDRED, Unit.PER_THOUSAND}:
        facts[raw(N_("Numerator"))] = fnumber(figure.numerator or 0)
        facts[raw(N_("Denominator"))] = fnumber(figure.denominator or 0)
    else:
        facts[raw(N_("Cases"))] = fnumber(figure.n)
    low, high = figure.parts.get("low"), figure.parts.get("high")
    if low is not None and high is not None:
        facts[raw(N_("True share, 95 times of 100"))] = raw(
            N_("{low} to {high} %"), low=number(low, measured), high=number(high, measured)
        )
    if unit is Unit.WORKING_HOURS:
        facts |= {
            raw(words): raw(N_("{value} h"), value=number(amount, measured))
            for name, words in PARTS.items()
            if (amount := figure.parts.get(name)) is not None
        }
    return facts


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
