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


Cell = str | int
"""Of a workbook: a text, or a number to be counted with."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook. `wide`: how many columns on the left hold sentences."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    wide: int = 0


def workbook(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, wide: int = 0
) -> bytes:
    """An .xlsx of one sheet, as `book` makes them.

    `wide`: how many columns on the left hold sentences.
    """
    return book([Table(title, header, rows, wide)])


def book(tables: Iterable[Table]) -> bytes:
    """An .xlsx with a sheet for each table: a header that stays in view, filters, every text a
    text. Printed, each is as wide as a sheet of A4 laid across, with the header on each page."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as made:
        look = {"font_name": "Microsoft YaHei", "valign": "top"}
        bold = made.add_format({**look, "bold": True, "bottom": 1, "quote_prefix": True})
        cell = made.add_format({**look, "num_format": "@", "quote_prefix": True})
        number = made.add_format(look)
        for table in tables:
            sheet = made.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", table.title)[:31] or None)
            _fill(sheet, table, bold, cell, number)
    return target.getvalue()


def _fill(sheet: Any, table: Table, bold: Any, cell: Any, number: Any) -> None:
    _write(sheet, 0, table.header, bold, number)
    last, columns = 0, max(len(table.header) - 1, 0)
    for last, row in enumerate(table.rows, 1):
        _write(sheet, last, row, cell, number)
    sheet.freeze_panes(1, table.wide)
    sheet.autofilter(0, 0, last, columns)
    sheet.set_column(0, columns, 18)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if table.wide:
        sheet.set_column(0, table.wide - 1, _WIDEST)


def _write(sheet: Any, nth: int, cells: Sequence[Cell], look: Any, number: Any) -> None:
    for at, value in enumerate(cells):
        if isinstance(value, int):
            sheet.write_number(nth, at, value, number)
        else:
            sheet.write_string(nth, at, value[:LONGEST_CELL], look)
