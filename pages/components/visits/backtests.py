"""How good the prediction of maintenance was, beside the plain rule: figures, errors, groups."""

import streamlit as st

from pages.components import charts, layout, tables
from pages.components.charts import Series
from pages.components.tables import Column, Kind
from pages.components.words import _, fnumber, raw
from services.core.words import N_
from services.visits import Backtest, Score


def tiles(whole: Score) -> None:
    with layout.tiles(3):
        layout.tile(
            _(N_("Median error")),
            _days(whole.error),
            _(N_("plain rule: {value}"), value=_days(whole.plain_error)),
            note=_(N_("Half of the cars came nearer to their predicted day than this")),
        )
        layout.tile(
            _(N_("Within 15 days")),
            _share(whole.near),
            _(N_("plain rule: {value}"), value=_share(whole.plain_near)),
            note=_(N_("So near that a reminder comes in time")),
        )
        layout.tile(
            _(N_("Cars compared")),
            fnumber(whole.n),
            _(N_("with three maintenances or more")),
            note=_(N_("Only cars that came back can be compared; those that stayed away cannot")),
        )
    said = N_(
        "The last maintenance of each car, predicted from what was known after the one before, by "
        "the numbers that hold today. The plain rule is the last day and the months"
    )
    st.caption(_(said))


def _days(value: float | None) -> str:
    return "–" if value is None else raw(N_("{days} days"), days=fnumber(round(value)))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{fnumber(round(100 * value))} %"


def errors(found: Backtest) -> None:
    late = sum(one.error > 0 for one in found.rows)
    share = fnumber(round(100 * late / found.whole.n))
    charts.draw(
        charts.bar(
            [str(begin) for begin in found.bins],
            [
                Series(raw(N_("Prediction")), found.errors),
                Series(raw(N_("Plain rule")), found.plain_errors),
            ],
        ),
        key="visits:backtest",
        reading=raw(N_("{share} % came later than predicted"), share=share),
        about=raw(
            N_("Cars by days between prediction and visit, in steps of 15; below 0: earlier")
        ),
    )


def groups(found: Backtest) -> None:
    """By model, then by age; those with the most cars first."""
    ages = [(raw(N_("Age {band} years"), band=one.name), one) for one in found.by_age if one.name]
    named = [(one.name, one) for one in found.by_model if one.name]
    tables.rows_table(
        [
            (nth, name, one.n, one.error, _share(one.near), one.plain_error)
            for nth, (name, one) in enumerate([*named, *ages])
        ],
        [
            Column("name", raw(N_("Cars")), width=150),
            Column("n", raw(N_("Cars")), Kind.NUMBER, width=70),
            Column("error", raw(N_("Median error")), Kind.NUMBER, width=90),
            Column("near", raw(N_("Within 15 days")), width=90),
            Column("plain", raw(N_("Plain rule")), Kind.NUMBER, width=80),
        ],
        key="visits:backtest:groups",
        alt=raw(N_("Where it holds")),
    )
