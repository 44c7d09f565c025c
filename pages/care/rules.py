"""The rules by which customers are contacted, their versions and scripts, and how good the calls
are that come of them."""

from pages.components import layout, pickers
from pages.components.frame import fetch, keep_alive, open_page
from pages.components.visits import quality, rule_file, rules
from pages.components.words import _, raw
from services import visits
from services.core.access import Permission
from services.core.words import N_

RULES = "rules"
QUALITY = "quality"
VIEWS = {RULES: N_("Rules of contact"), QUALITY: N_("Quality of calls")}

actor = open_page(N_("Rules and quality"), needs=Permission.VISITS_VIEW)
keep_alive()
asked = pickers.asked_record("rule")

if asked is not None:
    rule_file.way_back()
    rule_file.show(fetch(visits.rule_file, asked))
else:
    layout.header(
        _(N_("Rules and quality")),
        _(N_("When customers are contacted, with which words, how well")),
    )
    views = {key: raw(words) for key, words in VIEWS.items()}
    if pickers.switch(raw(N_("View")), views, "view", RULES) == QUALITY:
        quality.show(actor)
    else:
        rules.show(actor)
