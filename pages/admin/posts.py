"""Named people: who stands for a duty, of the group and of each store (C02, C05, C27, C28)."""

from pages.components import posts as parts
from pages.components.frame import fetch, open_page
from pages.components.layout import card, header
from pages.components.pickers import filter_pair
from pages.components.words import _, field, raw
from services import posts, stores
from services.core.access import Permission
from services.core.words import N_

actor = open_page(raw(N_("Named people")), needs=Permission.POSTS_VIEW)
places = [(store.id, store.name) for store in fetch(stores.lines)]
caption = N_("Who minds the hotline and the mailbox, counts the complaints, answers in public")
with header(_(N_("Named people")), _(caption)):
    store = filter_pair(
        field("store"),
        places,
        "store",
        default=actor.store_id,
        every=raw(N_("The whole group")),
        width=200,
        visible="collapsed",
    )
place = dict(places).get(store or 0) or raw(N_("The whole group"))

found = fetch(posts.page, store)
with card(name=place):
    chosen = parts.duties_table(found)
parts.hint(found, is_store=store is not None)
if chosen is not None:
    [line] = [one for one in found if one.id == chosen]
    parts.open_drawer(line, store, place)
