"""One version of a rule: its steps and scripts, what speaks against it, what changed, what it
would mean, what was proposed and what came of it."""

import streamlit as st

from pages.components import layout
from pages.components.frame import done, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.visits import looks, rule_forms, rules, simulations
from pages.components.words import _, choice, field, fmoment, plain, plain_lines, raw
from services import visits
from services.core import clock
from services.core.words import N_
from services.visits import (
    CadenceLine,
    CadenceState,
    Difference,
    ProposalLine,
    ProposalState,
    RuleFile,
    StepLine,
    Trouble,
)


def way_back() -> None:
    """From one rule to all of them."""
    if st.button(
        _(N_("Rules of contact")), icon=":material/arrow_back:", type="tertiary", shortcut="alt+l"
    ):
        st.query_params.pop("rule", None)
        st.rerun()


def show(file: RuleFile) -> None:
    line = file.line
    chips = [rules.state_chip(line), Chip(raw(N_("Version {number}"), number=line.number))]
    if line.is_marketing:
        chips.append(Chip(raw(N_("Offer")), Tone.SPECIAL))
    told = [rules.about(line)]
    if file.author:
        told.append(raw(N_("written by {name}"), name=file.author))
    if file.approver:
        told.append(raw(N_("approved by {name}"), name=file.approver))
    name = looks.told(line.name, line.name_en)
    with layout.person(name, None, chips, about=" · ".join(told), has_picture=False):
        _actions(file)
    _versions(file)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if line.state is CadenceState.DRAFT:
            _troubles(file.troubles, is_own=file.is_own)
        for step in line.steps:
            _step(file, step)
        if not line.steps:
            st.caption(_(N_("No step yet")))
    with right:
        _differences(file)
        _proposals(file)
        simulations.outcomes(file.outcomes)
    if file.may_lead:
        simulations.show(line)


def _actions(file: RuleFile) -> None:
    line = file.line
    if not file.may_lead:
        return
    if line.state is CadenceState.DRAFT:
        if file.may_approve and st.button(
            _(N_("Approve")), key=f"visits:approve:{line.id}", icon=":material/verified:"
        ):
            rule_forms.approve(line)
        if st.button(_(N_("Edit")), key="visits:edit", icon=":material/edit:"):
            rule_forms.edit(line)
        if st.button(_(N_("Add a step")), key="visits:add", icon=":material/add:"):
            rule_forms.step(line, None)
        if st.button(_(N_("Discard the draft")), key="visits:discard", icon=":material/delete:"):
            _discard(line)
        return
    has_draft = any(one.state is CadenceState.DRAFT for one in file.versions)
    if not has_draft and st.button(
        _(N_("New version")), key="visits:begin", icon=":material/content_copy:"
    ):
        _begin(line)
    if not line.is_over(clock.today()) and st.button(
        _(N_("End it")), key=f"visits:retire:{line.id}", icon=":material/stop_circle:"
    ):
        _retire(line)


def _begin(line: CadenceLine) -> None:
    form = f"visits.begin:{line.id}"
    made = submit(
        visits.begin,
        visits.BeginVersion,
        form=form,
        request_id=request_id(form),
        cadence_id=line.id,
    )
    if made is not None:
        st.query_params["rule"] = str(made)
        done(_(N_("The draft is there. What holds goes on until it is approved")))


def _retire(line: CadenceLine) -> None:
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


def _discard(line: CadenceLine) -> None:
    form = f"visits.discard:{line.id}"
    gone = submit(
        visits.discard,
        visits.WorkOnDraft,
        form=form,
        request_id=request_id(form),
        cadence_id=line.id,
        version=line.version,
    )
    if gone is not None:
        st.query_params.pop("rule", None)
        done(_(N_("The draft is gone")))


def _versions(file: RuleFile) -> None:
    """The way to the other versions."""
    if len(file.versions) == 1:
        return
    with st.container(horizontal=True, gap="small"):
        for one in file.versions:
            words = raw(N_("Version {number}"), number=one.number)
            label = plain(f"{words} · {rules.state_chip(one).text}")
            if st.button(
                label,
                key=f"visits:version:{one.id}",
                type="tertiary",
                disabled=one.id == file.line.id,
            ):
                rules.open_rule(one.id)


def _troubles(troubles: list[Trouble], *, is_own: bool) -> None:
    """What speaks against a draft, in words; what stands in the way of approving it first."""
    for one in troubles:
        words = _(one.msgid, **_in_language(one.params))
        if one.is_grave:
            st.error(words, icon=":material/block:")
        else:
            st.warning(words, icon=":material/lightbulb:")
    if not troubles:
        st.success(_(N_("Nothing speaks against this draft")), icon=":material/task_alt:")
    if is_own:
        st.info(
            _(N_("You wrote this draft: somebody else has to approve it")),
            icon=":material/group:",
        )


def _in_language(params: dict[str, object]) -> dict[str, object]:
    """A rule that is spoken of has a name in each language."""
    if "name" not in params:
        return params
    name = looks.told(str(params["name"]), str(params["name_en"]))
    return {"name": name}


def _step(file: RuleFile, step: StepLine) -> None:
    line = file.line
    with st.container(border=True):
        rules.step_line(step, line.trigger)
        script = looks.told(step.script, step.script_en)
        if script:
            st.markdown(f"> {plain(script)}")
        else:
            st.caption(_(N_("No script yet")))
        is_draft = line.state is CadenceState.DRAFT
        with st.container(horizontal=True, gap="small"):
            if file.may_lead and is_draft:
                if st.button(
                    _(N_("Edit")),
                    key=f"visits:step:{step.nth}",
                    icon=":material/edit:",
                    type="tertiary",
                ):
                    rule_forms.step(line, step)
                if st.button(
                    _(N_("Take out")),
                    key=f"visits:drop:{step.nth}",
                    icon=":material/remove:",
                    type="tertiary",
                ):
                    _drop(line, step)
            if file.may_propose and st.button(
                _(N_("Propose another script")),
                key=f"visits:propose:{step.nth}",
                icon=":material/edit_note:",
                type="tertiary",
            ):
                rule_forms.propose(rule_forms.Said(step.id, step.script, step.script_en))


def _drop(line: CadenceLine, step: StepLine) -> None:
    form = f"visits.drop_step:{line.id}.{line.version}.{step.nth}"
    gone = submit(
        visits.drop_step,
        visits.DropStep,
        form=form,
        request_id=request_id(form),
        cadence_id=line.id,
        version=line.version,
        nth=step.nth,
    )
    if gone is not None:
        done(_(N_("The step is out of the draft")))


def _differences(file: RuleFile) -> None:
    if file.before is None:
        return
    with layout.card(_(N_("What changed since version {number}"), number=file.before.number)):
        if not file.differences:
            st.caption(_(N_("Nothing yet")))
        for one in file.differences:
            _difference(one)


def _difference(one: Difference) -> None:
    """One line: the step, the field, what it was and what it is."""
    told = [] if one.step is None else [raw(N_("Step {nth}"), nth=one.step)]
    if one.field is None:
        whole: StepLine = one.old or one.new
        words = N_("added: {purpose}") if one.old is None else N_("taken out: {purpose}")
        told.append(raw(words, purpose=looks.told(whole.purpose, whole.purpose_en)))
        st.markdown(plain(" · ".join(told)))
        return
    about = " · ".join([*told, field(one.field)])
    old, new = layout.shown(one.old), layout.shown(one.new)
    if one.field in {"script", "script_en"}:
        st.markdown(f"{plain(about)}  \n~~{plain(old)}~~  \n{plain(new)}")
    else:
        st.markdown(f"{plain(about)}: {plain(old)} → **{plain(new)}**")


def _proposals(file: RuleFile) -> None:
    if not file.proposals:
        return
    with layout.card(_(N_("Proposals for its scripts"))):
        for one in file.proposals:
            _proposal(one, may_lead=file.may_lead)


def _proposal(one: ProposalLine, *, may_lead: bool) -> None:
    tones = {ProposalState.OPEN: Tone.WARN, ProposalState.TAKEN: Tone.GOOD}
    chip = Chip(choice(one.state), tones.get(one.state, Tone.QUIET))
    about = " · ".join((looks.told(one.purpose, one.purpose_en), one.author))
    st.markdown(f"{chip.markdown()} {plain(about)}")
    st.caption(plain(fmoment(one.created_at)))
    st.markdown(f"> {plain(one.script)}")
    st.caption(plain_lines(one.reason))
    if one.answer:
        st.caption(_(N_("Answer: {words}"), words=one.answer))
    if (
        may_lead
        and one.state is ProposalState.OPEN
        and st.button(
            _(N_("Answer it")),
            key=f"visits:answer:{one.id}",
            icon=":material/reply:",
            type="tertiary",
        )
    ):
        rule_forms.answer(one)
