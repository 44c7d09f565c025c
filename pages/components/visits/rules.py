"""The rules by which contacts are made, at a glance: what each does, and since when it holds."""

from typing import Final, NoReturn

import streamlit as st

from pages.components import layout
from pages.components.frame import done, fetch, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.visits import looks, rule_forms
from pages.components.words import _, choice, fdate, fnumber, listed, plain, raw
from services import visits
from services.core import clock
from services.core.access import Actor, Permission
from services.core.words import N_
from services.visits import CadenceLine, CadenceState, StepLine, Trigger

STATES: Final = {
    CadenceState.DRAFT: Tone.INFO,
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
            if may_lead:
                _adopt_button()
        return
    if may_lead:
        with st.container(horizontal=True, gap="small"):
            if st.button(_(N_("A new rule")), key="visits:new", icon=":material/add:"):
                rule_forms.begin_rule()
            _adopt_button()
    proposed = fetch(visits.waiting) if may_lead else {}
    by_code: dict[str, list[CadenceLine]] = {}
    for line in found:
        by_code.setdefault(line.code, []).append(line)
    for versions in sorted(by_code.values(), key=_rank):
        _rule(versions, proposed.get(versions[0].code, 0))


def open_rule(cadence_id: int) -> NoReturn:
    """Open one version of a rule; its address can be passed on."""
    st.query_params["rule"] = str(cadence_id)
    st.rerun()


def state_chip(line: CadenceLine) -> Chip:
    """In force, to come, ended, or a draft."""
    today = clock.today()
    if line.is_over(today):
        return Chip(choice(CadenceState.RETIRED), Tone.QUIET)
    if line.state is CadenceState.APPROVED and line.from_on and line.from_on > today:
        return Chip(raw(N_("in force from {day} on"), day=fdate(line.from_on)), Tone.INFO)
    return Chip(choice(line.state), STATES[line.state])


def _day(number: int) -> str:
    """A day counted from what is followed."""
    if number < 0:
        return raw(N_("{count} days before"), count=fnumber(-number))
    return raw(N_("day {day}"), day=fnumber(number)) if number else raw(N_("the same day"))


def step_line(step: StepLine, trigger: Trigger) -> None:
    """One step as a line, which wraps where the screen is narrow."""
    begin, end = step.offset_days, step.offset_days + step.window_days
    days = _day(begin)
    if begin != end:
        days = raw(N_("{day} to {end}"), day=days, end=_day(end))
    if trigger is Trigger.FILE_GAP:
        days = raw(N_("in working days: {days}"), days=days)
    parts = [
        choice(step.kind),
        days,
        raw(N_("tried until {day}"), day=_day(step.expiry_days)),
        raw(N_("{count} attempts"), count=fnumber(step.max_attempts)),
        raw(N_("weight {weight}"), weight=fnumber(step.priority)),
    ]
    if step.survey_code is not None:
        parts.append(raw(N_("asks by {survey}"), survey=step.survey_code.upper()))
    purpose = looks.told(step.purpose, step.purpose_en)
    st.markdown(f"**{plain(purpose)}** · {plain(' · '.join(parts))}")


def about(line: CadenceLine) -> str:
    """What it follows, who makes its contacts, of which customers, since when; a text."""
    told = [choice(line.trigger), choice(line.desk)]
    told += [choice(one) for one in (line.lifecycle, line.value_class) if one is not None]
    if line.from_on is not None and line.until_on is not None:
        span = N_("from {day} to {end}")
        told.append(raw(span, day=fdate(line.from_on), end=fdate(line.until_on)))
    elif line.from_on is not None:
        told.append(raw(N_("since {day}"), day=fdate(line.from_on)))
    return " · ".join(told)


def _rank(versions: list[CadenceLine]) -> tuple[bool, str]:
    return all(one.is_over(clock.today()) for one in versions), versions[0].code


def _adopt_button() -> None:
    if st.button(
        _(N_("Take over the delivered rules")), key="visits:adopt", icon=":material/library_add:"
    ):
        form = "visits.adopt"
        count = submit(visits.adopt, visits.AdoptCadences, form=form, request_id=request_id(form))
        if count is not None:
            done(_(N_("{count} rules were taken over as drafts"), count=fnumber(count)))


def _rule(versions: list[CadenceLine], proposed: int) -> None:
    """A rule by its version that holds; by its draft where none has held yet."""
    today = clock.today()
    begun = [one for one in versions if one.state is not CadenceState.DRAFT]
    holding = next(
        (one for one in begun if not one.is_over(today) and (one.from_on or today) <= today), None
    )
    line = holding or versions[0]
    chips = [state_chip(line), Chip(raw(N_("Version {number}"), number=line.number), Tone.QUIET)]
    if line.is_marketing:
        chips.append(Chip(raw(N_("Offer")), Tone.SPECIAL))
    later = [one for one in versions if one.number > line.number]
    chips += [
        Chip(listed([raw(N_("Version {number}"), number=one.number), state_chip(one).text]))
        for one in later
    ]
    if proposed:
        chips.append(Chip(raw(N_("Proposals: {count}"), count=proposed), Tone.WARN))
    name = looks.told(line.name, line.name_en)
    with layout.card(None, plain(about(line)), name=name, chips=chips) as actions:
        with actions:
            if st.button(_(N_("Open")), key=f"visits:rule:{line.code}", icon=":material/tune:"):
                open_rule((later or [line])[0].id)
        for step in line.steps:
            step_line(step, line.trigger)
        if not line.steps:
            st.caption(_(N_("No step yet")))
