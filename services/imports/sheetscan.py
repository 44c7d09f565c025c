"""A streaming look at the XML of an XLSX sheet, before the workbook reader may touch it.

The reader lays a sheet out as a full rectangle and repeats a shared text in every cell that names
it, so a file of some kilobytes can ask for gigabytes. This scan finds out what would come. It also
finds what the reader drops without a word: error cells, the last digits of long numbers, formulas
that were saved without a result.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from services.imports.refusals import (
    CellTooLong,
    DamagedFile,
    FormulaWithoutResult,
    Limits,
    TooManyColumns,
    TooManyRows,
    TooMuchText,
    TooScattered,
    UnsafeFile,
)

MAX_TITLE_ROWS: Final = 10  # above the header; the exact row limit is checked after them
_TOKEN_BYTES: Final = 2 * 1024 * 1024
_DEPTH: Final = 64
_EXACT_DIGITS: Final = 15  # a double keeps 15 decimal digits
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE: Final = re.compile(r"([A-Z]{1,3}[1-9][0-9]{0,6}):([A-Z]{1,3}[1-9][0-9]{0,6})")

Attributes = dict[str, str]
Merge = tuple[tuple[int, int], tuple[int, int]]


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Zero-based row and column as Excel writes them: (0, 0) → A1."""
    return f"{column_letters(column)}{row + 1}"


def position(reference: str) -> tuple[int, int]:
    """A1 → zero-based (row, column); DamagedFile if it is no reference."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise DamagedFile
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


@dataclass
class SheetFacts:
    """Zero-based positions. `exact` holds the texts to take instead of the reader's."""

    last_row: int = -1
    last_column: int = -1
    filled_rows: int = 0
    text_chars: int = 0
    exact: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)

    def require_area(self, limits: Limits) -> None:
        """TooScattered if the rectangle up to the last filled cell is too large to lay out."""
        if (self.last_row + 1) * (self.last_column + 1) > limits.cells:
            raise TooScattered(cell=cell_name(self.last_row, self.last_column))


def _refuse_doctype(*_: object) -> None:
    raise UnsafeFile


def walk_xml(
    chunks: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for each element, by local name. No DTD, no entities, no giant tokens, UTF-8 only.

    The encoding is forced, because the workbook reader takes the bytes as UTF-8 whatever the
    declaration says. Raises UnsafeFile or DamagedFile.
    """
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    depth = 0

    def on_start(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise UnsafeFile
        start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name.rpartition(":")[2] if ":" in name else name)

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    if text is not None:
        parser.CharacterDataHandler = text
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _TOKEN_BYTES:
                raise UnsafeFile
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DamagedFile from error


def shared_text_lengths(chunks: Iterable[bytes]) -> list[int]:
    """How many characters each shared text has, in the order of the file."""
    lengths: list[int] = []
    collecting = False

    def start(name: str, _attributes: Attributes) -> None:
        nonlocal collecting
        if name == "si":
            lengths.append(0)
        collecting = name == "t"

    def end(_name: str) -> None:
        nonlocal collecting
        collecting = False

    def text(piece: str) -> None:
        if collecting and lengths:
            lengths[-1] += len(piece)

    walk_xml(chunks, start, end, text)
    return lengths


class _SheetScan:
    """The callbacks of one sheet; `facts` fills as they are called."""

    def __init__(self, shared: list[int], limits: Limits) -> None:
        self.facts = SheetFacts()
        self._shared, self._limits = shared, limits
        self._row = self._column = -1
        self._type = ""
        self._formula = self._collecting = self._row_filled = False
        self._text: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell(attributes)
        elif name in {"v", "t"}:
            self._collecting = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._new_row(attributes)
        elif name == "mergeCell":
            match = _RANGE.fullmatch(attributes.get("ref", ""))
            if match is not None:
                self.facts.merges.append((position(match[1]), position(match[2])))

    def _new_row(self, attributes: Attributes) -> None:
        number = attributes.get("r")
        if number is None:
            row = self._row + 1
        elif number.isascii() and number.isdigit():
            row = int(number[:8]) - 1
        else:
            raise DamagedFile
        if row <= self._row:
            raise DamagedFile
        self._row, self._column, self._row_filled = row, -1, False

    def _cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            row, column = self._row, self._column + 1
        else:
            row, column = position(reference)
        # The reader trusts the order of the cells; Excel never writes another.
        if row != self._row or column <= self._column:
            raise DamagedFile
        self._column = column
        self._type = attributes.get("t", "n")
        self._formula = False
        self._text.clear()

    def text(self, piece: str) -> None:
        if self._collecting:
            self._text.append(piece)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._collecting = False
        elif name == "c":
            self._cell_done("".join(self._text))

    def _cell_done(self, text: str) -> None:
        if not text:
            # A formula may well yield an empty text; no result at all is another thing.
            if self._formula and self._type != "str":
                raise FormulaWithoutResult(cell=cell_name(self._row, self._column))
            return
        facts, limits = self.facts, self._limits
        if not self._row_filled:
            self._row_filled = True
            facts.filled_rows += 1
            facts.last_row = self._row
            if facts.filled_rows > limits.rows + MAX_TITLE_ROWS + 1:
                raise TooManyRows(limit=limits.rows)
        if self._column > facts.last_column:
            facts.last_column = self._column
            if self._column >= limits.columns:
                raise TooManyColumns(row=self._row + 1, limit=limits.columns)
        self._weigh(text)

    def _weigh(self, text: str) -> None:
        facts, limits, chars = self.facts, self._limits, len(text)
        if self._type == "s":
            if not (text.isascii() and text.isdigit()) or int(text[:9]) >= len(self._shared):
                raise DamagedFile
            chars = self._shared[int(text[:9])]
        elif self._type == "e" or (
            self._type == "n" and chars > _EXACT_DIGITS and text.lstrip("-").isdigit()
        ):
            facts.exact[self._row, self._column] = text
        facts.text_chars += chars
        if chars > limits.cell_chars:
            raise CellTooLong(row=self._row + 1, limit=limits.cell_chars)
        if facts.text_chars > limits.text_chars:
            raise TooMuchText


def scan_sheet(chunks: Iterator[bytes], shared: list[int], limits: Limits) -> SheetFacts:
    """The facts of one sheet, within `limits`; refuses as soon as one is passed."""
    scan = _SheetScan(shared, limits)
    walk_xml(chunks, scan.start, scan.end, scan.text)
    scan.facts.require_area(limits)
    return scan.facts
