"""The rules in force: one sheet for a day and a store, to read here or on paper (C06)."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.files import file_button
from pages.components.frame import fetch
from pages.components.tables import Column
from pages.components.words import _, fdate, field, language, plain, raw
from services import complaints
from services.core import clock
from services.core.words import N_
from services.customers import Places
from services.reports import Chapter, Lines

LEVEL_PX: Final = 230
CHAPTER_PX: Final = 420


def show(places: Places) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        store_id = _store(places)
        on = pickers.filter_day(raw(N_("Valid on")), "on", clock.today(), width=160)
        path = f"complaints/rules/{fdate(on)}/{store_id or 0}.pdf"
        file_button(_(N_("As PDF")), path, key="complaints:rules:pdf")
    sheet = fetch(complaints.rules, on, store_id, language())
    levels, *chapters = sheet.chapters
    with layout.card(plain(sheet.title), plain(sheet.about)):
        _levels(levels)
    with st.grid(2, min_column_width=CHAPTER_PX, gap="small"):
        for chapter in chapters:
            with layout.card(plain(chapter.title)):
                _chapter(chapter)


def _store(places: Places) -> int | None:
    """The reader's own store, or one of several; None for what holds in the group."""
    if len(places.stores) == 1:
        return places.stores[0][0]
    if not places.stores:
        return None
    every = raw(N_("The whole group"))
    return pickers.filter_pair(field("store_id"), places.stores, "store", every=every, width=200)


def _levels(chapter: Chapter) -> None:
    """A card for each level: four times beside each other are read more easily than a wide row."""
    if chapter.lines is None:
        return
    _level, _example, *times = chapter.lines.header
    with st.grid(len(chapter.lines.rows), min_column_width=LEVEL_PX, gap="small"):
        for name, example, *limits in chapter.lines.rows:
            with st.container(border=True, height="stretch", gap="small"):
                st.markdown(f"**{plain(name)}**")
                st.caption(plain(example))
                layout.facts(dict(zip(times, limits, strict=True)))
    _below(chapter.sentences, chapter.lines.note)


def _chapter(chapter: Chapter) -> None:
    if chapter.lines is not None:
        _table(chapter.lines, f"complaints:rules:{chapter.title}")
    if chapter.sentences:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in chapter.sentences))


def _table(lines: Lines, key: str) -> None:
    columns = [Column(str(nth), name) for nth, name in enumerate(lines.header)]
    tables.rows_table([(nth, *row) for nth, row in enumerate(lines.rows)], columns, key=key)
    _below((), lines.note)


def _below(sentences: Sequence[str], note: str) -> None:
    for words in filter(None, (*sentences, note)):
        st.caption(plain(words))
