"""Taking a complaint: the caller found while one types, then what he says."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.components.complaints import callers, mails
from pages.components.complaints.colours import path
from pages.components.complaints.deeds import helpers
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _
from services import complaints, customers
from services.complaints import (
    Caller,
    ComplaintChannel,
    ComplaintKind,
    DemandKind,
    Department,
    HeadingTree,
    Severity,
    Urgency,
)
from services.core.access import Actor
from services.core.words import N_
from services.customers import Places

UNSOLVED = "is_unsolved"
"""Of the form alone: whether somebody is sent."""
BEGIN = {
    "kind": ComplaintKind.COMPLAINT.value,
    "channel": ComplaintChannel.HOTLINE.value,
    "severity": Severity.L2.value,
    "urgency": Urgency.ORDINARY.value,
    "department": Department.SERVICE.value,
}


def register(
    actor: Actor,
    customer_id: int | None = None,
    store_id: int | None = None,
    *,
    told: Mapping[str, Any] | None = None,
    after: Callable[[int], None] | None = None,
) -> None:
    """The drawer. With `customer_id` the complaint of this customer, with a draft of its own;
    `store_id` is where his file is. `told` is what is known already (words, person, phone), of a
    call for instance; `after` is done with the complaint's id once it is registered."""

    @drawer(_(N_("Register a complaint")), width="large")
    def draw() -> None:
        places = fetch(customers.places)
        form = _form(actor, places, customer_id, store_id, told or {})
        mail = mails.from_mail(form, is_given=customer_id is not None)
        found = callers.caller(form, is_given=customer_id is not None)
        st.caption(_(N_("Hear them out, say sorry, note it down, read it back")))
        height = 220 if form.kept("mail") else 110
        said, wanted = st.columns([3, 2])
        with said:
            form.area("words", height=height, label=_(N_("What the customer says")))
        with wanted:
            form.area("demand", height=height)
        _sorting(form, places)
        _errand(form, found)
        _more(form, found)
        with st.container(horizontal=True):
            wants = send_button(_(N_("Register")), key=f"{form.name}:send")
            if form.has_draft:
                words = _(N_("Start over"))
                st.button(words, key=f"{form.name}:anew", type="tertiary", on_click=form.forget)
        if wants and form.typed[UNSOLVED] and not form.typed["errand_id"]:
            st.warning(_(N_("Choose who turns to the customer")), icon=":material/directions_run:")
        elif wants:
            about: dict[str, Any] = {"customer_id": found.id if found else None}
            values = form.typed | about
            values["vehicle_id"] = values.get("vehicle_id") or None
            values.pop(UNSOLVED)
            values |= mails.values(form, mail)
            receipt = form.send(complaints.register, complaints.RegisterComplaint, values)
            if receipt is not None:
                if after is not None:
                    after(receipt.id)
                elif customer_id is None:  # else one stays on the file, which shows it
                    st.query_params["id"] = str(receipt.id)
                done(_(N_("Registered as {number}"), number=receipt.number))

    draw()


def _form(
    actor: Actor,
    places: Places,
    customer_id: int | None,
    store_id: int | None,
    told: Mapping[str, Any],
) -> Form:
    stores = [key for key, _name in places.stores]
    store = next((key for key in (store_id, actor.store_id) if key in stores), stores[0])
    begin = BEGIN | {"handler_id": actor.id, "store_id": store, "customer_id": customer_id}
    begin |= told
    subject = told.get("subject") or ("" if customer_id is None else customer_id)
    return Form("complaints.register", subject=subject, values=begin, keeps_draft=True)


def _sorting(form: Form, places: Places) -> None:
    """How it came, what it is about, how much it weighs, whose it is."""
    store = int(form.kept("store_id"))
    nodes = fetch(complaints.headings, HeadingTree.CATEGORY)
    with st.container(horizontal=True):
        form.pair("category_id", [(node.id, path(node)) for node in nodes])
        form.choice("kind", ComplaintKind)
        form.choice("channel", ComplaintChannel)
    with st.container(horizontal=True):
        form.choice("severity", Severity)
        form.choice("urgency", Urgency)
        form.choice("department", Department)
        if len(places.stores) > 1:
            store = form.pair("store_id", places.stores) or store
        form.pair("handler_id", places.owners(store))
    form.typed["store_id"] = store
    with st.container(horizontal=True):
        form.check("is_safety")
        form.check("is_media")
        form.check("is_dispute")


def _errand(form: Form, found: Caller | None) -> None:
    """Not solved on the phone: somebody turns to the customer at once, to begin with whoever he is
    the customer of."""
    if not form.check(UNSOLVED, _(N_("Not solved on the phone: somebody turns to the customer"))):
        return
    if found is not None and found.advisor_id is not None:
        form.suppose("errand_id", found.advisor_id)
    form.pair("errand_id", helpers(), of=found.id if found else "")
    form.area("errand", height=68)
    st.caption(_(N_("He is told at once, and says with one click that he is on it")))


def _more(form: Form, found: Caller | None) -> None:
    """What is asked where it matters; folded, because most calls need nothing of it."""
    with st.expander(
        _(N_("More: what is wanted, address, link, papers")), icon=":material/more_horiz:"
    ):
        form.choice("demand_kind", DemandKind)
        if found is None or not found.has_address:
            form.text("address")
        form.text("link", placeholder="https://")
        form.files("files", fetch(complaints.file_megabytes, form.typed["store_id"]))
