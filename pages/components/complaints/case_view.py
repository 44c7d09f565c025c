"""One case: its clocks on top, what it is about, everything that happened, what can be done."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import layout
from pages.components.complaints import checklists, chips, deeds, works
from pages.components.complaints.colours import (
    EVENT_ICONS,
    OTHER_EVENT,
    STATES,
    clock_tone,
    level_chip,
    path,
    promised,
)
from pages.components.complaints.deeds import DEEDS
from pages.components.files import file_button
from pages.components.layout import Chip, Event, Tone
from pages.components.words import _, ago, choice, field, fmoment, fphone, plain, plain_lines, raw
from services.complaints import (
    CLOCKS,
    Case,
    Checklist,
    Clock,
    ClockState,
    EventKind,
    EventLine,
)
from services.core import clock
from services.core.words import N_

NOT_FACTS = {"words", "demand", "finding", "whys", "link"}
PHONES = ("phone", "customer_phone")
LABELS = {
    "customer_phone": N_("Phone in the file"),
    "first_responder": N_("I took it"),
    "accountable": N_("Stands for it"),
    "parent": N_("Follows"),
}
OPEN = {ClockState.RUNNING, ClockState.PAUSED, ClockState.LATE}


def show(case: Case, *, may_export: bool) -> None:
    with _head(case):
        _actions(case)
    with layout.tiles(len(case.clocks)):
        for one in case.clocks:
            _clock(one)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with layout.card(_(N_("What the customer says"))):
            st.markdown(plain_lines(str(case.values["words"])))
            if case.values["demand"]:
                st.markdown(
                    f"**{plain(field('demand'))}** {plain_lines(str(case.values['demand']))}"
                )
        with layout.card(_(N_("What happened"))) as beside:
            if may_export and case.is_major:
                with beside:
                    key = f"complaints:log:{case.id}"
                    file_button(_(N_("As PDF")), f"complaints/{case.id}/log.pdf", key=key)
            layout.timeline(_events(case))
    with right:
        _work(case)


def _head(case: Case) -> DeltaGenerator:
    """Under his name, where the reader sees it; else under its number alone."""
    about, chips_ = path(case.category), _chips(case)
    if not case.who:
        return layout.person(case.number, chips=chips_, about=about, has_picture=False)
    return layout.person(case.who, plain(case.number), chips_, about=about)


def _work(case: Case) -> None:
    """What is done about it, its papers, its facts."""
    _found(case)
    for one in case.checklists:
        checklists.show(case, one)
    if case.steps or case.is_major:
        with layout.card(_(N_("Asked of others")), _last_meeting(case)):
            for step in case.steps:
                works.step(case, step)
    if case.remedies:
        with layout.card(_(N_("Promised to the customer"))):
            for remedy in case.remedies:
                works.remedy(case, remedy)
    if case.actions:
        with layout.card(_(N_("Against the cause")), _untold(case)):
            for action in case.actions:
                works.action(case, action)
    if case.files:
        with layout.card(plain(field("files"))):
            for paper in case.files:
                works.paper(paper)
    with layout.card(_(N_("The case"))):
        _facts(case)


def _last_meeting(case: Case) -> str | None:
    if not case.is_major:
        return None
    if case.last_meeting is None:
        return _(N_("Nobody has met over it yet"))
    return _(N_("Last meeting {moment}"), moment=fmoment(case.last_meeting))


def _untold(case: Case) -> str | None:
    count = sum(action.is_untold for action in case.actions)
    return (
        _(N_("Improvements that the customer has not heard of: {count}"), count=count)
        if count
        else None
    )


def _chips(case: Case) -> list[Chip]:
    found = [level_chip(case.severity, case.urgency), Chip(choice(case.stage), Tone.INFO)]
    if case.promised_at is not None:
        found.append(promised(case.promised_at, clock.now()))
    if case.values["is_dispute"]:
        found.append(Chip(raw(N_("Dispute")), Tone.WARN, ":material/balance:"))
    if case.values["is_legal"]:
        found.append(Chip(raw(N_("Legal case")), Tone.BAD, ":material/gavel:"))
    if case.values["waiting_for"]:
        words = raw(N_("Waits for: {whom}"), whom=choice(case.values["waiting_for"]))
        found.append(Chip(words, Tone.QUIET, ":material/pause_circle:"))
    found += [
        checklists.chip(one.progress)
        for one in case.checklists
        if one.kind is Checklist.CRISIS and not one.progress.is_complete
    ]
    if case.returns:
        found.append(Chip(raw(N_("To and fro")), Tone.WARN, ":material/sync_problem:"))
    return found


def _actions(case: Case) -> None:
    """The deed that leads on as a button, the others in a menu."""
    may = [deed for deed in DEEDS if deed.kind in case.deeds]
    leading = next((deed for deed in may if deed.kind is case.next_deed), None)
    if leading is not None and st.button(
        _(leading.label), icon=leading.icon, type="primary", key="deed:next", shortcut="alt+n"
    ):
        deeds.open_deed(leading, case)
    rest = {deed.name: deed for deed in may if deed is not leading}
    if rest:
        chosen = st.menu_button(
            _(N_("More")),
            list(rest),
            format_func=lambda name: " ".join([rest[name].icon, _(rest[name].label)]),
            icon=":material/more_horiz:",
            key="deed:more",
        )
        if chosen is not None:
            deeds.open_deed(rest[chosen], case)


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


def _events(case: Case) -> Iterator[Event]:
    """As they happened, but that ticks which follow each other are one."""
    for (kind, actor), same in groupby(case.events, lambda one: (one.kind, one.actor)):
        lines = list(same)
        if kind is EventKind.TICKED:
            yield checklists.event(lines, actor)
        else:
            yield from (_event(case, line) for line in lines)


def _event(case: Case, event: EventLine) -> Event:
    return Event(
        icon=EVENT_ICONS.get(event.kind, OTHER_EVENT),
        title=choice(event.kind),
        about=" · ".join(filter(None, (fmoment(event.at), event.actor))),
        body=event.note,
        tone=Tone.GOOD if event.kind is EventKind.CLOSED else Tone.QUIET,
        chip=chips.of_event(event),
        facts=_said(event),
        act=partial(_ask_for_it, case, event) if _may_ask_for_it(case, event) else None,
    )


def _may_ask_for_it(case: Case, event: EventLine) -> bool:
    """Something was decided in a meeting, and the reader may ask a department for it."""
    is_decided = event.kind is EventKind.MET and event.details["decided"]
    return bool(is_decided) and deeds.ASK.kind in case.deeds


def _ask_for_it(case: Case, event: EventLine) -> None:
    if st.button(
        _(N_("Ask a department for it")),
        icon=deeds.ASK.icon,
        key=f"deed:decided:{event.id}",
        type="tertiary",
    ):
        origin = deeds.Origin(event.id, {"words": event.details["decided"]})
        deeds.open_deed(deeds.ASK, case, origin)


def _said(event: EventLine) -> dict[str, str]:
    """Of a meeting who was there and what came of it, of an improvement which it was."""
    told = event.details
    if event.kind is EventKind.TOLD:
        return {field("what"): told["what"]}
    if event.kind is not EventKind.MET:
        return {}
    found = {
        field("user_ids"): raw(N_(", ")).join(told["people"]),
        field("outsiders"): told["outsiders"],
        field("decided"): told["decided"],
    }
    return {label: words for label, words in found.items() if words}


def _found(case: Case) -> None:
    """What was found, and why it happened: why by why, each in its line as it was written."""
    found = {field("finding"): case.values["finding"]}
    if case.cause is not None:
        found[field("cause_id")] = path(case.cause)
    found = {label: value for label, value in found.items() if value}
    whys = str(case.values["whys"] or "")
    if found or whys:
        with layout.card(_(N_("Finding and cause"))):
            layout.facts(found)
            if whys:
                st.markdown(f"**{plain(field('whys'))}**  \n{plain_lines(whys)}")


def _facts(case: Case) -> None:
    values = dict(case.values)
    for name in PHONES:
        values[name] = fphone(values[name] or "")
    shown = {
        raw(LABELS[name]) if name in LABELS else field(name): value
        for name, value in values.items()
        if name not in NOT_FACTS and value not in (None, "", False)
    }
    if case.named:
        shown[raw(N_("Seen only by"))] = ", ".join(case.named)
    shown[raw(N_("Changed hands"))] = case.transfers
    layout.facts(shown)
    if case.values["link"]:  # as long as it is: a table is as wide as its longest word
        st.markdown(f"**{plain(field('link'))}**  \n{plain(case.values['link'])}")
    with st.container(horizontal=True, gap="small"):
        if case.customer_id is not None:
            st.link_button(
                _(N_("Customer file")), f"/customers?id={case.customer_id}", icon=":material/badge:"
            )
        if case.values["link"]:  # http or https: the form took no other
            words = _(N_("Open where it stands"))
            st.link_button(words, case.values["link"], icon=":material/open_in_new:")
