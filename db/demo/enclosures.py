"""Papers of complaints: a handful of contents that many complaints share, made by a few lines.

Their bytes are the same on every machine: nothing is compressed, because libraries differ in how.
"""

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection
from sqlmodel import Session

from db import storage
from db.demo.data import table
from db.demo.people import Row

_WIDE, _HIGH = 192, 96
_PALETTE: Final = bytes((255, 255, 255, 40, 44, 52, 200, 30, 40, 206, 210, 216))
"""White, ink, red, grey."""
_PER_BYTE: Final = 4
_LINE, _TOP, _LEFT = 26, 760, 72

_FONT, _FONTS = "/BaseFont/STSong-Light", "/Resources<</Font<</F1 5 0 R>>>>"
_SIGNS: Final = "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
_MEASURES: Final = (
    "/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 752/Descent -271/CapHeight 737/StemV 58"
)


def write_enclosures(connection: Connection) -> None:
    """Keep all contents, so that the papers of any complaint may name them."""
    with Session(connection) as session:
        for content in _contents().values():
            storage.keep(session, content)
        session.flush()


@cache
def paper(code: str) -> Row:
    """What a row of `complaint_files` says of a paper."""
    known, content = _known()[code], _contents()[code]
    return {
        "name": known["name"],
        "media_type": known["media_type"],
        "size": len(content),
        "sha256": storage.digest_of(content),
    }


def codes(category: str, channel: str) -> list[str]:
    """The papers that fit a complaint, by what it is about and where it came in."""
    return [
        code
        for code, one in _known().items()
        if category in one.get("of", ()) or channel in one.get("from", ())
    ]


@cache
def _known() -> dict[str, Mapping[str, Any]]:
    return {one["code"]: one for one in table("beside")["papers"]}


@cache
def _contents() -> dict[str, bytes]:
    return {code: _MAKERS[one["media_type"]](one) for code, one in _known().items()}


def _picture(one: Mapping[str, Any]) -> bytes:
    """A sketch as PNG: boxes (colour, left, top, right, bottom) are filled, one after the other."""
    dots = [[0] * _WIDE for _ in range(_HIGH)]
    for colour, left, top, right, bottom in one["boxes"]:
        for line in dots[top:bottom]:
            line[left:right] = [colour] * (right - left)
    raw = b"".join(b"\0" + _packed(line) for line in dots)
    stored = struct.pack("<BHH", 1, len(raw), len(raw) ^ 0xFFFF)
    data = b"\x78\x01" + stored + raw + struct.pack(">I", zlib.adler32(raw))
    head = struct.pack(">IIBBBBB", _WIDE, _HIGH, 2, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _packed(line: Sequence[int]) -> bytes:
    """Two bits a dot."""
    fours = (line[place : place + _PER_BYTE] for place in range(0, len(line), _PER_BYTE))
    return bytes(a << 6 | b << 4 | c << 2 | d for a, b, c, d in fours)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _document(one: Mapping[str, Any]) -> bytes:
    """One page of text as PDF, in a Chinese font that every reader of PDF brings along."""
    said = [f"BT /F1 14 Tf {_LEFT} {_TOP} Td {_LINE} TL"]
    said += [f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in one["lines"]]
    stream = "\n".join([*said, "ET"])
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R{_FONTS}>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        f"<</Type/Font/Subtype/Type0{_FONT}/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        f"<</Type/Font/Subtype/CIDFontType0{_FONT}{_SIGNS}/FontDescriptor 7 0 R>>",
        f"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4{_MEASURES}>>",
    )
    text, places = "%PDF-1.4\n", []
    for nth, body in enumerate(objects, 1):
        places.append(f"{len(text):010d} 00000 n \n")
        text += f"{nth} 0 obj\n{body}\nendobj\n"
    count = len(objects) + 1
    table_of_places = f"xref\n0 {count}\n0000000000 65535 f \n{''.join(places)}"
    end = f"trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    return f"{text}{table_of_places}{end}".encode("ascii")


def _mail(one: Mapping[str, Any]) -> bytes:
    head = (
        "From: customer@mail.example",
        "To: care@dealer.example",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return "\r\n".join((*head, "", *one["lines"], "")).encode()


_MAKERS: Final[dict[str, Callable[[Mapping[str, Any]], bytes]]] = {
    "image/png": _picture,
    "application/pdf": _document,
    "message/rfc822": _mail,
}
