"""The form in which everyone changes his own password."""

import streamlit as st

from pages.components.frame import attempt, caller, done
from pages.components.words import _, field, raw
from services import users
from services.core.words import N_


def password_form(key: str) -> None:
    """Present password, new one, new one again; reports and shows the page anew when done."""
    with st.form(key, border=False):
        present = st.text_input(
            raw(N_("Present password")),
            type="password",
            key=f"{key}:present",
            autocomplete="current-password",
        )
        new = st.text_input(
            field("new_password"), type="password", key=f"{key}:new", autocomplete="new-password"
        )
        again = st.text_input(
            field("repeated_password"),
            type="password",
            key=f"{key}:again",
            autocomplete="new-password",
        )
        st.caption(_(N_("12 characters or more, in any script. Best is a sentence of your own.")))
        sent = st.form_submit_button(_(N_("Change the password")), type="primary")
    if sent and attempt(lambda: _change(present, new, again), form=key):
        done(raw(N_("The password is changed. Other sign-ins of yours were ended.")))


def _change(present: str, new: str, again: str) -> bool:
    form = users.ChangePassword.model_validate(
        {"present_password": present, "new_password": new, "repeated_password": again}
    )
    users.change_password(caller(), form)
    return True
