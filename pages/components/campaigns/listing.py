"""All campaigns at a glance: drafts, what runs, what is over."""

from typing import Final

import streamlit as st

from pages.components import layout
from pages.components.campaigns import looks
from pages.components.frame import done, request_id, submit
from pages.components.words import _, fnumber, plain, raw
from services import campaigns
from services.campaigns import CampaignLine, CampaignState
from services.core import clock
from services.core.words import N_

_OVER_SHOWN: Final = 50
"""Campaigns that are over, on one page."""


def way_back() -> None:
    """From one campaign to all of them."""
    if st.button(
        _(N_("Campaigns")), icon=":material/arrow_back:", type="tertiary", shortcut="alt+l"
    ):
        st.query_params.pop("id", None)
        st.rerun()


def show(lines: list[CampaignLine], *, may_lead: bool) -> None:
    if not lines:
        with layout.empty(
            _(N_("There are no campaigns yet")),
            _(N_("Take over those that are delivered, choose their days, and have them approved")),
            ":material/campaign:",
        ):
            if may_lead:
                _adopt()
        return
    today = clock.today()
    over = [one for one in lines if one.is_over(today)]
    running = [one for one in lines if one.state is CampaignState.APPROVED and one not in over]
    drafts = [one for one in lines if one.state is CampaignState.DRAFT]
    _group(_(N_("Running and to come")), running)
    _group(_(N_("Drafts")), drafts)
    if may_lead:
        _adopt()
    _group(_(N_("Over")), over[:_OVER_SHOWN])


def _adopt() -> None:
    if st.button(
        _(N_("Take over the delivered campaigns")),
        key="campaigns:adopt",
        icon=":material/library_add:",
    ):
        form = "campaigns.adopt"
        count = submit(
            campaigns.adopt, campaigns.AdoptCampaigns, form=form, request_id=request_id(form)
        )
        if count is not None:
            done(_(N_("{count} campaigns were taken over as drafts"), count=fnumber(count)))


def _group(title: str, lines: list[CampaignLine]) -> None:
    """`title` is a phrase."""
    if not lines:
        return
    st.markdown(f"#### {title}", anchors=False)
    for line in lines:
        _card(line)


def _card(line: CampaignLine) -> None:
    told = looks.about(line)
    with layout.card(None, plain(told), name=looks.name(line), chips=looks.chips(line)) as actions:
        with actions:
            if st.button(
                _(N_("Open")), key=f"campaigns:open:{line.id}", icon=":material/open_in_new:"
            ):
                st.query_params["id"] = str(line.id)
                st.rerun()
        if line.state is not CampaignState.DRAFT:
            said = N_("{planned} customers, {reached} reached")
            counts = {"planned": fnumber(line.planned), "reached": fnumber(line.reached)}
            st.caption(plain(raw(said, **counts)))
