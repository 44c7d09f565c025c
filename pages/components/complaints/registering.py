"""Taking a complaint: the caller found while one types, then what he says."""

import streamlit as st

from pages.components import keys
from pages.components.complaints.colours import path
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.pickers import search_box
from pages.components.words import _, plain, raw
from services import complaints, customers
from services.complaints import (
    ComplaintChannel,
    ComplaintKind,
    Department,
    HeadingTree,
    Severity,
    Urgency,
)
from services.core.words import N_

CALLER = "complaints.register:caller"
MATCHES = 5
BEGIN = {
    "kind": ComplaintKind.COMPLAINT.value,
    "channel": ComplaintChannel.HOTLINE.value,
    "severity": Severity.L2.value,
    "urgency": Urgency.ORDINARY.value,
    "department": Department.SERVICE.value,
}


def register(store_id: int | None, user_id: int | None) -> None:
    @drawer(_(N_("Register a complaint")), width="large")
    def draw() -> None:
        places = fetch(customers.places)
        store = store_id or places.stores[0][0]
        begin = BEGIN | {"handler_id": user_id, "store_id": store}
        form = Form("complaints.register", values=begin, keeps_draft=True)
        customer_id, person, phone = _caller(form)
        form.area("words", height=110, label=_(N_("What the customer says")))
        form.area("demand", height=68)
        with st.container(horizontal=True):
            form.choice("kind", ComplaintKind)
            form.choice("channel", ComplaintChannel)
        nodes = fetch(complaints.headings, HeadingTree.CATEGORY)
        form.pair("category_id", [(node.id, path(node)) for node in nodes])
        with st.container(horizontal=True):
            form.choice("severity", Severity)
            form.choice("urgency", Urgency)
        with st.container(horizontal=True):
            form.choice("department", Department)
            if len(places.stores) > 1:
                store = form.pair("store_id", places.stores) or store
            form.pair("handler_id", places.owners(store))
        with st.container(horizontal=True):
            form.check("is_safety")
            form.check("is_media")
        form.files("files", fetch(complaints.file_megabytes, store))
        if send_button(_(N_("Register")), key="complaints.register:send"):
            values = form.typed | {
                "store_id": store,
                "customer_id": customer_id,
                "person": person,
                "phone": phone,
            }
            receipt = form.send(complaints.register, complaints.RegisterComplaint, values)
            if receipt is not None:
                st.session_state.pop(CALLER, None)
                st.query_params["id"] = str(receipt.id)
                done(_(N_("Registered as {number}"), number=receipt.number))

    draw()


def _caller(form: Form) -> tuple[int | None, str, str]:
    """The customer's file (id), or the name and the phone of somebody who has none."""
    chosen: tuple[int, str] | None = st.session_state.get(CALLER)
    if chosen is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/person_check: **{plain(chosen[1])}**", width="content")
            if st.button(_(N_("Somebody else")), key=f"{CALLER}:not", type="tertiary"):
                st.session_state.pop(CALLER)
                st.rerun(scope="fragment")
        keys.enter_again(chosen[0])
        return chosen[0], "", ""
    sought = search_box(
        f"{CALLER}:search", raw(N_("Caller: phone, plate, name or pinyin initials"))
    )
    if sought:
        found = fetch(customers.find, sought, MATCHES)
        with st.container(horizontal=True, gap="small"):
            for row in found:
                words = f"{plain(row.name)} · {plain(row.phone)} · {plain(row.number)}"
                if st.button(words, key=f"{CALLER}:{row.id}", icon=":material/person:"):
                    st.session_state[CALLER] = (row.id, f"{row.name} {row.number}")
                    st.rerun(scope="fragment")
        if not found:
            st.caption(_(N_("No file matches: write down who calls")))
    with st.container(horizontal=True):
        return None, form.text("person"), form.text("phone")
