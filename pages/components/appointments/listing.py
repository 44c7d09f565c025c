"""Appointments as a list, narrowed and taken along, and the numbers at the head of the page."""

import datetime as dt
from dataclasses import dataclass

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.appointments import looks
from pages.components.files import file_button
from pages.components.frame import fetch
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, fnumber, raw
from services import appointments
from services.appointments import (
    AppointmentRow,
    AppointmentState,
    Filters,
    WorkKind,
)
from services.core import clock
from services.core.words import N_


@dataclass(frozen=True)
class Line:
    """One appointment as it is shown."""

    id: int
    starts_at: dt.datetime
    state: str
    who: str
    phone: str
    car: str
    work: str
    concern: str
    bay: str
    advisor: str
    moved: int | None
    reason: str


def head(store_id: int | None) -> None:
    """How appointments fared over the last four weeks."""
    found = fetch(appointments.rates, store_id)
    weeks = _(N_("last 4 weeks"))
    with layout.tiles(3):
        layout.tile(
            _(N_("Show rate")),
            _share(found.show_rate),
            weeks,
            note=_(N_("{came} of {due} came; who called off in time is not counted"),
                   came=fnumber(found.came), due=fnumber(found.due)),
        )  # fmt: skip
        layout.tile(
            _(N_("Cancellation rate")),
            _share(found.cancel_rate),
            weeks,
            delta=raw(N_("far above the usual")) if found.is_alarming else None,
            better="less",
            note=_(N_("{count} of {made}; over 26 weeks {usual}"),
                   count=fnumber(found.cancelled), made=fnumber(found.made),
                   usual=_share(found.long_rate)),
        )  # fmt: skip
        layout.tile(
            _(N_("To be confirmed")),
            fnumber(found.to_confirm),
            _(N_("of tomorrow")),
        )


def _share(value: float | None) -> str:
    return layout.NOTHING if value is None else f"{value:.0%}"


def show(store_id: int, *, may_export: bool) -> None:
    """A click opens one."""
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        default = (today, today + dt.timedelta(days=6))
        since, until = pickers.filter_period(raw(N_("Days")), "days", default)
        state = pickers.filter_choice(raw(N_("State")), AppointmentState, "state", width=130)
        work = pickers.filter_choice(field("work"), WorkKind, "work", width=130)
        people = fetch(appointments.advisors, store_id)
        advisor = pickers.filter_pair(field("advisor_id"), people, "advisor", width=140)
        beside = st.container(width="content")
    filters = Filters(since, until, store_id, advisor, state, work)
    found = fetch(appointments.page, filters)
    if not found.rows:
        layout.empty(
            _(N_("No appointments here")),
            _(N_("Choose other days, or book one")),
            ":material/event_busy:",
        )
        return
    if may_export:
        with beside:
            _take_along(filters)
    chosen = tables.rows_table(
        [_line(row) for row in found.rows],
        _columns(found.rows),
        key="appointments:list",
        on_select="once",
        alt=raw(N_("Appointments")),
    )
    rows = fnumber(len(found.rows))
    words = N_("The first {rows}; choose fewer days") if found.is_cut else N_("{rows} rows")
    st.caption(_(words, rows=rows))
    if chosen is not None:
        st.query_params["id"] = str(chosen)
        st.rerun()


def _take_along(filters: Filters) -> None:
    asked: dict[str, object] = {
        "since": filters.since,
        "until": filters.until,
        "store_id": filters.store_id,
        "advisor_id": filters.advisor_id,
        "state": filters.state,
        "work": filters.work,
    }
    told = {name: value for name, value in asked.items() if value is not None}
    file_button(_(N_("As Excel")), "appointments.xlsx", key="appointments:export", **told)


def _line(row: AppointmentRow) -> Line:
    return Line(
        id=row.id,
        starts_at=row.starts_at,
        state=choice(row.state),
        who=looks.name(row),
        phone=row.phone,
        car=row.car,
        work=choice(row.work),
        concern=row.concern,
        bay=row.bay,
        advisor=row.advisor,
        moved=row.moved or None,
        reason=row.reason,
    )


def _columns(rows: list[AppointmentRow]) -> list[Column]:
    tones = {choice(state): tone for state, tone in looks.TONES.items()}
    columns = [
        Column("starts_at", field("starts_at"), Kind.MOMENT, width=140),
        Column("state", raw(N_("State")), Kind.BADGE, tones=tones, width=110),
        Column("who", field("customer_id"), width=150),
        Column("phone", field("phone"), width=120),
        Column("car", field("vehicle_id"), width=110),
        Column("work", field("work"), width=100),
        Column("concern", field("concern"), width=170),
        Column("bay", field("bay_id"), width=100),
        Column("advisor", field("advisor_id"), width=100),
        Column("moved", raw(N_("Times moved")), Kind.NUMBER, width=80),
        Column("reason", field("reason"), width=150),
    ]
    needless = set()
    for name in ("moved", "reason", "concern"):
        if not any(getattr(row, name) for row in rows):
            needless.add(name)
    return [column for column in columns if column.name not in needless]
