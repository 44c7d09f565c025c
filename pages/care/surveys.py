"""How content customers are: what they answered, and by which surveys they are asked."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.surveys import results, versions
from pages.components.words import _, raw
from services import customers, surveys
from services.core.access import Permission
from services.core.words import N_

RESULTS = "results"
SURVEYS = "surveys"
VIEWS = {RESULTS: N_("Results"), SURVEYS: N_("Questionnaires")}

actor = open_page(N_("Satisfaction"), needs=Permission.VISITS_VIEW)
keep_alive()
lines = fetch(surveys.surveys)
may_lead = actor.may(Permission.VISITS_LEAD)

said = N_(
    "What customers answer at a contact or to the maker, store by store, question by question"
)
with layout.header(_(N_("Satisfaction")), _(said)):
    if (
        may_lead
        and lines
        and st.button(_(N_("New survey")), icon=":material/add:", shortcut="alt+n")
    ):
        versions.start()
views = {key: raw(words) for key, words in VIEWS.items()}
default = RESULTS if lines else SURVEYS
if pickers.switch(raw(N_("View")), views, "view", default) == RESULTS and lines:
    results.show(lines, fetch(customers.places))
else:
    versions.show(lines, may_lead=may_lead)
