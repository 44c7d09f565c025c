"""Opening a ZIP that a stranger sent: what is checked before anything is unpacked.

Sizes are those that the ZIP states, and they can lie. That does no harm here: `zipfile` never
yields more than the stated size, and the workbook reader is given only what passed through it.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from services.imports.refusals import (
    DamagedFile,
    Limits,
    PasswordProtected,
    UnpacksTooLarge,
    UnsafeFile,
)

CHUNK: Final = 256 * 1024
_ENTRY_MARK: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1
# What `zipfile` raises on hostile directories, beyond BadZipFile itself.
_BAD: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    EOFError,
    OverflowError,
    ValueError,
    struct.error,
    zlib.error,
)


class CheckedZip:
    """A ZIP within `limits`, its members found by lower-case name with forward slashes.

    Raises DamagedFile, PasswordProtected, UnpacksTooLarge or UnsafeFile.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        # Counted before `zipfile` makes an object of each: a 50 MB directory is a bomb of its own.
        if data.count(_ENTRY_MARK) > limits.members:
            raise UnpacksTooLarge
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BAD as error:
            raise DamagedFile from error
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            self._admit(info, limits)
        if sum(info.file_size for info in self._members.values()) > limits.unpacked_bytes:
            raise UnpacksTooLarge

    def _admit(self, info: zipfile.ZipInfo, limits: Limits) -> None:
        name = info.orig_filename.replace("\\", "/")
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
            raise UnsafeFile
        if info.flag_bits & _ENCRYPTED:
            raise PasswordProtected
        key = name.lower()
        if key in self._members:
            raise UnsafeFile
        swollen = info.file_size > limits.ratio * max(1, info.compress_size)
        if info.file_size > limits.ratio_from_bytes and swollen:
            raise UnpacksTooLarge
        self._members[key] = info

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._members

    def names(self) -> tuple[str, ...]:
        return tuple(self._members)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The unpacked member, piece by piece; DamagedFile if it is absent or broken."""
        info = self._members.get(name.lower())
        if info is None:
            raise DamagedFile
        try:
            with self._zip.open(info) as member:
                while piece := member.read(CHUNK):
                    yield piece
        except _BAD as error:
            raise DamagedFile from error
