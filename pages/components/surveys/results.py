"""How content customers are: a survey's figures of a time, and what the charts show."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import streamlit as st

from pages.components import charts, layout, pickers
from pages.components.chart_points import Point, points
from pages.components.charts import Series
from pages.components.frame import fetch
from pages.components.surveys import answers, groups
from pages.components.surveys.wording import named, short
from pages.components.words import _, field, fnumber, raw
from services import surveys
from services.core import clock
from services.core.metrics import FEW
from services.core.words import N_
from services.customers import Places
from services.surveys import SCALES, Group, Part, Results, SurveyLine

DAYS: Final = 182
"""With today: half a year, and the one before it beside it."""
CARD_PX: Final = 360
TOP: Final = 9
NONE: Final = "–"


def show(lines: Sequence[SurveyLine], places: Places) -> None:
    part = _part(lines, places)
    with st.spinner(_(N_("Counting the answers of this time and of the time before it …"))):
        found = fetch(surveys.results, part)
    if not max(found.whole.score.n, found.whole.net.n):
        layout.empty(
            _(N_("Nobody answered this survey in this time")),
            _(N_("Choose a longer time, ask at the next calls, or bring the maker's list")),
            ":material/sentiment_neutral:",
        )
        return
    _tiles(found, part, dict(places.stores).get(part.store_id or 0))
    with st.grid(2, min_column_width=CARD_PX, gap="small"):
        with layout.card(height="stretch"):
            _course(found)
        with layout.card(height="stretch"):
            _stores(found)
        with layout.card(height="stretch"):
            _drivers(found)
        with layout.card(height="stretch"):
            _spread(found)
    groups.show(found, part)


def _part(lines: Sequence[SurveyLine], places: Places) -> Part:
    codes = {line.code: named(line.name, line.name_en) for line in reversed(lines)}
    codes = {line.code: codes[line.code] for line in lines}
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=300):
            kept = pickers.in_url("survey", list(codes), _most_answered(lines))
            code = st.selectbox(
                _(N_("Survey")),
                list(codes),
                format_func=codes.__getitem__,
                placeholder=raw(pickers.CHOOSE),
                **kept,
            )
        with st.container(width=240):
            begin = today - dt.timedelta(days=DAYS - 1)
            since, until = pickers.filter_period(raw(N_("Time")), "during", (begin, today))
        store = None
        if len(places.stores) > 1:
            store = pickers.filter_pair(field("store_id"), places.stores, "store", width=160)
    return Part(str(code), since, until, store)


def _most_answered(lines: Sequence[SurveyLine]) -> str:
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.code] = counts.get(line.code, 0) + line.answered
    return max(counts, key=counts.__getitem__)


# ---- tiles


def _tiles(found: Results, part: Part, store: str | None) -> None:
    now, before = found.whole, found.before
    n = max(now.score.n, now.net.n)
    is_thin = min(n, max(before.score.n, before.net.n)) < FEW
    with layout.tiles(4):
        all_of = layout.opening_tile(
            _(N_("Surveys answered")), fnumber(n), _was(fnumber(max(before.score.n, before.net.n))),
            key="surveys:tile:n",
        )  # fmt: skip
        mean = layout.opening_tile(
            _(N_("Score")),
            groups.one_decimal(now.score.value),
            _was(groups.one_decimal(before.score.value)),
            delta=_delta(now.score.value, before.score.value),
            better="neither" if is_thin else "more",
            goal=_between(now.score.low, now.score.high),
            note=_(N_("The weighted mean of the answers, 0 to 100, and where the true one lies")),
            key="surveys:tile:score",
        )
        net = layout.opening_tile(
            _(N_("NPS")),
            groups.net(now.net.value),
            _was(groups.net(before.net.value)),
            delta=_delta(_hundred(now.net.value), _hundred(before.net.value)),
            better="neither" if is_thin else "more",
            goal=_between(_hundred(now.net.low), _hundred(now.net.high)),
            note=_(N_("Answers of 9 and 10 less those up to 6, of 100 customers")),
            key="surveys:tile:nps",
        )
        low = layout.opening_tile(
            _(N_("Bad answers")),
            fnumber(now.low),
            _was(fnumber(before.low)),
            goal=_(N_("{count} without a complaint"), count=fnumber(found.untreated)),
            key="surveys:tile:low",
        )
    if all_of or mean or net or low:
        answers.open_rows(part, store, low_only=low)


def _was(value: str) -> str:
    return _(N_("from {value}"), value=value)


def _between(low: float | None, high: float | None) -> str | None:
    """A phrase."""
    if low is None or high is None:
        return None
    words = N_("{low} to {high}, 95 times of 100")
    return _(words, low=groups.one_decimal(low), high=groups.one_decimal(high))


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _delta(now: float | None, before: float | None) -> str | None:
    if now is None or before is None:
        return None
    said = fnumber(round(now - before, 1))
    return None if said in {"0", "-0"} else said


# ---- charts


def _course(found: Results) -> None:
    values = [group.score.value for _month, group in found.months]
    known = [value for value in values if value is not None]
    low, high = (groups.one_decimal(of(known, default=None)) for of in (min, max))
    reading = raw(N_("The score moved between {low} and {high}"), low=low, high=high)
    if low == high:
        reading = raw(N_("The score was {value}"), value=low)
    nets = [_hundred(group.net.value) for _month, group in found.months]
    charts.draw(
        charts.line(
            [month for month, _group in found.months],
            [Series(raw(N_("Score")), values), Series(raw(N_("NPS")), nets)],
        ),
        key="surveys:course",
        reading=reading,
        about=raw(N_("By month; the first and the last may be parts of one")),
    )


def _stores(found: Results) -> None:
    many = [one for one in found.stores if one.score.n >= FEW and one.score.value is not None]
    ranked = sorted(many, key=lambda one: one.score.value or 0)
    reading = raw(N_("No store has enough answers to be compared"))
    if len(ranked) > 1:
        reading = raw(
            N_("{best} is {points} points ahead of {last}"),
            best=ranked[-1].name,
            last=ranked[0].name,
            points=fnumber(round((ranked[-1].score.value or 0) - (ranked[0].score.value or 0), 1)),
        )
    elif ranked:
        reading = raw(N_("{name} is the only one to be seen here"), name=ranked[0].name)
    shown = sorted(found.stores, key=lambda one: -(one.score.value or 0))
    charts.draw(
        charts.lying(
            [_label(one) for one in shown],
            [Series(raw(N_("Score")), [one.score.value for one in shown])],
            faint=[row for row, one in enumerate(shown) if one.score.n < FEW],
        ),
        key="surveys:stores",
        reading=reading,
        about=raw(N_("Mean score by store; grey: fewer than {few} answers"), few=fnumber(FEW)),
    )


def _label(one: Group) -> str:
    return raw(
        N_("{name} · {n} answers · {low} to {high}"),
        name=one.name,
        n=fnumber(one.score.n),
        low=groups.one_decimal(one.score.low),
        high=groups.one_decimal(one.score.high),
    )


def _drivers(found: Results) -> None:
    first = found.drivers[0] if found.drivers else None
    n = first.n if first else 0
    reading = raw(N_("The answers do not differ enough to say what moves the whole"))
    if first is not None and n >= FEW:
        reading = raw(N_("Most is to be won with: {question}"), question=short(first.item))
    elif first is not None:
        reading = raw(N_("Too few answers to say what moves the whole"))
    charts.draw(
        points(
            [
                Point(
                    fnumber(one.item.nth),
                    short(one.item),
                    one.importance,
                    one.performance,
                    is_loud=one is first and n >= FEW,
                )
                for one in found.drivers
            ],
            x_name=raw(N_("How much it moves the whole")),
            y_name=raw(N_("How good we are, 0 to 100")),
        ),
        key="surveys:drivers",
        reading=reading,
        about=raw(
            N_("Correlation with the recommendation, and the mean; right and low is where to begin")
        ),
    )


def _spread(found: Results) -> None:
    """Which answers were given to each question, in hundredths."""
    items = [one for one in found.items if one.item.kind in SCALES and one.n]
    ranked = sorted(items, key=lambda one: one.top or 0)
    reading = raw(N_("No question has an answer on a scale"))
    if ranked:
        reading = raw(
            N_("{question}: only {share} % answer with 9 or 10"),
            question=short(ranked[0].item),
            share=fnumber(round(100 * (ranked[0].top or 0))),
        )
    marks = range(11)
    charts.draw(
        charts.heat(
            [short(one.item) for one in items],
            [str(mark) for mark in marks],
            [[round(100 * one.counts.get(mark, 0) / one.n) for mark in marks] for one in items],
        ),
        key="surveys:spread",
        reading=reading,
        about=raw(N_("Of 100 customers so many gave each answer, 0 to 10")),
    )
