"""What must not be forgotten in a case: one click for each item, who and when beside it."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from pages.components import layout
from pages.components.complaints.colours import EVENT_ICONS
from pages.components.frame import request_id, submit
from pages.components.layout import Chip, Event, Tone
from pages.components.words import _, choice, fmoment, plain, raw
from services import complaints
from services.complaints import Case, CheckedList, Checklist, EventKind, EventLine, Progress, Tick
from services.core.words import N_

TITLES: Final = {
    Checklist.TAKING: N_("Taking the complaint"),
    Checklist.CRISIS: N_("Crisis checklist"),
}


def show(case: Case, one: CheckedList) -> None:
    is_calm = one.kind is Checklist.TAKING and not one.progress.is_complete
    state = Chip(told(one.progress), Tone.QUIET if is_calm else tone(one.progress))
    with layout.card(_(TITLES[one.kind]), chips=[state]), st.container(gap="small"):
        for tick in one.ticks:
            _tick(case, tick)


def _tick(case: Case, tick: Tick) -> None:
    """The key changes with each turn: what a colleague ticked meanwhile shows, and is not undone by
    what this browser remembers."""
    name = f"complaints.tick:{case.id}:{tick.item}:{tick.turns}"
    item = tick.item
    may = EventKind.TICKED in case.deeds
    with st.container(gap=None):
        wanted = st.checkbox(_(complaints.WORDS[item]), tick.is_done, key=name, disabled=not may)
        if tick.at is not None:
            st.caption(plain(" · ".join([tick.by, fmoment(tick.at)])))
    if wanted == tick.is_done:
        return
    asked = {"complaint_id": case.id, "item": item, "is_done": wanted}
    form = complaints.TickItem
    if submit(complaints.tick, form, form=name, request_id=request_id(name), **asked) is not None:
        st.rerun()


def event(lines: Sequence[EventLine], actor: str) -> Event:
    """Ticks of one person that follow each other, newest first, as one thing that happened."""
    newest = lines[0]
    return Event(
        icon=EVENT_ICONS[EventKind.TICKED],
        title=choice(EventKind.TICKED),
        about=" · ".join(filter(None, (fmoment(newest.at), actor))),
        body="\n".join(map(_said, lines)),
    )


def _said(line: EventLine) -> str:
    item = line.details["item"]
    words = raw(complaints.WORDS[item])
    return words if line.details["is_done"] else raw(N_("Taken back: {what}"), what=words)


def told(progress: Progress) -> str:
    return raw(N_("{done} of {total}"), done=progress.done, total=progress.total)


def tone(progress: Progress) -> Tone:
    if progress.is_complete:
        return Tone.GOOD
    return Tone.WARN if progress.done else Tone.BAD


def chip(progress: Progress) -> Chip:
    words = raw(N_("Crisis list {state}"), state=told(progress))
    return Chip(words, tone(progress), ":material/checklist:")
