"""The tables beside the charts: stores, people, questions, and what customers said in their own
words. A click on a row leads to the answers behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import streamlit as st

from pages.components import layout, tables
from pages.components.layout import Tone
from pages.components.surveys import answers
from pages.components.surveys.wording import chosen, short
from pages.components.tables import Column, Kind
from pages.components.words import _, field, fnumber, raw
from services.core.metrics import FEW
from services.core.words import N_
from services.surveys import SCALES, Group, ItemKind, ItemResult, Part, Results

NONE: Final = "–"


def one_decimal(value: float | None) -> str:
    return NONE if value is None else fnumber(round(value, 1))


def net(value: float | None) -> str:
    """A net promoter score as people say it: -100 to 100."""
    return NONE if value is None else fnumber(round(100 * value))


def show(found: Results, part: Part) -> None:
    left, right = st.columns(2, gap="small")
    with left, layout.card(_(N_("Stores"))):
        picked = _groups(found.stores, "store")
        if picked is not None:
            answers.open_rows(replace(part, store_id=picked), _name(found.stores, picked))
    with right, layout.card(_(N_("Surveyed by"))):
        picked = _groups(found.people, "person")
        if picked:
            answers.open_rows(replace(part, user_id=picked), _name(found.people, picked))
    with layout.card(_(N_("Questions"))):
        _items(found.items)
    if found.texts:
        with layout.card(_(N_("In their own words")), _(N_("The newest first"))):
            _texts(found)


def _name(groups: Sequence[Group], key: int) -> str:
    return next((one.name for one in groups if one.id == key), "")


@dataclass(frozen=True)
class GroupRow:
    """A store or a person as shown; id 0: came with a list."""

    id: int
    name: str
    n: int
    score: str
    span: str
    net: str
    net_span: str
    low: int
    few: str


def _groups(found: Sequence[Group], kind: str) -> int | None:
    rows = [
        GroupRow(
            id=one.id or 0,
            name=one.name or raw(N_("Of a list")),
            n=max(one.score.n, one.net.n),
            score=one_decimal(one.score.value),
            span=_span(one.score.low, one.score.high, 1),
            net=net(one.net.value),
            net_span=_span(one.net.low, one.net.high, 100),
            low=one.low,
            few=raw(N_("few")) if max(one.score.n, one.net.n) < FEW else "",
        )
        for one in found
    ]
    few = Column("few", "", Kind.BADGE, width=60, tones={raw(N_("few")): Tone.QUIET})
    picked: int | None = tables.rows_table(
        rows,
        [
            Column(
                "name", field("store_id") if kind == "store" else raw(N_("Surveyed by")), width=110
            ),
            Column("n", raw(N_("Surveys answered")), Kind.NUMBER, width=64),
            Column("score", raw(N_("Score")), width=54),
            Column("span", raw(N_("True score")), width=80, note=_(N_("95 times of 100"))),
            Column("net", raw(N_("NPS")), width=68),
            Column("net_span", raw(N_("True NPS")), width=80, note=_(N_("95 times of 100"))),
            Column("low", raw(N_("Bad")), Kind.NUMBER, width=48),
            *([few] if any(row.few for row in rows) else []),
        ],
        key=f"surveys:{kind}",
        on_select="once",
        height=320,
        alt=raw(N_("Scores and recommendations")),
    )
    return picked


def _span(low: float | None, high: float | None, parts: int) -> str:
    if low is None or high is None:
        return NONE
    return f"{fnumber(round(low * parts))} – {fnumber(round(high * parts))}"


def _items(found: Sequence[ItemResult]) -> None:
    rows = [
        (
            one.item.code,
            short(one.item),
            one.item.weight or None,
            one.n,
            one_decimal(one.mean.value),
            one.top,
            _span(one.top_low, one.top_high, 100),
            _told(one),
        )
        for one in found
    ]
    tables.rows_table(
        rows,
        [
            Column("question", raw(N_("Question")), width=330),
            Column("weight", raw(N_("Weight")), Kind.NUMBER, width=70),
            Column("n", raw(N_("Surveys answered")), Kind.NUMBER, width=80),
            Column("mean", raw(N_("Mean")), width=70),
            Column("top", raw(N_("9 and 10")), Kind.PROGRESS, width=120),
            Column("span", raw(N_("True share (%)")), width=100, note=_(N_("95 times of 100"))),
            Column("told", raw(N_("Chosen")), width=240),
        ],
        key="surveys:items",
        alt=raw(N_("Questions")),
    )


def _told(one: ItemResult) -> str:
    """Of a choice how many chose each."""
    if one.item.kind is not ItemKind.CHOICE:
        return "" if one.item.kind in SCALES else NONE
    pairs = ((chosen(pair), one.counts.get(nth, 0)) for nth, pair in enumerate(one.item.choices))
    return " · ".join(f"{words} {fnumber(count)}" for words, count in pairs)


@dataclass(frozen=True)
class TextRow:
    """What a customer said; the id is the place in the list, for one may have said several."""

    id: int
    at: datetime
    words: str
    score: float | None
    low: str
    store: str


def _texts(found: Results) -> None:
    bad = raw(N_("Bad"))
    rows = [
        TextRow(nth, one.at, one.words, one.score, bad if one.is_low else "", one.store)
        for nth, one in enumerate(found.texts)
    ]
    picked = tables.rows_table(
        rows,
        [
            Column("at", raw(N_("Moment")), Kind.MOMENT, width=140),
            Column("words", raw(N_("Words")), width=460),
            Column("score", raw(N_("Score")), Kind.NUMBER, width=70),
            Column("low", "", Kind.BADGE, width=70, tones={bad: Tone.BAD}),
            Column("store", raw(N_("Store")), width=120),
        ],
        key="surveys:texts",
        on_select="once",
        height=360,
        alt=raw(N_("In their own words")),
    )
    if picked is not None:
        answers.open_one(found.texts[picked].response_id)
