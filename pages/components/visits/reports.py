"""The return-visit report of a week or a month: figures, who made what, when customers answer."""

import datetime as dt
from typing import Final

import streamlit as st

from pages.components import charts, files, layout, pickers, tables
from pages.components.behind import open_rows
from pages.components.complaints import narrowing
from pages.components.frame import fetch
from pages.components.tables import Column, Kind
from pages.components.values import value_of, with_unit
from pages.components.visits import behind
from pages.components.words import _, choice, fdate, field, fnumber, language, raw
from services import visit_reports
from services.core import clock
from services.core.words import N_
from services.customers import Places
from services.kpi import Measured
from services.visit_reports import Counts, FigureGroup, VisitReport

WEEK: Final = "week"
LENGTHS: Final = {WEEK: N_("Week"), "month": N_("Month")}
CARD_PX: Final = 360
TILES: Final = 5
"""Side by side where the screen is wide."""
FEW: Final = 5
"""Attempts of an hour that say nothing yet."""
COUNTED: Final = {
    "due": N_("Contacts due"),
    "in_time": N_("On time"),
    "late": N_("Made late"),
    "missed": N_("Not made"),
    "tried": N_("Tried"),
    "reached": N_("Reached"),
}


def show(places: Places) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = {key: raw(label) for key, label in LENGTHS.items()}
        length = pickers.switch(raw(N_("Report of a")), words, "length", WEEK)
        day = pickers.filter_day(raw(N_("With this day")), "on", clock.today(), width=150)
        store_id = narrowing.store(places)
        since, until = _days(length, day)
        asked = {"since": since, "until": until, "store_id": store_id or ""}
        files.file_button(
            _(N_("As Excel")), "visits/report.xlsx", key="visits:report:xlsx", **asked
        )
        files.file_button(_(N_("As PDF")), "visits/report.pdf", key="visits:report:pdf", **asked)
    with st.spinner(_(N_("Gathering the contacts of this time …"))):
        found = fetch(visit_reports.report, since, until, store_id)
    st.caption(_(N_("From {first} to {last}"), first=fdate(since), last=fdate(until)))
    if found.called_off is not None:
        alarm = _(visit_reports.CALLED_OFF, **visit_reports.shares_of(found.called_off))
        st.warning(alarm, icon=":material/event_busy:")
    opened = [one for group in found.groups for one in _group(group)]
    with st.grid(2, min_column_width=CARD_PX, gap="small"):
        with layout.card(height="stretch"):
            _funnel(found.whole)
        with layout.card(height="stretch"):
            _overdue(found)
    with layout.card(_(N_("By store and person"))):
        _people(found)
    with layout.card():
        _hours(found)
    with st.grid(2, min_column_width=CARD_PX, gap="small"):
        with layout.card(_(N_("By what they follow")), height="stretch"):
            _causes(found)
        with layout.card(_(N_("Held by the rule")), height="stretch"):
            _held(found)
        with layout.card(_(N_("Coverage by class")), height="stretch"):
            _classes(found)
    for one in opened:
        open_rows(behind.rows, one.metric, since, until, store_id, found.store)


def _days(length: str, day: dt.date) -> tuple[dt.date, dt.date]:
    if length == WEEK:
        return visit_reports.week_of(day)
    first = day.replace(day=1)
    return first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def _group(group: FigureGroup) -> list[Measured]:
    """The figures below a heading; those that the reader wants to look behind."""
    st.subheader(_(group.label), anchor=False)
    with layout.tiles(TILES):
        return [one for one in group.figures if _tile(one)]


def _tile(one: Measured) -> bool:
    goal = None if one.target is None else _(N_("target {value}"), value=with_unit(one.target, one))
    count = _(N_("{count} cases"), count=fnumber(one.figure.n))
    if not one.opens:
        layout.tile(_(one.metric.label), value_of(one), count, note=_(one.metric.formula))
        return False
    return layout.opening_tile(
        _(one.metric.label),
        value_of(one),
        count,
        goal=goal,
        note=_(one.metric.formula),
        key=f"visits:report:{one.metric.code}",
    )


def _funnel(whole: Counts) -> None:
    steps = visit_reports.funnel(whole)
    share = raw(N_("{made} of {due} contacts that were due were made"),
                made=fnumber(whole.made), due=fnumber(whole.due))  # fmt: skip
    charts.draw(
        charts.lying(
            [raw(step.label) for step in steps],
            [charts.Series(raw(N_("Contacts")), [step.count for step in steps])],
        ),
        key="visits:report:funnel",
        reading=share,
        about=raw(N_("From what was due to what was made")),
    )


def _overdue(found: VisitReport) -> None:
    count = sum(one.count for one in found.overdue)
    charts.draw(
        charts.bar(
            [raw(N_("{band} days"), band=one.name) for one in found.overdue],
            [charts.Series(raw(N_("Contacts")), [one.count for one in found.overdue])],
        ),
        key="visits:report:overdue",
        reading=raw(N_("Overdue at the end of the time: {count}"), count=fnumber(count)),
        about=raw(N_("Open contacts by days late")),
    )


def _people(found: VisitReport) -> None:
    rows = []
    for nth, line in enumerate(found.people):
        name = raw(N_("Whole store")) if line.person is None else line.person
        counts = [getattr(line.counts, key) for key in COUNTED]
        share = line.counts.made / line.counts.due if line.counts.due else 0.0
        rows.append((nth, line.store, name or raw(N_("Nobody yet")), *counts, share))
    tables.rows_table(
        rows[: tables.LONGEST],
        [
            Column("store", field("store_id"), width=130),
            Column("person", raw(N_("Contacted by")), width=120),
            *_columns(),
            Column("share", raw(N_("Completion")), Kind.PROGRESS, width=120),
        ],
        key="visits:report:people",
        alt=raw(N_("By store and person")),
    )


def _columns() -> list[Column]:
    return [Column(key, raw(label), Kind.NUMBER, width=80) for key, label in COUNTED.items()]


def _hours(found: VisitReport) -> None:
    """Where too few were tried, nothing is said."""
    shares = [
        [round(100 * hit / n) if n >= FEW else 0 for hit, n in zip(reached, tried, strict=True)]
        for reached, tried in zip(found.reached, found.attempts, strict=True)
    ]
    best, day, hour = max(
        (share, -day, -hour) for day, line in enumerate(shares) for hour, share in enumerate(line)
    )
    days = [raw(label) for label in visit_reports.DAYS]
    if best:
        reading = raw(
            N_("On {day} at {hour} o'clock most are reached: {share} % of the attempts"),
            day=days[-day],
            hour=visit_reports.HOURS[-hour],
            share=best,
        )
    else:
        reading = raw(N_("Too few attempts to say when customers answer"))
    charts.draw(
        charts.heat(days, [f"{hour}" for hour in visit_reports.HOURS], shares),
        key="visits:report:hours",
        reading=reading,
        about=raw(N_("Reached of 100 attempts, by weekday and hour; five attempts or more")),
    )


def _causes(found: VisitReport) -> None:
    tables.rows_table(
        [
            (
                nth,
                choice(one.trigger),
                choice(one.kind),
                one.counts.due,
                one.counts.made,
                one.counts.missed,
            )
            for nth, one in enumerate(found.causes)
        ],
        [
            Column("trigger", raw(N_("What for")), width=130),
            Column("kind", field("kind"), width=70),
            Column("due", raw(N_("Contacts due")), Kind.NUMBER, width=70),
            Column("made", raw(N_("Made")), Kind.NUMBER, width=70),
            Column("missed", raw(N_("Not made")), Kind.NUMBER, width=80),
        ],
        key="visits:report:causes",
        alt=raw(N_("By what they follow")),
    )


def _held(found: VisitReport) -> None:
    together = raw(N_("Made together with another"))
    tables.rows_table(
        [
            (nth, together if one.hold is None else choice(one.hold), one.ended, one.waiting)
            for nth, one in enumerate(found.held)
        ],
        [
            Column("why", raw(N_("Why")), width=200),
            Column("ended", raw(N_("Not made alone")), Kind.NUMBER, width=110),
            Column("waiting", raw(N_("Wait still")), Kind.NUMBER, width=90),
        ],
        key="visits:report:held",
        alt=raw(N_("Held by the rule")),
    )


def _classes(found: VisitReport) -> None:
    tables.rows_table(
        [
            (
                nth,
                one.name_en if language() == "en" else one.name,
                "–" if one.share is None else f"{fnumber(round(100 * one.share))} %",
            )
            for nth, one in enumerate(found.classes)
        ],
        [
            Column("name", raw(N_("Rule of the class")), width=180),
            Column("share", raw(N_("Coverage")), width=120),
        ],
        key="visits:report:classes",
        alt=raw(N_("Coverage by class")),
    )
