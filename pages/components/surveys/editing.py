"""The drawer in which a draft is written: its name, its questions and their order; beside it what a
caller will read out."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.surveys.wording import chosen, named, worded
from pages.components.words import _, choice, field, fnumber, language, plain, raw
from services import surveys
from services.core.words import N_
from services.surveys import SCALES, EditSurvey, ItemKind, ItemLine, SurveyLine

BETWEEN: Final = "; "
"""Between the answers to choose from, in one cell."""
_COLUMNS: Final = (
    *("nth", "wording", "wording_en", "kind", "weight", "is_required", "choices", "heading"),
    "code",
)


def edit(line: SurveyLine) -> None:
    @drawer(_(N_("Edit")), name=named(line.name, line.name_en), width="large")
    def draw() -> None:
        values = {"name": line.name, "name_en": line.name_en}
        form = Form("surveys.edit", subject=f"{line.id}:{line.version}", values=values)
        with st.container(horizontal=True, gap="small"):
            form.text("name", needed=True, label=_(N_("Name of the survey")))
            form.text("name_en")
        words = N_(
            "A line for each question, in the order of the numbers. Answers to choose from: "
            "Chinese | English, with ; between"
        )
        st.caption(_(words))
        rows = _table(line, form)
        if send_button(_(N_("Save the draft")), key=f"{form.name}:send"):
            items = [_item(row) for row in rows]
            sent = form.send(
                surveys.edit, EditSurvey, survey_id=line.id, version=line.version, items=items
            )
            if sent is not None:
                done(_(N_("The draft is saved: somebody else approves it")))

    draw()


def preview(line: SurveyLine) -> None:
    """The questions as a caller will have them before him."""
    with st.container(border=True, gap="small"):
        for item in line.items:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                needed = " *" if item.is_required else ""
                st.markdown(plain(f"{item.nth}. {worded(item)}") + needed, width="stretch")
                st.caption(plain(_scale(item)), width="content")


def _scale(item: ItemLine) -> str:
    if item.kind is ItemKind.CHOICE:
        return " · ".join(chosen(pair) for pair in item.choices)
    if item.kind is ItemKind.TEXT:
        return choice(item.kind)
    least, most = SCALES[item.kind]
    return f"{fnumber(least)} – {fnumber(most)}"


# ---- the table


def _table(line: SurveyLine, form: Form) -> list[dict[str, Any]]:
    """What stands in it, ordered by the numbers; lines without a wording are none."""
    look = st.column_config
    kinds = {kind.value: choice(kind) for kind in ItemKind}
    headings = _headings()
    edited = st.data_editor(
        pd.DataFrame([_row(item) for item in line.items], columns=list(_COLUMNS)),
        key=f"{form.name}:items",
        num_rows="dynamic",
        hide_index=True,
        on_change="ignore",
        placeholder="",
        column_order=[name for name in _COLUMNS if name != "code"],
        column_config={
            "nth": look.NumberColumn(raw(N_("No.")), width=50, step=1),
            "wording": look.TextColumn(field("wording"), width=260, max_chars=200),
            "wording_en": look.TextColumn(field("wording_en"), width=200, max_chars=200),
            "kind": look.SelectboxColumn(
                raw(N_("How it is answered")),
                width=120,
                options=list(kinds),
                format_func=_word(kinds),
            ),
            "weight": look.NumberColumn(field("weight"), width=60, min_value=0, max_value=100),
            "is_required": look.CheckboxColumn(field("is_required"), width=70),
            "choices": look.TextColumn(field("choices"), width=160),
            "heading": look.SelectboxColumn(
                field("heading"), width=160, options=list(headings), format_func=_word(headings)
            ),
        },
    )
    found: list[dict[str, Any]] = edited.to_dict("records")  # type: ignore[assignment]
    rows = [row for row in found if _text(row["wording"])]
    return sorted(rows, key=lambda row: (pd.isna(row["nth"]), row["nth"]))


def _word(words: Mapping[str, str]) -> Any:
    return lambda code: words.get(code, code)


def _headings() -> dict[str, str]:
    """Code of a category of complaints -> its path, in the reader's language."""
    return {"": "–"} | {
        one.code: " / ".join(one.path_en if language() == "en" else one.path)
        for one in fetch(surveys.categories)
    }


def _row(item: ItemLine) -> dict[str, Any]:
    return {
        "nth": item.nth,
        "wording": item.wording,
        "wording_en": item.wording_en,
        "kind": item.kind.value,
        "weight": item.weight,
        "is_required": item.is_required,
        "choices": surveys.choices_text(item.choices).replace("\n", BETWEEN),
        "heading": item.heading,
        "code": item.code,
    }


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the deed takes it; what was left empty is nothing."""
    weight = row["weight"]
    return {
        "code": _text(row["code"]),
        "kind": _text(row["kind"]) or ItemKind.SCALE.value,
        "wording": _text(row["wording"]),
        "wording_en": _text(row["wording_en"]),
        "weight": 0 if pd.isna(weight) else int(weight),
        "is_required": bool(row["is_required"]) and not pd.isna(row["is_required"]),
        "choices": "\n".join(_parts(_text(row["choices"]))),
        "heading": _text(row["heading"]),
    }


def _parts(cell: str) -> Sequence[str]:
    """Written with the semicolon of either language."""
    return [part.strip() for part in re.split(r"[;\N{FULLWIDTH SEMICOLON}]", cell) if part.strip()]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
