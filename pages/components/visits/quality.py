"""Quality of the calls: what is to be reviewed of last month, and what the reviews say (V02)."""

import datetime as dt

import streamlit as st

from pages.components import charts, layout, tables
from pages.components.charts import Series
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.tables import Column, Kind
from pages.components.visits import looks
from pages.components.words import _, field, fmoment, fnumber, plain, plain_lines, raw
from services import qa
from services.core.access import Actor, Permission
from services.core.words import N_
from services.qa import Heard, Month, Results, ReviewLine

GOOD, FAIR = 85, 70
"""Scores from which on a call is good, or fair."""
ANSWERS = {2: N_("Yes"), 1: N_("Partly"), 0: N_("No")}
SHOWN = 20
"""Reviews in full; the trend tells of the others."""


def show(actor: Actor) -> None:
    if actor.may(Permission.VISITS_LEAD):
        _month(fetch(qa.to_review))
    _results(fetch(qa.results))


def _month(found: Month) -> None:
    drawn = sum(one.drawn for one in found.people)
    done_ = sum(one.reviewed for one in found.people)
    said = N_(
        "{done} of {drawn} are reviewed. The calls are drawn by chance, the same for everybody"
    )
    with layout.card(
        _(N_("Calls of {month} to be reviewed"), month=_of_month(found.month)),
        _(said, done=fnumber(done_), drawn=fnumber(drawn)),
    ):
        if found.own:
            st.caption(_(N_("{count} of your own wait for somebody else"), count=found.own))
        chosen = None
        if found.waiting:
            chosen = tables.rows_table(
                found.waiting,
                [
                    Column("at", field("at"), Kind.MOMENT, width=150),
                    Column("person", raw(N_("Who made the call")), width=110),
                    Column("customer", field("customer_id"), width=140),
                    Column("summary", raw(N_("What was written down")), width=320),
                ],
                key="visits:qa",
                on_select="once",
                alt=raw(N_("Calls to be reviewed")),
            )
        else:
            st.caption(_(N_("All are reviewed")))
    with layout.card(_(N_("By person"))):
        tables.rows_table(
            found.people,
            [
                Column("person", raw(N_("Who made the call")), width=110),
                Column("store", field("store_id"), width=150),
                Column("calls", raw(N_("Calls made")), Kind.NUMBER, width=80),
                Column("drawn", raw(N_("Drawn")), Kind.NUMBER, width=80),
                Column("reviewed", raw(N_("Calls reviewed")), Kind.NUMBER, width=90),
                Column("score", raw(N_("Score")), Kind.NUMBER, width=80),
            ],
            key="visits:qa:people",
            alt=raw(N_("By person")),
        )
    if chosen is not None:
        _review(fetch(qa.heard, chosen))


def _of_month(month: dt.date) -> str:
    return f"{month:%Y-%m}"


def _review(call: Heard) -> None:
    @drawer(_(N_("Review a call")), name=call.person, width="large")
    def draw() -> None:
        told = [fmoment(call.at), call.customer, call.number]
        if call.seconds is not None:
            told.append(raw(N_("{count} seconds"), count=fnumber(call.seconds)))
        st.caption(plain(" · ".join(told)))
        script = looks.told(call.script, call.script_en)
        if script:
            st.caption(_(N_("Script: {words}"), words=script))
        st.markdown(plain_lines(call.summary))
        form = Form("qa.review", subject=call.id)
        st.caption(_(N_("Leave out what did not apply")))
        scores: dict[str, int] = {}
        for key, (chinese, english) in qa.items().items():
            chosen = st.segmented_control(
                plain(looks.told(chinese, english)),
                list(ANSWERS),
                format_func=lambda score: _(ANSWERS[score]),
                key=f"{form.name}:{key}:{form.id}",
            )
            if chosen is not None:
                scores[key] = chosen
        form.area("note", label=_(N_("What to do better, or to go on doing")))
        if send_button(_(N_("Save the review")), key=f"{form.name}:send"):
            sent = form.send(qa.review, qa.ReviewCall, touch_id=call.id, scores=scores)
            if sent is not None:
                done(_(N_("{name} is told"), name=call.person))

    draw()


def _results(found: Results) -> None:
    if not found.reviews:
        layout.empty(
            _(N_("No call was reviewed yet")),
            _(N_("Once a month is over, some of its calls are drawn and reviewed")),
            ":material/hearing:",
        )
        return
    last = found.trend[-1]
    figure = charts.line(
        [one.month for one in found.trend],
        [Series(raw(N_("Mean score")), [round(one.score, 1) for one in found.trend])],
    )
    with layout.card(_(N_("What the reviews say"))):
        said = N_("The {count} calls reviewed of {month} have {score} of 100 on the average")
        reading = raw(
            said,
            count=fnumber(last.reviews),
            month=_of_month(last.month),
            score=fnumber(round(last.score)),
        )
        charts.draw(figure, key="visits:qa:trend", reading=reading)
        for one in found.reviews[:SHOWN]:
            _result(one)


def _result(one: ReviewLine) -> None:
    tone = Tone.GOOD if one.score >= GOOD else Tone.WARN if one.score >= FAIR else Tone.BAD
    chip = Chip(raw(N_("{score} of 100"), score=one.score), tone)
    about = " · ".join((one.person, fmoment(one.at), one.customer))
    with st.expander(f"{chip.markdown()} {plain(about)}"):
        st.markdown(plain_lines(one.note))
        weak = [looks.told(*qa.items()[key]) for key, score in one.scores.items() if score == 0]
        if weak:
            st.caption(_(N_("Not reached: {items}"), items="; ".join(weak)))
        st.caption(_(N_("Reviewed by {name}"), name=one.reviewer))
        if (
            one.is_own
            and one.seen_at is None
            and st.button(
                _(N_("I have read it")), key=f"visits:qa:read:{one.id}", icon=":material/done:"
            )
        ):
            _read(one)
        elif one.seen_at is not None:
            st.caption(_(N_("Read {moment}"), moment=fmoment(one.seen_at)))


def _read(one: ReviewLine) -> None:
    form = f"qa.read:{one.id}"
    read = submit(
        qa.read,
        qa.ReadReview,
        form=form,
        request_id=request_id(form),
        review_id=one.id,
        version=one.version,
    )
    if read is not None:
        done(_(N_("Written down")))
