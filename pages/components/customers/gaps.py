"""What a file lacks, each gap beside the deed that fills it (F01)."""

from collections.abc import Callable

import streamlit as st

from pages.components import layout
from pages.components.customers import dialogs
from pages.components.layout import Chip, Tone
from pages.components.words import _, field, listed
from services.core.words import N_
from services.customers import CustomerFile

ON_THE_FORM = {
    "name": ("name",),
    "phone": ("phone",),
    "source": ("source",),
    "need": ("need",),
    "address": ("province", "city", "district", "street"),
    "birthday": ("birthday",),
    "preferred_channel": ("preferred_channel",),
    "second_contact": ("second_contact_id",),
    "decision_maker": ("decision_maker",),
}
"""A gap -> the fields of the correction form that fill it."""
ON_A_CAR = ("vin", "plate", "delivered_on")


def show(file: CustomerFile) -> None:
    """The gaps; for whoever may fill them, as the buttons that lead there."""
    if not file.missing:
        return
    with layout.card(_(N_("Missing in this file"))):
        if not file.may_edit:
            layout.chips(Chip(field(name), Tone.WARN) for name in file.missing)
            return
        with st.container(gap="small"):
            for names, icon, deed in _deeds(file):
                if st.button(
                    _(N_("Fill in: {fields}"), fields=listed(map(field, names))),
                    key=f"gap:{names[0]}",
                    icon=icon,
                    width="stretch",
                ):
                    deed(file)


def fields_first(file: CustomerFile) -> frozenset[str]:
    """The fields of the correction form that stand in the gaps."""
    return frozenset(name for gap in file.missing for name in ON_THE_FORM.get(gap, ()))


def _deeds(
    file: CustomerFile,
) -> list[tuple[list[str], str, Callable[[CustomerFile], None]]]:
    """(gaps, icon, deed) for each deed that fills any."""
    groups = [
        (tuple(ON_THE_FORM), ":material/edit:", edit),
        (ON_A_CAR, ":material/directions_car:", _car),
        (("service_consent",), ":material/verified_user:", dialogs.give_consent),
        (("documents",), ":material/folder_open:", dialogs.add_document),
    ]
    if file.may_assign:
        groups.append((("owner",), ":material/swap_horiz:", dialogs.assign))
    found = [([n for n in file.missing if n in names], icon, deed) for names, icon, deed in groups]
    return [(names, icon, deed) for names, icon, deed in found if names]


def edit(_file: CustomerFile) -> None:
    """Open the correction form."""
    st.query_params["edit"] = "1"
    st.rerun()


def _car(file: CustomerFile) -> None:
    """The first car that lacks something; a file without a car gets one."""
    for vehicle in file.vehicles:
        if vehicle.is_current and not all(vehicle.values[name] for name in ON_A_CAR):
            dialogs.edit_vehicle(file, vehicle)
            return
    dialogs.add_vehicle(file)
