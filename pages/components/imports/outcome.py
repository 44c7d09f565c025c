"""A batch on the page: what would happen or what came of it, row by row, and what can be done."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.components.drawers import confirm, drawer
from pages.components.files import file_button
from pages.components.frame import done, fetch, request_id, submit
from pages.components.imports.running import watch
from pages.components.layout import Chip, Tone, card, chips, tile, tiles
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, choice, field, fnumber, language, raw
from services import imports
from services.core.inputs import Request
from services.core.words import N_
from services.imports import BatchState, BatchView, RowOutcome
from services.jobs import JobState

TONES = {
    RowOutcome.NEW: Tone.GOOD,
    RowOutcome.UPDATED: Tone.INFO,
    RowOutcome.SAME: Tone.QUIET,
    RowOutcome.SKIPPED: Tone.WARN,
    RowOutcome.WRONG: Tone.BAD,
}
STATES = {
    BatchState.CHECKED: Tone.INFO,
    BatchState.RUNNING: Tone.WARN,
    BatchState.DONE: Tone.GOOD,
    BatchState.UNDOING: Tone.WARN,
    BatchState.UNDONE: Tone.QUIET,
}
MANY = 5


def standing(batch: BatchView, *, is_under_way: bool) -> None:
    """What kind of list, how far it came, and what that means for whoever reads it."""
    state = Chip(choice(batch.state), STATES[batch.state])
    if is_under_way:
        state = Chip(choice(JobState.RUNNING), Tone.INFO)
    chips([Chip(raw(batch.kind_label), Tone.QUIET), state])
    if is_under_way:
        return
    if not batch.is_checked:
        st.warning(
            _(N_("The check of this file was left before its end. Upload the file again")),
            icon=":material/warning:",
        )
    elif batch.state is BatchState.CHECKED:
        st.info(
            _(N_("A dry run: nothing is written before you import, and an import can be undone")),
            icon=":material/fact_check:",
        )
    elif batch.state is BatchState.RUNNING:
        st.warning(
            _(N_("This import was stopped in the middle. It can go on")),
            icon=":material/hourglass_top:",
        )


def numbers(batch: BatchView) -> None:
    """Five tiles: what the rows would do, or did."""
    notes = {
        RowOutcome.NEW: _(N_("records that are made")),
        RowOutcome.UPDATED: _(N_("blanks filled, cars added")),
        RowOutcome.SAME: _(N_("nothing to do")),
        RowOutcome.SKIPPED: _(N_("left out, with the reason")),
        RowOutcome.WRONG: _(N_("to be mended in the file")),
    }
    with tiles(len(notes)):
        for outcome in RowOutcome:
            tile(choice(outcome), fnumber(batch.counts[outcome.value]), notes[outcome])


def reasons(batch: BatchView) -> None:
    """Every reason with its rows; one of them in detail."""
    if not batch.groups:
        return
    with card(_(N_("What to know about the rows")), _(N_("Choose a line to see its rows"))):
        chosen = rows_table(
            [
                (
                    group.id,
                    group.outcome,
                    field(group.field) if group.field else raw(N_("The whole row")),
                    raw(group.msgid, **group.params),
                    group.count,
                    _first(group.numbers),
                )
                for group in batch.groups
            ],
            [
                Column("outcome", raw(N_("Outcome")), Kind.BADGE, tones=TONES, width="small"),
                Column("field", raw(N_("Field")), width="small"),
                Column("reason", field("reason"), width="large"),
                Column("rows", raw(N_("Rows")), Kind.NUMBER, width="small"),
                Column("first", raw(N_("First rows")), width="medium"),
            ],
            key=f"imports:groups:{batch.id}",
            on_select="rerun",
            height=300,
        )
        group = next((each for each in batch.groups if each.id == chosen), None)
        if group is not None:
            _rows(fetch(imports.rows, batch.id, group.numbers), f"imports:rows:{batch.id}")


def _first(found: Sequence[int]) -> str:
    more = " …" if len(found) > MANY else ""
    return ", ".join(map(str, found[:MANY])) + more


def _rows(found: Sequence[imports.RowView], key: str) -> None:
    tongue = language()
    rows_table(
        [
            (row.id, row.id, imports.worded(row.reasons, tongue), " | ".join(row.cells))
            for row in found
        ],
        [
            Column("row", raw(N_("Row in the file")), Kind.NUMBER, width="small"),
            Column("reason", field("reason"), width="large"),
            Column("cells", raw(N_("What the file says")), width="large"),
        ],
        key=key,
        height=300,
    )


def kept(batch: BatchView) -> None:
    """After an undo: what was kept, and why."""
    if batch.counts["kept"]:
        count = fnumber(batch.counts["kept"])
        with card(_(N_("Kept because edited since: {count} rows"), count=count)):
            _rows(fetch(imports.kept_rows, batch.id), f"imports:kept:{batch.id}")


def wrong_button(batch: BatchView) -> None:
    """The wrong rows with their reasons, to be mended and uploaded again."""
    if not batch.counts["wrong"]:
        return
    file_button(
        _(N_("{count} wrong rows as a file"), count=fnumber(batch.counts["wrong"])),
        f"imports/{batch.id}/wrong-rows.xlsx",
        key=f"imports:wrong:{batch.id}",
    )


def deeds(batch: BatchView, *, is_under_way: bool) -> None:
    """The one thing to do next, and the way out; while work goes on, how far it is."""
    if is_under_way:
        watch(batch.id)
        return
    with st.container(horizontal=True, gap="small"):
        goes = _go_button(batch)
        wrong_button(batch)
        if batch.state is BatchState.CHECKED:
            _throw_away_button(batch)
        elif batch.state in {BatchState.RUNNING, BatchState.DONE, BatchState.UNDOING}:
            _undo_button(batch)
    if goes:
        _start(imports.start_run, imports.StartRun, batch.id)


def _start(command: Any, model: type[Request], batch_id: int) -> None:
    form = f"imports:{command.__name__}:{batch_id}"
    sent = {"request_id": request_id(form), "batch_id": batch_id}
    if submit(command, model, form=form, **sent) is not None:
        st.rerun()


def _go_button(batch: BatchView) -> bool:
    if batch.state is BatchState.CHECKED and batch.is_checked:
        return st.button(
            _(N_("Import {rows} rows"), rows=fnumber(batch.does)),
            key="imports:go",
            type="primary",
            icon=":material/upload:",
            disabled=not batch.does,
        )
    if batch.state is BatchState.RUNNING:
        return st.button(
            _(N_("Go on")), key="imports:go", type="primary", icon=":material/play_arrow:"
        )
    return False


def _throw_away_button(batch: BatchView) -> None:
    if not st.button(_(N_("Throw away")), key="imports:away", icon=":material/delete:"):
        return
    form = f"imports:throw_away:{batch.id}"
    sent = {"request_id": request_id(form), "batch_id": batch.id}
    submit(imports.throw_away, imports.ThrowAway, form=form, **sent)
    if f"refused:{form}" not in st.session_state:
        st.query_params.pop("batch", None)
        done(_(N_("The dry run was thrown away")))


def _undo_button(batch: BatchView) -> None:
    label = N_("Go on undoing") if batch.state is BatchState.UNDOING else N_("Undo this import")
    if st.button(_(label), key="imports:undo", icon=":material/undo:"):
        drawer(_(N_("Undo this import")), name=batch.file_name)(_undo)(batch)


def _undo(batch: BatchView) -> None:
    st.markdown(
        _(
            N_(
                "{rows} rows are taken back. What was edited since is kept and listed; orders are "
                "voided, not deleted; customer numbers are not given out again."
            ),
            rows=fnumber(batch.counts["done"]),
        )
    )
    wanted = confirm(_(N_("Undo")), key="imports:undo", icon=":material/undo:")
    if wanted:
        _start(imports.start_undo, imports.StartUndo, batch.id)
