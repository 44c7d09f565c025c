"""Where the customers live who are to be contacted, and where today's cars are delivered: whoever
lives there is asked first whether anything can go along (V27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.frame import fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.visits import choosing
from pages.components.words import _, fnumber, listed, raw
from services import visits
from services.core import clock
from services.core.words import N_
from services.customers import Places
from services.visits import Place

KEY: Final = "visits:districts"


@dataclass(frozen=True)
class Line:
    """One place as it is shown; a number that is none is left out."""

    id: str
    name: str
    deliveries: str
    to_deliver: str
    late: str
    due: int
    open: int


def show(places: Places) -> None:
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        store = choosing.one_store(places)
        day = pickers.filter_day(raw(N_("Deliveries on")), "route", today, width=170)
    found = fetch(visits.places, day, store)
    if not found:
        layout.empty(
            _(N_("Nobody is to be contacted")),
            _(N_("What follows from sales, repairs and complaints will stand here")),
            ":material/map:",
        )
        return
    _route([one for one in found if one.deliveries])
    lines = [_line(one) for one in found[: tables.LONGEST]]
    chosen = tables.rows_table(
        lines, _columns(lines), key=KEY, on_select="once", alt=raw(N_("Districts"))
    )
    if chosen is not None:
        at = {} if store is None else {"store": str(store)}
        st.query_params.update({"view": "list", "place": str(chosen), **at})
        st.rerun()


def _route(found: Sequence[Place]) -> None:
    """Where cars go, and how many contacts are due on the way."""
    if not found:
        words = N_(
            "No car was delivered on this day. Places with cars to be delivered come first; "
            "a click shows who lives there, whoever is due first"
        )
        st.caption(_(words))
        return
    stops = [
        raw(N_("{place} {n}"), place=choosing.where(one.code), n=fnumber(one.deliveries))
        for one in found
    ]
    words = N_(
        "Cars go to {stops}. {due} contacts are due on the way: a click on a place shows them"
    )
    due = fnumber(sum(one.due for one in found))
    st.info(_(words, stops=listed(stops), due=due), icon=":material/local_shipping:")


def _line(one: Place) -> Line:
    return Line(
        id=one.code,
        name=choosing.where(one.code),
        deliveries=_some(one.deliveries),
        to_deliver=_some(one.to_deliver),
        late=_some(one.late),
        due=one.due,
        open=one.open,
    )


def _some(number: int) -> str:
    return fnumber(number) if number else ""


def _columns(lines: Sequence[Line]) -> list[Column]:
    def tones(name: str, tone: Tone) -> dict[str, Tone]:
        return {getattr(line, name): tone for line in lines if getattr(line, name)}

    going, late = tones("deliveries", Tone.INFO), tones("late", Tone.BAD)
    return [
        Column("name", raw(N_("District")), width=200),
        Column("deliveries", raw(N_("Delivered that day")), Kind.BADGE, tones=going, width=130),
        Column("to_deliver", raw(N_("To be delivered")), Kind.BADGE, width=120),
        Column("late", raw(N_("Overdue")), Kind.BADGE, tones=late, width=90),
        Column("due", raw(N_("Due by now")), Kind.NUMBER, width=80),
        Column("open", raw(N_("To be made")), Kind.NUMBER, width=80),
    ]
