"""Correcting a file: a long form with a draft; when someone else saved first, the three values of
each field are shown and the reader's own stay."""

from typing import Any

import streamlit as st

from pages.components import layout, tables
from pages.components.customers import gaps
from pages.components.forms import Form, plain_values, send_button
from pages.components.frame import done, fetch
from pages.components.tables import Column
from pages.components.words import _, choice, field, fphone, listed, raw
from services import customers
from services.core.errors import StaleRecord
from services.core.words import N_
from services.customers import CustomerFile

AREAS = frozenset({"need", "note"})
DAYS = frozenset({"birthday", "do_not_contact_until"})
CHECKS = frozenset({"is_member", "is_archived"})
CHOICES = {
    "kind": customers.CustomerKind,
    "gender": customers.Gender,
    "preferred_channel": customers.Channel,
    "source": customers.Source,
    "lifecycle": customers.Lifecycle,
    "value_class": customers.ValueClass,
}
SECTIONS = {
    N_("Who"): ("name", "kind", "gender", "birthday", "id_number", "contact_name"),
    N_("How to reach"): (
        "phone",
        "other_phone",
        "wechat",
        "email",
        "preferred_channel",
        "preferred_hours",
        "do_not_contact_until",
        "do_not_contact_reason",
    ),
    N_("Where"): ("province", "city", "district", "street"),
    N_("Work and interests"): ("employer", "position", "industry", "hobbies"),
    N_("Relation"): (
        "source",
        "lifecycle",
        "value_class",
        "second_contact_id",
        "decision_maker",
        "is_member",
        "is_archived",
    ),
    N_("Notes"): ("need", "note"),
}


def show(file: CustomerFile) -> None:
    form = Form(
        "customers.update",
        subject=file.id,
        values=_editable(file),
        ground=_ground(file),
        keeps_draft=True,
    )
    with layout.header(_(N_("Edit {name}"), name=str(file.values["name"]))):
        if st.button(_(N_("Cancel")), icon=":material/close:"):
            form.forget()
            _close()
            st.rerun()
        wanted = send_button(_(N_("Save")), key=f"{form.name}:send")
    trouble = st.container()
    _fields(form, file)
    with trouble:
        if wanted:
            _save(form, file)
        if isinstance(st.session_state.get(f"refused:{form.name}"), StaleRecord):
            _conflict(form, file)


def _ground(file: CustomerFile) -> dict[str, Any]:
    """What the correction starts from: later changes by others are told against it."""
    return {"version": file.version, "values": _editable(file)}


def _editable(file: CustomerFile) -> dict[str, Any]:
    """The file's values as a person types them; what is masked is not among them."""
    shown = {n: v for n, v in file.values.items() if n not in file.masked}
    return shown | {n: fphone(shown[n] or "") for n in ("phone", "other_phone") if n in shown}


def _fields(form: Form, file: CustomerFile) -> None:
    """What the file lacks comes first, so that filling the gaps needs no search."""
    first = gaps.fields_first(file)
    lacking = tuple(name for names in SECTIONS.values() for name in names if name in first)
    if lacking:
        _section(form, file, _(N_("Missing in this file")), lacking)
    for title, names in SECTIONS.items():
        if rest := tuple(name for name in names if name not in first):
            _section(form, file, _(title), rest)


def _section(form: Form, file: CustomerFile, title: str, names: tuple[str, ...]) -> None:
    open_names = [name for name in names if name not in file.masked]
    with layout.card(title):
        with st.grid(3, min_column_width=220, gap="small"):
            for name in open_names:
                _field(form, file, name)
        if "phone" in open_names:
            form.check("same_phone_is_known", _(N_("The phone is shared (family); I have looked")))
        if hidden := [field(name) for name in names if name in file.masked]:
            words = N_("Masked, show it first to change it: {fields}")
            st.caption(_(words, fields=listed(hidden)))


def _field(form: Form, file: CustomerFile, name: str) -> None:
    if name in CHOICES:
        form.choice(name, CHOICES[name])
    elif name in AREAS:
        form.area(name)
    elif name in DAYS:
        form.day(name)
    elif name in CHECKS:
        form.check(name)
    elif name == "second_contact_id":
        form.pair(name, fetch(customers.places).owners(file.values["store_id"]))
    elif name == "id_number":
        last = file.values["id_number_last4"]
        form.text(name, placeholder=f"**** {last}" if last else "")
    else:
        form.text(name, needed=name == "name")


def _changed(form: Form) -> dict[str, Any]:
    """What the reader changed; an identity number left empty stays as it is."""
    shown = form.ground["values"]
    return {
        name: value
        for name, value in form.typed.items()
        if (plain_values({"": value})[""] or "") != (shown.get(name) or "")
        and not (name == "id_number" and not value)
    }


def _save(form: Form, file: CustomerFile) -> None:
    receipt = form.send(
        customers.update,
        customers.UpdateCustomer,
        _changed(form),
        customer_id=file.id,
        version=form.ground["version"],
    )
    if receipt is not None:
        _close()
        done(_(N_("Saved")))


def _conflict(form: Form, file: CustomerFile) -> None:
    """Theirs, yours, was; then go on with a merge in which your own changes stand."""
    fresh = fetch(customers.file, file.id)
    theirs, was, yours = plain_values(_editable(fresh)), form.ground["values"], _changed(form)
    touched = [name for name in was if theirs.get(name) != was[name] or name in yours]
    rows = [
        (name, field(name), *(_say(name, values.get(name)) for values in (was, theirs, yours)))
        for name in touched
    ]
    tables.rows_table(
        rows,
        [
            Column("field", raw(N_("Field")), width="medium"),
            Column("was", raw(N_("Was")), width="medium"),
            Column("theirs", raw(N_("Theirs, saved")), width="medium"),
            Column("yours", raw(N_("Yours, not saved")), width="medium"),
        ],
        key=f"conflict:{file.id}",
    )
    if st.button(_(N_("Go on: theirs, with my changes on top")), icon=":material/merge:"):
        form.begin_again(yours, _ground(fresh))
        st.session_state.pop(f"refused:{form.name}", None)
        st.rerun()


def _say(name: str, value: Any) -> Any:
    """A value of the comparison; a choice by its words, whether it is a code or a member."""
    return choice(CHOICES[name](value)) if name in CHOICES and value else value


def _close() -> None:
    st.query_params.pop("edit", None)
