"""My day: whom I am to contact now, the heaviest first; a click begins the call."""

from dataclasses import dataclass
from typing import Final, NoReturn

import streamlit as st

from pages.components import layout, tables
from pages.components.customers.colours import label_chip
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.visits import looks
from pages.components.words import _, choice, field, fnumber, raw
from services.core import clock
from services.core.words import N_
from services.visits import Day, TaskRow

UNTAKEN: Final = N_("Nobody yet")


@dataclass(frozen=True)
class Line:
    """One contact as it is shown."""

    id: int
    due: str
    tone: Tone
    customer: str
    label: str
    label_tone: Tone
    purpose: str
    kind: str
    car: str
    hours: str
    """When he likes to be called, where that is not now."""
    attempts: int
    owner: str


def show(found: Day, *, may_lead: bool) -> None:
    if not found.rows:
        _nothing(found, may_lead=may_lead)
        return
    lines = [_line(row) for row in found.rows]
    chosen = tables.rows_table(
        lines, _columns(lines), key="visits:day", on_select="once", alt=raw(N_("My day"))
    )
    _beside(found)
    if chosen is not None:
        go_to(chosen)


def go_to(task_id: int) -> NoReturn:
    """Open one contact; its address can be passed on."""
    st.query_params["task"] = str(task_id)
    st.rerun()


def way_back() -> None:
    """From a contact to the list of the day."""
    if st.button(_(N_("My day")), icon=":material/arrow_back:", type="tertiary", shortcut="alt+l"):
        st.query_params.pop("task", None)
        st.rerun()


def _line(row: TaskRow) -> Line:
    due, label = looks.due(row, clock.today()), label_chip(row.label)
    return Line(
        id=row.id,
        due=due.text,
        tone=due.tone,
        customer=row.customer,
        label=label.text,
        label_tone=label.tone,
        purpose=looks.purpose(row),
        kind=choice(row.kind),
        car=row.car,
        hours="" if row.suits_now else row.preferred_hours,
        attempts=row.attempts,
        owner=row.owner or raw(UNTAKEN),
    )


def _columns(lines: list[Line]) -> list[Column]:
    labels = {line.label: line.label_tone for line in lines}
    columns = [
        Column("due", raw(N_("Due")), Kind.BADGE, tones={x.due: x.tone for x in lines}, width=130),
        Column("customer", field("customer_id"), width=170),
        Column("label", raw(N_("Class")), Kind.BADGE, tones=labels, width=90),
        Column("purpose", raw(N_("What for")), width=200),
        Column("kind", field("kind"), width=70),
        Column("car", field("vehicle_id"), width=110),
        Column("hours", raw(N_("Preferred hours")), width=110),
        Column("attempts", raw(N_("Attempts")), Kind.NUMBER, width=80),
        Column("owner", raw(N_("Whose")), width=100),
    ]
    # Columns that say something of a few only, and may be empty of all.
    empty = {name for name in ("hours", "attempts") if not any(getattr(x, name) for x in lines)}
    return [column for column in columns if column.name not in empty]


def _beside(found: Day) -> None:
    """What is not in the list, and why."""
    told = []
    if found.later:
        told.append(_(N_("{count} are tried again later today"), count=fnumber(found.later)))
    if found.held:
        words = N_("{count} wait because the customer is not to be contacted more often")
        told.append(_(words, count=fnumber(found.held)))
    if told:
        st.caption(" · ".join(told))


def _nothing(found: Day, *, may_lead: bool) -> None:
    if found.done or found.later or found.held:
        layout.empty(
            _(N_("All done for now")),
            _(N_("What is to be tried again comes back by itself")),
            ":material/task_alt:",
        )
        _beside(found)
        return
    what = (
        N_("Approve the rules by which contacts are made, under “Rules of contact”")
        if may_lead
        else N_("What follows from sales, repairs and complaints will stand here")
    )
    layout.empty(_(N_("Nobody is to be contacted")), _(what), ":material/event_available:")
