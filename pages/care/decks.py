"""The monthly presentations of complaints: their slides, comments, signature and files."""

from pages.components import decks, layout
from pages.components.frame import fetch, open_page
from pages.components.words import _
from services import decks as kept
from services.core.access import Permission
from services.core.words import N_

actor = open_page(N_("Monthly presentation"), needs=Permission.DECKS_VIEW)
months = {line.month: line.month for line in fetch(kept.lines)}
caption = N_("Figures as they were when they were frozen; later corrections stand in the next one")
with layout.header(_(N_("Monthly presentation")), _(caption)):
    month = decks.choose(months) if months else None
if month is None:
    layout.empty(
        _(N_("No presentation yet")),
        _(N_("The last month's is made by itself on the first working day of the next month")),
        ":material/slideshow:",
    )
else:
    decks.show(fetch(kept.deck, month), actor)
