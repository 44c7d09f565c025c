"""When cars are due for maintenance: the coming weeks, and how good such predictions were."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components import charts, layout, pickers, tables
from pages.components.charts import Series
from pages.components.complaints import narrowing
from pages.components.frame import fetch
from pages.components.tables import Column, Kind
from pages.components.visits import backtests
from pages.components.words import _, choice, field, fnumber, raw
from services import visits
from services.core import clock
from services.core.access import Actor, Permission
from services.core.words import N_
from services.customers import Places
from services.visits import Backtest, Forecast, ServiceBasis

HALF_A_YEAR: Final = dt.timedelta(days=181)
MOST: Final = 100
"""Predictions shown one by one, the worst."""
CARD_PX: Final = 360


@dataclass(frozen=True)
class Row:
    """One prediction beside what came, as it is shown."""

    id: int
    plate: str
    model: str
    last_on: dt.date
    predicted_on: dt.date
    came_on: dt.date
    error: int
    plain_error: int


def show(actor: Actor, places: Places) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        store_id = narrowing.store(places)
    with layout.card():
        _coming(fetch(visits.forecast, store_id))
    if actor.may(Permission.VISITS_LEAD):
        _history(store_id)


def _coming(found: Forecast) -> None:
    due = [sum(pair) for pair in zip(found.measured, found.assumed, strict=True)]
    full = sum(count > room for count, room in zip(due, found.capacity, strict=True))
    weeks = fnumber(len(due))
    if not sum(due):
        reading = raw(N_("No car is due for maintenance in the coming weeks"))
    elif full:
        words = N_("In {full} of {weeks} weeks more cars are due than the workshops take")
        reading = raw(words, full=fnumber(full), weeks=weeks)
    else:
        words = N_("Due in {weeks} weeks: {count} cars, and the workshops can take them")
        reading = raw(words, count=fnumber(sum(due)), weeks=weeks)
    about = N_("By week. {count} more have been due since the last year and have not come")
    charts.draw(
        charts.stacked(
            found.weeks,
            [
                Series(choice(ServiceBasis.MEASURED), found.measured),
                Series(choice(ServiceBasis.ASSUMED), found.assumed),
            ],
            target=Series(raw(N_("What the workshops take")), found.capacity),
        ),
        key="visits:forecast",
        reading=reading,
        about=raw(about, count=fnumber(found.overdue)),
    )


def _history(store_id: int | None) -> None:
    today = clock.today()
    st.subheader(_(N_("Predicted, and when they came")), anchor=False)
    with st.container(width=240):
        since, until = pickers.filter_period(
            raw(N_("Time")), "during", (today - HALF_A_YEAR, today)
        )
    with st.spinner(_(N_("Predicting the past …"))):
        found = fetch(visits.backtest, since, until, store_id)
    if not found.whole.n:
        layout.empty(
            _(N_("Nothing to compare with")),
            _(N_("It takes cars that came for maintenance three times, lastly in this time")),
            ":material/query_stats:",
        )
        return
    backtests.tiles(found.whole)
    with st.grid(2, min_column_width=CARD_PX, gap="small"):
        with layout.card(height="stretch"):
            backtests.errors(found)
        with layout.card(_(N_("Where it holds")), height="stretch"):
            backtests.groups(found)
    _rows(found)


def _rows(found: Backtest) -> None:
    names = [name for name in Row.__dataclass_fields__ if name != "id"]
    rows = [
        Row(one.vehicle_id, **{name: getattr(one, name) for name in names})
        for one in found.rows[:MOST]
    ]
    with layout.card(_(N_("The predictions that were most wrong"))):
        tables.rows_table(
            rows,
            [
                Column("plate", field("plate"), width=110),
                Column("model", field("model"), width=150),
                Column("last_on", raw(N_("Maintenance before")), Kind.DATE, width=130),
                Column("predicted_on", raw(N_("Predicted")), Kind.DATE, width=110),
                Column("came_on", raw(N_("Came")), Kind.DATE, width=110),
                Column("error", raw(N_("Days wrong")), Kind.NUMBER, width=90),
                Column("plain_error", raw(N_("By the plain rule")), Kind.NUMBER, width=110),
            ],
            key="visits:backtest:rows",
            alt=raw(N_("The predictions that were most wrong")),
        )
