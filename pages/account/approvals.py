"""What waits for a second person: asked, answered, with the reasons."""

import streamlit as st

from pages.components import approvals as requests
from pages.components.frame import fetch, open_page
from pages.components.layout import empty, header
from pages.components.pickers import asked_record
from pages.components.words import _, raw
from services import approvals
from services.core.access import Permission
from services.core.words import N_

actor = open_page(raw(N_("Approvals")), needs=Permission.PROFILE_EDIT)
with header(
    _(N_("Approvals")),
    _(N_("What waits for your answer, and what you asked for; nobody agrees to his own request")),
):
    everything = st.toggle(_(N_("Answered ones too")), key="approvals:all")

found = fetch(approvals.page, only_open=not everything)
requests.approvals_table(found)
if not found:
    empty(
        _(N_("Nothing waits")),
        _(N_("Changes that need a second person stand here until they are answered.")),
        ":material/approval:",
    )

asked = asked_record("approval")
if asked is not None:
    requests.open_drawer(fetch(approvals.line, asked))
