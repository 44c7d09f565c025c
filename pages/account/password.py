"""The only page of someone who must change his password first."""

import streamlit as st

from pages.components.entrance import language_switch, leave
from pages.components.frame import open_page
from pages.components.layout import card
from pages.components.password_form import password_form
from pages.components.words import _, raw
from services.core.access import Permission
from services.core.words import N_

actor = open_page(raw(N_("Change your password")), needs=Permission.PROFILE_EDIT)

__, middle, __ = st.columns([1, 1.4, 1])
with middle:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        language_switch("password:language")
        st.button(_(N_("Sign out")), icon=":material/logout:", key="leave", on_click=leave)
    with card(
        _(N_("Welcome, {name}"), name=actor.name),
        _(N_("The password that you were given works once. Choose your own before you go on.")),
    ):
        password_form("password")
