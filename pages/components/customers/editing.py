"""Correcting a file: a long form with a draft; when someone else saved first, the three values of
each field are shown and the reader's own stay."""

from enum import StrEnum
from typing import Any

import streamlit as st

from pages.components import layout, tables
from pages.components.forms import Form
from pages.components.frame import done, fetch
from pages.components.tables import Column
from pages.components.words import _, choice, field, raw
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
    base = _base(file)
    form = Form("customers.update", subject=file.id, values=base["values"], keeps_draft=True)
    with layout.header(_(N_("Edit {name}"), name=str(file.values["name"]))):
        if st.button(_(N_("Cancel")), icon=":material/close:"):
            _leave(form)
        wanted = st.button(
            _(N_("Save")), type="primary", icon=":material/check:", shortcut="ctrl+enter"
        )
    trouble = st.container()
    _fields(form, file)
    with trouble:
        if wanted:
            _save(form, file, base)
        elif isinstance(st.session_state.get(f"refused:{form.name}"), StaleRecord):
            _conflict(form, file, base)


def _base(file: CustomerFile) -> dict[str, Any]:
    """What the form showed first: the ground on which changes are told."""
    shown = {n: v for n, v in file.values.items() if n not in file.masked}
    base: dict[str, Any] = st.session_state.setdefault(
        f"base:{file.id}", {"version": file.version, "values": shown}
    )
    return base


def _fields(form: Form, file: CustomerFile) -> None:
    for title, names in SECTIONS.items():
        open_names = [name for name in names if name not in file.masked]
        with layout.card(_(title)):
            with st.grid(3, min_column_width=220, gap="small"):
                for name in open_names:
                    _field(form, file, name)
            if hidden := [field(name) for name in names if name in file.masked]:
                words = N_("Masked, show it first to change it: {fields}")
                st.caption(_(words, fields=", ".join(hidden)))


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
        form.pair(name, fetch(customers.colleagues, file.values["store_id"]))
    elif name == "id_number":
        last = file.values["id_number_last4"]
        form.text(name, placeholder=f"**** {last}" if last else "")
    else:
        form.text(name, needed=name == "name")


def _changed(form: Form, base: dict[str, Any]) -> dict[str, Any]:
    """What the reader changed; an identity number left empty stays as it is."""
    shown = base["values"]
    return {
        name: value
        for name, value in form.typed.items()
        if (value or "") != (shown.get(name) or "") and not (name == "id_number" and not value)
    }


def _save(form: Form, file: CustomerFile, base: dict[str, Any]) -> None:
    receipt = form.send(
        customers.update,
        customers.UpdateCustomer,
        _changed(form, base),
        customer_id=file.id,
        version=base["version"],
    )
    if receipt is not None:
        _close(file)
        done(_(N_("Saved")))
    if isinstance(st.session_state.get(f"refused:{form.name}"), StaleRecord):
        _conflict(form, file, base)


def _conflict(form: Form, file: CustomerFile, base: dict[str, Any]) -> None:
    """Theirs, yours, was; then go on with a merge in which your own changes stand."""
    fresh = fetch(customers.file, file.id)
    theirs, was, yours = fresh.values, base["values"], _changed(form, base)
    both = [n for n in was if theirs[n] != was[n] or n in yours]
    rows = [(n, field(n), _say(was[n]), _say(theirs[n]), _say(yours.get(n, was[n]))) for n in both]
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
        shown = {n: v for n, v in theirs.items() if n not in fresh.masked}
        st.session_state[f"base:{file.id}"] = {"version": fresh.version, "values": shown}
        form.begin_again(shown | yours)
        st.session_state.pop(f"refused:{form.name}", None)
        st.rerun()


def _say(value: Any) -> Any:
    return choice(value) if isinstance(value, StrEnum) else value


def _leave(form: Form) -> None:
    form.forget()
    st.session_state.pop(f"request:{form.name}", None)
    st.query_params.pop("edit", None)
    st.session_state.pop(f"base:{st.query_params.get('id')}", None)
    st.rerun()


def _close(file: CustomerFile) -> None:
    st.session_state.pop(f"base:{file.id}", None)
    st.query_params.pop("edit", None)
