"""By when a customer hears from us: the usual moments by one click, any other in the field."""

from datetime import datetime

import streamlit as st

from pages.components.complaints.colours import soon
from pages.components.forms import Form
from pages.components.frame import fetch
from pages.components.words import _, fmoment
from services import complaints
from services.complaints import USUAL, Case, UsualPromise
from services.core import clock
from services.core.words import N_

FIELD = "promised_at"


def draw(form: Form, case: Case) -> None:
    """The field, and above it what is mostly promised."""
    with st.container(horizontal=True, gap="small"):
        for one in fetch(complaints.usual_promises, case.id):
            _usual(form, one)
    at = form.moment(FIELD)
    until = case.promise_limit
    if until is None:
        return
    st.caption(_(N_("The clock runs out {moment}"), moment=fmoment(until)))
    if at is not None and at > until:
        form.check("takes_longer")


def _usual(form: Form, one: UsualPromise) -> None:
    """A button that keeps its key while the form begins anew, and the keyboard with it."""
    moment = soon(one.at, clock.now())
    st.button(
        _(N_("{what}: {title}"), what=[USUAL[one.kind]], title=moment),
        key=f"usual:{one.kind}",
        on_click=_choose,
        args=(form, one.at),
    )


def _choose(form: Form, at: datetime) -> None:
    """Before the fields are drawn, so that it stands in its own."""
    form.lay(**{FIELD: at, "takes_longer": False})
