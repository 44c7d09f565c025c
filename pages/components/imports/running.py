"""Long work on a page: one short step after the other, with a bar that counts them."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from pages.components.frame import background, fetch, submit
from pages.components.runs import fragment
from pages.components.words import _, fnumber
from services import imports, notices
from services.core.inputs import Input
from services.core.words import N_

CHECKING = N_("Checked {done} of {total} rows")
WAITING = N_("Waiting for its turn")
LOOKS: Final = 1
"""Seconds between two looks at the work in the background."""


def check(table: imports.Table, form: imports.OpenBatch) -> int | None:
    """The dry run; the batch's id, or None when it was refused and the reason is shown."""
    return imports.check_all(_do, table, form, _counting(CHECKING))


@fragment(run_every=f"{LOOKS}s")
def watch(batch_id: int) -> None:
    """How far the work in the background is, until it ends; then the whole page is shown anew."""
    work = fetch(imports.under_way, batch_id)
    if work is None:
        job = st.session_state.pop("imports:job", None)
        background(notices.close_cause, notices.CloseCause, cause=f"job:{job}")
        st.rerun(scope="app")
    st.session_state["imports:job"] = work.job_id
    done, total = fnumber(work.done), fnumber(work.total)
    words = _(N_("{done} of {total} rows"), done=done, total=total) if work.total else _(WAITING)
    st.progress(_share(work) if work.total else 0.0, text=words)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_(N_("You may leave this page: a notice tells you when it is done.")))
        if st.button(_(N_("Stop here")), key="imports:stop", icon=":material/stop_circle:"):
            submit(imports.stop_work, imports.StopWork, form="imports:stop", batch_id=batch_id)


def _counting(msgid: str) -> Callable[[imports.Step], None]:
    """A bar on the page, and what moves it."""
    bar = st.progress(0.0)

    def show(step: imports.Step) -> None:
        done, total = fnumber(step.done), fnumber(step.total)
        bar.progress(_share(step), text=_(msgid, done=done, total=total))

    return show


def _share(step: imports.Step | imports.Work) -> float:
    return min(step.done / step.total, 1.0) if step.total else 1.0


def _do(command: Callable[..., Any], form: Input, /) -> Any:
    return submit(command, type(form), form=f"imports:{command.__name__}", **dict(form))
