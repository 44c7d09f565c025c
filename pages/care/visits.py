"""The visit plan: whom one is to contact today, one contact with all that a call needs, the board
of the week, promises, coming maintenances, the report."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.surveys import asking
from pages.components.visits import (
    calling,
    districts,
    maintenance,
    my_day,
    planning,
    promise_list,
    reports,
    standings,
    task_list,
    week,
)
from pages.components.words import _, fnumber, raw
from services import customers, visits
from services.core.access import Permission
from services.core.words import N_

MY_DAY = "day"
WEEK = "week"
LIST = "list"
PROMISES = "promises"
MAINTENANCE = "maintenance"
REPORT = "report"
VIEWS = {
    MY_DAY: N_("My day"),
    WEEK: N_("Week board"),
    "standings": N_("By standing"),
    LIST: N_("List"),
    "districts": N_("Districts"),
    PROMISES: N_("Promises"),
    MAINTENANCE: N_("Maintenance"),
    REPORT: N_("Report"),
}
BOARDS = {WEEK: week.show, "standings": standings.show, "districts": districts.show}

actor = open_page(N_("Visit plan"), needs=Permission.VISITS_VIEW)
keep_alive()
asked = pickers.asked_record("task")
found = fetch(visits.day)
asking.tell()

if asked is not None:
    my_day.way_back()
    calling.show(actor, fetch(visits.call, asked), found)
else:
    made = N_("{done} of {capacity} made today, {left} wait")
    said = _(
        made,
        done=fnumber(found.done),
        capacity=fnumber(found.capacity),
        left=fnumber(len(found.rows)),
    )
    may_lead = actor.may(Permission.VISITS_LEAD)
    with layout.header(_(N_("Visit plan")), said):
        if st.button(_(N_("New contact")), icon=":material/add:", shortcut="alt+n"):
            planning.show(actor)
        if found.rows and st.button(
            _(N_("Begin")), icon=":material/call:", type="primary", shortcut="alt+j"
        ):
            my_day.go_to(found.rows[0].id)
    views = {key: raw(words) for key, words in VIEWS.items()}
    view = pickers.switch(raw(N_("View")), views, "view", MY_DAY)
    if view in BOARDS:
        BOARDS[view](fetch(customers.places))
    elif view == LIST:
        task_list.show(fetch(customers.places), may_lead=may_lead)
    elif view == PROMISES:
        promise_list.show()
    elif view == MAINTENANCE:
        maintenance.show(actor, fetch(customers.places))
    elif view == REPORT:
        reports.show(fetch(customers.places))
    else:
        my_day.show(found, may_lead=may_lead)
    if (whom := pickers.asked_record("plan")) is not None:
        st.query_params.pop("plan")
        planning.show(actor, whom)
