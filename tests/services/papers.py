"""Small files for tests, each of which is what its name says."""

import io
import zipfile
from typing import Final


def _zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name in names:
            book.writestr(name, "<x/>")
    return made.getvalue()


def brand(code: str) -> bytes:
    """The head of what comes in the container of films."""
    return b"\0\0\0\x18ftyp" + code.encode() + b"\0" * 8


JPEG: Final = b"\xff\xd8\xff\xe0\0\x10JFIF\0photo\xff\xd9"
PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"\0\0\0\0IEND\xaeB`\x82"
PDF: Final = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
MAIL: Final = (
    b"From: Wang <wang@example.cn>\r\nSubject: Repair\r\nMIME-Version: 1.0\r\n\r\nIt rattles\r\n"
)
PAPERS: Final[dict[str, bytes]] = {
    "划痕.jpg": JPEG,
    "b.JPEG": JPEG,
    "c.png": PNG,
    "d.webp": b"RIFF\x20\0\0\0WEBPVP8 ",
    "e.heic": brand("heic"),
    "f.heif": brand("mif1"),
    "投诉信.pdf": PDF,
    "g.mp3": b"ID3\x04\0\0\0\0\0\0",
    "h.mp3": b"\xff\xfb\x90\x64" + b"\0" * 8,
    "i.m4a": brand("M4A "),
    "j.m4a": brand("mp42"),
    "k.amr": b"#!AMR\n\x3c",
    "l.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "m.mp4": brand("isom"),
    "n.docx": _zipped("[Content_Types].xml", "word/document.xml"),
    "p.eml": MAIL,
    "o.xlsx": _zipped("[Content_Types].xml", "xl/workbook.xml"),
}
HTML: Final = b"<!doctype html><script>alert(1)</script>"
EXE: Final = b"MZ\x90\0" + b"\0" * 60
LIARS: Final[dict[str, bytes]] = {
    "an executable.pdf": EXE,
    "a page.png": HTML,
    "a page.docx": HTML,
    "a drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a picture.pdf": JPEG,
    "a letter.jpg": PDF,
    "a sound.mp4": brand("M4A "),
    "a film.heic": brand("isom"),
    "a ZIP.docx": _zipped("a.txt"),
    "a workbook.docx": _zipped("[Content_Types].xml", "xl/workbook.xml"),
    "a picture with a page behind it.png": PNG + HTML,
    "a page behind blanks.pdf": b"\n" + PDF,
    "half a letter.pdf": PDF[:20],
    "half a picture.png": PNG[:30],
    "a GIF that is a script.jpg": b"GIF89a/*<script>alert(1)</script>*/=1;",
    "one byte.mp3": b"\xff",
    "a page.eml": HTML,
    "an executable.eml": EXE,
    "a note.eml": b"To do: call him\r\n\r\n",
    "a letter to nobody.eml": b"Subject: x\r\nTo: a@b.cn\r\n\r\nHello",
}
"""What is not what its name says, or is not whole."""
