"""Who waits for our answer, the soonest promised first; the clocks go on by themselves."""

from dataclasses import dataclass

import streamlit as st

from pages.components import layout, tables
from pages.components.frame import fetch
from pages.components.inbound import looks
from pages.components.layout import Tone
from pages.components.runs import fragment
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, field, fnumber, raw
from services import inbound
from services.core import clock
from services.core.words import N_
from services.inbound import CallRow


@dataclass(frozen=True)
class Line:
    """One call as it is shown."""

    id: int
    due: str
    tone: Tone
    who: str
    phone: str
    wish: str
    urgency: str
    urgency_tone: Tone
    words: str
    answerer: str


def head() -> None:
    """How fast we answer and keep our word, over the last four weeks."""
    found = fetch(inbound.rates)
    weeks = _(N_("last 4 weeks"))
    with layout.tiles(3):
        layout.tile(
            _(N_("Answered within the rings")),
            _share(found.in_time, found.counted),
            weeks,
            note=_(N_("{count} of {whole} calls whose rings were counted"),
                   count=fnumber(found.in_time), whole=fnumber(found.counted)),
        )  # fmt: skip
        layout.tile(
            _(N_("Call-backs kept")),
            _share(found.kept, found.promised),
            weeks,
            note=_(N_("{count} of {whole} promises whose time is over"),
                   count=fnumber(found.kept), whole=fnumber(found.promised)),
        )  # fmt: skip
        layout.tile(
            _(N_("Waiting for an answer")),
            fnumber(found.open),
            _(N_("{count} overdue"), count=fnumber(found.late)),
        )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else layout.NOTHING


@fragment(run_every="30s")
def show() -> None:
    """A click opens the call."""
    found = fetch(inbound.due)
    title = _(N_("Promised answers"))
    st.markdown(f"**{title}**")
    if not found:
        layout.empty(
            _(N_("Nobody waits for an answer")),
            _(N_("Whoever is promised one stands here until he has it")),
            ":material/phone_callback:",
        )
        return
    lines = [line(row) for row in found]
    chosen = tables.rows_table(
        lines, columns(lines), key="inbound:due", on_select="once", alt=raw(N_("Promised answers"))
    )
    if chosen is not None:
        st.query_params["call"] = str(chosen)
        st.rerun(scope="app")


def line(row: CallRow) -> Line:
    due, urgency = looks.clock_of(row, clock.now()), looks.urgency(row)
    return Line(
        id=row.id,
        due=due.text,
        tone=due.tone,
        who=looks.name(row),
        phone=row.phone,
        wish=choice(row.wish),
        urgency=urgency.text,
        urgency_tone=urgency.tone,
        words=row.words,
        answerer=row.answerer,
    )


def columns(lines: list[Line]) -> list[Column]:
    urgent = {one.urgency: one.urgency_tone for one in lines}
    return [
        Column("due", field("promised_at"), Kind.BADGE, tones={x.due: x.tone for x in lines},
               width=190),
        Column("who", raw(N_("Who called")), width=150),
        Column("phone", field("phone"), width=120),
        Column("urgency", field("urgency"), Kind.BADGE, tones=urgent, width=80),
        Column("wish", field("wish"), width=110),
        Column("words", field("words"), width=300),
        Column("answerer", field("answerer_id"), width=110),
    ]  # fmt: skip
