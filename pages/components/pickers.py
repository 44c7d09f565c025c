"""Ways to choose: filters kept in the address as codes, and fields of forms in the reader's words.

A filter's code stands in the address, never its translated words, so that a link to a filtered list
works in the other language. Labels are texts (`field("store_id")`), escaped here. What a person
types into a search box stays out of the address: names and phones do not belong into histories.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final, Literal, TypedDict, TypeVar

import streamlit as st

from pages.components.words import choice, plain, raw
from services.core import normal
from services.core.clock import SHANGHAI, today
from services.core.fields import id_in
from services.core.words import N_

E = TypeVar("E", bound=StrEnum)

EVERY: Final = "*"
"""The code of "no filter"."""
BETWEEN: Final = ".."
"""Between the two days of a period in the address."""
DAYS: Final = (dt.date(2000, 1, 1), dt.date(2100, 12, 31))
"""Between these one day is asked for."""
DAY_FORMAT: Final = "YYYY-MM-DD"
LONG_AGO: Final = dt.timedelta(days=365)
"""So far back a moment of the past can be chosen."""
CHOOSE: Final = N_("Choose")
ALL: Final = N_("All")

Visible = Literal["visible", "collapsed"]


class Kept(TypedDict):
    key: str
    on_change: Callable[[], None]


def in_url(
    key: str, options: Collection[str], default: str, *, resets: Sequence[str] = ("after",)
) -> Kept:
    """Keep a single choice in the address under `key`; use as `st.selectbox(..., **in_url(...))`.

    A code that is not among `options` counts as `default`. A change forgets the address's
    `resets`: page 7 of other results means nothing.
    """
    return _kept(key, _asked(key, options, default), resets)


def _asked(key: str, options: Collection[str], default: str) -> str:
    wish = st.query_params.get(key)
    return wish if wish is not None and wish in options else default


def _kept(key: str, value: object, resets: Sequence[str]) -> Kept:
    st.session_state[key] = value

    def push() -> None:
        for other in resets:
            st.query_params.pop(other, None)
        chosen = st.session_state.get(key)
        if isinstance(chosen, str | dt.date):
            code = str(chosen)
        else:
            code = BETWEEN.join(map(str, chosen or ()))
        if code:
            st.query_params[key] = code
        else:
            st.query_params.pop(key, None)

    return {"key": key, "on_change": push}


# ---- filters


def filter_choice(
    label: str,
    kind: type[E],
    key: str,
    *,
    default: E | None = None,
    every: str | None = None,
    words: Callable[[E], str] = choice,
    width: int | Literal["stretch"] = "stretch",
    visible: Visible = "visible",
) -> E | None:
    """One member of an enumeration, or None for all; `every` is a text for "all", `words` gives
    each member its text."""
    said = {EVERY: every or raw(ALL), **{member.value: words(member) for member in kind}}
    first = default.value if default is not None else EVERY
    code = _select(label, said, key, first, width, visible)
    return None if code == EVERY else kind(code)


def filter_pair(
    label: str,
    pairs: Sequence[tuple[int, str]],
    key: str,
    *,
    default: int | None = None,
    every: str | None = None,
    width: int | Literal["stretch"] = "stretch",
    visible: Visible = "visible",
) -> int | None:
    """One of (id, name) such as stores or owners, or None for all. Names are texts."""
    words = {EVERY: every or raw(ALL), **{str(id_): name for id_, name in pairs}}
    code = _select(label, words, key, EVERY if default is None else str(default), width, visible)
    return None if code == EVERY else int(code)


def _select(
    label: str,
    words: Mapping[str, str],
    key: str,
    default: str,
    width: int | Literal["stretch"],
    visible: Visible,
) -> str:
    code = st.selectbox(
        plain(label),
        list(words),
        format_func=words.__getitem__,
        width=width,
        label_visibility=visible,
        placeholder=raw(CHOOSE),
        **in_url(key, words, default if default in words else next(iter(words))),
    )
    return str(code)


def switch(label: str, words: Mapping[str, str], key: str, default: str) -> str:
    """One of a few, all in sight, such as week, month, year. `words`: code to text."""
    code = st.segmented_control(
        plain(label),
        list(words),
        format_func=lambda code: plain(words[code]),
        label_visibility="collapsed",
        required=True,
        **in_url(key, words, default),
    )
    return str(code)


def filter_pills(label: str, words: Mapping[str, str], key: str) -> list[str]:
    """Any number of a few, all in sight; none chosen means no filter. `words`: code to text."""
    asked = st.query_params.get(key, "").split(BETWEEN)
    kept = _kept(key, [code for code in words if code in asked], ("after",))
    chosen = st.pills(
        plain(label),
        list(words),
        selection_mode="multi",
        format_func=lambda code: plain(words[code]),
        label_visibility="collapsed",
        **kept,
    )
    return [code for code in words if code in chosen]


def search_box(key: str, placeholder: str, *, width: int | Literal["stretch"] = "stretch") -> str:
    """What is being looked for, as it is typed; call it in the fragment that shows the finds.

    `placeholder` is a text and serves as the label that a screen reader says. The words outlive a
    look at another page, as filters in the address do; they are personal and stay out of it.
    """
    memory = f"{key}:kept"
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(memory, "")
    found = st.text_input(
        plain(placeholder),
        key=key,
        type="search",
        live=True,
        max_chars=100,
        placeholder=placeholder,
        label_visibility="collapsed",
        width=width,
    )
    st.session_state[memory] = found
    return (found or "").strip()


def filter_period(
    label: str,
    key: str,
    default: tuple[dt.date, dt.date],
    *,
    visible: Visible = "visible",
) -> tuple[dt.date, dt.date]:
    """First and last day. While only the first is chosen, the default holds."""
    kept = _kept(key, _period(st.query_params.get(key)) or default, ("after",))
    chosen = st.date_input(plain(label), format=DAY_FORMAT, label_visibility=visible, **kept)
    match chosen:
        case (dt.date() as first, dt.date() as last):
            return first, last
    return default


def filter_day(
    label: str, key: str, default: dt.date, *, width: int | Literal["stretch"] = "stretch"
) -> dt.date:
    """One day; nonsense in the address counts as `default`, and so does none."""
    try:
        asked = normal.within(dt.date.fromisoformat(st.query_params.get(key, "")), *DAYS)
    except (ValueError, normal.InvalidValue):
        asked = default
    kept = _kept(key, asked, ())
    first, last = DAYS
    chosen = st.date_input(
        plain(label), format=DAY_FORMAT, min_value=first, max_value=last, width=width, **kept
    )
    return chosen if isinstance(chosen, dt.date) else default


def _period(code: str | None) -> tuple[dt.date, dt.date] | None:
    try:
        first, last = (dt.date.fromisoformat(part) for part in (code or "").split(BETWEEN))
    except ValueError:
        return None
    return (first, last) if first <= last else None


def asked_record(key: str) -> int | None:
    """The id of the record that the address asks for; None where it asks for none.

    Nonsense is 0, which no record has: it is answered like a record that is not there.
    """
    code = st.query_params.get(key)
    if not code:
        return None
    return id_in(code) or 0


# ---- fields of forms


def choose(
    label: str,
    kind: type[E],
    key: str,
    *,
    value: E | None = None,
    note: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> E | None:
    """A field for one member of an enumeration; empty until chosen. `note` is a phrase."""
    words = {member.value: choice(member) for member in kind}
    code = _field(label, words, key, value.value if value is not None else None, note, on_change)
    return None if code is None else kind(code)


def choose_pair(
    label: str,
    pairs: Sequence[tuple[int, str]],
    key: str,
    *,
    value: int | None = None,
    note: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> int | None:
    """A field for one of (id, name); names are texts. Empty until chosen; `note` is a phrase."""
    words = {str(id_): name for id_, name in pairs}
    code = _field(label, words, key, None if value is None else str(value), note, on_change)
    return None if code is None else int(code)


def choose_code(
    label: str,
    words: Mapping[str, str],
    key: str,
    *,
    value: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> str | None:
    """A field for one of some codes, told by their names, which are texts. Empty until chosen."""
    return _field(label, dict(words), key, value if value in words else None, None, on_change)


def choose_pairs(
    label: str,
    pairs: Sequence[tuple[int, str]],
    key: str,
    *,
    value: Sequence[int] = (),
    on_change: Callable[[], None] | None = None,
) -> list[int]:
    """A field for any number of (id, name); names are texts."""
    words = {str(id_): name for id_, name in pairs}
    chosen = st.multiselect(
        plain(label),
        list(words),
        [str(id_) for id_ in value if str(id_) in words],
        format_func=words.__getitem__,
        key=key,
        placeholder=raw(CHOOSE),
        select_all=False,  # it is English, comes first, and nobody means all
        on_change=on_change,
    )
    return [int(code) for code in chosen]


def choose_many(
    label: str,
    kind: type[E],
    key: str,
    *,
    value: Sequence[E] = (),
    on_change: Callable[[], None] | None = None,
) -> list[E]:
    """A field for any number of a few members, all in sight, by a tap each."""
    words = {member.value: choice(member) for member in kind}
    chosen = st.pills(
        plain(label),
        list(words),
        selection_mode="multi",
        default=[one.value for one in value],
        format_func=lambda code: plain(words[code]),
        key=key,
        on_change=on_change,
    )
    return [kind(code) for code in chosen]


def _field(
    label: str,
    words: Mapping[str, str],
    key: str,
    value: str | None,
    note: str | None,
    on_change: Callable[[], None] | None,
) -> str | None:
    """Options are codes: a name may occur twice, and must not decide who is meant."""
    codes = list(words)
    return st.selectbox(
        plain(label),
        codes,
        index=codes.index(value) if value is not None and value in words else None,
        format_func=words.__getitem__,
        key=key,
        placeholder=raw(CHOOSE),
        help=note,
        on_change=on_change,
    )


def moment(
    label: str,
    key: str,
    *,
    value: dt.datetime | None = None,
    is_past: bool = False,
    on_change: Callable[[], None] | None = None,
) -> dt.datetime | None:
    """A field for an instant from today on, or of the past until today, as the dealer's clocks show
    it; empty until chosen."""
    local = value.astimezone(SHANGHAI).replace(tzinfo=None) if value is not None else None
    begin = dt.datetime.combine(today(), dt.time())
    chosen = st.datetime_input(
        plain(label),
        value=local,
        min_value=begin - LONG_AGO if is_past else begin,
        max_value=begin + dt.timedelta(days=1) if is_past else None,
        key=key,
        format=DAY_FORMAT,
        on_change=on_change,
    )
    return chosen.replace(tzinfo=SHANGHAI) if chosen is not None else None


def day(
    label: str,
    key: str,
    *,
    value: dt.date | None = None,
    earliest: dt.date | None = None,
    latest: dt.date | None = None,
    on_change: Callable[[], None] | None = None,
) -> dt.date | None:
    """A field for a day, empty until chosen. Without limits, 1900 to 2100."""
    return st.date_input(
        plain(label),
        value=value,
        min_value=earliest or dt.date(1900, 1, 1),
        max_value=latest or dt.date(2100, 12, 31),
        key=key,
        format=DAY_FORMAT,
        on_change=on_change,
    )
