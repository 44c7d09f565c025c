"""Working hours: the week, the year day by day, what was decided for the group and each store."""

import streamlit as st

from pages.components.calendars import (
    days_drawer,
    days_table,
    hours_drawer,
    line_drawer,
    week_drawer,
    week_facts,
    week_origin,
    weeks_table,
)
from pages.components.frame import fetch, open_page
from pages.components.layout import card, header
from pages.components.pickers import filter_pair, switch
from pages.components.words import _, field, raw
from pages.components.year import year as draw_year
from services import calendars, stores
from services.core import clock
from services.core.access import Permission
from services.core.words import N_
from services.users import Role

actor = open_page(raw(N_("Working hours")), needs=Permission.CALENDARS_VIEW)
places = [(store.id, store.name) for store in fetch(stores.lines)]
this_year = clock.today().year
years = {str(year): str(year) for year in range(this_year - 1, this_year + 3)}

with header(
    _(N_("Working hours")),
    _(N_("When the stores are open: every deadline in working time is counted by these hours")),
):
    store = filter_pair(
        field("store"),
        places,
        "store",
        default=None if actor.role is Role.DIRECTOR else actor.store_id,
        every=raw(N_("The whole group")),
        width=200,
        visible="collapsed",
    )
place = dict(places).get(store or 0) or raw(N_("The whole group"))

with st.container(horizontal=True, vertical_alignment="center"):
    year = int(switch(raw(N_("Year")), years, "year", str(this_year)))
found = fetch(calendars.page, store, year)

if not found.knows_holidays:
    st.info(
        _(
            N_(
                "The holidays of {year} are not known yet: plain weekly hours hold until the "
                "program is updated"
            ),
            year=str(year),
        )
    )
is_hours = is_days = False
week, decided = st.columns([2, 3])
with week, card(_(N_("The week")), week_origin(found.week)) as actions:
    week_facts(found.week)
    with actions:
        is_hours = found.may_change and st.button(
            _(N_("Change")), key="calendar:change", icon=":material/edit_calendar:"
        )
with decided:
    with card(_(N_("Single days")), _(N_("Closed or open otherwise than usual"))) as actions:
        line = days_table(found.decided) if found.decided else None
        if not found.decided:
            st.caption(_(N_("In this year no day differs.")))
        with actions:
            is_days = found.may_change and st.button(
                _(N_("Close or open days")), key="calendar:days", icon=":material/event_busy:"
            )
    with card(_(N_("Weeks, past and to come"))):
        chosen = weeks_table(found.weeks) if found.weeks else None
        if not found.weeks:
            st.caption(_(N_("Nothing was decided yet: the hours are those as delivered.")))
    st.caption(_(N_("Choose a row to see why it was decided, or to withdraw it.")))

with card(_(N_("The year")), _(N_("Below each month its public holidays")), name=str(year)):
    draw_year(found)

if is_hours:
    hours_drawer(found, store, place)
elif is_days:
    days_drawer(store, place)
elif chosen is not None:
    week_drawer(next(week for week in found.weeks if week.id == chosen))
elif line is not None:
    line_drawer(next(one for one in found.decided if one.id == line), store)
