"""One case: its clocks on top, what it is about, everything that happened, what can be done."""

import streamlit as st

from pages.components import layout
from pages.components.complaints import deeds
from pages.components.complaints.colours import (
    EVENT_ICONS,
    OTHER_EVENT,
    STATES,
    clock_tone,
    level_chip,
    path,
)
from pages.components.complaints.deeds import DEEDS, Deed
from pages.components.layout import Chip, Event, Tone
from pages.components.words import _, ago, choice, field, fmoment, plain, raw
from services.complaints import CLOCKS, Case, Clock, ClockKind, ClockState, EventKind, EventLine
from services.core import clock
from services.core.words import N_

NOT_FACTS = {"words", "demand"}
LABELS = {
    "first_responder": N_("I took it"),
    "accountable": N_("Stands for it"),
    "parent": N_("Follows"),
}
OPEN = {ClockState.RUNNING, ClockState.PAUSED, ClockState.LATE}


def show(case: Case) -> None:
    with layout.person(case.who, plain(case.number), _chips(case), about=path(case.category)):
        _actions(case)
    with layout.tiles(len(case.clocks)):
        for one in case.clocks:
            _clock(one)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with layout.card(_(N_("What the customer says"))):
            st.markdown(plain(str(case.values["words"])))
            if case.values["demand"]:
                st.markdown(f"**{plain(field('demand'))}** {plain(str(case.values['demand']))}")
        with layout.card(_(N_("What happened"))):
            layout.timeline(_event(event) for event in case.events)
    with right, layout.card(_(N_("The case"))):
        _facts(case)


def _chips(case: Case) -> list[Chip]:
    found = [level_chip(case.severity, case.urgency), Chip(choice(case.stage), Tone.INFO)]
    if case.values["waiting_for"]:
        words = raw(N_("Waits for: {whom}"), whom=choice(case.values["waiting_for"]))
        found.append(Chip(words, Tone.QUIET, ":material/pause_circle:"))
    if case.returns:
        found.append(Chip(raw(N_("To and fro")), Tone.WARN, ":material/sync_problem:"))
    return found


def _actions(case: Case) -> None:
    """The deed that leads on as a button, the others in a menu."""
    may = [deed for deed in DEEDS if deed.kind in case.deeds]
    leading = _next(case, may)
    if leading is not None and st.button(
        _(leading.label), icon=leading.icon, type="primary", key="deed:next", shortcut="alt+n"
    ):
        deeds.open_deed(leading, case)
    rest = [deed for deed in may if deed is not leading]
    if not rest:
        return
    wanted: Deed | None = None
    with st.popover(_(N_("More")), icon=":material/more_horiz:"):
        for deed in rest:
            if st.button(
                _(deed.label),
                icon=deed.icon,
                key=f"deed:{deed.kind.value}",
                type="tertiary",
                width="stretch",
            ):
                wanted = deed
    if wanted is not None:
        deeds.open_deed(wanted, case)


def _next(case: Case, may: list[Deed]) -> Deed | None:
    """Of the deeds that lead on the first that was not done since the stage began."""
    leading = [deed for deed in may if deed.leads]
    done = {event.kind for event in _since_stage(case)}
    if all(one.ended_at for one in case.clocks if one.kind is ClockKind.ACKNOWLEDGE):
        done.add(EventKind.ACKNOWLEDGED)
    return next((deed for deed in leading if deed.kind not in done), None)


def _since_stage(case: Case) -> list[EventLine]:
    found = []
    for event in case.events:
        if event.stage is not case.stage:
            break
        found.append(event)
    return found


def _clock(one: Clock) -> None:
    words, _tone = STATES[one.state]
    with st.container(border=True, gap="small", height="stretch"):
        chip = Chip(raw(words), clock_tone(one)).markdown()
        name = _(CLOCKS[one.kind])
        st.markdown(f"**{name}** {chip}")
        share = one.share
        if share is not None:
            st.progress(min(float(share), 1.0))
        if one.state in OPEN and one.due_at is not None:
            left = ago(one.due_at, clock.now())
            st.caption(_(N_("Due {moment} ({left})"), moment=fmoment(one.due_at), left=left))
        elif one.ended_at is not None:
            st.caption(_(N_("Ended {moment}"), moment=fmoment(one.ended_at)))


def _event(event: EventLine) -> Event:
    return Event(
        icon=EVENT_ICONS.get(event.kind, OTHER_EVENT),
        title=choice(event.kind),
        about=f"{fmoment(event.at)} · {event.actor}",
        body=event.note,
        tone=Tone.GOOD if event.kind is EventKind.CLOSED else Tone.QUIET,
        chip=_about(event),
    )


def _about(event: EventLine) -> Chip | None:
    """What beside its words tells of an event."""
    if event.kind in {EventKind.TRANSFERRED, EventKind.TRIAGED}:
        return Chip(f"{choice(event.department)} · {event.handler}")
    if event.kind is EventKind.LEVELLED:
        return level_chip(event.severity, event.urgency)
    if event.details.get("is_answer"):
        return Chip(raw(N_("First answer")), Tone.GOOD)
    if event.details.get("was_reached") is False:
        return Chip(raw(N_("Not reached")), Tone.WARN)
    return None


def _facts(case: Case) -> None:
    shown = {
        raw(LABELS[name]) if name in LABELS else field(name): value
        for name, value in case.values.items()
        if name not in NOT_FACTS and value not in (None, "", False)
    }
    if case.cause is not None:
        shown[field("cause_id")] = path(case.cause)
    shown[raw(N_("Changed hands"))] = case.transfers
    layout.facts(shown)
    if case.customer_id is not None:
        st.link_button(
            _(N_("Customer file")), f"/customers?id={case.customer_id}", icon=":material/badge:"
        )
