"""One campaign: to whom it speaks and what it says, what it would mean, who comes, what came of
it."""

import streamlit as st

from pages.components import layout
from pages.components.campaigns import forms, guests, looks, outlook, results
from pages.components.frame import done, request_id, submit
from pages.components.visits.looks import told as in_language
from pages.components.words import _, fmoment, listed, plain_lines, raw
from services import campaigns
from services.campaigns import CampaignFile, CampaignKind, CampaignLine, CampaignState
from services.core import clock
from services.core.words import N_


def show(file: CampaignFile) -> None:
    line = file.line
    told = [looks.about(line)]
    if line.author:
        told.append(raw(N_("written by {name}"), name=line.author))
    if line.approver:
        told.append(raw(N_("approved by {name}"), name=line.approver))
    chips = looks.chips(line)
    with layout.person(looks.name(line), None, chips, about=" · ".join(told), has_picture=False):
        _actions(file)
    if line.ended_at is not None:
        ended = N_("Ended on {moment}: {reason}")
        st.warning(_(ended, moment=fmoment(line.ended_at), reason=line.end_reason))
    if file.lacking:
        missing = N_("Before it can be approved it needs: {what}")
        st.info(_(missing, what=listed([raw(looks.LACKING[one]) for one in file.lacking])))
    elif file.is_own:
        st.info(_(N_("You wrote this draft: somebody else has to approve it")))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if file.results is not None:
            results.show(line, file.results)
        elif file.may_lead:
            outlook.show(line)
        if line.kind is CampaignKind.INVITATION and line.state is not CampaignState.DRAFT:
            guests.show(file)
    with right:
        _audience(line)
        _script(line)


def _audience(line: CampaignLine) -> None:
    with layout.card(_(N_("To whom it speaks"))):
        values: dict[str, object] = {raw(N_("Which customers")): looks.audience(line)}
        if line.capacity is not None:
            values[raw(N_("Room for so many people"))] = line.capacity
        layout.facts(values)


def _script(line: CampaignLine) -> None:
    with layout.card(_(N_("What is said to the customers"))):
        script = in_language(line.script, line.script_en)
        st.markdown(plain_lines(script) if script else _(N_("No script yet")))


def _actions(file: CampaignFile) -> None:
    line = file.line
    if not file.may_lead:
        return
    if line.state is CampaignState.DRAFT:
        if file.may_approve and st.button(
            _(N_("Approve")), key="campaigns:approve", icon=":material/verified:", type="primary"
        ):
            _approve(line)
        if st.button(_(N_("Edit")), key="campaigns:edit", icon=":material/edit:"):
            forms.edit(line)
        if st.button(_(N_("Discard the draft")), key="campaigns:discard", icon=":material/delete:"):
            _discard(line)
    elif not line.is_over(clock.today()) and st.button(
        _(N_("End it early")), key="campaigns:end", icon=":material/stop_circle:"
    ):
        forms.end(line)


def _approve(line: CampaignLine) -> None:
    form = f"campaigns.approve:{line.id}"
    sent = submit(
        campaigns.approve,
        campaigns.WorkOnCampaign,
        form=form,
        request_id=request_id(form),
        campaign_id=line.id,
        version=line.version,
    )
    if sent is not None:
        done(_(N_("It is approved: its contacts are made within minutes")))


def _discard(line: CampaignLine) -> None:
    form = f"campaigns.discard:{line.id}"
    gone = submit(
        campaigns.discard,
        campaigns.WorkOnCampaign,
        form=form,
        request_id=request_id(form),
        campaign_id=line.id,
        version=line.version,
    )
    if gone is not None:
        st.query_params.pop("id", None)
        done(_(N_("The draft is gone")))
