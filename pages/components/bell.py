"""The bell in the header of every page: what one is told, and one's own work under way."""

from typing import Final

import streamlit as st

from pages.components import keys, menu
from pages.components.drawers import drawer
from pages.components.frame import background, fetch, who
from pages.components.runs import fragment
from pages.components.words import _, ago, fnumber, plain
from services import jobs, notices
from services.core import clock
from services.core.words import N_
from services.jobs import JobLine
from services.notices import Bell, NoticeLine

LOOKS: Final = 60
"""Seconds between two looks for news while nobody does anything. They do not count as use."""
LOOKS_AT_WORK: Final = 5
"""The same while work of one's own goes on."""
BELL: Final = "bell"
SLIM: Final = 36
WIDE: Final = 64
"""Pixels, for a thumb: with the number of what is new."""
WANTED: Final = "bell:wanted"


def bell() -> None:
    """How much is new; rung, a drawer of the newest notices, each leading to what it is about."""
    seen = [fetch(notices.bell)]
    every = LOOKS_AT_WORK if seen[0].is_working else LOOKS

    @fragment(run_every=f"{every}s")
    def look() -> None:
        _sign(seen.pop() if seen else fetch(notices.bell))

    # A drawer of a part of the page would be gone at the part's next look.
    wanted = st.session_state.pop(WANTED, False)
    look()
    if wanted:
        drawer(_(N_("Notices")), width="small", is_list=True)(_opened)()


def _sign(found: Bell) -> None:
    with st.container(key=BELL, horizontal=True, gap=None, width="content"):
        rung = st.button(
            f":red-badge[{fnumber(found.unseen)}]" if found.unseen else "",
            icon="spinner" if found.is_working else ":material/notifications:",
            type="tertiary",
            key="bell:ring",
            width=WIDE if found.unseen else SLIM,
        )
        new = _(N_("Notices, {count} of them new"), count=fnumber(found.unseen))
        keys.name(new if found.unseen else _(N_("Notices")), of="bell")
    if rung:
        st.session_state[WANTED] = True
        st.rerun()


def _opened() -> None:
    inside = fetch(notices.opened_bell)
    if inside.jobs:
        _work()
    for line in inside.lines:
        _line(line)
    if not inside.lines and not inside.jobs:
        st.caption(_(N_("Nothing new")))
    with st.container(gap=None):
        if st.button(
            _(N_("All notices ({count})"), count=fnumber(inside.waiting)),
            key="bell:all",
            type="tertiary",
            icon=":material/arrow_forward:",
        ):
            go("notices")
    if any(line.seen_at is None for line in inside.lines):
        background(notices.see, notices.SeeNotices, newest=inside.lines[0].id)


@fragment(run_every=f"{LOOKS_AT_WORK}s")
def _work() -> None:
    for job in fetch(jobs.page, only_open=True):
        _job(job)


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
