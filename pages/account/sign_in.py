"""The sign-in page: what a stranger sees at every address, until his browser holds the cookie."""

import streamlit as st

from pages.components import cookie
from pages.components.entrance import (
    demonstration,
    language_switch,
    sign_in_form,
    wait_for_cookie,
)
from pages.components.layout import brand
from pages.components.tables import Column, rows_table
from pages.components.words import _, choice, field
from services.core.words import N_

brand()
__, middle, __ = st.columns([1, 1.4, 1])
with middle:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(gap=None, width="content"):
            product = _(N_("Dealer Care"))
            st.markdown(f"### {product}", anchors=False)
            st.caption(_(N_("Customer care for the dealer group")))
        language_switch("sign-in:language")
    if cookie.is_under_way():
        wait_for_cookie()
        st.stop()
    sign_in_form()
    if demo := demonstration():
        st.info(
            _(
                N_(
                    "This is a demonstration with invented data. Every account has the password {p}"
                ),
                p=demo.password,
            ),
            icon=":material/science:",
        )
        rows_table(
            [
                (one.username, one.username, choice(one.desk or one.role), one.store or "")
                for one in demo.accounts
            ],
            [
                Column("username", field("username")),
                Column("role", field("role")),
                Column("store", field("store")),
            ],
            key="demonstration",
        )
    cookie.take_away()
