"""The first two steps of an import: the file, and which of its columns is what."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.components.files import file_button
from pages.components.frame import fetch, request_id
from pages.components.imports.running import check
from pages.components.layout import card
from pages.components.pickers import choose_pair, switch
from pages.components.words import _, field, fnumber, plain, raw
from services import imports
from services.core.words import N_

MEGABYTES = imports.Limits().file_bytes // 2**20
SEEN = "imports:preview"
FORM = "imports:open_batch"


def chosen_kind(kinds: Sequence[imports.KindView]) -> imports.KindView:
    code = switch(
        raw(N_("Kind of list")),
        {kind.name: raw(kind.label) for kind in kinds},
        "kind",
        kinds[0].name,
    )
    return next(kind for kind in kinds if kind.name == code)


def template_button(kind: imports.KindView) -> None:
    """An empty list of this kind; it is made when it is asked for."""
    file_button(
        _(N_("Template")),
        f"imports/templates/{kind.name}.xlsx",
        key=f"imports:template:{kind.name}",
    )


def upload(
    kind: imports.KindView, places: Sequence[tuple[int, str]], own: int | None
) -> int | None:
    """Take a file as far as its dry run; the batch's id when that is done."""
    with card(_(N_("1 · The file"))) as actions:
        with actions:
            template_button(kind)
        store_id = places[0][0]
        if len(places) > 1:
            store_id = choose_pair(field("store"), places, "imports:store", value=own) or 0
        file = st.file_uploader(
            _(N_("Excel or CSV, up to {size} MB"), size=MEGABYTES),
            type=["xlsx", "xls", "csv", "tsv", "txt"],
            key=f"imports:file:{kind.name}",
            max_upload_size=MEGABYTES,
        )
    if file is None:
        return None
    sheet = _sheet(file)
    seen = _preview(kind, file, sheet)
    mapping = _columns(kind, seen, str(file.file_id))
    missing = [name for name in kind.fields if name in kind.required - set(mapping.values())]
    if missing:
        st.error(_(N_("No column goes to: {fields}"), fields=", ".join(map(field, missing))))
    if not st.button(
        _(N_("Check {rows} rows"), rows=fnumber(seen.rows)),
        key="imports:check",
        type="primary",
        icon=":material/fact_check:",
        disabled=bool(missing) or not store_id,
        help=_(N_("A dry run: nothing is written yet")),
    ):
        return None
    return _check(kind, file, sheet, store_id, mapping)


def _sheet(file: Any) -> str | None:
    chosen: str | None = st.session_state.get(f"imports:sheet:{file.file_id}")
    return chosen


def _preview(kind: imports.KindView, file: Any, sheet: str | None) -> imports.Preview:
    """Read once per file, kind and sheet: a large one takes seconds."""
    about = (file.file_id, kind.name, sheet)
    known = st.session_state.get(SEEN)
    if known is None or known[0] != about:
        with st.spinner(_(N_("Reading the file"))):
            found = fetch(
                imports.preview,
                kind=kind.name,
                data=file.getvalue(),
                file_name=file.name,
                sheet=sheet,
            )
        st.session_state[SEEN] = known = (about, found)
    preview: imports.Preview = known[1]
    return preview


def _columns(kind: imports.KindView, seen: imports.Preview, file_id: str) -> dict[str, str]:
    """The mapping as the reader left it: column -> field."""
    with card(_(N_("2 · Which column is what")), _about(seen)):
        if len(seen.sheets) > 1:
            st.selectbox(
                _(N_("Sheet")),
                seen.sheets,
                format_func=plain,
                index=seen.sheets.index(seen.sheet),
                key=f"imports:sheet:{file_id}",
            )
        if seen.earlier is not None:
            st.info(
                _(N_("This very file was imported before: import {id}"), id=seen.earlier),
                icon=":material/history:",
            )
        rows = [
            {"column": column.name, "field": column.field, "samples": " | ".join(column.samples)}
            for column in seen.columns
        ]
        edited = st.data_editor(
            rows,
            hide_index=True,
            placeholder="–",
            disabled=["column", "samples"],
            key=f"imports:map:{file_id}:{kind.name}:{seen.sheet}",
            column_config=_look(kind),
        )
    return _mapping(edited)


def _look(kind: imports.KindView) -> Mapping[str, Any]:
    def label(name: object) -> str:
        mark = " *" if name in kind.required else ""
        return f"{field(str(name))}{mark}" if name else "–"

    return {
        "column": st.column_config.TextColumn(raw(N_("Column of the file"))),
        "samples": st.column_config.TextColumn(raw(N_("First values")), width="large"),
        "field": st.column_config.SelectboxColumn(
            raw(N_("Goes to")),
            options=["", *kind.fields],
            format_func=label,
            width=150,
        ),
    }


def _mapping(rows: Any) -> dict[str, str]:
    return {row["column"]: row["field"] for row in rows if row["field"]}


def _about(seen: imports.Preview) -> str:
    rows = _(N_("{rows} rows"), rows=fnumber(seen.rows))
    facts = [rows]
    if seen.encoding:
        facts.append(_(N_("Characters: {encoding}"), encoding=seen.encoding.upper()))
    if seen.is_remembered:
        facts.append(_(N_("A known layout: mapped as the last time")))
    else:
        facts.append(_(N_("Guessed from the headings; it is remembered for the next time")))
    return " · ".join(facts)


def _check(
    kind: imports.KindView, file: Any, sheet: str | None, store_id: int, mapping: dict[str, str]
) -> int | None:
    data = file.getvalue()
    table = imports.read_table(data, file.name, sheet=sheet)
    form = imports.opening(
        table,
        data,
        kind=kind.name,
        file_name=file.name,
        store_id=store_id,
        mapping=mapping,
        request_id=request_id(FORM),
    )
    batch_id = check(table, form)
    if batch_id is not None:
        st.session_state.pop(SEEN, None)
    return batch_id
