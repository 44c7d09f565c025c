"""An uploaded file becomes a table of texts: which sheet, which header, which rows.

Nothing here knows what a column means. Cells stay as they were typed; only headers are trimmed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from services.imports import delimited, olescan, workbook
from services.imports.refusals import (
    MB,
    CellsMerged,
    ColumnsAlike,
    EmptyFile,
    FileTooLarge,
    Limits,
    NoRows,
    NotATable,
    NothingInside,
    OldOrProtected,
    PasswordProtected,
    TooManyRows,
    TypeDisagrees,
    UnreadableFile,
    WrongExtension,
)
from services.imports.sheetscan import MAX_TITLE_ROWS, Merge, cell_name

__all__ = ["Limits", "Row", "Table", "UnreadableFile", "read_table"]

Format = Literal["xlsx", "xls", "csv"]

_EXTENSIONS: Final[dict[str, Format]] = {
    "xlsx": "xlsx",
    "xls": "xls",
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
}
_FOREIGN: Final = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"{\\rtf", "RTF"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
)
_LIMITS: Final = Limits()
_MIN_HEADER: Final = 3  # filled cells that a header below a title has
_INVISIBLE: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


@dataclass(frozen=True)
class Row:
    """`number` is the row in Excel, or the line of a CSV where the record starts (from 1).

    `cells` are as many as the table's columns; more only if `extra`: then cells stand to the right
    of the last column of the header.
    """

    number: int
    cells: tuple[str, ...]
    extra: bool = False


@dataclass(frozen=True)
class Table:
    """What was read. `encoding` and `delimiter` are empty for workbooks, sheets for CSV.

    `columns`: names of the header, trimmed; "#3" for the third column of the file if it has no
    name; " (2)" behind a name that came before. `header_row` counts like `Row.number`.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    format: Format
    header_row: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Shape:
    columns: tuple[str, ...]
    rows: list[Row]
    header_row: int


def read_table(
    data: bytes, filename: str, *, limits: Limits = _LIMITS, sheet: str | None = None
) -> Table:
    """Read an uploaded .xlsx, .xls, .csv, .tsv or .txt; the content decides what it is.

    Of a workbook, `sheet` or the first visible sheet that holds anything. Empty rows are dropped,
    so are rows with one filled cell above a header of three or more, and columns without name and
    content. Raises UnreadableFile: each subclass is one fact, with what to do about it.
    """
    says = filename.rpartition(".")[2].lower() if "." in filename else ""
    if says not in _EXTENSIONS:
        raise WrongExtension
    if not data:
        raise EmptyFile
    if len(data) > limits.file_bytes:
        raise FileTooLarge(limit=max(1, limits.file_bytes // MB))
    holds = _kind(data)
    if holds != _EXTENSIONS[says]:
        _refuse_kind(data, says, holds)
    if holds == "csv":
        return _read_csv(data, limits)
    return _read_workbook(data, holds, limits, sheet)


def _kind(data: bytes) -> Format:
    """What the first bytes show; NotATable for known foreign kinds."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if data.startswith(olescan.MARK):
        return "xls"
    for mark, name in _FOREIGN:
        if data.startswith(mark):
            raise NotATable(holds=name)
    return "csv"


def _markup(data: bytes) -> str:
    """Many web systems call an HTML table .xls; Excel opens it, with a warning."""
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<style")):
        return "HTML"
    return "XML" if head.startswith((b"<?xml", b"<svg", b"<!doctype")) else ""


def _refuse_kind(data: bytes, says: str, holds: Format) -> None:
    if holds == "xls" and says == "xlsx":
        if olescan.is_protected(data):
            raise PasswordProtected
        raise OldOrProtected
    raise TypeDisagrees(says=says, holds=(_markup(data) if holds == "csv" else "") or holds)


def _read_csv(data: bytes, limits: Limits) -> Table:
    markup = _markup(data)
    if markup:
        raise NotATable(holds=markup)
    text, encoding = delimited.decode(data)
    delimiter = delimited.find_delimiter(text, limits)
    shape = _shape(delimited.records(text, delimiter, limits), limits)
    return Table(shape.columns, shape.rows, "csv", shape.header_row, encoding, delimiter)


def _read_workbook(data: bytes, kind: Format, limits: Limits, sheet: str | None) -> Table:
    opened = (workbook.open_xlsx if kind == "xlsx" else workbook.open_xls)(data, limits, sheet)
    shape = _shape(((number + 1, cells) for number, cells in opened.records), limits)
    _require_unmerged(opened.merges, shape.header_row - 1)
    return Table(
        shape.columns,
        shape.rows,
        kind,
        shape.header_row,
        sheet=opened.name,
        sheets=opened.names,
    )


def _require_unmerged(merges: list[Merge], header: int) -> None:
    """Merged cells keep one value for many: below it a row would silently lack it.

    Titles above the header may be merged, and so may cells of one row below it.
    """
    for (top, left), (bottom, right) in merges:
        if bottom >= header and (top <= header or bottom > top):
            raise CellsMerged(cells=f"{cell_name(top, left)}:{cell_name(bottom, right)}")


def _shape(records: Iterable[tuple[int, list[str]]], limits: Limits) -> _Shape:
    """Header and rows out of numbered records of any width."""
    filled = ((number, cells) for number, cells in records if not _is_blank(cells))
    header_row, header, rest = _split_header(filled)
    header = [_clean_name(name) for name in header]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    body: list[tuple[int, list[str]]] = []
    for number, cells in rest:
        if len(body) == limits.rows:
            raise TooManyRows(limit=limits.rows)
        body.append((number, cells))
    if not body:
        raise NoRows(row=header_row)
    names = [name for name in header if name]
    if len(names) > 1 and len(set(names)) == 1:
        raise ColumnsAlike(name=names[0], row=header_row)
    unnamed = [at for at in range(width) if not header[at]]
    void = {at for at in unnamed if all(_is_blank(cells[at : at + 1]) for _, cells in body)}
    kept = [at for at in range(width) if at not in void]
    rows = [_row(number, cells, width, kept) for number, cells in body]
    return _Shape(_unique_names(header, kept), rows, header_row)


def _is_blank(cells: Iterable[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in cells)


def _split_header(
    records: Iterator[tuple[int, list[str]]],
) -> tuple[int, list[str], Iterator[tuple[int, list[str]]]]:
    """The header's number and cells, and what follows; titles above it are left out."""
    waiting: list[tuple[int, list[str]]] = []
    for number, cells in records:
        count = sum(not _is_blank((cell,)) for cell in cells)
        if not waiting and count > 1:
            return number, cells, records
        if count >= _MIN_HEADER:
            return number, cells, records
        waiting.append((number, cells))
        if count > 1 or len(waiting) > MAX_TITLE_ROWS:
            break
    if not waiting:
        raise NothingInside
    (number, cells), *later = waiting
    return number, cells, _chained(later, records)


def _chained(
    first: list[tuple[int, list[str]]], then: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield from first
    yield from then


def _clean_name(name: str) -> str:
    return " ".join(name.translate(_INVISIBLE).split())


def _unique_names(header: list[str], kept: list[int]) -> tuple[str, ...]:
    taken: set[str] = set()
    names: list[str] = []
    for at in kept:
        base = header[at] or f"#{at + 1}"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        names.append(name)
    return tuple(names)


def _row(number: int, cells: list[str], width: int, kept: list[int]) -> Row:
    beyond = cells[width:]
    while beyond and _is_blank(beyond[-1:]):
        beyond.pop()
    inside = cells[:width] + [""] * (width - len(cells))
    chosen = inside if len(kept) == width else [inside[at] for at in kept]
    return Row(number, (*chosen, *beyond), bool(beyond))
