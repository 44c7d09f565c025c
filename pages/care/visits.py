"""The visit plan: whom one is to contact today, one contact with all that a call needs, the
forms of visits, promises, the rules by which contacts are made."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.surveys import asking
from pages.components.visits import (
    calling,
    districts,
    form_books,
    form_view,
    maintenance,
    my_day,
    planning,
    promise_list,
    quality,
    reports,
    rule_file,
    rules,
    standings,
    task_list,
    week,
    week_plans,
)
from pages.components.words import _, fnumber, raw
from services import customers, visits
from services.core.access import Permission
from services.core.words import N_

MY_DAY = "day"
WEEK = "week"
LIST = "list"
FORMS = "forms"
PROMISES = "promises"
PLANS = "plans"
MAINTENANCE = "maintenance"
REPORT = "report"
RULES = "rules"
QUALITY = "quality"
VIEWS = {
    MY_DAY: N_("My day"),
    WEEK: N_("Week board"),
    "standings": N_("By standing"),
    LIST: N_("List"),
    "districts": N_("Districts"),
    FORMS: N_("Visit forms"),
    PROMISES: N_("Promises"),
    PLANS: N_("Weekly plans"),
    MAINTENANCE: N_("Maintenance"),
    REPORT: N_("Report"),
    RULES: N_("Rules of contact"),
    QUALITY: N_("Quality of calls"),
}
BOARDS = {WEEK: week.show, "standings": standings.show, "districts": districts.show}

actor = open_page(N_("Visit plan"), needs=Permission.VISITS_VIEW)
keep_alive()
asked, asked_form = pickers.asked_record("task"), pickers.asked_record("form")
asked_rule = pickers.asked_record("rule")
found = fetch(visits.day)
asking.tell()

if asked is not None:
    my_day.way_back()
    calling.show(actor, fetch(visits.call, asked), found)
elif asked_form is not None:
    form_books.way_back()
    form_view.show(fetch(visits.visit_form, asked_form))
elif asked_rule is not None:
    rule_file.way_back()
    rule_file.show(fetch(visits.rule_file, asked_rule))
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
    elif view == RULES:
        rules.show(actor)
    elif view == FORMS:
        form_books.show()
    elif view == PROMISES:
        promise_list.show()
    elif view == PLANS:
        week_plans.show()
    elif view == MAINTENANCE:
        maintenance.show(actor, fetch(customers.places))
    elif view == REPORT:
        reports.show(fetch(customers.places))
    elif view == QUALITY:
        quality.show(actor)
    else:
        my_day.show(found, may_lead=may_lead)
    if (whom := pickers.asked_record("plan")) is not None:
        st.query_params.pop("plan")
        planning.show(actor, whom)
