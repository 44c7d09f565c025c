"""What is done about a case: what the customer was promised, what is done against the cause, what
others were asked; and its papers."""

from typing import Final

import streamlit as st

from pages.components.complaints import deeds, letters
from pages.components.complaints.chips import REMEDIES, of_verdict
from pages.components.complaints.colours import soon
from pages.components.files import file_button
from pages.components.forms import Form
from pages.components.frame import done
from pages.components.layout import Chip, Tone
from pages.components.words import _, choice, fdate, fmoment, fmoney, fsize, plain, plain_lines, raw
from services import complaints
from services.complaints import (
    ActionLine,
    Case,
    FileLine,
    RemedyLine,
    StepLine,
)
from services.core import clock
from services.core.words import N_

PAPERS: Final = {
    "image": ":material/image:",
    "audio": ":material/mic:",
    "video": ":material/movie:",
}
OTHER_PAPER: Final = ":material/description:"


def remedy(case: Case, one: RemedyLine) -> None:
    words = [choice(one.kind)]
    if one.amount_fen is not None:
        words.append(fmoney(one.amount_fen))
    _head(" · ".join(words), _remedy_state(one), one.words)
    said = [one.planned_by, fmoment(one.planned_at)]
    if one.approved_by:
        said.append(raw(N_("agreed to by {person}"), person=one.approved_by))
    st.caption(plain(" · ".join(filter(None, said))))
    with st.container(horizontal=True, gap="small"):
        if one.may_deliver:
            _button(deeds.DELIVER, case, remedy_id=one.id)
            _button(deeds.DROP, case, remedy_id=one.id)
        if one.request_id is not None:
            st.link_button(
                _(N_("Answer the request")),
                f"/approvals?approval={one.request_id}",
                icon=":material/approval:",
                type="tertiary",
            )
        if one.may_pay:
            _button(deeds.PAY, case, remedy_id=one.id)
        if one.may_write and st.button(
            _(N_("Write the letter")),
            icon=":material/edit_note:",
            key=f"complaints:letter:{one.id}",
            type="tertiary",
        ):
            letters.draft(case, one)


def action(case: Case, one: ActionLine) -> None:
    _head(choice(one.kind), _action_state(one), one.what)
    said = [one.owner, raw(N_("due {day}"), day=fdate(one.due_on))]
    if one.done_at is not None and one.verdict is None:
        said.append(raw(N_("to be checked {day}"), day=fdate(one.check_on)))
    if one.told_on is not None:
        said.append(raw(N_("the customer heard of it {day}"), day=fdate(one.told_on)))
    if one.recurrences:
        said.append(raw(N_("the cause came back {count} times"), count=one.recurrences))
    st.caption(plain(" · ".join(said)))
    with st.container(horizontal=True, gap="small"):
        if one.may_finish:
            _button(deeds.FINISH, case, action_id=one.id)
        if one.may_check:
            _button(deeds.CHECK, case, action_id=one.id)
        if one.may_tell:
            _button(deeds.TELL, case, action_id=one.id)


def step(case: Case, one: StepLine) -> None:
    _head(f"{choice(one.department)} · {one.person}", _step_state(one), one.question)
    if one.result:
        st.markdown(f":material/subdirectory_arrow_right: {plain_lines(one.result)}")
    asked = raw(
        N_("asked by {person}, {moment}"), person=one.asked_by, moment=fmoment(one.asked_at)
    )
    said = [asked]
    if one.taken_at is not None:
        said.append(raw(N_("taken up {moment}"), moment=soon(one.taken_at, clock.now())))
    if one.done_at is None and not one.is_needless:
        said.append(raw(N_("due {day}"), day=fdate(one.due_on)))
    st.caption(plain(" · ".join(said)))
    with st.container(horizontal=True, gap="small"):
        if one.may_take:
            _take(case, one)
        if one.may_answer:
            _button(deeds.ANSWER, case, step_id=one.id)


def _take(case: Case, one: StepLine) -> None:
    """One click, no form."""
    form = Form("complaints.take_step", subject=one.id)
    if st.button(
        _(N_("I am on it")),
        icon=":material/directions_run:",
        key=f"{form.name}:send",
        type="primary",
    ):
        receipt = form.send(
            complaints.take_step, complaints.TakeStep, complaint_id=case.id, step_id=one.id
        )
        if receipt is not None:
            done(_(N_("Written down for {number}"), number=receipt.number))


def paper(one: FileLine) -> None:
    icon = PAPERS.get(one.media_type.partition("/")[0], OTHER_PAPER)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            st.markdown(f"{icon} **{plain(one.name)}**")
            st.caption(plain(" · ".join([fsize(one.size), one.added_by, fmoment(one.added_at)])))
        file_button(
            _(N_("Download")), f"complaints/papers/{one.id}", key=f"complaints:paper:{one.id}"
        )


def _head(title: str, state: Chip, words: str) -> None:
    st.markdown(f"**{plain(title)}** {state.markdown()}")
    st.markdown(plain_lines(words))


def _button(deed: deeds.Deed, case: Case, **about: int) -> None:
    [key] = about.values()
    name = f"deed:{deed.name}:{key}"
    if st.button(_(deed.label), icon=deed.icon, key=name, type="tertiary"):
        deeds.open_deed(deed, case, **about)


def _remedy_state(one: RemedyLine) -> Chip:
    if one.paid_at is not None:
        return Chip(raw(N_("Paid")), Tone.GOOD, ":material/payments:")
    return Chip(choice(one.state), REMEDIES[one.state])


def _action_state(one: ActionLine) -> Chip:
    if one.verdict is not None:
        return of_verdict(one.verdict)
    if one.done_at is not None:
        return Chip(raw(N_("done")), Tone.INFO)
    return Chip(raw(N_("Late")), Tone.BAD) if one.is_late else Chip(raw(N_("Planned")), Tone.INFO)


def _step_state(one: StepLine) -> Chip:
    return Chip(raw(N_("Late")), Tone.BAD) if one.is_late else progress(one)


def progress(one: StepLine) -> Chip:
    """How far the answer to a question is, whatever the day is."""
    if one.done_at is not None:
        return Chip(raw(N_("answered")), Tone.GOOD)
    if one.is_needless:
        return Chip(raw(N_("no longer needed")))
    if one.taken_at is not None:
        return Chip(raw(N_("taken up")), Tone.GOOD, ":material/directions_run:")
    icon = ":material/directions_car:" if one.is_errand else ""
    return Chip(raw(N_("asked")), Tone.INFO, icon)
