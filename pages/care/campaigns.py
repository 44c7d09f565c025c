"""Campaigns: all of them, and one with its audience, its words, its guests and what came of it."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.campaigns import campaign, forms, listing
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.words import _
from services import campaigns
from services.core.access import Permission
from services.core.words import N_

actor = open_page(N_("Campaigns"), needs=Permission.VISITS_VIEW)
keep_alive()
asked = pickers.asked_record("id")

if asked is not None:
    listing.way_back()
    campaign.show(fetch(campaigns.campaign_file, asked))
else:
    said = N_("One message to many customers: each is contacted once, and asked for nothing twice")
    may_lead = actor.may(Permission.VISITS_LEAD)
    with layout.header(_(N_("Campaigns")), _(said)):
        if may_lead and st.button(
            _(N_("New campaign")), icon=":material/add:", shortcut="alt+n", key="campaigns:new"
        ):
            forms.start(actor)
    listing.show(fetch(campaigns.campaigns), may_lead=may_lead)
