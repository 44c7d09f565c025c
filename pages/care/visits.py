"""The visit plan: whom one is to contact today, one contact with all that a call needs, the rules
by which contacts are made."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.visits import calling, maintenance, my_day, reports, rules
from pages.components.words import _, fnumber, raw
from services import customers, visits
from services.core.access import Permission
from services.core.words import N_

MY_DAY = "day"
MAINTENANCE = "maintenance"
REPORT = "report"
RULES = "rules"
VIEWS = {
    MY_DAY: N_("My day"),
    MAINTENANCE: N_("Maintenance"),
    REPORT: N_("Report"),
    RULES: N_("Rules of contact"),
}

actor = open_page(N_("Visit plan"), needs=Permission.VISITS_VIEW)
keep_alive()
asked = pickers.asked_record("task")
found = fetch(visits.day)

if asked is not None:
    my_day.way_back()
    calling.show(fetch(visits.call, asked), found)
else:
    made = N_("{done} of {capacity} made today, {left} wait")
    said = _(
        made,
        done=fnumber(found.done),
        capacity=fnumber(found.capacity),
        left=fnumber(len(found.rows)),
    )
    with layout.header(_(N_("Visit plan")), said):
        if found.rows and st.button(
            _(N_("Begin")), icon=":material/call:", type="primary", shortcut="alt+j"
        ):
            my_day.go_to(found.rows[0].id)
    views = {key: raw(words) for key, words in VIEWS.items()}
    view = pickers.switch(raw(N_("View")), views, "view", MY_DAY)
    if view == RULES:
        rules.show(actor)
    elif view == MAINTENANCE:
        maintenance.show(actor, fetch(customers.places))
    elif view == REPORT:
        reports.show(fetch(customers.places))
    else:
        my_day.show(found, may_lead=actor.may(Permission.VISITS_LEAD))
