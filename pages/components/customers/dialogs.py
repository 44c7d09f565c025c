"""The drawers of the 360 view: each shows one short form and does one deed."""

from typing import Any

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _, field, raw
from services import customers
from services.core.words import N_
from services.customers import ConsentView, CustomerFile, VehicleView

SAVED = N_("Saved")


def _save(label: str | None = None) -> bool:
    return send_button(label or _(N_("Save")), key="drawer.save")


def _finish(receipt: object, words: str | None = None) -> None:
    """Close the drawer when the deed was done; a refused one stays open with what was typed."""
    if receipt is not None:
        done(words or _(SAVED))


def create() -> None:
    @drawer(_(N_("New customer")), width="medium")
    def draw() -> None:
        places = fetch(customers.places)
        stores = places.stores
        form = Form("customers.create", values={"store_id": stores[0][0]}, keeps_draft=True)
        form.text("name", needed=True)
        form.text("phone")
        form.choice("kind", customers.CustomerKind)
        with st.container(horizontal=True):
            form.choice("source", customers.Source)
            form.choice("lifecycle", customers.Lifecycle)
        form.area("need")
        if len(stores) > 1:
            form.pair("store_id", stores)
        store = form.typed.get("store_id", stores[0][0])
        form.pair("owner_id", places.owners(store))
        form.area("note")
        form.check("consents_to_calls", _(N_("The customer agrees to service calls")))
        form.check("same_phone_is_known", _(N_("The phone is shared (family); I have looked")))
        if _save(_(N_("Make the file"))):
            values = {name: value for name, value in form.typed.items() if value not in (None, "")}
            more: dict[str, Any] = {} if "store_id" in values else {"store_id": store}
            receipt = form.send(customers.create, customers.CreateCustomer, values, **more)
            if receipt is not None:
                st.query_params["id"] = str(receipt.id)
                done(_(N_("File {number} made"), number=receipt.number))

    draw()


def touch(file: CustomerFile) -> None:
    @drawer(_(N_("Record touch")), name=str(file.values["name"]))
    def draw() -> None:
        form = Form("customers.touch", subject=file.id, values={"kind": "call"}, keeps_draft=True)
        form.choice("kind", customers.TouchKind)
        form.area("summary", height=140)
        form.check("is_inbound")
        form.day("next_contact_on")
        if _save():
            _finish(form.send(customers.record_touch, customers.RecordTouch, customer_id=file.id))

    draw()


def assign(file: CustomerFile) -> None:
    @drawer(_(N_("Hand on")), name=str(file.values["name"]))
    def draw() -> None:
        st.caption(_(N_("Everything on the file goes along. Owner left empty: into the pool")))
        begin = {"store_id": file.values["store_id"], "owner_id": file.values["owner_id"]}
        form = Form("customers.assign", subject=file.id, values=begin)
        places = fetch(customers.places)
        store = form.pair("store_id", places.stores)
        form.pair("owner_id", places.owners(store))
        form.text("reason", needed=True)
        if _save():
            _finish(
                form.send(
                    customers.assign,
                    customers.AssignCustomer,
                    customer_id=file.id,
                    version=file.version,
                )
            )

    draw()


def reveal(file: CustomerFile) -> None:
    @drawer(_(N_("Show masked")), name=str(file.values["name"]))
    def draw() -> None:
        st.caption(_(N_("Your reason is written down. The field stays open for 15 minutes")))
        form = Form("customers.reveal", subject=file.id)
        names = sorted(file.masked)
        chosen = st.segmented_control(
            _(N_("Field")), names, format_func=field, default=names[0], key=f"reveal:{file.id}"
        )
        form.text("reason", needed=True)
        if _save(_(N_("Show"))):
            receipt = form.send(
                customers.reveal,
                customers.RevealField,
                customer_id=file.id,
                field=chosen or names[0],
            )
            if receipt is not None:
                done(_(N_("Shown for 15 minutes")))

    draw()


def add_vehicle(file: CustomerFile) -> None:
    @drawer(_(N_("Add a car")), name=str(file.values["name"]))
    def draw() -> None:
        form = Form("customers.vehicle", subject=file.id, values={"role": "owner"})
        form.text("vin")
        form.text("plate")
        form.choice("role", customers.OwnershipRole, raw(N_("Part in the car")))
        with st.container(horizontal=True):
            form.text("brand")
            form.text("model")
        with st.container(horizontal=True):
            form.day("delivered_on")
            form.day("insurance_until")
        form.check("former_owner_ends", _(N_("Sold on: the former owner's part ends")))
        if _save():
            _finish(form.send(customers.add_vehicle, customers.AddVehicle, customer_id=file.id))

    draw()


def edit_vehicle(file: CustomerFile, vehicle: VehicleView) -> None:
    @drawer(_(N_("Edit the car")), name=str(vehicle.values["model"] or ""))
    def draw() -> None:
        shown = {n: v for n, v in vehicle.values.items() if n not in vehicle.masked}
        form = Form("customers.car", subject=f"{vehicle.id}:{vehicle.version}", values=shown)
        with st.grid(2, min_column_width=200, gap="small"):
            for name in customers.VEHICLE_FIELDS:
                if name in shown:
                    _car_field(form, name)
        if _save():
            changed = {n: v for n, v in form.typed.items() if str(v or "") != str(shown[n] or "")}
            _finish(
                form.send(
                    customers.update_vehicle,
                    customers.UpdateVehicle,
                    changed,
                    customer_id=file.id,
                    vehicle_id=vehicle.id,
                    version=vehicle.version,
                )
            )
        for part in vehicle.people:
            if part.customer_id == file.id and part.ended_on is None:
                _end_part(file, part.ownership_id)

    draw()


def _car_field(form: Form, name: str) -> None:
    if name.endswith(("_on", "_until")):
        form.day(name)
    else:
        form.text(name)


def _end_part(file: CustomerFile, ownership_id: int) -> None:
    with st.expander(_(N_("The customer no longer has this car"))):
        form = Form("customers.end_ownership", subject=ownership_id)
        form.day("ended_on")
        form.text("reason", needed=True)
        if st.button(_(N_("End")), key=f"end:{ownership_id}"):
            _finish(
                form.send(
                    customers.end_ownership,
                    customers.EndOwnership,
                    customer_id=file.id,
                    ownership_id=ownership_id,
                )
            )


def add_document(file: CustomerFile) -> None:
    @drawer(_(N_("Add a document")), name=str(file.values["name"]))
    def draw() -> None:
        form = Form("customers.document", subject=file.id, values={"status": "in_place"})
        form.choice("kind", customers.DocumentKind)
        form.choice("status", customers.DocumentStatus)
        form.text("title")
        form.text("place")
        form.day("retain_until")
        if _save():
            _finish(form.send(customers.add_document, customers.AddDocument, customer_id=file.id))

    draw()


def give_consent(file: CustomerFile) -> None:
    @drawer(_(N_("Record a consent")), name=str(file.values["name"]))
    def draw() -> None:
        form = Form("customers.consent", subject=file.id, values={"purpose": "service_calls"})
        form.choice("purpose", customers.Purpose)
        form.choice("channel", customers.Channel)
        form.text("wording_version")
        form.text("proof")
        if _save():
            _finish(form.send(customers.give_consent, customers.GiveConsent, customer_id=file.id))

    draw()


def withdraw_consent(file: CustomerFile, consent: ConsentView) -> None:
    @drawer(_(N_("Withdraw consent")), name=str(file.values["name"]))
    def draw() -> None:
        form = Form("customers.withdraw", subject=consent.id)
        form.text("reason", needed=True)
        if _save(_(N_("Withdraw"))):
            _finish(
                form.send(
                    customers.withdraw_consent,
                    customers.WithdrawConsent,
                    customer_id=file.id,
                    consent_id=consent.id,
                )
            )

    draw()
