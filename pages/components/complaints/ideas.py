"""What complaints taught us: ideas, who makes them true, and by when."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.complaints import narrowing
from pages.components.frame import fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, raw
from services import complaints
from services.complaints import IdeaLine, IdeaPart, Verdict
from services.core.words import N_
from services.customers import Places

ALL: Final = "all"
PARTS: Final = {
    IdeaPart.OPEN.value: N_("Still to do"),
    IdeaPart.DONE.value: N_("Done"),
    ALL: N_("All"),
}


@dataclass(frozen=True)
class Line:
    """One idea as it is shown."""

    id: int
    what: str
    number: str
    by: str
    owner: str
    due_on: date
    state: str


def show(places: Places) -> None:
    """A click opens the case from which the idea came."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = {code: raw(phrase) for code, phrase in PARTS.items()}
        code = pickers.switch(raw(N_("State")), words, "ideas", IdeaPart.OPEN.value)
        store_id = narrowing.store(places)
    part = None if code == ALL else IdeaPart(code)
    found = fetch(complaints.ideas, part, store_id)
    if not found:
        layout.empty(
            _(N_("No ideas here")),
            _(N_("In a case, “Act against the cause” takes ideas for better service, too")),
            ":material/lightbulb:",
        )
        return
    chosen = tables.rows_table(
        [_line(one) for one in found],
        [
            Column("what", raw(N_("Idea")), width=360),
            Column("number", field("complaint"), width=115),
            Column("by", raw(N_("Whose idea")), width=85),
            Column("owner", raw(N_("Carried out by")), width=102),
            Column("due_on", field("due_on"), Kind.DATE, width=100),
            Column("state", raw(N_("State")), Kind.BADGE, tones=_tones(found), width=105),
        ],
        key=f"complaints:ideas:{code}",
        on_select="once",
        alt=raw(N_("Ideas")),
    )
    if chosen is not None:
        st.query_params["id"] = str(next(one.complaint_id for one in found if one.id == chosen))
        st.rerun()


def _line(one: IdeaLine) -> Line:
    return Line(one.id, one.what, one.number, one.by, one.owner, one.due_on, _state(one)[0])


def _state(one: IdeaLine) -> tuple[str, Tone]:
    if one.verdict is not None:
        is_good = one.verdict is Verdict.EFFECTIVE
        return choice(one.verdict), Tone.GOOD if is_good else Tone.BAD
    if one.done_at is not None:
        return raw(N_("Done")), Tone.INFO
    return (raw(N_("Late")), Tone.BAD) if one.is_late else (raw(N_("Planned")), Tone.INFO)


def _tones(found: list[IdeaLine]) -> dict[str, Tone]:
    return dict(map(_state, found))
