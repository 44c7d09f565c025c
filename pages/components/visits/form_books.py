"""The books of visit forms: each person's, how good and how late, and each form in them."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.frame import fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.visits.form_view import points, tone_of
from pages.components.words import _, field, fnumber, raw
from services import visits
from services.core import clock
from services.core.words import N_
from services.visits import BookLine, FormLine

WEEKS: Final = dt.timedelta(weeks=8)


@dataclass(frozen=True)
class Book:
    id: int
    writer: str
    store: str
    forms: int
    quality: str
    tone: Tone
    late: int
    followed: float | None
    next_dates: float
    accompanied: int


@dataclass(frozen=True)
class Line:
    id: int
    number: str
    customer: str
    writer: str
    ended_at: dt.datetime
    quality: str
    tone: Tone
    state: str
    state_tone: Tone
    improve_on: dt.date
    improved: str
    improved_tone: Tone


def show() -> None:
    today = clock.today()
    since, until = pickers.filter_period(
        raw(N_("Visits from and to")), "time", (today - WEEKS, today)
    )
    found = fetch(visits.books, since, until)
    if not found:
        layout.empty(
            _(N_("No visit form of this time")),
            _(N_("A form is written with the result of a visit: plan one, and open it in my day")),
            ":material/directions_walk:",
        )
        return
    _tiles(found)
    books = [_book(line) for line in found]
    picked = tables.rows_table(
        books, _columns(books), key="visits:books", on_select="once", alt=raw(N_("Visit forms"))
    )
    if picked is not None:
        st.query_params["writer"] = str(picked)
        st.rerun()
    writer = pickers.asked_record("writer")
    named = next((line.writer for line in found if line.id == writer), "")
    with layout.card(_(N_("Forms")), name=named, chips=()) as actions:
        if writer is not None and actions.button(_(N_("All people")), key="visits:all"):
            st.query_params.pop("writer", None)
            st.rerun()
        _forms(fetch(visits.forms, since, until, writer))


def way_back() -> None:
    """From a form to the list of forms."""
    if st.button(
        _(N_("Visit forms")), icon=":material/arrow_back:", type="tertiary", shortcut="alt+l"
    ):
        st.query_params.pop("form", None)
        st.query_params["view"] = "forms"
        st.rerun()


def _tiles(found: list[BookLine]) -> None:
    count = sum(line.forms for line in found)
    mean = sum(line.quality * line.forms for line in found) / count
    due = sum(line.due for line in found)
    followed = sum(line.followed for line in found)
    period = raw(N_("of all whom you see"))
    with layout.tiles(4):
        layout.tile(raw(N_("Visit forms")), fnumber(count), period)
        layout.tile(raw(N_("Quality")), points(mean), period)
        late = sum(line.late for line in found)
        layout.tile(raw(N_("Handed in late")), fnumber(late), period)
        layout.tile(raw(N_("Improved by their day")), _of(followed, due), period)


def _of(part: int, whole: int) -> str:
    return raw(N_("{done} of {total}"), done=fnumber(part), total=fnumber(whole))


def _book(line: BookLine) -> Book:
    return Book(
        id=line.id,
        writer=line.writer,
        store=line.store,
        forms=line.forms,
        quality=points(line.quality),
        tone=tone_of(line.quality),
        late=line.late,
        followed=line.followed / line.due if line.due else None,
        next_dates=line.next_dates / line.forms,
        accompanied=line.accompanied,
    )


def _columns(books: list[Book]) -> list[Column]:
    tones = {book.quality: book.tone for book in books}
    return [
        Column("writer", raw(N_("Written by")), width=130),
        Column("store", field("store_id"), width=150),
        Column("forms", raw(N_("Visit forms")), Kind.NUMBER, width=80),
        Column("quality", raw(N_("Quality")), Kind.BADGE, tones=tones, width=110),
        Column("late", raw(N_("Handed in late")), Kind.NUMBER, width=70),
        Column("followed", raw(N_("Followed through")), Kind.PROGRESS, width=130),
        Column("next_dates", raw(N_("With a next date")), Kind.PROGRESS, width=130),
        Column("accompanied", raw(N_("In company")), Kind.NUMBER, width=90),
    ]


def _forms(found: list[FormLine]) -> None:
    lines = [_line(one) for one in found]
    states = {line.state: line.state_tone for line in lines}
    improved = {line.improved: line.improved_tone for line in lines}
    quality = {line.quality: line.tone for line in lines}
    columns = [
        Column("number", field("number"), width=120),
        Column("customer", field("customer_id"), width=150),
        Column("writer", raw(N_("Written by")), width=110),
        Column("ended_at", field("ended_at"), Kind.MOMENT, width=140),
        Column("quality", raw(N_("Quality")), Kind.BADGE, tones=quality, width=110),
        Column("state", raw(N_("Handed in")), Kind.BADGE, tones=states, width=100),
        Column("improve_on", field("improve_on"), Kind.DATE, width=110),
        Column("improved", raw(N_("Followed through")), Kind.BADGE, tones=improved, width=110),
    ]
    picked = tables.rows_table(
        lines, columns, key="visits:forms", on_select="once", alt=raw(N_("Forms"))
    )
    if picked is not None:
        st.query_params["form"] = str(picked)
        st.rerun()


def _line(one: FormLine) -> Line:
    improved, tone = raw(N_("waits")), Tone.QUIET
    if one.improved_at is not None:
        is_late = clock.day_of(one.improved_at) > one.improve_on
        improved = raw(N_("too late")) if is_late else raw(N_("in time"))
        tone = Tone.WARN if is_late else Tone.GOOD
    elif one.improve_on < clock.today():
        improved, tone = raw(N_("overdue")), Tone.BAD
    return Line(
        id=one.id,
        number=one.number,
        customer=one.customer,
        writer=one.writer,
        ended_at=one.ended_at,
        quality=points(one.quality),
        tone=tone_of(one.quality),
        state=raw(N_("late")) if one.is_late else raw(N_("in time")),
        state_tone=Tone.WARN if one.is_late else Tone.GOOD,
        improve_on=one.improve_on,
        improved=improved,
        improved_tone=tone,
    )
