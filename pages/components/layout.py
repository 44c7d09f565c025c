"""The building blocks of a page: title row, cards, facts, chips, tiles, empty states.

Two kinds of words go in. A *phrase* comes from `_` (translated, its parameters already escaped)
and may hold markdown. A *text* is anything else, what people typed above all; it is escaped here
and shown letter by letter, so callers pass it as it is, or from `raw`, `field`, `choice`.
"""

import base64
import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Final, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.bell import bell
from pages.components.words import _, choice, fdate, fmoment, language, plain, plain_lines
from services.core.words import N_

NOTHING: Final = "–"
WORD_JOINER: Final = "\u2060"
LONGEST_WORD: Final = 8
NARROWEST_TILE: Final = 150
"""Pixels; two tiles stand side by side on a phone of 390."""

Height = int | Literal["content", "stretch"]


class Tone(StrEnum):
    """What a colour says, one meaning each; the value is the theme's name of the colour."""

    GOOD = "green"
    WARN = "orange"
    BAD = "red"
    INFO = "blue"
    SPECIAL = "violet"
    QUIET = "gray"


@dataclass(frozen=True)
class Chip:
    """A short label with a colour. `text` is text; `icon` like ":material/call:"."""

    text: str
    tone: Tone = Tone.QUIET
    icon: str = ""

    def markdown(self) -> str:
        words = f"{self.icon} {plain(self.text)}" if self.icon else plain(self.text)
        return f":{self.tone.value}-badge[{words}]"


@dataclass(frozen=True)
class Event:
    """One line of a timeline. All words are text; `about` says when and who, `facts` stand below
    the body: label and value; `act` draws what can be done with it."""

    icon: str
    title: str
    about: str
    body: str = ""
    tone: Tone = Tone.QUIET
    chip: Chip | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    act: Callable[[], None] | None = None


# ---- the page


def brand() -> None:
    """The product's name and mark above the menu, in the reader's language."""
    logo = "static/logo-zh.svg" if language() == "zh_CN" else "static/logo.svg"
    st.logo(logo, size="large", icon_image="static/icon.svg")


def header(title: str, caption: str | None = None) -> DeltaGenerator:
    """Title and one line below it on the left; returns the place for actions on the right.

    Both are phrases. Use as `with header(_("Customers")): st.button(...)`.
    """
    with _row():
        with st.container(gap=None, width="content"):
            st.markdown(f"## {title}", anchors=False)
            if caption:
                st.caption(caption)
        return _with_bell()


def person(
    name: str,
    caption: str | None = None,
    chips: Sequence[Chip] = (),
    *,
    about: str = "",
    has_picture: bool = True,
) -> DeltaGenerator:
    """Who this page is about: picture, name, chips; returns the place for actions.

    `name` and `about` are texts, `caption` is a phrase.
    """
    with st.container(border=True), _row():
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            if has_picture:
                avatar(name)
            with st.container(gap=None, width="content"):
                badges = " ".join(chip.markdown() for chip in chips)
                st.markdown(f"### {plain(name)} {badges}", anchors=False)
                line = " · ".join(part for part in (caption, plain(about)) if part)
                if line:
                    st.caption(line)
        return _with_bell()


def _row() -> DeltaGenerator:
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )


def _with_bell() -> DeltaGenerator:
    """The place for actions, and right of it the bell of whoever is here."""
    with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
        place = _actions()
        if "whose" in st.session_state:
            with st.container(width="content"):  # else a fragment takes more room than it needs
                bell()
    return place


def _actions() -> DeltaGenerator:
    return st.container(horizontal=True, width="content", vertical_alignment="center", gap="small")


def avatar(text: str, *, size: int = 48) -> None:
    """A disc with the first character of a text, always in the same colour for the same text."""
    first = next((c for c in text.strip() if c.isprintable()), "·")
    tones = ("#3B5BDB", "#0E8A5F", "#B4690E", "#7A4FD6", "#C2255C", "#0B7285")
    tone = tones[zlib.crc32(text.encode("utf-8", "replace")) % len(tones)]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="104" height="104" viewBox="0 0 104 104">'
        f'<circle cx="52" cy="52" r="52" fill="{tone}"/>'
        '<text x="52" y="67" text-anchor="middle" font-size="42" font-weight="600" fill="#fff" '
        "font-family=\"Inter,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif\">"
        f"{escape(first)}</text></svg>"
    )
    data = base64.b64encode(svg.encode("utf-8", "replace")).decode()
    st.image(f"data:image/svg+xml;base64,{data}", width=size, alt="")


# ---- cards and what stands in them


@contextmanager
def card(
    title: str | None = None,
    caption: str | None = None,
    *,
    name: str | None = None,
    chips: Sequence[Chip] = (),
    note: str | None = None,
    height: Height = "content",
    key: str | None = None,
) -> Iterator[DeltaGenerator]:
    """A bordered box; gives the place for its actions, right of the title.

    `title`, `caption` and `note` (behind a question mark) are phrases, `name` is a text that
    follows the title or stands for it.
    """
    with st.container(border=True, height=height, key=key):
        words = " ".join(filter(None, (title, plain(name) if name else None)))
        badges = " ".join(chip.markdown() for chip in chips)
        actions = st.container(gap=None)
        if words or badges:
            with actions, _row():
                with st.container(gap=None, width="content"):
                    st.markdown(f"**{words}** {badges}" if words else badges, help=note)
                    if caption:
                        st.caption(caption)
                actions = _actions()
        yield actions


def shown(value: object) -> str:
    """A value as text in the reader's language: dates, instants, choices, yes and no, a dash."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return _(N_("Yes")) if value else _(N_("No"))
        case dt.datetime():
            return fmoment(value)
        case dt.date():
            return fdate(value)
        case StrEnum():
            return choice(value)
        case _:
            return str(value)


def facts(values: Mapping[str, object]) -> None:
    """A list of facts, label and value. Labels are texts (`field("phone")`), values are `shown`."""
    if values:
        lines = {plain(_whole(label)): plain(shown(value)) for label, value in values.items()}
        st.table(lines, border="horizontal", hide_header=True)


def _whole(label: str) -> str:
    """A short label that no line break may tear apart, as Chinese words otherwise are."""
    return label if " " in label or len(label) > LONGEST_WORD else WORD_JOINER.join(label)


def chips(values: Iterable[Chip]) -> None:
    """Chips in a row, which wraps."""
    if line := " ".join(chip.markdown() for chip in values):
        st.markdown(line)


_DELTA_COLOURS: Final[dict[str, Literal["normal", "inverse", "off"]]] = {
    "more": "normal",
    "less": "inverse",
    "neither": "off",
}


def tiles(number: int) -> DeltaGenerator:
    """The place for `number` tiles; they wrap where the screen is narrow."""
    return st.grid(number, min_column_width=NARROWEST_TILE, gap="small")


def tile(
    label: str,
    value: str,
    period: str,
    *,
    delta: str | None = None,
    better: Literal["more", "less", "neither"] = "more",
    trend: Sequence[float] | None = None,
    note: str | None = None,
) -> None:
    """One number with what it is compared to.

    `label`, `period` (such as "vs last month") and `note` are phrases; `value` and `delta` are
    texts, already formatted; a delta that begins with "-" points down.
    """
    st.metric(
        label,
        plain(value),
        delta,
        delta_color=_DELTA_COLOURS[better],
        delta_description=period,
        chart_data=trend,
        chart_type="area",
        border=True,
        height="stretch",
        help=note,
    )


def opening_tile(
    label: str,
    value: str,
    period: str,
    *,
    key: str,
    delta: str | None = None,
    better: Literal["more", "less", "neither"] = "more",
    goal: str | None = None,
    note: str | None = None,
) -> bool:
    """A tile whose name is a button that opens what stands behind it; True when it was pressed.

    `goal` (such as "target 90 %") is a phrase, the others are as a tile's. A long name wraps.
    """
    with st.container(border=True, height="stretch", gap=None):
        opened = st.button(
            label,
            key=key,
            type="tertiary",
            icon=":material/chevron_right:",
            icon_position="right",
            wrap=True,
            help=note,
        )
        st.metric(
            label,
            plain(value),
            delta,
            delta_color=_DELTA_COLOURS[better],
            delta_description=period,
            label_visibility="collapsed",
        )
        if goal:
            st.caption(goal)
    return opened


def timeline(events: Iterable[Event]) -> None:
    """What happened, newest first as given; the caller limits how many."""
    with st.container(gap="medium"):
        for event in events:
            with st.container(horizontal=True, gap="small", wrap=False):
                st.markdown(
                    f"### :{event.tone.value}[{event.icon}]", width="content", anchors=False
                )
                with st.container(gap=None):
                    chip = event.chip.markdown() if event.chip else ""
                    st.markdown(f"**{plain(event.title)}** {chip}")
                    st.markdown(f":small[:gray[{plain(event.about)}]]")
                    if event.body:
                        st.markdown(plain_lines(event.body))
                    for label, value in event.facts.items():
                        gap = "  \n" if "\n" in value else " "
                        st.markdown(f"**{plain(label)}**{gap}{plain_lines(value)}")
                    if event.act is not None:
                        event.act()


def empty(title: str, what_to_do: str, icon: str = ":material/inbox:") -> DeltaGenerator:
    """Nothing here yet, and the next step; returns the place for its button. Both are phrases."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"## :gray[{icon}]", width="content", anchors=False)
        with st.container(gap=None, horizontal_alignment="center"):
            st.markdown(f"**{title}**", width="content", text_alignment="center")
            st.caption(what_to_do, width="content", text_alignment="center")
        place = st.container(horizontal=True, horizontal_alignment="center")
        st.space("small")
        return place
