"""The 360 view of one customer: who, what to do next, what is missing, and everything so far."""

from collections.abc import Callable

import streamlit as st

from pages.components import layout, tables
from pages.components.customers import dialogs, gaps, grievances, issues
from pages.components.customers.colours import TOUCH_ICONS, label_chip, urgency_chip
from pages.components.frame import fetch
from pages.components.layout import Chip, Event, Tone
from pages.components.tables import Column, Kind
from pages.components.visits import promise_list
from pages.components.words import _, choice, fdate, field, fmoment, fmoney, fphone, plain, raw
from services import complaints, customers
from services.complaints import Tally
from services.core.access import Actor, Permission
from services.core.audit import ACTIONS, Action
from services.core.words import N_
from services.customers import (
    CustomerFile,
    NextAction,
    Person,
    TimelineEntry,
    VehicleView,
)

FACTS = (
    "phone",
    "other_phone",
    "wechat",
    "email",
    "preferred_channel",
    "preferred_hours",
    "gender",
    "birthday",
    "address",
    "employer",
    "position",
    "industry",
    "contact_name",
    "decision_maker",
    "hobbies",
    "source",
    "need",
    "note",
)


def show(file: CustomerFile, actor: Actor) -> None:
    tally = fetch(complaints.tally, file.id)
    _header(file, tally, actor)
    _banners(file)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        _tabs(file, actor)
    with right:
        _next(file)
        gaps.show(file)
        _facts(file)


def _header(file: CustomerFile, tally: Tally, actor: Actor) -> None:
    values = file.values
    chips = [label_chip(file.label)]
    if values["is_member"]:
        chips.append(Chip(field("is_member"), Tone.INFO, ":material/loyalty:"))
    if tally.open:
        said = raw(N_("Open complaints: {n}"), n=tally.open)
        chips.append(Chip(said, Tone.BAD, ":material/feedback:"))
    elif tally.total:
        chips.append(Chip(raw(N_("Complaints: {n}"), n=tally.total), Tone.QUIET))
    owner = file.owner or raw(N_("Nobody (pool)"))
    parts = [fphone(values["phone"] or ""), file.store, owner, file.number]
    about = " · ".join(part for part in parts if part)
    with layout.person(str(values["name"]), None, chips, about=about):
        if file.may_touch and st.button(
            _(N_("Record touch")), icon=":material/add_call:", type="primary", shortcut="alt+t"
        ):
            dialogs.touch(file)
        if actor.may(Permission.VISITS_WORK):
            address = f"/visits?plan={file.id}"
            st.link_button(_(N_("Plan a contact")), address, icon=":material/event:")
        if file.may_edit and st.button(_(N_("Edit")), icon=":material/edit:", shortcut="alt+e"):
            gaps.edit(file)
        if file.may_assign and st.button(_(N_("Hand on")), icon=":material/swap_horiz:"):
            dialogs.assign(file)
        may_show = file.masked and file.may_reveal
        if may_show and st.button(_(N_("Show masked")), icon=":material/visibility:"):
            dialogs.reveal(file)


def _banners(file: CustomerFile) -> None:
    until = file.values["do_not_contact_until"]
    if until:
        words = _(
            N_("Do not contact until {day}: {reason}"),
            day=fdate(until),
            reason=file.values["do_not_contact_reason"],
        )
        st.warning(words, icon=":material/do_not_disturb_on:")
    if file.merged_into:
        st.info(_(N_("This file was merged into {number}"), number=file.merged_into))
    issues.on_file(file.id)


def _next(file: CustomerFile) -> None:
    with layout.card(_(N_("Next actions"))):
        if not file.actions:
            st.caption(_(N_("Nothing is due. Record a touch with a next date to plan one")))
        for action in file.actions:
            st.markdown(_action_line(action))


def _action_line(action: NextAction) -> str:
    return urgency_chip(action).markdown() + " " + _(action.msgid, **action.params)


def _facts(file: CustomerFile) -> None:
    values = dict(file.values)
    values["address"] = " ".join(
        str(values[name]) for name in ("province", "city", "district", "street") if values[name]
    )
    for name in ("phone", "other_phone"):
        values[name] = fphone(values[name] or "")
    filled = {field(name): values[name] for name in FACTS if values[name]}
    if values["id_number_last4"]:
        filled[field("id_number")] = f"**** {values['id_number_last4']}"
    if file.second_contact:
        filled[field("second_contact_id")] = file.second_contact
    with layout.card(_(N_("Profile"))):
        layout.facts(filled)


def _tabs(file: CustomerFile, actor: Actor) -> None:
    totals = file.totals
    sections: dict[str, Callable[[CustomerFile], None]] = {
        _(N_("Timeline")): _timeline,
        _(N_("Cars ({n})"), n=len(file.vehicles)): _vehicles,
        _(N_("Orders ({n})"), n=totals["orders"]): _orders,
        # Without their number: with another one the tab is a new one, and closed.
        _(N_("Complaints")): lambda file: grievances.show(file, actor),
        _(N_("Promises")): lambda file: promise_list.of_file(file.id),
        _(N_("Documents ({n})"), n=len(file.documents)): _documents,
        _(N_("Consents ({n})"), n=len(file.consents)): _consents,
        _(N_("Changes")): _history,
    }
    tabs = st.tabs(list(sections), on_change="rerun", key=f"tabs:{file.id}")
    for tab, draw in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                draw(file)


def _timeline(file: CustomerFile) -> None:
    shown = st.session_state.setdefault(f"timeline:{file.id}", 1)
    entries: list[TimelineEntry] = []
    for _page in range(shown):
        more = fetch(customers.timeline, file.id, entries[-1].at if entries else None)
        entries += more
        if not more:
            break
    if not entries:
        layout.empty(
            _(N_("No touch yet")),
            _(N_("Record the first call or visit with the button above")),
            ":material/history:",
        )
        return
    layout.timeline(_event(entry) for entry in entries)
    may_go_on = len(entries) >= shown * customers.TIMELINE_PAGE
    if may_go_on and st.button(_(N_("Show older")), icon=":material/expand_more:"):
        st.session_state[f"timeline:{file.id}"] = shown + 1
        st.rerun()


def _event(entry: TimelineEntry) -> Event:
    when = fmoment(entry.at) if entry.has_clock else fmoment(entry.at)[:10]
    about = [when, entry.person, raw(N_("incoming")) if entry.is_inbound else ""]
    if entry.amount_fen:
        about.append(fmoney(entry.amount_fen))
    title, body = raw(entry.msgid), entry.text
    if entry.kind == "consent":
        title, body = raw(entry.msgid, purpose=raw(entry.text)), ""
    chip = (
        Chip(raw(N_("Next: {day}"), day=fdate(entry.next_contact_on)), Tone.INFO)
        if entry.next_contact_on
        else None
    )
    return Event(
        icon=TOUCH_ICONS[entry.kind],
        title=title,
        about=" · ".join(part for part in about if part),
        body=body,
        chip=chip,
    )


def _vehicles(file: CustomerFile) -> None:
    if file.may_edit and st.button(_(N_("Add a car")), icon=":material/add:"):
        dialogs.add_vehicle(file)
    if not file.vehicles:
        layout.empty(
            _(N_("No car on this file")),
            _(N_("Add the car the customer owns or drives, by VIN or plate")),
            ":material/directions_car:",
        )
    for vehicle in file.vehicles:
        _vehicle(file, vehicle)


def _vehicle(file: CustomerFile, vehicle: VehicleView) -> None:
    values = vehicle.values
    brand, model = values["brand"] or "", values["model"] or ""
    kind = model if model.startswith(brand) else f"{brand} {model}"
    name = " ".join(filter(None, (values["plate"], kind)))
    chips = [] if vehicle.is_current else [Chip(raw(N_("Former")), Tone.QUIET)]
    with layout.card(name=name or values["vin"], chips=chips) as actions:
        if file.may_edit:
            with actions:
                if st.button(
                    _(N_("Edit")), key=f"car:{vehicle.id}", icon=":material/edit:", type="tertiary"
                ):
                    dialogs.edit_vehicle(file, vehicle)
        layout.facts({field(n): v for n, v in values.items() if v and n not in {"brand", "model"}})
        for part in vehicle.people:
            period = _period(part)
            st.markdown(
                Chip(choice(part.role), Tone.INFO).markdown()
                + " "
                + plain(" · ".join(filter(None, (f"{part.name} {part.number}", period))))
            )
        if vehicle.hidden_people:
            words = N_("{n} more of other stores")
            st.caption(_(words, n=vehicle.hidden_people))


def _period(part: Person) -> str:
    """From when to when; an open beginning or end is said, not shown as a gap."""
    if part.ended_on is None:
        return raw(N_("since {day}"), day=fdate(part.began_on)) if part.began_on else ""
    return f"{fdate(part.began_on)} – {fdate(part.ended_on)}"


def _orders(file: CustomerFile) -> None:
    if not file.orders:
        layout.empty(
            _(N_("No orders yet")),
            _(N_("Sales and repair orders come in by import")),
            ":material/receipt_long:",
        )
        return
    tables.rows_table(
        file.orders,
        [
            Column("ordered_on", field("ordered_on"), Kind.DATE, width=100),
            Column("kind", field("kind"), Kind.BADGE, width=90),
            Column("summary", field("summary"), width="large"),
            Column("amount_fen", field("amount_fen"), Kind.MONEY, width=110),
            Column("vehicle", field("vehicle_id"), width=120),
            Column("odometer_km", field("odometer_km"), Kind.NUMBER, width=110),
            Column("salesperson", field("salesperson"), width=90),
            Column("number", field("order_number"), width=130),
        ],
        key=f"orders:{file.id}",
    )


def _documents(file: CustomerFile) -> None:
    if file.may_edit and st.button(_(N_("Add a document")), icon=":material/add:"):
        dialogs.add_document(file)
    if not file.documents:
        layout.empty(
            _(N_("No documents noted")),
            _(N_("Note the purchase contract first, and where it lies")),
            ":material/folder_open:",
        )
        return
    tables.rows_table(
        file.documents,
        [
            Column("kind", field("kind"), Kind.BADGE, width=130),
            Column("title", field("title"), width="medium"),
            Column("status", field("status"), Kind.BADGE, width=90),
            Column("place", field("place"), width="medium"),
            Column("retain_until", field("retain_until"), Kind.DATE, width=110),
        ],
        key=f"documents:{file.id}",
    )


def _consents(file: CustomerFile) -> None:
    if file.may_edit and st.button(_(N_("Record a consent")), icon=":material/add:"):
        dialogs.give_consent(file)
    if not file.consents:
        layout.empty(
            _(N_("No consent recorded")),
            _(N_("Ask for consent to service calls at the next contact and record it here")),
            ":material/verified_user:",
        )
    for consent in file.consents:
        with st.container(horizontal=True, vertical_alignment="center"):
            tone = Tone.QUIET if consent.withdrawn_at else Tone.GOOD
            ended = (
                raw(N_("withdrawn {at}"), at=fmoment(consent.withdrawn_at))
                if consent.withdrawn_at
                else ""
            )
            about = " · ".join(filter(None, (fmoment(consent.given_at), consent.proof, ended)))
            st.markdown(Chip(choice(consent.purpose), tone).markdown() + " " + plain(about))
            may_end = file.may_edit and not consent.withdrawn_at
            if may_end and st.button(
                _(N_("Withdraw")), key=f"consent:{consent.id}", type="tertiary"
            ):
                dialogs.withdraw_consent(file, consent)


def _history(file: CustomerFile) -> None:
    entries = fetch(customers.history, file.id)
    if not entries:
        layout.empty(
            _(N_("Nothing was changed yet")),
            _(N_("Every later correction stands here with who, when and why")),
            ":material/history:",
        )
        return
    rows = [
        (n, e.at, e.person, raw(ACTIONS[Action(e.action)]), field(e.field), e.old, e.new, e.reason)
        for n, e in enumerate(entries)
    ]
    tables.rows_table(
        rows,
        [
            Column("at", field("at"), Kind.MOMENT, width=140),
            Column("person", raw(N_("By")), width=90),
            Column("action", raw(N_("Deed")), width=110),
            Column("field", raw(N_("Field")), width=120),
            Column("old", raw(N_("Was")), width="medium"),
            Column("new", raw(N_("Is")), width="medium"),
            Column("reason", field("reason"), width="medium"),
        ],
        key=f"history:{file.id}",
    )
