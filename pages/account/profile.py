"""One's own account: who one is here, the password, where one is signed in."""

import streamlit as st

from pages.components.browsers import browser_name
from pages.components.frame import done, fetch, open_page, request_id, submit
from pages.components.layout import card, facts, header
from pages.components.password_form import password_form
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, choice, field, raw
from services import users
from services.core.access import Permission
from services.core.words import LANGUAGES, N_

actor = open_page(raw(N_("My profile")), needs=Permission.PROFILE_EDIT)
header(_(N_("My profile")), _(N_("Your account, your password and where you are signed in")))

sessions = fetch(users.own_sessions)

left, right = st.columns(2)
with left, card(_(N_("Account"))):
    facts(
        {
            field("name"): actor.name,
            field("username"): actor.username,
            field("role"): choice(actor.role),
            field("desk"): actor.desk,
            field("store"): actor.store_name,
            field("language"): LANGUAGES.get(actor.language or ""),
        }
    )
    st.caption(_(N_("An administrator changes these. The language is chosen below the menu.")))
with right, card(_(N_("Password"))):
    password_form("password")

with card(
    _(N_("Where you are signed in")),
    _(N_("A sign-in ends by itself after 30 minutes without use, and after 12 hours.")),
) as actions:
    if sum(one.is_open for one in sessions) > 1:
        with actions:
            if st.button(_(N_("Sign out everywhere else")), key="end", icon=":material/logout:"):
                form = "users.end_own"
                if (
                    submit(
                        users.end_own, users.EndOwnSession, form=form, request_id=request_id(form)
                    )
                    is not None
                ):
                    done(raw(N_("Your other sign-ins were ended")))
    rows_table(
        [
            (
                one.id,
                one.opened_at,
                one.seen_at,
                browser_name(one.browser),
                one.address,
                raw(N_("This one"))
                if one.is_here
                else raw(N_("Still valid"))
                if one.is_open
                else raw(N_("Ended")),
            )
            for one in sessions
        ],
        [
            Column("opened_at", raw(N_("Signed in at")), Kind.MOMENT),
            Column("seen_at", raw(N_("Last used")), Kind.MOMENT),
            Column("browser", raw(N_("Browser"))),
            Column("address", raw(N_("IP address"))),
            Column("state", field("status")),
        ],
        key="sessions",
        height=320,
    )
