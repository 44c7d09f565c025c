"""Lists from elsewhere: a file, its columns, a dry run, the import, and the way back."""

import streamlit as st

from pages.components.frame import fetch, open_page
from pages.components.imports.history import history
from pages.components.imports.outcome import deeds, kept, numbers, reasons, standing
from pages.components.imports.uploading import chosen_kind, upload
from pages.components.layout import header
from pages.components.pickers import asked_record
from pages.components.words import _, fmoment, plain, raw
from services import imports
from services.core.access import Permission
from services.core.words import N_

actor = open_page(raw(N_("Import")), needs=Permission.IMPORTS_VIEW)
asked = asked_record("batch")

if asked is not None:
    is_under_way = fetch(imports.under_way, asked) is not None
    batch = fetch(imports.batch, asked)  # after it: what has just ended is shown as it ended
    facts = [batch.store, batch.person, fmoment(batch.created_at)]
    about = " · ".join(plain(fact) for fact in facts if fact)
    with header(plain(batch.file_name), about):
        if st.button(_(N_("All imports")), key="imports:all", icon=":material/arrow_back:"):
            del st.query_params["batch"]
            st.rerun()
    standing(batch, is_under_way=is_under_way)
    numbers(batch)
    deeds(batch, is_under_way=is_under_way)
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
