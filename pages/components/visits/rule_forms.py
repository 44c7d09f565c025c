"""The drawers of the studio: what a rule is, one of its steps, a proposal and its answer, the day
from which it holds."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.visits import looks
from pages.components.words import _, language, plain, plain_lines
from services import surveys, visits
from services.core import clock
from services.core.words import N_
from services.visits import (
    CadenceLine,
    Desk,
    Lifecycle,
    ProposalLine,
    StepLine,
    Trigger,
    ValueClass,
    VisitKind,
)

PLACES: Final = N_("What stands in braces is filled in at the call: {places}")
_FURTHEST: Final = 730


@dataclass(frozen=True)
class Said:
    """A step's script as the rule has it, in both languages."""

    step_id: int
    script: str
    script_en: str


def begin_rule() -> None:
    @drawer(_(N_("A new rule")))
    def draw() -> None:
        form = Form("visits.begin_rule", keeps_draft=True)
        form.text("name", needed=True)
        form.text("name_en")
        form.choice("desk", Desk)
        form.choice("trigger", Trigger)
        if send_button(_(N_("Begin the draft")), key=f"{form.name}:send"):
            made = form.send(visits.begin_rule, visits.BeginRule)
            if made is not None:
                st.query_params["rule"] = str(made)
                done(_(N_("The draft is there. Add its steps")))

    draw()


def edit(line: CadenceLine) -> None:
    @drawer(_(N_("Edit the rule")), name=looks.told(line.name, line.name_en))
    def draw() -> None:
        names = ("name", "name_en", "desk", "trigger", "lifecycle", "value_class", "is_marketing")
        form = Form(
            "visits.edit",
            subject=f"{line.id}.{line.version}",
            values={name: getattr(line, name) for name in names},
        )
        form.text("name", needed=True)
        form.text("name_en")
        form.choice("desk", Desk)
        form.choice("trigger", Trigger)
        form.choice("lifecycle", Lifecycle)
        form.choice("value_class", ValueClass)
        form.check("is_marketing", _(N_("It offers something: an open complaint keeps it back")))
        if send_button(_(N_("Save the draft")), key=f"{form.name}:send"):
            sent = form.send(
                visits.edit, visits.EditDraft, cadence_id=line.id, version=line.version
            )
            if sent is not None:
                done(_(N_("The draft is saved")))

    draw()


def step(line: CadenceLine, one: StepLine | None) -> None:
    """Edit a step of a draft, or add one."""

    @drawer(
        _(N_("Edit the step")) if one else _(N_("Add a step")),
        name=looks.told(one.purpose, one.purpose_en) if one else None,
    )
    def draw() -> None:
        form = _step_form(line, one)
        form.text("purpose", needed=True)
        form.text("purpose_en")
        with st.container(horizontal=True, gap="small"):
            form.choice("kind", VisitKind)
            form.number("max_attempts", 20, least=1)
            form.number("priority", 9)
        with st.container(horizontal=True, gap="small"):
            form.number("offset_days", _FURTHEST, least=-365)
            form.number("window_days", 365)
            form.number("expiry_days", 1095, least=-365)
        st.caption(_count_of(line))
        form.code("survey_code", _surveys())
        form.area("script", height=120)
        form.area("script_en", height=120)
        st.caption(_(PLACES, places=", ".join(f"{{{one}}}" for one in visits.PLACES)))
        if send_button(_(N_("Save the step")), key=f"{form.name}:send"):
            sent = form.send(
                visits.put_step,
                visits.PutStep,
                cadence_id=line.id,
                version=line.version,
                nth=one.nth if one else 0,
            )
            if sent is not None:
                done(_(N_("The step is saved")))

    draw()


def _surveys() -> dict[str, str]:
    """Code of each survey -> the name of its latest version."""
    found: dict[str, str] = {}
    for one in fetch(surveys.surveys):
        found.setdefault(one.code, looks.told(one.name, one.name_en))
    return found


def _step_form(line: CadenceLine, one: StepLine | None) -> Form:
    names = [name for name in StepLine.__dataclass_fields__ if name not in {"id", "nth"}]
    values: dict[str, object] = {"kind": VisitKind.CALL, "max_attempts": 3, "priority": 5}
    if one is not None:
        values = {name: getattr(one, name) for name in names}
    which = one.nth if one else 0
    return Form("visits.put_step", subject=f"{line.id}.{line.version}.{which}", values=values)


def _count_of(line: CadenceLine) -> str:
    """How the days of its steps are counted."""
    if line.trigger is Trigger.FILE_GAP:
        return _(N_("Working days after the file was opened"))
    if line.trigger is Trigger.CLASS:
        return _(N_("Days since the last contact with the customer"))
    if line.trigger in visits.OF_DATES:
        return _(N_("Days after the date; negative ones before it"))
    return _(N_("Days after it happened"))


def propose(said: Said) -> None:
    @drawer(_(N_("Propose another script")))
    def draw() -> None:
        is_english = language() == "en"
        now = said.script_en if is_english else said.script
        form = Form(
            "visits.propose", subject=said.step_id, values={"script": now}, keeps_draft=True
        )
        form.area("script", height=180, label=_(N_("What you would say")))
        st.caption(_(PLACES, places=", ".join(f"{{{one}}}" for one in visits.PLACES)))
        form.area("reason", height=70, label=_(N_("Why it is better")))
        if send_button(_(N_("Propose it")), key=f"{form.name}:send"):
            sent = form.send(
                visits.propose,
                visits.ProposeScript,
                step_id=said.step_id,
                is_english=is_english,
            )
            if sent is not None:
                done(_(N_("Whoever leads will answer it")))

    draw()


def answer(one: ProposalLine) -> None:
    """Take a proposal over into the rule's draft, or say why not."""

    @drawer(_(N_("Answer the proposal")), name=one.author)
    def draw() -> None:
        st.caption(_(N_("Now")))
        st.markdown(plain_lines(one.was) if one.was else "–")
        st.caption(_(N_("Proposed")))
        st.markdown(plain_lines(one.script))
        st.markdown(f":material/help: {plain(one.reason)}")
        form = Form("visits.answer", subject=one.id)
        form.text("answer")
        form.typed |= {"proposal_id": one.id, "version": one.version}
        if send_button(_(N_("Take it over into the draft")), key=f"{form.name}:send"):
            draft = form.send(visits.take_over, visits.TakeProposal)
            if draft is not None:
                st.query_params["rule"] = str(draft)
                done(_(N_("It stands in the draft now")))
        if st.button(_(N_("Decline")), key=f"{form.name}:decline", icon=":material/block:"):
            declined = form.send(visits.decline, visits.DeclineProposal)
            if declined is not None:
                done(_(N_("{name} is told why not"), name=one.author))

    draw()


def approve(line: CadenceLine) -> None:
    @drawer(_(N_("Approve")), name=looks.told(line.name, line.name_en))
    def draw() -> None:
        form = Form("visits.approve", subject=line.id, values={"from_on": clock.today()})
        form.day("from_on", earliest=clock.today())
        st.caption(_(N_("What happens from this day on is followed; what was before is not")))
        if line.number > 1:
            st.caption(_(N_("The version before ends the day before")))
        if send_button(_(N_("Approve")), key=f"{form.name}:send"):
            sent = form.send(
                visits.approve, visits.ApproveCadence, cadence_id=line.id, version=line.version
            )
            if sent is not None:
                done(_(N_("Contacts are made by it from now on")))

    draw()
