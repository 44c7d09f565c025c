"""What stands behind a figure: how it is made, from what, of which time."""

import datetime as dt
from collections.abc import Callable
from typing import Final

import streamlit as st

from pages.components import layout
from pages.components.drawers import drawer
from pages.components.values import number, value_of, with_unit
from pages.components.words import _, fdate, fnumber, raw
from services.core.metrics import Unit
from services.core.words import N_
from services.kpi import Measured, MetricLine

PARTS: Final = {
    "p90": N_("Nine of ten within"),
    "mean": N_("Average"),
    "gross": N_("Median with pauses"),
}
"""Further figures of a time."""


def open_rows(
    rows: Callable[[str, dt.date, dt.date, int | None], None],
    metric: MetricLine,
    since: dt.date,
    until: dt.date,
    store_id: int | None,
    store: str | None,
) -> None:
    """`rows` draws what makes the figure; `store` is a name."""
    opened = drawer(_(metric.label), name=store, width="large", is_list=True)
    opened(rows)(metric.code, since, until, store_id)


def head(measured: Measured, since: dt.date, until: dt.date) -> None:
    """The formula, the time and the facts of a figure."""
    st.markdown(_(measured.metric.formula))
    st.caption(_(N_("From {first} to {last}"), first=fdate(since), last=fdate(until)))
    layout.facts(_facts_of(measured))


def nothing() -> None:
    layout.empty(
        _(N_("Nothing is behind this figure")),
        _(N_("Choose a longer time, or another store")),
        ":material/filter_none:",
    )


def _facts_of(measured: Measured) -> dict[str, object]:
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
