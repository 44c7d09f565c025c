"""The questions of a survey on the screen of a call: read out, answered by the number keys, sent
with the result of the call."""

from typing import Any, Final

import streamlit as st

from pages.components import layout
from pages.components.forms import Form
from pages.components.surveys.wording import chosen, named, worded
from pages.components.words import _, fdate, plain
from services.core.words import N_
from services.surveys import SCALES, Asking, ItemKind, ItemLine, Questionnaire, Raised

_FIELD: Final = "answer:"
RAISED: Final = "visits:raised"


def show(form: Form, asking: Asking) -> None:
    if asking.rests_until is not None:
        words = N_("He has answered a survey lately: he is asked again from {day} on")
        st.caption(_(words, day=fdate(asking.rests_until)))
    if asking.form is None:
        return
    shown = asking.form
    with layout.card(
        None,
        _(N_("Read out, type the number. Nothing is kept of who would not answer")),
        name=named(shown.name, shown.name_en),
    ):
        for item in shown.items:
            _question(form, item)


def _question(form: Form, item: ItemLine) -> None:
    name, words = f"{_FIELD}{item.id}", f"{item.nth}. {worded(item)}"
    label = plain(words) + (" *" if item.is_required else "")
    if item.kind is ItemKind.TEXT:
        form.area(name, height=68, label=label)
        return
    if item.kind is ItemKind.CHOICE:
        pairs = [(nth, chosen(pair)) for nth, pair in enumerate(item.choices)]
        form.pair(name, pairs, label=words)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(label, width="stretch")
        least, most = SCALES[item.kind]
        form.number(name, most, label=label, least=least, label_visibility="collapsed", width=140)


def said(form: Form, shown: Questionnaire | None) -> dict[str, Any]:
    """What was typed as the deed takes it."""
    if shown is None:
        return {}
    answers = []
    for item in shown.items:
        value = form.typed.get(f"{_FIELD}{item.id}")
        key = "words" if item.kind is ItemKind.TEXT else "value"
        if value not in {None, ""}:
            answers.append({"item_id": item.id, key: value})
    return {"survey_id": shown.id, "answers": answers}


def without(form: Form) -> dict[str, Any]:
    """The other fields of the form."""
    return {name: value for name, value in form.typed.items() if not name.startswith(_FIELD)}


def tell() -> None:
    """What a bad answer led to, until the reader has gone there or put it away."""
    raised: Raised | None = st.session_state.get(RAISED)
    if raised is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        words = N_("He was not content: complaint {number} is yours. Tell him that you see to it")
        st.markdown(":material/feedback: " + _(words, number=raised.number), width="stretch")
        address = f"/complaints?id={raised.complaint_id}"
        st.link_button(_(N_("Open the complaint")), address, type="primary")
        if st.button(_(N_("Later")), key="visits:raised:later"):
            st.session_state.pop(RAISED)
            st.rerun()
