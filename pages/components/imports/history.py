"""The imports so far: found again after leaving the page, whoever began them."""

import streamlit as st

from pages.components.frame import fetch
from pages.components.imports.outcome import STATES
from pages.components.layout import card, empty
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, field, raw
from services import imports
from services.core.words import N_


def history() -> None:
    """The newest imports; a click opens one."""
    found = fetch(imports.batches)
    if not found:
        empty(
            _(N_("No imports yet")),
            _(N_("Choose a file above, or begin with the template.")),
            ":material/upload_file:",
        )
        return
    with card(_(N_("Imports so far"))):
        chosen = rows_table(
            [
                (
                    one.id,
                    one.created_at,
                    one.file_name,
                    raw(one.kind_label),
                    one.state,
                    one.store,
                    one.person,
                    one.rows,
                    one.counts["new"],
                    one.counts["wrong"],
                )
                for one in found
            ],
            [
                Column("created_at", raw(N_("Begun")), Kind.MOMENT),
                Column("file_name", field("file"), width=150),
                Column("kind", field("kind")),
                Column("state", raw(N_("State")), Kind.BADGE, tones=STATES),
                Column("store", field("store")),
                Column("person", raw(N_("By"))),
                Column("rows", raw(N_("Rows")), Kind.NUMBER, width=70),
                Column("new", raw(N_("New")), Kind.NUMBER, width=70),
                Column("wrong", raw(N_("Wrong")), Kind.NUMBER, width=70),
            ],
            key="imports:list",
            on_select="once",
        )
    if chosen is not None:
        st.query_params["batch"] = str(chosen)
        st.rerun()
