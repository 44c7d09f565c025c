"""One visit form as it was written: its answers and marks, its photos, its print, what follows."""

from typing import Final

import streamlit as st

from pages.components import layout
from pages.components.drawers import confirm, drawer
from pages.components.files import file_button
from pages.components.forms import Form
from pages.components.frame import done
from pages.components.layout import Chip, Tone
from pages.components.visits import form_panel
from pages.components.words import (
    _,
    choice,
    fdate,
    field,
    fmoment,
    fnumber,
    fsize,
    plain,
    plain_lines,
    raw,
)
from services import visits
from services.core import clock
from services.core.words import N_
from services.visits import ANSWERS, BEST, CorrectForm, FeedbackCode, FormView, NoteImprovement

MARKS: Final = {0: Tone.BAD, 1: Tone.WARN, 2: Tone.GOOD}
SAID: Final = {0: N_("empty"), 1: N_("short or copied"), 2: N_("in words of its own")}
GOOD, FAIR = 1.7, 1.3


def tone_of(quality: float) -> Tone:
    return Tone.GOOD if quality >= GOOD else Tone.WARN if quality >= FAIR else Tone.BAD


def points(quality: float) -> str:
    """A form's quality as people say it: 10 of 12."""
    worth = fnumber(round(quality * len(ANSWERS)))
    return raw(N_("{points} of {most}"), points=worth, most=fnumber(BEST * len(ANSWERS)))


def show(form: FormView) -> None:
    chips = [Chip(points(form.quality), tone_of(form.quality), ":material/grading:")]
    if form.is_late:
        chips.append(Chip(raw(N_("handed in late")), Tone.WARN, ":material/schedule:"))
    with layout.card(_(N_("Customer visit form")), name=form.number, chips=chips):
        _deeds(form)
        layout.facts(_facts(form))
        for name in ANSWERS:
            _answer(form, name)
        _improved(form)
        _papers(form)


def _deeds(form: FormView) -> None:
    with st.container(horizontal=True, gap="small"):
        file_button(_(N_("Print")), f"visits/forms/{form.id}/form.pdf", key=f"form:{form.id}:pdf")
        if form.open_until is not None and st.button(
            _(N_("Correct")), icon=":material/edit:", key=f"form:{form.id}:correct"
        ):
            _correct(form)
        if form.may_improve and st.button(
            _(N_("It is improved")), icon=":material/task_alt:", key=f"form:{form.id}:improve"
        ):
            _improve(form)


def _facts(form: FormView) -> dict[str, object]:
    told = form.values
    following = form.no_more
    if form.next_on is not None:
        following = f"{fdate(form.next_on)} {form.next_purpose}"
    known: dict[str, object] = {
        field("customer_id"): f"{form.customer} · {form.customer_number}",
        raw(N_("Written by")): f"{form.writer} · {fmoment(form.written_at)}",
        field("visited_place"): told["visited_place"],
        field("started_at"): told["started_at"],
        field("ended_at"): told["ended_at"],
        field("met"): told["met"],
        field("companion_id"): form.companion,
        field("codes"): " · ".join(choice(code) for code in form.codes),
        field("promise"): "\n".join(form.promises),
        field("next_on"): following,
    }
    return {label: value for label, value in known.items() if value}


def _answer(form: FormView, name: str) -> None:
    mark = form.marks[name]
    chip = Chip(raw(SAID[mark]), MARKS[mark])
    st.markdown(f"**{plain(field(name))}** {chip.markdown()}")
    st.markdown(plain_lines(form.values[name]))


def _improved(form: FormView) -> None:
    day = form.values["improve_on"]
    if form.improved_at is not None:
        is_late = clock.day_of(form.improved_at) > day
        words = N_("Improved {moment} by {person}, to be done by {day}")
        said = _(words, moment=fmoment(form.improved_at), person=form.improved_by, day=fdate(day))
        (st.warning if is_late else st.success)(said)
        st.markdown(plain_lines(form.outcome))
    elif day < clock.today():
        st.error(_(N_("It should have been improved by {day}"), day=fdate(day)))
    else:
        st.info(_(N_("To be improved by {day}"), day=fdate(day)))


def _papers(form: FormView) -> None:
    for paper in form.papers:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(plain(f"{paper.name} · {fsize(paper.size)}"))
            file_button(
                _(N_("Download")), f"visits/papers/{paper.id}", key=f"visit-paper:{paper.id}"
            )


def _correct(shown: FormView) -> None:
    @drawer(_(N_("Correct")), name=shown.number, width="large")
    def draw() -> None:
        form = Form("visits.correct_form", subject=shown.id, values=shown.values)
        st.caption(_(N_("Open until {moment}"), moment=fmoment(shown.open_until)))
        form.text("visited_place", needed=True)
        with st.container(horizontal=True, gap="small"):
            form.moment("started_at", is_past=True)
            form.moment("ended_at", is_past=True)
        form.text("met", needed=True)
        form_panel.fields(form)
        form.many("codes", FeedbackCode)
        if confirm(_(N_("Save")), key=form.name):
            receipt = form.send(
                visits.correct_form,
                CorrectForm,
                form_id=shown.id,
                version=shown.version,
                companion_id=shown.values["companion_id"],
            )
            if receipt is not None:
                done(_(N_("Form {number} is corrected"), number=receipt.number))

    draw()


def _improve(shown: FormView) -> None:
    @drawer(_(N_("It is improved")), name=shown.number)
    def draw() -> None:
        st.markdown(plain_lines(shown.values["improvement"]))
        form = Form("visits.note_improvement", subject=shown.id)
        form.area("outcome", height=110)
        if confirm(_(N_("Save")), key=form.name):
            receipt = form.send(
                visits.note_improvement, NoteImprovement, form_id=shown.id, version=shown.version
            )
            if receipt is not None:
                done(_(N_("Written down with form {number}"), number=receipt.number))

    draw()
