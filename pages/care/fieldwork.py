"""Going out to customers: what each person plans for a week, and the form of every visit."""

from pages.components import layout, pickers
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.visits import form_books, form_view, week_plans
from pages.components.words import _, raw
from services import visits
from services.core.access import Permission
from services.core.words import N_

PLANS = "plans"
FORMS = "forms"
VIEWS = {PLANS: N_("Weekly plans"), FORMS: N_("Visit forms")}

open_page(N_("Field visits"), needs=Permission.VISITS_VIEW)
keep_alive()
asked = pickers.asked_record("form")

if asked is not None:
    form_books.way_back()
    form_view.show(fetch(visits.visit_form, asked))
else:
    layout.header(
        _(N_("Field visits")), _(N_("Where each goes this week, and what came of every visit"))
    )
    views = {key: raw(words) for key, words in VIEWS.items()}
    if pickers.switch(raw(N_("View")), views, "view", PLANS) == FORMS:
        form_books.show()
    else:
        week_plans.show()
