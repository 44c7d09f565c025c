"""Files and tables that leave the house: cells are texts, whatever they look like (ASVS 1.2.10).

A workbook's cell is marked as quoted text, so it keeps its value letter by letter and Excel never
reads it as a formula. A CSV has no such mark: `neutral_cell` puts an apostrophe before it.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import xlsxwriter

from services.core.normal import half_width

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}
"""Suffix -> media type, of what we make ourselves."""
LONGEST_NAME: Final = 150
"""Of a file, in characters; systems allow 255 bytes, and Chinese takes three for each."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand out: the name it is saved under, and what is in it."""

    name: str
    data: bytes = field(repr=False)


def file_name(about: str, what: str, suffix: str) -> str:
    """A name for a file, from words that may be a user's: `about` is cut before `what` is lost."""
    stem = re.sub(r'[\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069<>:"/\\|?*]+', " ", about)
    room = LONGEST_NAME - len(what) - len(suffix)
    return f"{stem.strip(' .')[:room]} {what}{suffix}".strip()


_LEADING: Final = re.compile(r"[\s\ufeff\u200b\u2060'\";,]*[=+@\-|%\t\r]")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9 ()./-]*")
"""Phone numbers and amounts: a sign before digits is no formula and stays readable."""
LONGEST_CELL: Final = 32_767
_WIDEST: Final = 60
A4: Final = 9
"""As workbooks number paper."""


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might run this text, also after blanks, marks or a line break."""
    lines = half_width(text).splitlines() or [""]
    return any(
        _LEADING.match(line) is not None and _PLAIN_NUMBER.fullmatch(line.strip()) is None
        for line in lines
    )


def neutral_cell(text: str) -> str:
    """A CSV cell that no spreadsheet runs."""
    return f"'{text}" if looks_like_formula(text) else text


def workbook(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, wide: int = 0
) -> bytes:
    """An .xlsx of one sheet: a header that stays in view, filters, every cell a text. Printed, it
    is as wide as a sheet of A4 laid across, with the header on each.

    `wide`: how many columns on the left hold sentences.
    """
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31] or None)
        look = {"font_name": "Microsoft YaHei", "valign": "top"}
        bold = book.add_format({**look, "bold": True, "bottom": 1, "quote_prefix": True})
        cell = book.add_format({**look, "num_format": "@", "quote_prefix": True})
        _write(sheet, 0, header, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            _write(sheet, last, row, cell)
        sheet.freeze_panes(1, wide)
        sheet.autofilter(0, 0, last, max(len(header) - 1, 0))
        sheet.set_column(0, max(len(header) - 1, 0), 18)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        if wide:
            sheet.set_column(0, wide - 1, _WIDEST)
    return target.getvalue()


def _write(sheet: Any, number: int, cells: Sequence[str], look: Any) -> None:
    for at, text in enumerate(cells):
        sheet.write_string(number, at, text[:LONGEST_CELL], look)
