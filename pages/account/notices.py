"""Everything that one was told, and the long work that one began."""

import streamlit as st

from pages.components import jobs as work
from pages.components import notices as told
from pages.components.frame import fetch, open_page
from pages.components.layout import card, empty, header
from pages.components.pickers import asked_record
from pages.components.words import _, raw
from services import jobs, notices
from services.core.access import Permission
from services.core.words import N_

actor = open_page(raw(N_("Notices")), needs=Permission.PROFILE_EDIT)
with header(_(N_("Notices")), _(N_("What you were told, once for each cause, and your long work"))):
    everything = st.toggle(_(N_("Settled ones too")), key="notices:all")

asked = asked_record("job")
if asked is not None:
    work.details(fetch(jobs.line, asked))

with card(_(N_("Notices"))):
    found = fetch(notices.page, only_open=not everything)
    told.notices_table(found)
    if not found:
        empty(
            _(N_("Nothing to settle")),
            _(N_("What concerns you will stand here.")),
            ":material/notifications:",
        )

running = fetch(jobs.page)
if running:
    with card(
        _(N_("Long work")),
        _(N_("It goes on when you leave the page; choose a line to see what came of it")),
    ):
        work.jobs_table(running)
