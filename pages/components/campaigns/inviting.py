"""The invitation on the screen of a call: how much room there is, and what the customer answers,
sent with the result of the call."""

from typing import Any, Final

import streamlit as st

from pages.components import layout
from pages.components.forms import Form
from pages.components.visits import looks
from pages.components.words import _, choice, fdate, fnumber
from services.campaigns import Invitation, Rsvp
from services.core.words import N_

FIELDS: Final = ("rsvp", "people")
_MOST: Final = 99


def show(form: Form, invitation: Invitation | None) -> None:
    if invitation is None:
        return
    day = _(N_("On {day}"), day=fdate(invitation.event_on))
    name = looks.told(invitation.name, invitation.name_en)
    with layout.card(None, day, name=name):
        if invitation.rsvp is not None:
            before = N_("He has said: {answer}")
            st.caption(_(before, answer=choice(invitation.rsvp)))
        if invitation.room is not None and invitation.room > 0:
            st.caption(_(N_("Room for {count} more people"), count=fnumber(invitation.room)))
        elif invitation.room is not None:
            st.warning(
                _(N_("It is full: whoever would come waits until somebody calls off")),
                icon=":material/event_busy:",
            )
        with st.container(horizontal=True, gap="small"):
            form.choice("rsvp", Rsvp)
            form.number("people", _MOST, least=1)


def said(form: Form, invitation: Invitation | None) -> dict[str, Any]:
    """What was typed as the deed takes it."""
    if invitation is None or form.typed.get("rsvp") is None:
        return {}
    typed = {name: form.typed.get(name) for name in FIELDS}
    return {"campaign_id": invitation.campaign_id, **typed}


def without(typed: dict[str, Any]) -> dict[str, Any]:
    """The other fields of the form."""
    return {name: value for name, value in typed.items() if name not in FIELDS}
