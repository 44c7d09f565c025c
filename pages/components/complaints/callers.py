"""Who complains, and about which car and order: found while one types, chosen by keyboard, kept
with the draft."""

import re
from functools import partial
from typing import Final

import streamlit as st

from pages.components import keys
from pages.components.forms import Form
from pages.components.frame import fetch
from pages.components.pickers import search_box
from pages.components.words import _, choice, fdate, plain, raw
from services import complaints
from services.complaints import Caller, CallersCar, CallersOrder, Match
from services.core.words import N_

PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
"""What is sought and may be a number to call back."""
NONE = 0
"""Chosen as a car: another one, or none at all."""


def caller(
    form: Form, *, is_given: bool = False, person: str = "person", has_orders: bool = True
) -> Caller | None:
    """The customer's file, with the choice of his car and order; None for somebody who has none,
    whose name (the field `person`) and phone are asked for. `is_given`: nobody else may be chosen.
    """
    customer_id = form.kept("customer_id")
    found = fetch(complaints.caller, int(customer_id)) if customer_id else None
    if found is None:
        sought = _seek(form)
        number = sought if PHONE.fullmatch(sought) else ""
        with st.container(horizontal=True):
            form.text(person)
            form.text("phone", placeholder=number)
        form.typed["phone"] = form.typed["phone"] or number  # as it stands in the empty field
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"**{plain(found.name)}** {plain(found.number)}"
        st.markdown(f":material/person_check: {words}", width="content")
        if not is_given:
            st.button(
                _(N_("Somebody else")),
                key=f"{form.name}:not",
                type="tertiary",
                on_click=partial(form.keep, customer_id=None, vehicle_id=None, order_id=None),
            )
    keys.enter_again(found.id)
    _car_and_order(form, found, has_orders=has_orders)
    return found


def _seek(form: Form) -> str:
    """Offers whom it finds; what was sought, where that is nobody's."""
    box = f"{form.name}:search:{form.id}"  # after a save it begins empty, as the fields do
    sought = search_box(box, raw(N_("Caller: phone, plate, name or pinyin initials")))
    if not sought:
        return ""
    found = fetch(complaints.callers, sought)
    with st.container(horizontal=True, gap="small"):
        for match in found:
            _offer(form, match, box)
    if not found:
        st.caption(_(N_("No file matches: write down who calls")))
    return "" if found else sought


def _offer(form: Form, match: Match, box: str) -> None:
    words = f"{plain(match.name)} · {plain(match.phone)} · {plain(match.number)}"
    icon = ":material/directions_car:" if match.vehicle_id else ":material/person:"

    def choose() -> None:
        st.session_state.pop(f"{box}:kept", None)  # whoever is sought next is another one
        form.keep(customer_id=match.id, vehicle_id=match.vehicle_id, order_id=None)

    st.button(words, key=f"{form.name}:caller:{match.id}", icon=icon, on_click=choose)


def _car_and_order(form: Form, found: Caller, *, has_orders: bool) -> None:
    """Side by side. The order is one of the chosen car, or any where no car is chosen."""
    of_him = found.orders if has_orders else []
    if not found.cars and not of_him:
        return
    with st.container(horizontal=True):
        car = None
        if found.cars:
            form.suppose("vehicle_id", found.only_car)
            others = (NONE, raw(N_("Another car, or none")))
            pairs = [*((one.id, _car(one)) for one in found.cars), others]
            car = form.pair("vehicle_id", pairs, of=found.id)
        orders = [one for one in of_him if not car or one.vehicle_id in {None, car}]
        if orders:
            pairs = [(one.id, _order(one)) for one in orders]
            form.pair("order_id", pairs, of=f"{found.id}-{car}")


def _car(car: CallersCar) -> str:
    former = "" if car.is_current else raw(N_("Former"))
    return " · ".join(filter(None, (car.plate, car.model, former))) or str(car.id)


def _order(order: CallersOrder) -> str:
    said = (fdate(order.ordered_on), choice(order.kind), order.summary or order.number)
    return " · ".join(said)
