"""The surveys and their versions: which are in force, what they ask, and the way to a later one."""

from itertools import groupby
from typing import Final

import streamlit as st

from pages.components import layout, tables
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.surveys import editing
from pages.components.surveys.wording import chosen, named, worded
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, fdate, field, fnumber, plain, raw
from services import surveys
from services.core import clock
from services.core.words import N_
from services.surveys import (
    AdoptSurveys,
    ApproveSurvey,
    BeginSurvey,
    NextVersion,
    SurveyKind,
    SurveyLine,
    SurveyState,
    WorkOnSurvey,
)

STATES: Final = {
    SurveyState.DRAFT: Tone.WARN,
    SurveyState.APPROVED: Tone.GOOD,
    SurveyState.RETIRED: Tone.QUIET,
}


def show(lines: list[SurveyLine], *, may_lead: bool) -> None:
    if not lines:
        with layout.empty(
            _(N_("There are no surveys yet")),
            _(N_("Take over those that are delivered, look at them, and approve what you want")),
            ":material/rate_review:",
        ):
            if may_lead:
                _adopt()
        return
    for _code, versions in groupby(lines, key=lambda line: line.code):
        latest, *older = versions
        _version(latest, may_lead=may_lead)
        if older:
            with st.expander(_(N_("Earlier versions ({count})"), count=len(older))):
                for line in older:
                    _version(line, may_lead=may_lead)


def _adopt() -> None:
    if st.button(_(N_("Take over the delivered surveys")), type="primary", key="surveys:adopt"):
        form = "surveys.adopt"
        count = submit(surveys.adopt, AdoptSurveys, form=form, request_id=request_id(form))
        if count is not None:
            done(_(N_("{count} surveys were taken over as drafts"), count=fnumber(count)))


def start() -> None:
    @drawer(_(N_("New survey")))
    def draw() -> None:
        form = Form("surveys.begin", values={"kind": SurveyKind.CUSTOM})
        form.text("name", needed=True, label=_(N_("Name of the survey")))
        form.text("name_en")
        form.choice("kind", SurveyKind)
        if send_button(_(N_("Begin a draft")), key=f"{form.name}:send"):
            made = form.send(surveys.begin, BeginSurvey)
            if made is not None:
                done(_(N_("The draft is there: write its questions")))

    draw()


def _version(line: SurveyLine, *, may_lead: bool) -> None:
    told = [choice(line.kind), raw(N_("version {number}"), number=fnumber(line.number))]
    if line.from_on is not None:
        told.append(raw(N_("since {day}"), day=fdate(line.from_on)))
    if line.until_on is not None:
        told.append(raw(N_("until {day}"), day=fdate(line.until_on)))
    if line.author:
        told.append(raw(N_("written by {person}"), person=line.author))
    if line.approver:
        told.append(raw(N_("approved by {person}"), person=line.approver))
    told.append(raw(N_("{count} answered"), count=fnumber(line.answered)))
    chips = [Chip(choice(line.state), STATES[line.state])]
    name = named(line.name, line.name_en)
    with layout.card(None, plain(" · ".join(told)), name=name, chips=chips) as actions:
        if may_lead:
            with actions:
                _act(line)
        questions(line)


def questions(line: SurveyLine) -> None:
    """What it asks, in the reader's language."""
    tables.rows_table(
        [
            (
                item.id,
                item.nth,
                worded(item),
                choice(item.kind),
                item.weight or None,
                item.is_required,
                " · ".join(chosen(pair) for pair in item.choices),
            )
            for item in line.items
        ],
        [
            Column("nth", raw(N_("No.")), Kind.NUMBER, width=50),
            Column("wording", field("wording"), width=400),
            Column("kind", raw(N_("How it is answered")), width=150),
            Column("weight", field("weight"), Kind.NUMBER, width=70),
            Column("needed", field("is_required"), width=110),
            Column("choices", field("choices"), width=180),
        ],
        key=f"surveys:items:{line.id}",
        alt=named(line.name, line.name_en),
    )


def _act(line: SurveyLine) -> None:
    if line.state is SurveyState.DRAFT:
        if st.button(_(N_("Edit")), key=f"surveys:edit:{line.id}", icon=":material/edit:"):
            editing.edit(line)
        if line.may_approve:
            label, icon = _(N_("Approve")), ":material/verified:"
            if st.button(label, key=f"surveys:approve:{line.id}", icon=icon):
                _approve(line)
        else:
            st.caption(_(N_("Somebody else has to approve it")))
        return
    label = _(N_("New version"))
    if st.button(label, key=f"surveys:next:{line.id}", icon=":material/content_copy:"):
        form = f"surveys.next_version:{line.id}"
        made = submit(
            surveys.next_version,
            NextVersion,
            form=form,
            request_id=request_id(form),
            survey_id=line.id,
        )
        if made is not None:
            done(_(N_("The draft is there: change it, then somebody else approves it")))
    label = _(N_("End it"))
    if line.state is SurveyState.APPROVED and st.button(
        label, key=f"surveys:retire:{line.id}", icon=":material/stop_circle:"
    ):
        form = f"surveys.retire:{line.id}"
        ended = submit(
            surveys.retire,
            WorkOnSurvey,
            form=form,
            request_id=request_id(form),
            survey_id=line.id,
            version=line.version,
        )
        if ended is not None:
            done(_(N_("Nobody is asked by it any more")))


def _approve(line: SurveyLine) -> None:
    @drawer(_(N_("Approve")), name=named(line.name, line.name_en), width="large")
    def draw() -> None:
        form = Form("surveys.approve", subject=line.id, values={"from_on": clock.today()})
        form.day("from_on", earliest=clock.today())
        st.caption(_(N_("The version before it ends the day before. What was answered stays")))
        editing.preview(line)
        if send_button(_(N_("Approve")), key=f"{form.name}:send"):
            sent = form.send(
                surveys.approve, ApproveSurvey, survey_id=line.id, version=line.version
            )
            if sent is not None:
                done(_(N_("Customers are asked by it from that day on")))

    draw()
