"""A look into an old .xls before the workbook reader may touch it.

An .xls is a small file system (OLE2) that holds a stream of BIFF records. The reader follows chains
of sectors without asking whether they end, lays every sheet out as a full rectangle when the file
is opened, and repeats shared texts. So the chains are followed here, the records measured, and the
reader gets a new container around the one stream that was looked at.

Sources: [MS-CFB] for the container, [MS-XLS] for the records.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.imports.refusals import (
    DamagedFile,
    Limits,
    NotAWorkbook,
    PasswordProtected,
    TooManyColumns,
    TooMuchText,
)
from services.imports.sheetscan import SheetFacts

MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR: Final = 0xFFFFFFFA
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_MINI: Final = 64
_MINI_CUTOFF: Final = 4096
_BIG: Final = 4096  # sectors of the new container: its header alone can list 400 MB of them

# Records, by their number in [MS-XLS].
_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
_SST, _CONTINUE, _DIMENSIONS = 0x00FC, 0x003C, 0x0200
_FORMULA, _NUMBER, _RK, _MULRK = 0x0006, 0x0203, 0x027E, 0x00BD
_LABEL, _LABELSST, _RSTRING, _BOOLERR, _STRING = 0x0204, 0x00FD, 0x00D6, 0x0205, 0x0207
_CELLS: Final = frozenset({_FORMULA, _NUMBER, _RK, _MULRK, _LABEL, _LABELSST, _RSTRING, _BOOLERR})
_IGNORED: Final = 0x0FFE  # no record has this number
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class _Container:
    """The streams of an OLE2 file, by name."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError, ValueError) as error:
            raise DamagedFile from error

    def _open(self) -> None:
        data = self._data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in {9, 12} or 1 << mini_shift != _MINI:
            raise DamagedFile
        self._size = 1 << shift
        directory, mini_fat = (struct.unpack_from("<I", data, at)[0] for at in (48, 60))
        next_list, lists = struct.unpack_from("<II", data, 68)
        sectors = list(struct.unpack_from("<109I", data, 76))
        per_sector = self._size // 4
        limit = len(data) // self._size + 1
        while next_list < _LAST_SECTOR and lists > 0 and len(sectors) <= limit + per_sector:
            block = struct.unpack(f"<{per_sector}I", self._sector(next_list))
            sectors += block[:-1]
            next_list, lists = block[-1], lists - 1
        self._fat: list[int] = []
        for sector in sectors:
            if sector < _LAST_SECTOR and len(self._fat) <= limit + per_sector:
                self._fat += struct.unpack(f"<{per_sector}I", self._sector(sector))
        entries = self._chain(directory)
        self._entries = [entries[at : at + 128] for at in range(0, len(entries) - 127, 128)]
        self._mini_fat = self._chain(mini_fat) if mini_fat < _LAST_SECTOR else b""

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size].ljust(self._size, b"\0")

    def _chain(self, sector: int) -> bytes:
        """The sectors from this one on; DamagedFile if the chain bites its tail or leaves."""
        pieces: list[bytes] = []
        while sector != _END:
            if sector >= len(self._fat) or len(pieces) * self._size > len(self._data):
                raise DamagedFile
            pieces.append(self._sector(sector))
            sector = self._fat[sector]
        return b"".join(pieces)

    def _mini_chain(self, sector: int, size: int) -> bytes:
        store = self._chain(struct.unpack_from("<I", self._entries[0], 116)[0])
        pieces: list[bytes] = []
        while len(pieces) * _MINI < size:
            pieces.append(store[sector * _MINI : (sector + 1) * _MINI])
            sector = struct.unpack_from("<I", self._mini_fat, sector * 4)[0]
        return b"".join(pieces)

    def stream(self, *names: str) -> bytes | None:
        """The first stream with one of these names, None without any."""
        wanted = {name.encode("utf-16-le") for name in names}
        for entry in self._entries:
            length = struct.unpack_from("<H", entry, 64)[0]
            if entry[: max(0, min(length, 64) - 2)] not in wanted or entry[66] != 2:  # noqa: PLR2004 - 2: a stream
                continue
            start, size = struct.unpack_from("<II", entry, 116)
            try:
                whole = self._mini_chain(start, size) if size < _MINI_CUTOFF else self._chain(start)
            except struct.error as error:
                raise DamagedFile from error
            return whole[:size]
        return None


@dataclass(frozen=True)
class OldWorkbook:
    """`data` is a new container to hand to the reader."""

    data: bytes
    facts: list[SheetFacts]  # in the order of the workbook's sheets


def is_protected(data: bytes) -> bool:
    """Whether the container is an encrypted .xlsx; a broken one is not known to be."""
    try:
        return _Container(data).stream("EncryptedPackage") is not None
    except DamagedFile:
        return False


def _records(
    stream: bytes | bytearray, start: int = 0
) -> Iterator[tuple[int, int, bytes | bytearray]]:
    """(offset, number, body) of each record."""
    at = start
    while at + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        if len(body) < length:
            raise DamagedFile
        yield at, number, body
        at += 4 + length


def scan_workbook(data: bytes, limits: Limits) -> OldWorkbook:
    """Measure every sheet of an .xls. Raises PasswordProtected, NotAWorkbook or DamagedFile."""
    container = _Container(data)
    if container.stream("EncryptedPackage") is not None:
        raise PasswordProtected
    stream = container.stream("Workbook", "Book")
    if stream is None:
        raise NotAWorkbook
    try:
        return _scan(bytearray(stream), limits)
    except (struct.error, IndexError) as error:
        raise DamagedFile from error


def _scan(stream: bytearray, limits: Limits) -> OldWorkbook:
    offsets, shared = _globals(bytes(stream))
    found: dict[int, SheetFacts] = {}
    end = 0
    for offset in sorted(offsets):
        if offset < end or offset in found:  # sheets that overlap would be read again and again
            raise DamagedFile
        found[offset], end = _scan_sheet(stream, offset, shared, limits)
    facts = [found[offset] for offset in offsets]
    whole = SheetFacts(
        last_row=sum(one.last_row + 1 for one in facts) - 1,
        last_column=max((one.last_column for one in facts), default=-1),
    )
    whole.require_area(limits)  # the reader lays out all sheets at once
    if sum(one.text_chars for one in facts) > limits.text_chars:
        raise TooMuchText
    return OldWorkbook(_pack(bytes(stream)), facts)


def _globals(stream: bytes) -> tuple[list[int], list[int]]:
    """Where the sheets start, and how long each shared text is."""
    offsets: list[int] = []
    texts: list[bytes] = []
    in_texts = False
    for at, number, body in _records(stream):
        if at == 0 and number != _BOF:
            raise DamagedFile
        if number == _FILEPASS:
            raise PasswordProtected
        if number == _EOF:
            break
        if number == _BOUNDSHEET:
            offsets.append(struct.unpack_from("<I", body)[0])
        in_texts = number == _SST or (in_texts and number == _CONTINUE)
        if in_texts:
            texts.append(bytes(body))
    return offsets, _SharedTexts(texts).lengths()


class _SharedTexts:
    """The shared table, whose texts may be cut anywhere between blocks."""

    def __init__(self, blocks: list[bytes]) -> None:
        self._blocks, self._block, self._at = blocks, 0, 8

    def lengths(self) -> list[int]:
        """Characters of each text."""
        found: list[int] = []
        count = struct.unpack_from("<I", self._blocks[0], 4)[0] if self._blocks else 0
        while len(found) < count:
            if not self._left():
                if self._block + 1 == len(self._blocks):
                    break
                self._block, self._at = self._block + 1, 0
                continue
            found.append(self._one())
        return found

    def _left(self) -> int:
        return len(self._blocks[self._block]) - self._at

    def _take(self, form: str) -> int:
        value: int = struct.unpack_from(form, self._blocks[self._block], self._at)[0]
        self._at += struct.calcsize(form)
        return value

    def _one(self) -> int:
        chars, flags = self._take("<H"), self._take("<B")
        runs = 4 * self._take("<H") if flags & 0x08 else 0
        tail = runs + (self._take("<I") if flags & 0x04 else 0)
        self._skip(chars, 1 + (flags & 1), has_flags=True)
        self._skip(tail, 1, has_flags=False)
        return chars

    def _skip(self, units: int, width: int, *, has_flags: bool) -> None:
        """Pass over so many units; a text that goes on in the next block states its width anew."""
        while units:
            if not self._left():
                self._block, self._at = self._block + 1, 0
                if has_flags:
                    width = 1 + (self._take("<B") & 1)
            taken = min(units, self._left() // width)
            if taken == 0:
                raise DamagedFile
            units -= taken
            self._at += taken * width


def _scan_sheet(
    stream: bytearray, offset: int, shared: list[int], limits: Limits
) -> tuple[SheetFacts, int]:
    """The facts of the sheet that starts at `offset`, and where it ends; mutes its dimensions."""
    facts = SheetFacts()
    depth, end = 0, offset
    for at, number, body in _records(stream, offset):
        end = at + 4
        if number == _BOF:
            depth += 1
        elif number == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif number == _DIMENSIONS:  # a promise that the reader would make room for
            struct.pack_into("<H", stream, at, _IGNORED)
        elif number == _STRING:
            facts.text_chars += len(body)
        elif number in _CELLS:
            _weigh(number, body, facts, shared)
            if facts.last_column >= limits.columns:
                row = struct.unpack_from("<H", body)[0] + 1
                raise TooManyColumns(row=row, limit=limits.columns)
            if facts.text_chars > limits.text_chars:
                raise TooMuchText
    return facts, end


def _weigh(number: int, body: bytes | bytearray, facts: SheetFacts, shared: list[int]) -> None:
    row, column = struct.unpack_from("<HH", body)
    facts.last_row = max(facts.last_row, row)
    last = struct.unpack_from("<H", body, len(body) - 2)[0] if number == _MULRK else column
    facts.last_column = max(facts.last_column, column, last)
    if number == _LABELSST:
        facts.text_chars += shared[struct.unpack_from("<I", body, 6)[0]]
    elif number in {_LABEL, _RSTRING}:
        facts.text_chars += len(body)
    elif number == _BOOLERR and body[7]:
        facts.exact[row, column] = _ERRORS.get(body[6], "#ERROR!")
    elif number == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:  # noqa: PLR2004 - 2: an error
        facts.exact[row, column] = _ERRORS.get(body[8], "#ERROR!")


def _pack(stream: bytes) -> bytes:
    """A new OLE2 container with this one stream, `Workbook`."""
    body = stream.ljust(_MINI_CUTOFF, b"\0")
    size = len(body)
    body += b"\0" * (-size % _BIG)
    count = len(body) // _BIG
    fats = -(-(count + 1) // (_BIG // 4 - 1))
    table = [_FAT] * fats + [_END] + [fats + 2 + at for at in range(count - 1)] + [_END]
    table += [_FREE] * (fats * (_BIG // 4) - len(table))
    listed = list(range(fats)) + [_FREE] * (109 - fats)
    header = MARK + bytes(16) + struct.pack("<HHHHH", 0x3E, 4, 0xFFFE, 12, 6) + bytes(6)
    header += struct.pack("<IIIII", 1, fats, fats, 0, _MINI_CUTOFF)
    header += struct.pack("<IIII", _END, 0, _END, 0) + struct.pack("<109I", *listed)
    # The reader insists on a first sector for the small streams, of which there are none.
    root = _entry("Root Entry", 5, fats, 0, child=1)
    entries = (root + _entry("Workbook", 2, fats + 1, size)).ljust(_BIG, b"\0")
    fat = struct.pack(f"<{len(table)}I", *table)
    return header.ljust(_BIG, b"\0") + fat + entries + body


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
    links = struct.pack("<III", _FREE, _FREE, child)
    return head + links + bytes(36) + struct.pack("<IQ", start, size)
