"""Parameters: the group's own numbers, from when each holds, who decided it and why."""

import streamlit as st

from pages.components import settings as lines
from pages.components.frame import fetch, open_page
from pages.components.layout import card, header
from pages.components.pickers import filter_pair
from pages.components.words import _, field, raw
from services import settings, stores
from services.core.access import Permission
from services.core.words import N_

actor = open_page(raw(N_("Parameters")), needs=Permission.SETTINGS_VIEW)
rights = lines.Rights(
    may_propose=actor.may(Permission.SETTINGS_PROPOSE),
    may_change=actor.may(Permission.SETTINGS_CHANGE),
)
places = [(store.id, store.name) for store in fetch(stores.lines)]

with header(
    _(N_("Parameters")),
    _(N_("Numbers that the group decides. A change holds from its day on, never for days before")),
):
    store = filter_pair(
        field("store"),
        places,
        "store",
        every=raw(N_("The whole group")),
        width=200,
        visible="collapsed",
    )

chosen = None
found = fetch(settings.page, store)
for section, title in lines.SECTIONS.items():
    with card(_(title)):
        picked = lines.section_table(
            [line for line in found if line.parameter.section == section], section
        )
    chosen = chosen or picked
if rights.may_propose:
    st.caption(_(N_("Choose a row to change the number or to see what it was.")))
else:
    st.caption(_(N_("Choose a row to see what the number was.")))

if chosen is not None:
    [line] = [line for line in found if line.id == chosen]
    lines.open_drawer(line, store, dict(places).get(store or 0), rights)
