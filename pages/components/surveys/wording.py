"""The words of a survey in the reader's language, as people wrote them."""

from collections.abc import Sequence

from pages.components.layout import NOTHING
from pages.components.words import fnumber, language
from services.surveys import SCALES, ItemKind, ItemLine


def worded(item: ItemLine) -> str:
    return item.wording_en if language() == "en" and item.wording_en else item.wording


def named(name: str, name_en: str) -> str:
    return name_en if language() == "en" and name_en else name


def chosen(pair: Sequence[str]) -> str:
    """One of the answers to choose from."""
    return pair[-1] if language() == "en" else pair[0]


def answered(item: ItemLine, value: int | None, words: str) -> str:
    """An answer as it is read."""
    if value is None:
        return words or NOTHING
    if item.kind is ItemKind.CHOICE:
        return chosen(item.choices[value])
    return f"{fnumber(value)} / {fnumber(SCALES[item.kind][1])}"


def short(item: ItemLine) -> str:
    """A question beside a bar."""
    return f"{item.nth}. {worded(item)}"
