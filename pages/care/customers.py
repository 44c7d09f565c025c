"""Customer file review: find a customer, open the file, correct it."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.customers import dialogs, editing, file_view, issues, listing, walking
from pages.components.frame import fetch, open_page
from pages.components.words import _
from services import customers
from services.core.access import Permission
from services.core.words import N_

actor = open_page(N_("Customers"), needs=Permission.CUSTOMERS_VIEW)
asked = pickers.asked_record("id")

if asked is None:
    caption = N_("Every customer you may see; phones are masked in lists")
    with layout.header(_(N_("Customers")), _(caption)):
        if actor.may(Permission.CUSTOMERS_CREATE) and st.button(
            _(N_("New customer")), icon=":material/person_add:", type="primary", shortcut="alt+n"
        ):
            dialogs.create()
        issues.overview(actor)
    listing.show(fetch(customers.places))
else:
    walking.bar(asked)
    file = fetch(customers.file, asked)
    if file.may_edit and st.query_params.get("edit"):
        editing.show(file)
    else:
        file_view.show(file, actor)
