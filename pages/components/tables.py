"""Tables of records, one page at a time, and the way from page to page.

Cells are text: nothing in them is read as markdown, a formula or an address. Rows are told apart
by id, never by position: a click that meets other rows than the reader saw chooses nothing.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Final, Literal, cast

import pyarrow as pa  # type: ignore[import-untyped]
import streamlit as st

from pages.components.choosing import Picked, at, digest, kept, picked_once
from pages.components.layout import NOTHING, Tone, shown
from pages.components.words import _, fnumber
from services.core.words import N_

PAGE: Final = 50
"""Rows sent at a time."""
LONGEST: Final = 200
"""Rows that one table may hold; more is a page of a list, see `pager`."""
ROW_PX: Final = 31
"""Of a row at the theme's font size, to see which tables are shorter than their place."""
DEFAULT_HEIGHT: Final = 560

_OWN_LINK: Final = re.compile(r"(?:/(?!/)|\?|https?://)[^\s\x00-\x1f]*", re.IGNORECASE)

Selection = Literal["rerun", "once"]


class Kind(Enum):
    """How a column's values are shown; in brackets what they are."""

    TEXT = auto()
    """Anything, as `layout.shown` puts it."""
    NUMBER = auto()
    """int, float, Decimal"""
    MONEY = auto()
    """int, in fen; shown in yuan"""
    DATE = auto()
    MOMENT = auto()
    """An aware datetime; shown where the dealer works."""
    BADGE = auto()
    """A choice or text, or several in a list or tuple; `tones` gives each its colour."""
    PROGRESS = auto()
    """A share: 0.0 to 1.0; over 1.0 the bar is full and the number says how far."""
    LINK = auto()
    """An address of ours, such as "/customers?id=7"; foreign schemes are not shown."""


@dataclass(frozen=True)
class Column:
    """`name` is the row's attribute; `label` is a text; `note`, behind the label, is a phrase."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    width: int | Literal["small", "medium", "large"] | None = None
    note: str | None = None
    tones: Mapping[Any, Tone] = field(default_factory=dict)
    rising_is_bad: bool = False
    """Of a share: the fuller the worse, such as used-up time."""
    link_text: str = ""
    """A text, for links."""


def rows_table(
    rows: Sequence[Any],
    columns: Sequence[Column],
    *,
    key: str,
    on_select: Selection | None = None,
    height: int = DEFAULT_HEIGHT,
    alt: str | None = None,
) -> Any:
    """Show rows; return the chosen row's id, or None.

    A row is a dataclass (or named tuple) with an `id` and the columns' attributes, or a plain
    tuple of the id and then the values in the columns' order. A click anywhere in a row chooses
    it. `on_select="rerun"`: the choice stays and is returned in every run, also when the rows
    around it change, for as long as it is among them. `"once"`: it is returned in the one run that
    follows, for opening a record; the same row can then be clicked again. `alt` is a text. Raises
    `ValueError` over `LONGEST` rows.
    """
    if len(rows) > LONGEST:
        raise ValueError(f"{len(rows)} rows; show a page of at most {LONGEST}")
    ids = [_id(row) for row in rows]
    look = _look(rows, columns, height, alt)
    data = arrow(rows, columns)
    if on_select is None:
        st.dataframe(data, key=key, **look)
        return None
    if on_select == "once":
        picked = picked_once(data, ids, key, look)
        return picked[0] if isinstance(picked, Picked) else picked
    return kept(data, ids, key, look)


def cells_table(
    rows: Sequence[Any],
    columns: Sequence[Column],
    *,
    key: str,
    height: int = DEFAULT_HEIGHT,
    alt: str | None = None,
) -> tuple[Any, str] | None:
    """The same where each cell is a thing of its own, as in a timetable: (row's id, column's name)
    of the cell that was clicked, in the one run that follows."""
    ids = [_id(row) for row in rows]
    look = _look(rows, columns, height, alt)
    picked: tuple[Any, str] | None = picked_once(arrow(rows, columns), ids, key, look)
    return picked


def ticked_table(
    rows: Sequence[Any],
    columns: Sequence[Column],
    *,
    key: str,
    height: int = DEFAULT_HEIGHT,
    alt: str | None = None,
) -> tuple[list[Any], Any]:
    """Rows of which any number can be ticked; a click on a cell opens its row. Returns the ids of
    those that are ticked, and in the one run that follows a click the opened one's, else None.
    What is ticked stays so while it is among the rows. Raises `ValueError` over `LONGEST` rows."""
    if len(rows) > LONGEST:
        raise ValueError(f"{len(rows)} rows; show a page of at most {LONGEST}")
    ids = [_id(row) for row in rows]
    memory, turns = f"{key}:ticked", f"{key}:turn"
    turn = st.session_state.setdefault(turns, 0)
    widget = f"{key}:{turn}:{digest(ids)}"

    def keep() -> None:
        if widget not in st.session_state:
            return  # the session was emptied while the click was on its way
        selection = st.session_state[widget]["selection"]
        st.session_state[memory] = [ids[at] for at in selection["rows"] if at < len(ids)]
        if cells := selection["cells"]:
            st.session_state[f"{key}:picked"] = at(ids, [row for row, _column in cells])
            st.session_state[turns] = turn + 1

    ticked = [one for one in st.session_state.get(memory, ()) if one in ids]
    default = {"selection": {"rows": [ids.index(one) for one in ticked]}}
    st.dataframe(
        arrow(rows, columns),
        key=widget,
        on_select=keep,
        selection_mode=["multi-row", "single-cell"],
        selection_default=cast("Any", default),
        **_look(rows, columns, height, alt),
    )
    return ticked, st.session_state.pop(f"{key}:picked", None)


def untick(key: str) -> None:
    """Take all ticks away."""
    st.session_state.pop(f"{key}:ticked", None)
    st.session_state[f"{key}:turn"] = st.session_state.get(f"{key}:turn", 0) + 1


def _look(
    rows: Sequence[Any], columns: Sequence[Column], height: int, alt: str | None
) -> dict[str, Any]:
    return {
        "hide_index": True,
        "height": height if (len(rows) + 1) * ROW_PX > height else "content",
        "column_config": {column.name: _config(column, rows, i) for i, column in _nth(columns)},
        "placeholder": NOTHING,
        "lazy": False,
        "alt": alt,
    }


def arrow(rows: Sequence[Any], columns: Sequence[Column]) -> pa.Table:
    """The rows as the table that is sent, a tenth of the cost of a data frame."""
    return pa.table(
        {
            column.name: pa.array(
                [_cell(column, _value(row, column, i)) for row in rows], _TYPES[column.kind]
            )
            for i, column in _nth(columns)
        }
    )


# ---- cells

_MOMENT: Final = pa.timestamp("us", tz="UTC")
_TYPES: Final[dict[Kind, pa.DataType | None]] = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: pa.float64(),
    Kind.DATE: pa.date32(),
    Kind.MOMENT: _MOMENT,
    Kind.BADGE: pa.list_(pa.string()),
    Kind.PROGRESS: pa.float64(),
    Kind.LINK: pa.string(),
}


def _nth(columns: Sequence[Column]) -> list[tuple[int, Column]]:
    return list(enumerate(columns, start=1))


def _id(row: Any) -> Any:
    return row[0] if type(row) is tuple else row.id


def _value(row: Any, column: Column, place: int) -> Any:
    return row[place] if type(row) is tuple else getattr(row, column.name)


def _cell(column: Column, value: Any) -> Any:  # noqa: PLR0911 - one answer per kind
    if value is None or value == "":
        return [] if column.kind is Kind.BADGE else None
    match column.kind:
        case Kind.TEXT:
            return _speakable(shown(value))
        case Kind.MONEY:
            return float(Decimal(value) / 100)
        case Kind.NUMBER | Kind.PROGRESS:
            return float(value)
        case Kind.MOMENT:
            return cast("dt.datetime", value).astimezone(dt.UTC)
        case Kind.BADGE:
            return [_speakable(shown(each)) for each in _each(value)]
        case Kind.LINK:
            return value if _OWN_LINK.fullmatch(value) else None
        case Kind.DATE:
            return value


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)


def _speakable(text: str) -> str:
    """A lone surrogate cannot be sent; it becomes a question mark rather than an error."""
    return text.encode("utf-8", "replace").decode()


def _config(column: Column, rows: Sequence[Any], place: int) -> Any:  # noqa: PLR0911 - as above
    kinds = st.column_config
    base: dict[str, Any] = {
        "label": column.label,
        "width": column.width,
        "help": column.note,
    }
    match column.kind:
        case Kind.NUMBER:
            return kinds.NumberColumn(format="localized", **base)
        case Kind.MONEY:
            whole = all((_value(row, column, place) or 0) % 100 == 0 for row in rows)
            return kinds.NumberColumn(format="localized" if whole else "accounting", **base)
        case Kind.DATE:
            return kinds.DateColumn(format="YYYY-MM-DD", **base)
        case Kind.MOMENT:
            return kinds.DatetimeColumn(format="YYYY-MM-DD HH:mm", timezone="Asia/Shanghai", **base)
        case Kind.BADGE:
            options = _badges(column, rows, place)
            return kinds.MultiselectColumn(
                options=list(options), color=[tone.value for tone in options.values()], **base
            )
        case Kind.PROGRESS:
            return kinds.ProgressColumn(
                format="percent",
                min_value=0,
                max_value=1,
                color="auto-inverse" if column.rising_is_bad else None,
                **base,
            )
        case Kind.LINK:
            return kinds.LinkColumn(display_text=column.link_text or None, **base)
        case Kind.TEXT:
            return kinds.TextColumn(**base)


def _badges(column: Column, rows: Sequence[Any], place: int) -> dict[str, Tone]:
    """Words and colours of the values that occur."""
    return {
        _speakable(shown(each)): column.tones.get(each, Tone.QUIET)
        for row in rows
        for each in _each(_value(row, column, place))
        if each is not None
    }


# ---- from page to page


def page_after(key: str = "after") -> str | None:
    """The code in the address after which the page begins; None for the first page.

    It comes from the reader's address line: the query that gets it must refuse nonsense.
    """
    return st.query_params.get(key)


def pager(
    following: str | None, *, shown_rows: int, total: int | None = None, key: str = "after"
) -> None:
    """Buttons to the page before and after, and how much is shown.

    `following` is the code of the next page, None on the last one. `total` may be left out, for
    long lists it is dear. The way back is kept in the session; a reader who came by a pasted
    address goes back to the first page.
    """
    here, trail = page_after(key), f"{key}:trail"
    led_to, past = st.session_state.get(trail, (None, []))
    if led_to != here:
        past = []  # the way of another list, or of another visit

    def forward() -> None:
        st.session_state[trail] = (str(following), [*past, here])
        st.query_params[key] = str(following)

    def back() -> None:
        before = past[-1] if past else None
        st.session_state[trail] = (before, past[:-1])
        if before is None:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = before

    if here is None and following is None:
        st.caption(_(N_("{rows} rows"), rows=fnumber(shown_rows)))
        return
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.caption(_how_many(shown_rows, total), width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            earlier = N_("Previous page") if past else N_("First page")
            st.button(
                _(earlier),
                key=f"{key}:back",
                icon=":material/chevron_left:",
                disabled=here is None,
                on_click=back,
            )
            st.button(
                _(N_("Next page")),
                key=f"{key}:forward",
                icon=":material/chevron_right:",
                icon_position="right",
                disabled=following is None,
                on_click=forward,
            )


def _how_many(shown_rows: int, total: int | None) -> str:
    rows = fnumber(shown_rows)
    if total is None:
        return _(N_("{rows} rows on this page"), rows=rows)
    return _(N_("{rows} of {total} rows"), rows=rows, total=fnumber(total))
