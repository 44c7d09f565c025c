"""Lists from elsewhere: a file, its columns, a dry run, the import, and the way back."""

import streamlit as st

from pages.components.frame import fetch, open_page
from pages.components.imports.history import history
from pages.components.imports.outcome import STATES, deeds, kept, numbers, reasons
from pages.components.imports.uploading import chosen_kind, upload
from pages.components.layout import Chip, Tone, chips, header
from pages.components.pickers import asked_record
from pages.components.words import _, choice, fmoment, plain, raw
from services import imports
from services.core.access import Permission
from services.core.words import N_
from services.imports import BatchState

actor = open_page(raw(N_("Import")), needs=Permission.IMPORTS_VIEW)
asked = asked_record("batch")

if asked is not None:
    batch = fetch(imports.batch, asked)
    facts = [batch.store, batch.person, fmoment(batch.created_at)]
    about = " · ".join(plain(fact) for fact in facts if fact)
    with header(plain(batch.file_name), about):
        if st.button(_(N_("All imports")), key="imports:all", icon=":material/arrow_back:"):
            del st.query_params["batch"]
            st.rerun()
    chips([Chip(raw(batch.kind_label), Tone.QUIET), Chip(choice(batch.state), STATES[batch.state])])
    if not batch.is_checked:
        st.warning(
            _(N_("The check of this file was left before its end. Upload the file again")),
            icon=":material/warning:",
        )
    elif batch.state is BatchState.CHECKED:
        st.info(
            _(N_("A dry run: nothing is written before you import, and an import can be undone")),
            icon=":material/fact_check:",
        )
    elif batch.state is BatchState.RUNNING:
        st.warning(
            _(N_("This import is being done, or was stopped in the middle. It can go on")),
            icon=":material/hourglass_top:",
        )
    numbers(batch)
    deeds(batch)
    kept(batch)
    reasons(batch)
else:
    header(
        _(N_("Import")),
        _(N_("Nothing is written before the dry run is shown; every import can be undone")),
    )
    kind = chosen_kind(fetch(imports.kinds))
    places = fetch(imports.places)
    made = upload(kind, places, actor.store_id)
    if made is not None:
        st.query_params["batch"] = str(made)
        st.rerun()
    history()
