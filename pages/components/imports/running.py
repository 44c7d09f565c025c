"""Long work on a page: one short step after the other, with a bar that counts them."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.components.frame import submit
from pages.components.words import _, fnumber
from services import imports
from services.core.inputs import Input
from services.core.words import N_

CHECKING = N_("Checked {done} of {total} rows")
IMPORTING = N_("Imported {done} of {total} rows")
TAKING_BACK = N_("Took back {done} of {total} rows")


def check(table: imports.Table, form: imports.OpenBatch) -> int | None:
    """The dry run; the batch's id, or None when it was refused and the reason is shown."""
    return imports.check_all(_do, table, form, _counting(CHECKING))


def go_on(batch_id: int) -> imports.Step | None:
    """Import from where the batch stands. Leaving the page stops it between two chunks."""
    return imports.run_all(_do, batch_id, _counting(IMPORTING))


def take_back(batch_id: int) -> imports.Step | None:
    """Undo from where the batch stands."""
    return imports.undo_all(_do, batch_id, _counting(TAKING_BACK))


def _counting(msgid: str) -> Callable[[imports.Step], None]:
    """A bar on the page, and what moves it."""
    bar = st.progress(0.0)

    def show(step: imports.Step) -> None:
        done, total = fnumber(step.done), fnumber(step.total)
        bar.progress(_share(step), text=_(msgid, done=done, total=total))

    return show


def _share(step: imports.Step) -> float:
    return min(step.done / step.total, 1.0) if step.total else 1.0


def _do(command: Callable[..., Any], form: Input, /) -> Any:
    return submit(command, type(form), form=f"imports:{command.__name__}", **dict(form))
