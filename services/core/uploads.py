"""Files that people bring: what each is, told by its content and not by its name alone.

A table of our own and no library: those that guess the kind of any file know hundreds of kinds by
few bytes each, while here a dozen are taken, and a name must agree with its content (ASVS 5.2.2).
Nothing is opened or unpacked; whoever takes a file out gets it as it came, as a download.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Final, Self

from pydantic import Field, Strict, field_serializer, model_validator

from db.storage import digest_of
from services.core.fields import FileName, refused
from services.core.inputs import Input
from services.core.mails import is_mail
from services.core.normal import InvalidValue
from services.core.words import N_

MB: Final = 2**20
_TAIL: Final = 1024
"""Where the end of a PDF has to stand, as its readers agree."""
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_SOUND: Final = frozenset({b"M4A ", b"M4B "})
_FILM: Final = frozenset(
    {b"M4V ", b"MSNV", b"avc1", b"dash", b"mp41", b"mp42"}
    | {b"3gp%d" % n for n in range(4, 8)}
    | {b"iso%d" % n for n in range(2, 10)}
    | {b"isom"}
)
"""Brands of the container that films and, recorded by phones, sounds come in."""
_MPEG_LAYER_3: Final = frozenset({0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB})


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind that is taken: the suffixes by which it goes, and how it is known."""

    media_type: str
    suffixes: tuple[str, ...]
    is_it: Callable[[bytes], bool]


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _png(content: bytes) -> bool:
    """Whole, and nothing after its end: there another file could hide."""
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")


def _pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]


def _mp3(content: bytes) -> bool:
    head = content[:3]
    is_frame = len(head) == len(b"ID3") and head[0] == 0xFF and head[1] in _MPEG_LAYER_3  # noqa: PLR2004
    return head == b"ID3" or is_frame


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda content: content[:4] == b"RIFF" and content[8:12] == form


def _brand(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda content: content[4:8] == b"ftyp" and content[8:12] in brands


def _office(folder: bytes) -> Callable[[bytes], bool]:
    """By the names of its members, which stand readable in a ZIP."""
    marks = (b"[Content_Types].xml", folder)
    return lambda content: content.startswith(b"PK\x03\x04") and all(m in content for m in marks)


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
KINDS: Final = (
    FileKind("image/jpeg", ("jpg", "jpeg"), _begins(b"\xff\xd8\xff")),
    FileKind("image/png", ("png",), _png),
    FileKind("image/webp", ("webp",), _riff(b"WEBP")),
    FileKind("image/heic", ("heic", "heif"), _brand(*_HEIC)),
    FileKind("application/pdf", ("pdf",), _pdf),
    FileKind("audio/mpeg", ("mp3",), _mp3),
    FileKind("audio/mp4", ("m4a",), _brand(*_SOUND, *_FILM)),
    FileKind("audio/amr", ("amr",), _begins(b"#!AMR\n", b"#!AMR-WB\n")),
    FileKind("audio/wav", ("wav",), _riff(b"WAVE")),
    FileKind("video/mp4", ("mp4",), _brand(*_FILM)),
    FileKind("message/rfc822", ("eml",), is_mail),
    FileKind(f"{_OFFICE}.wordprocessingml.document", ("docx",), _office(b"word/")),
    FileKind(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), _office(b"xl/")),
)
BY_SUFFIX: Final = {suffix: kind for kind in KINDS for suffix in kind.suffixes}
"""Suffix, in lower case -> kind."""


def suffix_of(name: str) -> str:
    """What follows the last dot, in lower case; "" where nothing stands before it."""
    stem, _dot, suffix = name.rpartition(".")
    return suffix.lower() if stem else ""


class Upload(Input):
    """A file that somebody brings. Dumped, its content is its digest alone."""

    name: FileName
    content: Annotated[bytes, Strict()] = Field(repr=False)

    @cached_property
    def sha256(self) -> str:
        return digest_of(self.content)

    @property
    def media_type(self) -> str:
        return BY_SUFFIX[suffix_of(self.name)].media_type

    @field_serializer("content")
    def _told(self, _content: bytes) -> str:
        return self.sha256

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Self:
        kind = BY_SUFFIX.get(suffix_of(self.name))
        if kind is None:
            taken = ", ".join(suffix.upper() for suffix in BY_SUFFIX)
            msgid = N_("{name}: files of this kind are not taken. Taken are {taken}")
            raise refused(InvalidValue("file_kind", msgid, name=self.name, taken=taken))
        if not self.content:
            raise refused(InvalidValue("file_empty", N_("{name} is empty"), name=self.name))
        if not kind.is_it(self.content):
            msgid = N_("{name} is not what its name says, or it is damaged")
            raise refused(InvalidValue("file_disagrees", msgid, name=self.name))
        return self
