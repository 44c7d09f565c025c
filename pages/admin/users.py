"""Who may sign in, as what; what an administrator does about it."""

import streamlit as st

from pages.components.accounts import edit_drawer, new_drawer
from pages.components.frame import fetch, open_page
from pages.components.layout import Tone, empty, header
from pages.components.pickers import filter_choice, filter_pair, search_box
from pages.components.tables import Column, Kind, page_after, pager, rows_table
from pages.components.words import _, field, raw
from services import stores, users
from services.core.access import Permission
from services.core.words import N_
from services.users import Role

actor = open_page(raw(N_("Users")), needs=Permission.USERS_VIEW)
may_manage = actor.may(Permission.USERS_MANAGE)
places = [(store.id, store.name) for store in fetch(stores.lines)]

with header(_(N_("Users")), _(N_("Who may sign in, in which role, and where they are signed in"))):
    is_new = may_manage and st.button(
        _(N_("New user")), key="new", type="primary", icon=":material/person_add:", shortcut="Alt+N"
    )

with st.container(horizontal=True, vertical_alignment="bottom"):
    like = search_box("users:like", raw(N_("Part of a name or user name")), width=260)
    role = filter_choice(
        field("role"), Role, "role", every=raw(N_("All roles")), width=180, visible="collapsed"
    )
    store = (
        filter_pair(
            field("store"),
            places,
            "store",
            every=raw(N_("All stores")),
            width=200,
            visible="collapsed",
        )
        if may_manage or actor.role is Role.DIRECTOR
        else None
    )

found = fetch(users.lines, users.Wanted(like=like, role=role, store_id=store, after=page_after()))
if not found.rows:
    empty(
        _(N_("Nobody fits")),
        _(N_("Take away a filter, or look for another part of the name.")),
        ":material/person_search:",
    )
    chosen = None
else:
    ON, OFF, NEW = raw(N_("Active")), raw(N_("Disabled")), raw(N_("Password to be changed"))
    chosen = rows_table(
        [
            (
                one.id,
                one.name,
                one.username,
                one.role,
                one.desk,
                one.store,
                one.position,
                OFF if not one.is_active else NEW if one.must_change_password else ON,
                one.seen_at,
            )
            for one in found.rows
        ],
        [
            Column("name", field("name")),
            Column("username", field("username")),
            Column("role", field("role")),
            Column("desk", field("desk")),
            Column("store", field("store")),
            Column("position", field("position")),
            Column(
                "state",
                field("status"),
                Kind.BADGE,
                tones={ON: Tone.GOOD, OFF: Tone.QUIET, NEW: Tone.WARN},
            ),
            Column("seen_at", raw(N_("Last seen")), Kind.MOMENT),
        ],
        key="users",
        on_select="once" if may_manage else None,
        height=640,
    )
    if may_manage:
        st.caption(_(N_("Choose a row to change the account, its password or its sign-ins.")))
    pager(found.following, shown_rows=len(found.rows))

if is_new:
    new_drawer(places)
elif chosen is not None:
    edit_drawer(chosen, places)
