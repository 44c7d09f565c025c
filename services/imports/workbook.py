"""Cells of an .xlsx or .xls as text, through the workbook reader (calamine), once they are safe.

The reader is given a new file that holds only what the scans looked at, so it cannot find anything
else than they did.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError
from python_calamine import SheetTypeEnum as SheetType
from python_calamine import SheetVisibleEnum as SheetVisible

from services.imports import olescan
from services.imports.refusals import (
    CellTooLong,
    DamagedFile,
    HoldsMacros,
    Limits,
    NoSuchSheet,
    NotAWorkbook,
    NothingInside,
    PasswordProtected,
)
from services.imports.sheetscan import (
    Attributes,
    Merge,
    SheetFacts,
    scan_sheet,
    shared_text_lengths,
    walk_xml,
)
from services.imports.zipguard import CheckedZip

_PACKAGE: Final = "_rels/.rels"
_TYPES: Final = "[Content_Types].xml"
_PLAIN_EXPONENTS: Final = range(-9, 21)
_OFFICE: Final = "http://schemas.openxmlformats.org"
_ROOT: Final = (
    f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
_SOME_DAY: Final = dt.date(2000, 1, 1)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Sheet:
    """`records`: zero-based row number and its cells, from column A on, in order."""

    name: str
    names: tuple[str, ...]  # every visible sheet
    records: Iterator[tuple[int, list[str]]]
    merges: list[Merge]


@dataclass(frozen=True)
class _Parts:
    """Names of the members that make up a workbook; `sheets`: visible ones, tab name → member."""

    workbook: str
    relations: str
    shared: str
    styles: str
    sheets: dict[str, str]


def open_xlsx(data: bytes, limits: Limits, wanted: str | None) -> Sheet:
    """The wanted sheet, else the first visible one that holds a cell."""
    archive = CheckedZip(data, limits)
    _require_no_macros(archive)
    parts = _parts(archive)
    names = tuple(parts.sheets)
    if wanted is not None and wanted not in names:
        raise NoSuchSheet(sheet=wanted)
    shared = shared_text_lengths(archive.chunks(parts.shared)) if parts.shared else []
    for name in names if wanted is None else (wanted,):
        facts = scan_sheet(archive.chunks(parts.sheets[name]), shared, limits)
        if facts.last_row >= 0:
            book = _read(_repacked(archive, parts, parts.sheets[name]))
            return _sheet(book, name, names, facts, facts.merges, limits)
    raise NothingInside


def open_xls(data: bytes, limits: Limits, wanted: str | None) -> Sheet:
    """The wanted sheet of an old workbook, else the first visible one that holds a cell."""
    old = olescan.scan_workbook(data, limits)
    book = _read(old.data)
    if len(book.sheets_metadata) != len(old.facts):
        raise DamagedFile
    visible = {
        meta.name: facts
        for meta, facts in zip(book.sheets_metadata, old.facts, strict=True)
        if meta.visible == SheetVisible.Visible and meta.typ == SheetType.WorkSheet
    }
    if wanted is not None and wanted not in visible:
        raise NoSuchSheet(sheet=wanted)
    for name in visible if wanted is None else (wanted,):
        facts = visible[name]
        if facts.last_row >= 0:
            return _sheet(book, name, tuple(visible), facts, None, limits)
    raise NothingInside


def _require_no_macros(archive: CheckedZip) -> None:
    if _TYPES not in archive:
        raise NotAWorkbook
    types: set[str] = set()

    def start(_name: str, attributes: Attributes) -> None:
        types.add(attributes.get("ContentType", ""))

    walk_xml(archive.chunks(_TYPES), start)
    if any("macroEnabled" in kind or "vbaProject" in kind for kind in types):
        raise HoldsMacros


def _relations(archive: CheckedZip, name: str, folder: str) -> list[tuple[str, str, str]]:
    """(id, last word of the type, member) of each relation; targets are relative to `folder`."""
    found: list[tuple[str, str, str]] = []

    def start(_name: str, attributes: Attributes) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = attributes.get("Target", "")
        member = target[1:] if target.startswith("/") else folder + target
        found.append((attributes.get("Id", ""), kind, member))

    walk_xml(archive.chunks(name), start)
    return found


def _parts(archive: CheckedZip) -> _Parts:
    """Follow the relations from the package to the sheets, as Excel does."""
    if _PACKAGE not in archive:
        raise NotAWorkbook
    roots = [
        member for _, kind, member in _relations(archive, _PACKAGE, "") if kind == "officeDocument"
    ]
    if len(roots) != 1 or roots[0] not in archive:
        raise NotAWorkbook
    folder, slash, base = roots[0].rpartition("/")
    folder += slash
    relations = f"{folder}_rels/{base}.rels"
    if relations not in archive:
        raise NotAWorkbook
    known = _relations(archive, relations, folder)
    members = {id_: member for id_, kind, member in known if kind == "worksheet"}
    single = {kind: member for _, kind, member in known if member in archive}
    sheets: dict[str, str] = {}

    def sheet(name: str, attributes: Attributes) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            id_ = next((attributes[key] for key in attributes if key.endswith(":id")), "")
            if id_ in members:
                sheets[attributes.get("name", "")] = members[id_]

    walk_xml(archive.chunks(roots[0]), sheet)
    shared, styles = single.get("sharedStrings", ""), single.get("styles", "")
    return _Parts(roots[0], relations, shared, styles, sheets)


def _repacked(archive: CheckedZip, parts: _Parts, sheet: str) -> bytes:
    """A ZIP of exactly the members that were checked, as they were unpacked here."""
    if parts.styles:
        walk_xml(archive.chunks(parts.styles), lambda _name, _attributes: None)
    target = io.BytesIO()
    # The reader looks for these names only, whatever the relations say.
    kept = {
        "xl/workbook.xml": parts.workbook,
        "xl/_rels/workbook.xml.rels": parts.relations,
        "xl/sharedStrings.xml": parts.shared,
        "xl/styles.xml": parts.styles,
        sheet: sheet,
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        package.writestr(_PACKAGE, _ROOT)
        for name, source in kept.items():
            if not source:
                continue
            with package.open(name, "w") as member:
                for chunk in archive.chunks(source):
                    member.write(chunk)
    return target.getvalue()


def _read(data: bytes) -> CalamineWorkbook:
    """Open what a stranger wrote. This, `_worksheet` and the rows are all calls into the reader."""
    book: CalamineWorkbook = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    return book


def _worksheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    sheet: CalamineSheet = _guarded(lambda: book.get_sheet_by_name(name))
    return sheet


def _guarded(call: Callable[[], _T]) -> _T:
    try:
        return call()
    except PasswordError as error:
        raise PasswordProtected from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise DamagedFile from error
    except BaseException as error:
        # The reader is written in Rust and panics on some broken files, for example when a record
        # points beyond its stream. The binding turns a panic into PanicException, which derives
        # from BaseException and cannot be imported by name. The memory is sound after a panic
        # (the stack was unwound), so it is one more way to say "damaged". All else passes on.
        if type(error).__name__ != "PanicException":
            raise
        raise DamagedFile from error


def _sheet(
    book: CalamineWorkbook,
    name: str,
    names: tuple[str, ...],
    facts: SheetFacts,
    merges: list[Merge] | None,
    limits: Limits,
) -> Sheet:
    sheet = _worksheet(book, name)
    if merges is None:
        merges = list(sheet.merged_cell_ranges or [])
    return Sheet(name, names, _texts(sheet, facts, limits), merges)


def _texts(
    sheet: CalamineSheet, facts: SheetFacts, limits: Limits
) -> Iterator[tuple[int, list[str]]]:
    by_row: dict[int, dict[int, str]] = {}
    for (at, column), text in facts.exact.items():
        by_row.setdefault(at, {})[column] = text
    values = iter(sheet.iter_rows())
    # Guarded row by row: a span of time beyond all bounds panics only when it is handed over.
    rows = iter(lambda: _guarded(lambda: next(values, None)), None)
    for number, row in enumerate(rows):
        cells = [value if isinstance(value, str) else cell_text(value) for value in row]
        for column, text in by_row.get(number, {}).items():
            cells += [""] * (column + 1 - len(cells))
            cells[column] = text
        if any(len(cell) > limits.cell_chars for cell in cells):
            raise CellTooLong(row=number + 1, limit=limits.cell_chars)
        yield number, cells


def cell_text(value: object) -> str:
    """A cell's value as text: no ".0", ISO dates, TRUE and FALSE, at most 15 digits as in Excel."""
    text = ""
    match value:
        case None:
            pass
        case bool():
            text = "TRUE" if value else "FALSE"
        case float():
            text = _number_text(value)
        case dt.datetime():
            text = _moment_text(value)
        case dt.timedelta():
            seconds = round(value.total_seconds())
            text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case dt.time():
            text = _to_second(dt.datetime.combine(_SOME_DAY, value)).time().isoformat()
        case _:
            text = str(value)  # whole numbers as they are, dates as YYYY-MM-DD
    return text


def _number_text(value: float) -> str:
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    number = Decimal(format(value, ".15g"))
    if number.is_finite() and number.adjusted() in _PLAIN_EXPONENTS:
        return format(number, "f")
    return repr(value)


def _to_second(value: dt.datetime) -> dt.datetime:
    """Excel keeps a moment as a fraction of a day, which is off by some microseconds."""
    half = dt.timedelta(microseconds=500_000)
    last = dt.datetime.max - half  # noqa: DTZ901 - cells have no time zone
    return (value if value > last else value + half).replace(microsecond=0)


def _moment_text(value: dt.datetime) -> str:
    rounded = _to_second(value)
    if rounded.time() == dt.time.min:
        return rounded.date().isoformat()
    return rounded.isoformat()
