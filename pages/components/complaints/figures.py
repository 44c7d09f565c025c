"""How complaints go: the figures of a time beside those before it, and what the charts show."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal

import streamlit as st

from pages.components import charts, layout, pickers
from pages.components.behind import open_rows
from pages.components.charts import Series
from pages.components.complaints import behind, crossings, narrowing
from pages.components.complaints.colours import name
from pages.components.frame import fetch
from pages.components.values import number, value_of, with_unit
from pages.components.words import Safe, _, fnumber, raw
from services import complaints, kpi
from services.complaints import HeadingTree
from services.core import clock
from services.core.metrics import FEW, Better, Unit
from services.core.words import N_
from services.customers import Places
from services.kpi import Measured

TILES: Final = ("COMP", "SLA", "MTTR", "FCR", "REO", "CSAT-COMP", "FIRST", "BACKLOG")
CLOCKS: Final = ("SLA-ACK", "SLA-FRT", "SLA-PROP", "SLA-CLOSE")
CODES: Final = (*TILES, *CLOCKS)
DAYS: Final = 30
"""With today."""
MONTHS: Final = 13
"""This month and the same a year ago."""
MOST: Final = 8
"""Causes in the chart; the board of causes has all."""
CARD_PX: Final = 360
"""The narrowest that a chart is."""


def show(places: Places) -> None:
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=240):
            since, until = pickers.filter_period(
                raw(N_("Time")), "during", (today - dt.timedelta(days=DAYS - 1), today)
            )
        store_id = narrowing.store(places)
    length = until - since + dt.timedelta(days=1)
    with st.spinner(_(N_("Computing the figures of this time and of the time before it …"))):
        now = _by_code(fetch(kpi.figures, CODES, since, until, store_id))
        before = _by_code(fetch(kpi.figures, CODES, since - length, until - length, store_id))
    with layout.tiles(len(TILES) // 2):
        opened = [code for code in TILES if _tile(now[code], before[code])]
    with st.grid(2, min_column_width=CARD_PX, gap="small"):
        with layout.card(height="stretch"):
            _course(until, store_id)
        with layout.card(height="stretch"):
            _clocks([now[code] for code in CLOCKS], [before[code] for code in CLOCKS])
        with layout.card(height="stretch"):
            _causes(since, until, store_id)
        with layout.card(height="stretch"):
            crossings.cars(since, until, store_id)
        with layout.card(height="stretch"):
            crossings.ways(since, until, store_id)
        with layout.card(height="stretch"):
            _ages(now["BACKLOG"])
    for code in opened:
        store = dict(places.stores).get(store_id or 0)
        open_rows(behind.rows, now[code].metric, since, until, store_id, store)


def _by_code(found: Sequence[Measured]) -> dict[str, Measured]:
    return {one.metric.code: one for one in found}


# ---- tiles

_SENSE: Final[dict[Better, Literal["more", "less"]]] = {Better.MORE: "more", Better.LESS: "less"}


def _tile(now: Measured, before: Measured) -> bool:
    """Whether the reader wants to see what stands behind it."""
    metric = now.metric
    is_thin = _is_thin(now) or _is_thin(before)
    return layout.opening_tile(
        _(metric.label),
        value_of(now),
        _(N_("from {value}"), value=_short(before)),
        delta=_delta(now, before),
        better="neither" if is_thin else _SENSE[metric.better],
        goal=_goal(now),
        note=_note(now),
        key=f"complaints:figures:{metric.code}",
    )


def _goal(one: Measured) -> str | None:
    if one.target is None:
        return None
    return _(N_("target {value}"), value=with_unit(one.target, one))


def _short(one: Measured) -> str:
    """Beside a value whose unit is said."""
    is_said = one.metric.unit is Unit.SHARE or one.figure.value is None
    return value_of(one) if is_said else number(one.figure.value or 0, one)


def _delta(now: Measured, before: Measured) -> str | None:
    """How much more or less; nothing where it rounds to nothing."""
    if now.figure.value is None or before.figure.value is None:
        return None
    said = number(now.figure.value - before.figure.value, now)
    return None if said in {"0", "-0"} else said


def _is_thin(one: Measured) -> bool:
    """A share of so few cases that up and down say little: it has no colour."""
    return one.metric.unit is Unit.SHARE and one.figure.n < FEW


def _note(one: Measured) -> str:
    formula = _(one.metric.formula)
    low, high = one.figure.parts.get("low"), one.figure.parts.get("high")
    if low is None or high is None:
        return formula
    between = _(
        N_("With {n} cases the true share lies between {low} and {high} %, 95 times of 100"),
        n=fnumber(one.figure.n),
        low=number(low, one),
        high=number(high, one),
    )
    return _(N_("{formula}. {more}"), formula=Safe(formula), more=Safe(between))


# ---- charts


def _course(until: dt.date, store_id: int | None) -> None:
    course = fetch(complaints.rate_by_month, until, MONTHS, store_id)
    loud = [at for at in range(len(course.months)) if course.rate.is_signal(at)]
    if course.rate.centre is None:
        reading = raw(N_("No repair order was closed in these months"))
    elif loud:
        reading = raw(
            N_("{count} of {months} months lie beyond what chance makes"),
            count=fnumber(len(loud)),
            months=fnumber(len(course.months)),
        )
    else:
        reading = raw(N_("The rate moves within what chance makes"))
    charts.draw(
        charts.control(
            course.months,
            Series(raw(N_("Complaint rate")), course.rate.values),
            centre=course.rate.centre,
            limits=course.rate.limits,
            loud=loud,
        ),
        key="complaints:figures:course",
        reading=reading,
        about=raw(N_("Complaints for every 1,000 repair orders, by month")),
    )


def _causes(since: dt.date, until: dt.date, store_id: int | None) -> None:
    board = fetch(complaints.causes, HeadingTree.CAUSE, since, until, store_id)
    leaves = sorted(
        ((line.own, line.heading) for line in board.lines if line.own), key=lambda one: -one[0]
    )
    said = [name(heading) for _n, heading in leaves]
    counts = [count for count, _heading in leaves]
    share = sum(counts[:3]) / sum(counts) if counts else None
    reading = (
        raw(N_("No cause has been found in this time"))
        if share is None
        else raw(
            N_("The first {number} causes make {share} % of what was found"),
            number=fnumber(min(3, len(counts))),
            share=fnumber(round(100 * share)),
        )
    )
    charts.draw(
        charts.pareto(
            said[:MOST],
            counts[:MOST],
            count_name=raw(N_("Complaints")),
            share_name=raw(N_("Share so far")),
            whole=sum(counts),
        ),
        key="complaints:figures:causes",
        reading=reading,
        about=raw(N_("By cause; {count} are not found yet"), count=fnumber(board.unsorted)),
    )


def _clocks(now: Sequence[Measured], before: Sequence[Measured]) -> None:
    worst = min(now, key=lambda one: 1 if one.figure.value is None else one.figure.value)
    reading = (
        raw(N_("No clock ended in this time"))
        if worst.figure.value is None
        else raw(N_("{what} is the weakest"), what=raw(worst.metric.label))
    )
    charts.draw(
        charts.lying(
            [raw(one.metric.label) for one in now],
            [
                Series(raw(N_("This time")), [one.figure.value for one in now]),
                Series(raw(N_("The time before")), [one.figure.value for one in before]),
            ],
            target=Series(raw(N_("Target")), [one.target for one in now]),
            share=True,
        ),
        key="complaints:figures:clocks",
        reading=reading,
        about=raw(N_("Of the clocks whose time ended, those that had been met")),
    )


def _ages(backlog: Measured) -> None:
    figure = backlog.figure
    old = figure.parts["15+"] or 0
    charts.draw(
        charts.bar(
            [raw(N_("{band} days"), band=band) for band in figure.parts],
            [Series(raw(N_("Complaints")), list(figure.parts.values()))],
        ),
        key="complaints:figures:ages",
        reading=raw(
            N_("{count} are open, {old} of them for 15 days and more"),
            count=fnumber(figure.n),
            old=fnumber(old),
        ),
        about=raw(N_("Open at the end of the time, by age")),
    )
