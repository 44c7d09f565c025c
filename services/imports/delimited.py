"""CSV as Chinese offices send it: which encoding, which delimiter, which records.

A wrong guess of the encoding puts rubbish into names without any error, so a decode that merely
succeeds is not believed: the characters must look like those of a Chinese or Latin table.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from services.imports.refusals import (
    BrokenCharacters,
    CellTooLong,
    EncodingUnclear,
    Limits,
    LineTooLong,
    NotText,
    QuoteNotClosed,
    SeparatorNote,
    TooManyColumns,
    TooManyRows,
)

DELIMITERS: Final = (",", ";", "\t")
_SAMPLE_CHARS: Final = 200_000
_SAMPLE_RECORDS: Final = 50
# Share of what a GB18030 text may hold besides the everyday characters, see `_looks_chinese`.
_RARE: Final = 0.3
# Share of control, private and unassigned characters in any text.
_STRANGE: Final = 0.02
# Lead bytes in GB 2312: punctuation, full-width letters and digits, then level one.
_EVERYDAY: Final = frozenset({0xA1, 0xA3, *range(0xB0, 0xD8)})
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_LINES_PER_ROW: Final = 10
_SEPARATOR_NOTE: Final = re.compile(r'"?sep=.?"?[\r\n]', re.IGNORECASE)
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def decode(data: bytes) -> tuple[str, str]:
    """The text without its byte order mark, and the Python name of its encoding.

    UTF-8 and UTF-16 with or without mark, else GB18030. Raises NotText, BrokenCharacters or
    EncodingUnclear; never guesses among single-byte encodings.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding), encoding
    encoding = _utf16_without_mark(data)
    if encoding:
        return _marked(data, encoding), encoding
    if b"\0" in data:
        raise NotText
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _chinese(data, error), "gb18030"
    _require_text(text)
    _require_unambiguous(data, text)
    return text, "utf-8"


def _marked(data: bytes, encoding: str) -> str:
    """A text whose encoding is known: what does not fit is damage, not another encoding."""
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(codec)
        raise BrokenCharacters(row=before.count("\n") + 1) from error
    _require_text(text)
    return text


def _utf16_without_mark(data: bytes) -> str:
    """UTF-16 shows by zeros in every other byte: digits, delimiters and line ends have them."""
    head = data[:4096]
    if len(data) % 2 or b"\0" not in head:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    enough = max(2, len(head) // 20)
    if odd >= enough and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even >= enough and odd == 0 else ""


def _beyond_ascii(text: str) -> str:
    """The characters that tell encodings apart, at most `_SAMPLE_CHARS`."""
    if text.isascii():
        return ""
    pieces: list[str] = []
    size = 0
    for match in _BEYOND_ASCII.finditer(text):
        pieces.append(match[0])
        size += len(match[0])
        if size >= _SAMPLE_CHARS:
            break
    return "".join(pieces)[:_SAMPLE_CHARS]


def _require_text(text: str) -> None:
    """NotText for NUL anywhere, or for more than a few characters that texts do not have."""
    if "\0" in text:
        raise NotText
    sample = text[:_SAMPLE_CHARS] + _beyond_ascii(text)
    strange = sum(
        character not in "\t\r\n\f\v" and unicodedata.category(character) in {"Cc", "Co", "Cn"}
        for character in sample
    )
    if strange > _STRANGE * len(sample):
        raise NotText


def _chinese(data: bytes, error: UnicodeDecodeError) -> str:
    """GB18030, if it is plausible and the bytes are not a UTF-8 text with a wound."""
    wounded = data.decode("utf-8", "replace")
    sample = _beyond_ascii(wounded)
    lost = sample.count("�")
    if len(sample) - lost > 4 * lost:
        raise BrokenCharacters(row=data.count(b"\n", 0, error.start) + 1) from error
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as failure:
        raise EncodingUnclear from failure
    if not _looks_chinese(text):
        raise EncodingUnclear
    _require_text(text)
    return text


def _looks_chinese(text: str) -> bool:
    """Whether the characters are those that Chinese tables are written with.

    GB 2312 orders its 3,755 everyday characters first (lead bytes B0 to D7) and they make up more
    than 99 % of running text. Big5, Shift-JIS, Latin-1 or damaged UTF-8 read as GB18030 scatter
    over the whole code, most of which is rare, private or unassigned.
    """
    sample = _beyond_ascii(text)
    rare = sum(not _everyday(character) for character in sample)
    return rare <= _RARE * len(sample)


def _everyday(character: str) -> bool:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return code[0] in _EVERYDAY


def _require_unambiguous(data: bytes, text: str) -> None:
    """EncodingUnclear for a short GBK text that happens to be valid UTF-8.

    Such a text turns into Cyrillic, Arabic and the like: letters of two bytes, but beyond the
    Latin ones that names of foreigners have.
    """
    sample = _beyond_ascii(text)
    if not sample or not all("\u0250" <= character < "\u0800" for character in sample):
        return
    try:
        other = _beyond_ascii(data.decode("gb18030"))
    except UnicodeDecodeError:
        return
    if all(_everyday(character) for character in other):
        raise EncodingUnclear


class _Lines:
    """Feeds physical lines to the csv reader and stops it before a record grows without end."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._text, self._at = text, 0
        self._limits = limits
        self.start, self.fed = 1, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text, at, longest = self._text, self._at, self._limits.line_chars
        if at == len(text):
            raise StopIteration
        self.fed += 1
        # Looked for no further than a line may reach, or ten megabytes without one cost time.
        found = _LINE_END.search(text, at, at + longest + 1)
        self._at = found.end() if found else len(text)
        if self._at - at > longest:
            raise LineTooLong(row=self.fed, limit=longest)
        if self.fed - self.start > self._limits.record_lines:
            raise QuoteNotClosed(row=self.start)
        # The line end stays, because inside of quotes it belongs to the cell.
        return text[at : self._at]


def records(text: str, delimiter: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Each record with the physical line (from 1) on which it starts.

    Raises QuoteNotClosed, LineTooLong, CellTooLong or TooManyColumns at the first offender, and
    TooManyRows for far more lines than there may be rows.
    """
    # Millions of empty lines would be walked through one by one, only to be dropped.
    if max(text.count("\n"), text.count("\r")) > _LINES_PER_ROW * limits.rows:
        raise TooManyRows(limit=limits.rows)
    lines = _Lines(text, limits)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise CellTooLong(row=lines.start, limit=limits.cell_chars) from error
            raise QuoteNotClosed(row=lines.start) from error
        if len(record) > limits.columns:
            raise TooManyColumns(row=lines.start, limit=limits.columns)
        if any(len(cell) > limits.cell_chars for cell in record):
            raise CellTooLong(row=lines.start, limit=limits.cell_chars)
        yield lines.start, record
        lines.start = lines.fed + 1


def find_delimiter(text: str, limits: Limits) -> str:
    """The delimiter that cuts the first records into the most even table; comma if none does."""
    if _SEPARATOR_NOTE.match(text):
        raise SeparatorNote
    return max(DELIMITERS, key=lambda delimiter: _evenness(text, delimiter, limits))


def _evenness(text: str, delimiter: str, limits: Limits) -> tuple[float, int, bool]:
    """(share of records as wide as most, that width, a tab?); nothing for a single column.

    At equal marks a tab wins: nobody types one into a cell, but commas stand in many texts.
    """
    widths: list[int] = []
    try:
        for _line, record in records(text, delimiter, limits):
            if any(record):
                widths.append(len(record))
            if len(widths) == _SAMPLE_RECORDS:
                break
    except TooManyColumns:
        return (0.5, limits.columns, False)
    except (QuoteNotClosed, LineTooLong, CellTooLong):
        # Quotes that do not fit speak against this delimiter. If they fit with none, the widest
        # is taken and the reading itself refuses, with the line.
        return (0.0, max(widths, default=0), False)
    usual = max(widths, key=widths.count, default=0)
    if usual <= 1:
        return (0.0, 0, False)
    return (widths.count(usual) / len(widths), usual, delimiter == "\t")
