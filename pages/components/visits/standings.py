"""The plan by what became of it: what is open, what waits and why, how this week's ended."""

from typing import Final

import streamlit as st

from pages.components import board
from pages.components.board import Board, Column, Place
from pages.components.frame import fetch
from pages.components.visits import opened
from pages.components.visits.cards import stacked
from pages.components.visits.choosing import one_store
from pages.components.words import _, choice, fnumber, listed, raw
from services import visits
from services.core import clock
from services.core.words import N_
from services.customers import Places
from services.visits import Stack

KEY: Final = "visits:standings"
NAMES: Final = {
    "late": N_("Overdue"),
    "today": N_("Due today"),
    "again": N_("Tried, once more"),
    "held": N_("Held back"),
    "later": N_("Later"),
}
WORDS: Final = {
    "name": N_("By standing"),
    "more": N_("{n} more"),
    "fewer": N_("Fewer"),
    "all": N_("All {n} in the list"),
}


def show(places: Places) -> None:
    store = one_store(places)
    found = fetch(visits.standings, None, store)
    stacks = {name: (raw(words), getattr(found, name)) for name, words in NAMES.items()}
    stacks |= {state.value: (choice(state), one) for state, one in found.ended.items()}
    ended = sum(one.total for one in found.ended.values())
    st.caption(_(N_("Open ones as they stand now; {n} ended this week"), n=fnumber(ended)))
    today = clock.today()
    board.show(
        KEY,
        Board(
            columns=[
                Column(name, said, fnumber(stack.total), closed=not stack.total)
                for name, (said, stack) in stacks.items()
            ],
            cards=[
                stacked(row, today, name)
                for name, (_said, stack) in stacks.items()
                for row in stack.rows
            ],
            cells={(name, ""): _place(stack) for name, (_said, stack) in stacks.items()},
            words={name: raw(phrase) for name, phrase in WORDS.items()},
        ),
    )
    _follow(store)


def _place(stack: Stack) -> Place:
    """Why they are held, with numbers; what has no room stands in the list."""
    holds = [
        raw(N_("{reason} {n}"), reason=choice(hold), n=fnumber(number))
        for hold, number in stack.holds
    ]
    is_beyond = stack.total > len(stack.rows)
    return Place(listed(holds), beyond=is_beyond, all=fnumber(stack.total))


def _follow(store: int | None) -> None:
    told = board.heard(KEY, "opened")
    if isinstance(told, dict) and isinstance(told.get("id"), int):
        opened.show(told["id"])
    wish = board.heard(KEY, "asked")
    if isinstance(wish, dict):
        col = str(wish.get("col", ""))
        st.query_params["view"] = "list"
        if store is not None:
            st.query_params["store"] = str(store)
        if col in {"late", "today"}:
            st.query_params["part"] = col
        elif col not in NAMES:
            st.query_params["state"] = col
        st.rerun()
