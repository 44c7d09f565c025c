"""The rules by which contacts are made: what each does, and since when it holds."""

from typing import Final

import streamlit as st

from pages.components import layout, tables
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, fdate, field, fnumber, language, plain, raw
from services import visits
from services.core import clock
from services.core.access import Actor, Permission
from services.core.words import N_
from services.visits import CadenceLine, CadenceState

STATES: Final = {
    CadenceState.DRAFT: Tone.QUIET,
    CadenceState.APPROVED: Tone.GOOD,
    CadenceState.RETIRED: Tone.QUIET,
}


def show(actor: Actor) -> None:
    found = fetch(visits.cadences)
    may_lead = actor.may(Permission.VISITS_LEAD)
    if not found:
        with layout.empty(
            _(N_("There are no rules yet")),
            _(N_("Take over those that are delivered, and approve the ones that you want")),
            ":material/rule:",
        ):
            if may_lead and st.button(
                _(N_("Take over the delivered rules")), type="primary", key="visits:adopt"
            ):
                _adopt()
        return
    for line in found:
        _rule(line, may_lead=may_lead)


def _adopt() -> None:
    form = "visits.adopt"
    count = submit(visits.adopt, visits.AdoptCadences, form=form, request_id=request_id(form))
    if count is not None:
        done(_(N_("{count} rules were taken over as drafts"), count=fnumber(count)))


def _rule(line: CadenceLine, *, may_lead: bool) -> None:
    name = line.name_en if language() == "en" else line.name
    told = [choice(line.trigger), choice(line.desk)]
    told += [choice(one) for one in (line.lifecycle, line.value_class) if one is not None]
    if line.from_on is not None:
        told.append(raw(N_("since {day}"), day=fdate(line.from_on)))
    chips = [Chip(choice(line.state), STATES[line.state])]
    if line.is_marketing:
        chips.append(Chip(raw(N_("Offer")), Tone.SPECIAL))
    with layout.card(None, plain(" · ".join(told)), name=name, chips=chips) as actions:
        if may_lead:
            with actions:
                _act(line)
        tables.rows_table(
            [
                (
                    step.nth,
                    step.purpose_en if language() == "en" else step.purpose,
                    choice(step.kind),
                    step.offset_days,
                    step.offset_days + step.window_days,
                    step.expiry_days,
                    step.max_attempts,
                    (step.survey_code or "").upper(),
                )
                for step in line.steps
            ],
            [
                Column("purpose", raw(N_("What for")), width=240),
                Column("kind", field("kind"), width=80),
                Column("from", raw(N_("From day")), Kind.NUMBER, width=90),
                Column("to", raw(N_("In time until")), Kind.NUMBER, width=110),
                Column("last", raw(N_("Tried until day")), Kind.NUMBER, width=90),
                Column("most", raw(N_("Attempts")), Kind.NUMBER, width=90),
                Column("survey", field("survey_id"), width=80),
            ],
            key=f"visits:rule:{line.id}",
            alt=name,
        )


def _act(line: CadenceLine) -> None:
    if line.state is CadenceState.DRAFT and st.button(
        _(N_("Approve")), key=f"visits:approve:{line.id}", icon=":material/verified:"
    ):
        _approve(line)
    if line.state is CadenceState.APPROVED and st.button(
        _(N_("End it")), key=f"visits:retire:{line.id}", icon=":material/stop_circle:"
    ):
        form = f"visits.retire:{line.id}"
        ended = submit(
            visits.retire,
            visits.RetireCadence,
            form=form,
            request_id=request_id(form),
            cadence_id=line.id,
            version=line.version,
        )
        if ended is not None:
            done(_(N_("No more contacts are made by it")))


def _approve(line: CadenceLine) -> None:
    @drawer(_(N_("Approve")), name=line.name_en if language() == "en" else line.name)
    def draw() -> None:
        form = Form("visits.approve", subject=line.id, values={"from_on": clock.today()})
        form.day("from_on", earliest=clock.today())
        st.caption(_(N_("What happens from this day on is followed; what was before is not")))
        if send_button(_(N_("Approve")), key=f"{form.name}:send"):
            sent = form.send(
                visits.approve, visits.ApproveCadence, cadence_id=line.id, version=line.version
            )
            if sent is not None:
                done(_(N_("Contacts are made by it from now on")))

    draw()
