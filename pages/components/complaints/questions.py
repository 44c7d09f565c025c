"""What the reader himself is asked about complaints: what, by when, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.components import layout, tables
from pages.components.complaints import works
from pages.components.frame import fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, fdate, field, raw
from services import complaints
from services.complaints import MyQuestion, StepLine
from services.core.words import N_
from services.customers import Places


@dataclass(frozen=True)
class Line:
    """One question as it is shown."""

    id: int
    due: str
    state: str
    question: str
    number: str
    asked_by: str
    department: str


def show(_places: Places) -> None:
    """A click opens the case."""
    found = fetch(complaints.asked_of_me)
    if not found:
        layout.empty(
            _(N_("Nobody asks anything of you")),
            _(N_("What you are asked about will stand here")),
            ":material/contact_support:",
        )
        return
    chosen = tables.rows_table(
        [_line(one) for one in found],
        _columns(found),
        key="complaints:questions",
        on_select="once",
        alt=raw(N_("Asked of me")),
    )
    if chosen is not None:
        case = next(one.complaint_id for one in found if one.step.id == chosen)
        st.query_params["id"] = str(case)
        st.rerun()


def _line(one: MyQuestion) -> Line:
    step = one.step
    return Line(
        id=step.id,
        due=_due(step),
        state=works.progress(step).text,
        question=" ".join(step.question.split()),
        number=one.number,
        asked_by=step.asked_by,
        department=choice(step.department),
    )


def _due(step: StepLine) -> str:
    """A badge has its colour by its words: a day that is late ends in a sign that nobody sees."""
    return fdate(step.due_on) + layout.WORD_JOINER * step.is_late


def _columns(found: Sequence[MyQuestion]) -> list[Column]:
    """The day is red while an answer is late; the state says whether he is on it."""
    late = {_due(one.step): Tone.BAD for one in found if one.step.is_late}
    states = {chip.text: chip.tone for chip in (works.progress(one.step) for one in found)}
    return [
        Column("due", field("due_on"), Kind.BADGE, tones=late, width=100),
        Column("state", raw(N_("State")), Kind.BADGE, tones=states, width=130),
        Column("question", raw(N_("What is asked")), width=365),
        Column("number", field("number"), width=115),
        Column("asked_by", raw(N_("Who asks")), width=80),
        Column("department", field("department"), width=80),
    ]
