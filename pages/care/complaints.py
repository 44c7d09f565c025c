"""The complaint ledger: what runs out first, every complaint, one case with its clocks."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.complaints import case_view, listing, registering
from pages.components.frame import fetch, open_page
from pages.components.words import _
from services import complaints, customers, posts
from services.core.access import Permission
from services.core.words import N_
from services.posts import PostDuty

actor = open_page(N_("Complaints"), needs=Permission.COMPLAINTS_VIEW)
asked = pickers.asked_record("id")
may_register = actor.may(Permission.COMPLAINTS_REGISTER)

if asked is None:
    caption = N_("Whoever takes a complaint stands for it until the customer has an answer")
    minding = [name for _key, name in fetch(posts.named, PostDuty.HOTLINE, actor.store_id)][:1]
    said = [_(caption), *(_(N_("On the hotline today: {person}"), person=name) for name in minding)]
    with layout.header(_(N_("Complaints")), " · ".join(said)):
        if may_register and st.button(
            _(N_("Register")), icon=":material/add_comment:", type="primary", shortcut="alt+n"
        ):
            registering.register(actor)
    may_see_files = actor.may(Permission.CUSTOMERS_VIEW)
    places = fetch(customers.places) if may_see_files else customers.Places((), ())
    may_export = actor.may(Permission.COMPLAINTS_EXPORT)
    may_measure = actor.may(Permission.KPI_VIEW)
    listing.show(places, may_register=may_register, may_export=may_export, may_measure=may_measure)
else:
    listing.way_back()
    may_export = actor.may(Permission.COMPLAINTS_EXPORT)
    case_view.show(fetch(complaints.case, asked), may_export=may_export)
