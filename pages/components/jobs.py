"""Long work on a page: a table of it, and what came of one piece."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from pages.components.bell import go
from pages.components.layout import Chip, Tone, card, facts
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, choice, field, fnumber, raw
from services.core.words import N_
from services.jobs import JobLine, JobState

TONES: Final = {
    JobState.QUEUED: Tone.QUIET,
    JobState.RUNNING: Tone.INFO,
    JobState.DONE: Tone.GOOD,
    JobState.STOPPED: Tone.WARN,
    JobState.FAILED: Tone.BAD,
}


def jobs_table(found: Sequence[JobLine]) -> None:
    """Jobs, newest first; a click leads to one."""
    chosen = rows_table(
        [
            (
                job.id,
                raw(job.label),
                job.title,
                job.state,
                _progress(job),
                job.person or raw(N_("The system")),
                job.asked_at,
                job.ended_at,
            )
            for job in found
        ],
        [
            Column("what", raw(N_("Work"))),
            Column("title", raw(N_("About"))),
            Column("state", field("status"), Kind.BADGE, tones=TONES),
            Column("progress", raw(N_("Progress"))),
            Column("person", raw(N_("By"))),
            Column("asked_at", raw(N_("Asked at")), Kind.MOMENT),
            Column("ended_at", raw(N_("Ended at")), Kind.MOMENT),
        ],
        key="jobs",
        on_select="once",
        height=320,
    )
    if chosen is not None:
        st.query_params["job"] = str(chosen)
        st.rerun()


def _progress(job: JobLine) -> str:
    return f"{fnumber(job.done)} / {fnumber(job.total)}" if job.total else ""


def details(job: JobLine) -> None:
    """One job: how far, what came of it, why it failed."""
    with card(
        _(job.label), name=job.title, chips=[Chip(choice(job.state), TONES[job.state])]
    ) as actions:
        with actions:
            if st.button(_(N_("Close")), key="jobs:close", icon=":material/close:"):
                del st.query_params["job"]
                st.rerun()
        if job.trouble is not None:
            st.error(_(job.trouble.msgid, **job.trouble.params))
        facts(
            {
                raw(N_("Progress")): _progress(job),
                raw(N_("Asked at")): job.asked_at,
                raw(N_("Ended at")): job.ended_at,
            }
        )
        address, query = job.place
        if address and st.button(_(N_("Open")), key="jobs:open", icon=":material/arrow_forward:"):
            go(address, **query)
