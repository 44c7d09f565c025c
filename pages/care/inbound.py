"""The reception: a call written down while it lasts, who waits for an answer, all calls."""

from pages.components import layout, pickers
from pages.components.frame import keep_alive, open_page
from pages.components.inbound import listing, one, taking, waiting
from pages.components.words import _, raw
from services.core.access import Permission
from services.core.words import N_

VIEWS = {"desk": N_("Front desk"), "calls": N_("All calls"), "lost": N_("Out of stock")}

actor = open_page(N_("Reception"), needs=Permission.VISITS_VIEW)
keep_alive()
asked = pickers.asked_record("call")

if asked is not None:
    one.way_back()
    one.show(actor, asked)
else:
    caption = N_("Answered within three rings; who cannot be answered at once hears by when")
    layout.header(_(N_("Reception")), _(caption))
    views = {key: raw(words) for key, words in VIEWS.items()}
    view = pickers.switch(raw(N_("View")), views, "view", "desk")
    if view == "desk":
        if actor.may(Permission.VISITS_WORK):
            taking.show(actor)
        waiting.show()
        waiting.head()
    else:
        listing.show(is_lost=view == "lost")
