"""The form of a visit, in place of a call's result: written in the customer's yard, on a phone."""

import datetime as dt
from typing import Final

import streamlit as st

from pages.components import layout
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.layout import Chip, Tone
from pages.components.visits import form_view, looks
from pages.components.words import _, choice, field, fmoment, fnumber, raw
from services import visits
from services.core import clock
from services.core.words import N_
from services.visits import (
    ANSWERS,
    BEST,
    Call,
    CallResult,
    Day,
    FeedbackCode,
    FormGround,
    RecordCall,
    TaskState,
    WriteForm,
)

AN_HOUR: Final = dt.timedelta(hours=1)
A_WEEK: Final = dt.timedelta(weeks=1)
NOT_MET: Final = {
    CallResult.NO_ANSWER: (N_("Nobody was there"), ":material/door_front:"),
    CallResult.REFUSED: (N_("Does not want it"), ":material/block:"),
}


def show(call: Call, found: Day) -> None:
    row = call.row
    if not call.may_work:
        written = fetch(visits.form_of_task, row.id)
        if written is not None:
            form_view.show(written)
        elif row.state is not TaskState.PLANNED:
            st.info(_(N_("This contact has ended: {state}"), state=choice(row.state)))
        return
    form = Form("visits.write_form", subject=row.id, keeps_draft=True)
    with layout.card(_(N_("Customer visit form")), _(N_("LC 16.06.302.02, one book for each"))):
        ground = fetch(visits.form_ground, row.id)
        _where(form, row.id, ground)
        fields(form)
        form.many("codes", FeedbackCode)
        _promised(form)
        _following(form)
        form.files("files", ground.file_megabytes)
        _score(form, ground)
        with st.container(horizontal=True, gap="small"):
            if send_button(_(N_("Hand in the form")), key=f"{form.name}:send"):
                _send(form, call, found)
            for result, (words, icon) in NOT_MET.items():
                if st.button(_(words), key=f"visits:{result}", icon=icon):
                    _not_met(form, call, found, result)


def _where(form: Form, task_id: int, ground: FormGround) -> None:
    """Begun an hour before the form was opened, improved in a week, until somebody says
    otherwise."""
    opened: dt.datetime = st.session_state.setdefault(f"visit-begun:{task_id}", clock.now())
    now = opened.replace(second=0, microsecond=0)
    form.suppose("started_at", now - AN_HOUR)
    form.suppose("ended_at", now)
    form.suppose("improve_on", clock.day_of(now) + A_WEEK)
    form.text("visited_place", needed=True)
    with st.container(horizontal=True, gap="small"):
        form.moment("started_at", is_past=True)
        form.moment("ended_at", is_past=True)
    with st.container(horizontal=True, gap="small"):
        form.text("met", needed=True)
        form.pair("companion_id", ground.colleagues)


def fields(form: Form) -> None:
    """The six answers, in the order of the paper; the day belongs to the fourth."""
    for name in ANSWERS:
        form.area(name, height=80)
        if name == "improvement":
            form.day("improve_on")


def _promised(form: Form) -> None:
    with st.container(horizontal=True, gap="small"):
        form.text("promise")
        form.moment("promised_at")


def _following(form: Form) -> None:
    with st.container(horizontal=True, gap="small"):
        form.day("next_on", earliest=clock.today() + dt.timedelta(days=1))
        form.text("next_purpose")
    if form.typed["next_on"] is None:
        form.text("no_more")


def _score(form: Form, ground: FormGround) -> None:
    """What the answers are worth so far, and which say little: before it is handed in."""
    marks = visits.marks({name: str(form.typed[name]) for name in ANSWERS}, ground.before)
    if not any(marks.values()):
        return
    said = _(
        N_("These answers are worth {points} of {most} points"),
        points=fnumber(sum(marks.values())),
        most=fnumber(BEST * len(ANSWERS)),
    )
    weak = {
        0: (raw(N_("empty")), Tone.BAD),
        1: (raw(N_("short or copied")), Tone.WARN),
    }
    st.caption(said)
    layout.chips(
        Chip(f"{field(name)}: {weak[mark][0]}", weak[mark][1])
        for name, mark in marks.items()
        if mark in weak
    )


def _send(form: Form, call: Call, found: Day) -> None:
    row = call.row
    receipt = form.send(visits.write_form, WriteForm, task_id=row.id, version=row.version)
    if receipt is None:
        return
    st.session_state.pop(f"visit-begun:{row.id}", None)
    looks.lead_on(row, found)
    most = fnumber(BEST * len(ANSWERS))
    points = fnumber(receipt.quality)
    words = N_("Form {number} of {name} is written: {points} of {most} points")
    done(_(words, number=receipt.number, name=row.customer, points=points, most=most))


def _not_met(form: Form, call: Call, found: Day, result: CallResult) -> None:
    """Nobody was met: the result of an attempt, as of a call; the form's draft is over."""
    row = call.row
    receipt = form.send(
        visits.record_call,
        RecordCall,
        only={"no_more": form.typed.get("no_more")},
        task_id=row.id,
        version=row.version,
        result=result,
    )
    if receipt is None:
        return
    looks.lead_on(row, found)
    if receipt.again_at is not None:
        again = fmoment(receipt.again_at)
        done(_(N_("{name} is tried again {moment}"), name=row.customer, moment=again))
    done(_(N_("Written down for {name}"), name=row.customer))
