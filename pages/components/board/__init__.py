"""The board: cards at their places, carried with the mouse, a finger or the keyboard.

It shows and tells; what a move means is the page's. What happened is kept by a callback until the
page asks for it, before it reads what it draws: so a move and what came of it are one run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import streamlit as st

HERE: Final = Path(__file__).parent
_board: Final = st.components.v2.component(
    "crm_board",
    css=(HERE / "board.css").read_text(encoding="utf-8"),
    js=(HERE / "board.js").read_text(encoding="utf-8"),
)
EVENTS: Final = ("moved", "opened", "asked")


@dataclass(frozen=True)
class Mark:
    """A short text with the theme's name of a colour."""

    text: str
    tone: str


@dataclass(frozen=True)
class BoardCard:
    """All words are texts. `label` says all of it at once; `icon` and the text of `mark` are names
    of Material Symbols; `last`: beyond this column it may not
    go; `desk`: to the row of which desk it may."""

    id: int
    version: int
    col: str
    row: str
    title: str
    sub: str
    label: str
    icon: str
    tone: str
    mark: Mark | None = None
    chips: Sequence[Mark] = ()
    last: str = ""
    desk: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Column:
    """`closed`: nothing new comes in."""

    id: str
    title: str
    hint: str = ""
    today: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Line:
    """A row: a person, or (with `desk`) what nobody of a desk has yet."""

    id: str
    title: str
    hint: str = ""
    desk: str = ""
    takes: bool = False


@dataclass(frozen=True)
class Place:
    """What is told of a cell: `label` stands in it; `capacity` 0: no bar; `beyond`: it has more
    cards than were sent, `all` in all."""

    label: str
    made: int = 0
    open: int = 0
    capacity: int = 0
    beyond: bool = False
    all: str = ""


@dataclass(frozen=True)
class Board:
    columns: Sequence[Column]
    cards: Sequence[BoardCard]
    words: Mapping[str, str]
    rows: Sequence[Line] | None = None
    cells: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    moves: bool = False


def heard(key: str, event: str) -> Any:
    """What the browser told last of an event, once; None where it told nothing. It may be anything
    that JSON can be."""
    return st.session_state.pop(f"{key}:{event}", None)


def answer(key: str) -> None:
    """Whether a move was done or not: the board shows its cards where they are now."""
    st.session_state[f"{key}:turn"] = st.session_state.get(f"{key}:turn", 0) + 1


def show(key: str, board: Board) -> None:
    """Draw it; `heard` of the next run has what was done with it."""
    data = asdict(board)
    data["cells"] = {"|".join(at): asdict(place) for at, place in board.cells.items()}
    data["turn"] = st.session_state.get(f"{key}:turn", 0)
    tell: dict[str, Any] = {f"on_{event}_change": _keeper(key, event) for event in EVENTS}
    _board(key=key, data=data, height="content", **tell)


def _keeper(key: str, event: str) -> Callable[[], None]:
    def keep() -> None:
        if key in st.session_state:  # else the session was emptied while it was on its way
            st.session_state[f"{key}:{event}"] = st.session_state[key].get(event)

    return keep
