"""Appointments: the timetable of a day or a week with what is free, the list, the bays."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.appointments import bays, booking, grid, listing, one
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.words import _, field, raw
from services import appointments
from services.core.access import Permission
from services.core.words import N_

VIEWS = {"day": N_("Day"), "week": N_("Week"), "list": N_("List"), "bays": N_("Bays")}

actor = open_page(N_("Appointments"), needs=Permission.VISITS_VIEW)
keep_alive()
stores = fetch(appointments.stores)
may_lead = actor.may(Permission.VISITS_LEAD)
caption = N_("Nobody waits: each customer has a time, a bay and somebody who receives him")

with layout.header(_(N_("Appointments")), _(caption)):
    books = actor.may(Permission.VISITS_WORK) and st.button(
        _(N_("Book an appointment")),
        icon=":material/add_alert:",
        type="primary",
        shortcut="alt+n",
    )
store_id = stores[0][0]
listing.head(None if len(stores) > 1 and not actor.store_id else store_id)
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    views = {key: raw(words) for key, words in VIEWS.items()}
    view = pickers.switch(raw(N_("View")), views, "view", "day")
    if len(stores) > 1:
        label = field("store_id")
        asked = pickers.filter_pair(label, stores, "store", default=store_id, width=200)
        store_id = asked or store_id
    place = grid.choose(store_id) if view in {"day", "week"} else None
if place is not None and view == "day":
    grid.day(actor, place)
elif place is not None:
    grid.week(place)
elif view == "list":
    listing.show(store_id, may_export=may_lead)
else:
    bays.show(store_id, may_lead=may_lead)
appointment = pickers.asked_record("id")
if books:
    booking.open_booking(actor, booking.Preset(store_id=store_id))
elif appointment is not None:
    one.open_one(actor, appointment)
