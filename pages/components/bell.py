"""The bell in the header of every page: what one is told, and one's own work under way."""

from typing import Final

import streamlit as st

from pages.components import keys, menu
from pages.components.frame import background, fetch, who
from pages.components.runs import fragment
from pages.components.words import _, ago, fnumber, plain
from services import notices
from services.core import clock
from services.core.words import N_
from services.jobs import JobLine
from services.notices import Bell, NoticeLine, OpenBell

LOOKS: Final = 60
"""Seconds between two looks for news while nobody does anything. They do not count as use."""
BELL: Final = "bell"
LOOK: Final = "bell:look"


@fragment(run_every=f"{LOOKS}s")
def bell() -> None:
    """How much is new; opened, the newest notices, each leading to what it is about."""
    found = fetch(notices.bell)
    label, icon = _look(found)
    place = st.popover(
        label,
        icon=icon,
        type="tertiary",
        help=_(N_("Notices")),
        key=BELL,
        on_change="rerun",
    )
    if not place.open:
        return
    inside = fetch(notices.opened_bell)
    with place:
        _opened(inside)
    if found.unseen and inside.lines:
        background(notices.see, notices.SeeNotices, newest=inside.lines[0].id)


def _look(found: Bell) -> tuple[str, str]:
    """Label and icon, as they were when it was opened: to Streamlit a bell that looks otherwise is
    another one, which is closed, and the click into the opened one is lost."""
    state = st.session_state
    if LOOK not in state or not state.get(BELL):
        label = f":red-badge[{fnumber(found.unseen)}]" if found.unseen else ""
        state[LOOK] = (label, "spinner" if found.is_working else ":material/notifications:")
    look: tuple[str, str] = state[LOOK]
    return look


def _opened(found: OpenBell) -> None:
    for job in found.jobs:
        _job(job)
    for line in found.lines:
        _line(line)
    if not found.lines and not found.jobs:
        st.caption(_(N_("Nothing new")))
    with st.container(gap=None):
        if st.button(
            _(N_("All notices ({count})"), count=fnumber(found.waiting)),
            key="bell:all",
            type="tertiary",
            icon=":material/arrow_forward:",
        ):
            go("notices")
        keys.enter("bell")


def _job(job: JobLine) -> None:
    share = min(job.done / job.total, 1.0) if job.total else 0.0
    st.progress(share, text=_(N_("{what}: {title}"), what=[job.label], title=job.title))


def _line(line: NoticeLine) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        with st.container(gap=None):
            opens = st.button(
                told(line), key=f"bell:open:{line.id}", type="tertiary", icon=line.telling.icon
            )
            new = " · " + _(N_("new")) if line.seen_at is None else ""
            st.caption(plain(ago(line.created_at, clock.now())) + new)
        if not line.telling.waits_for_deed:
            st.button(
                "",
                key=f"bell:close:{line.id}",
                type="tertiary",
                icon=":material/check:",
                help=_(N_("Settled")),
                on_click=close,
                args=(line,),
            )
    if opens:
        open_notice(line)


def told(line: NoticeLine) -> str:
    """A notice's words, for markdown."""
    return _(line.telling.msgid, **line.params)


def close(line: NoticeLine) -> None:
    """The reader knows it by now; one that waits for a deed stays."""
    if not line.telling.waits_for_deed:
        background(notices.close, notices.CloseNotice, notice_id=line.id)


def open_notice(line: NoticeLine) -> None:
    """Go to what a notice is about."""
    close(line)
    address, query = line.place
    if address:
        go(address, **query)
    st.rerun()


def go(address: str, **query: str) -> None:
    """To the page at this address, if the reader has it."""
    actor = who()
    script = menu.leads_to(actor, address) if actor is not None else None
    if script is not None:
        st.switch_page(script, query_params=query)
