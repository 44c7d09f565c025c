"""What a draft would mean if it began now: customers, who may not be contacted, calls a day."""

import streamlit as st

from pages.components import layout
from pages.components.frame import fetch
from pages.components.words import _, choice, fnumber, plain, raw
from services import campaigns
from services.campaigns import CampaignLine, StoreLoad
from services.core.words import N_


def show(line: CampaignLine) -> None:
    found = fetch(campaigns.outlook, line.id)
    with layout.card(
        _(N_("What it would mean")),
        _(N_("Counted from the files as they are now. Whoever comes to match later is taken in")),
    ):
        with layout.tiles(3):
            spread = _(N_("spread over {days} days"), days=fnumber(found.days))
            layout.tile(_(N_("Customers who match")), fnumber(found.matching), " ")
            layout.tile(_(N_("May be contacted")), fnumber(found.free), spread)
            layout.tile(_(N_("May not be contacted")), fnumber(sum(found.barred.values())), " ")
        for why, count in sorted(found.barred.items()):
            st.caption(plain(f"{choice(why)}: {fnumber(count)}"))
        for place in found.places:
            _place(place)
        if not found.places:
            st.caption(_(N_("Nobody is to be contacted")))


def _place(one: StoreLoad) -> None:
    words = N_(
        "{store}: {count} a day, {all} with the rules in force; people at the desk: {people}, who "
        "can make {most}"
    )
    said = raw(
        words,
        store=one.store,
        count=fnumber(round(one.rule, 1)),
        all=fnumber(round(one.rule + one.others, 1)),
        people=fnumber(one.people),
        most=fnumber(one.capacity),
    )
    each = raw(N_("{count} a day for each of them"), count=_each(one)) if one.people else ""
    line = " · ".join(filter(None, (said, each)))
    if one.rule + one.others > one.capacity:
        st.warning(plain(line), icon=":material/group_off:")
    else:
        st.caption(plain(line))


def _each(one: StoreLoad) -> str:
    return fnumber(round(one.rule / one.people, 1))
