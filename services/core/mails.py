"""Mails that people bring as files (RFC 5322, MIME): who wrote what and when, as plain text (C25).

Whatever they hold is a stranger's. Nothing in them is fetched, run or shown as anything but text;
a mail is read within bounds of parts, headers and lines, so that a hostile one is refused at once.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import decode_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from html import unescape
from typing import Any, Final

from services.core.clock import SHANGHAI
from services.core.errors import InvalidInput
from services.core.words import N_

HEAD: Final = 2**16
"""Bytes within which the headers of a mail must be seen to be some."""
MOST_PARTS: Final = 100
MOST_NESTS: Final = 12
"""Parts made up of parts: every line is held against the end of each that it lies in."""
MOST_HEADERS: Final = 200_000
"""Characters of all headers of all parts."""
LONGEST_STRUCTURE: Final = 1_000
"""Characters of a header that says how a part is made up."""
LONGEST_SAID: Final = 2_000
"""Characters of a header that says who or what: the rest is not looked at."""
MOST_LINES: Final = 800_000
MOST_HTML: Final = 1_000_000
"""Characters of a page that are made text."""
_TELLING: Final = frozenset({b"date", b"message-id", b"mime-version", b"received", b"subject"})
_HEADER: Final = re.compile(rb"([!-9;-~]{1,76}):")
_AT_ONCE: Final = "content-"
_NESTING: Final = re.compile(r"multipart|=\?|\(", re.IGNORECASE)
"""What may say so, also in encoded words and behind remarks."""
_LIKE: Final = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "hz", "x-gbk", "cp936"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "latin1", "windows-1252", "cp1252"), "cp1252"),
    **{
        name: name
        for name in (
            *("utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "iso-8859-15", "windows-1251"),
            *("iso-2022-jp", "shift_jis", "euc-jp", "euc-kr", "koi8-r", "utf-7"),
        )
    },
}
"""Charsets by the names that mails give them, and the one that holds all of theirs. What a mail
names beside these is not looked up: some of Python's codecs take very long."""
_GUESSES: Final = ("utf-8", "gb18030")


class NotAMail(InvalidInput):
    msgid = N_("{name} is no mail. Save it in your mail program as an EML file")


class MailTooMuch(InvalidInput):
    msgid = N_("{name} holds too many parts, or headers that are too long: it is not read")


@dataclass(frozen=True, slots=True)
class Mail:
    """`sent_at` None where the mail does not say, or not in a way that can be understood;
    `address` "" where it names none. The texts are as they were written, and not clean."""

    subject: str
    sender: str
    address: str
    sent_at: datetime | None
    text: str
    has_more: bool
    """Pictures, files or other mails hang on it."""


class _Hostile(Exception):
    pass


def is_mail(content: bytes) -> bool:
    """Whether it begins as a mail does: header after header, among them who wrote it."""
    head = content[:HEAD].removeprefix(b"\xef\xbb\xbf")
    names: set[bytes] = set()
    for nth, line in enumerate(head.splitlines()):
        if not line:
            break
        if line[:1] in b" \t" and names:
            continue
        found = None if b"\x00" in line else _HEADER.match(line)
        if found is None:
            if nth == 0 and line.startswith(b"From "):
                continue  # as it stands in a box of several
            return False
        names.add(found.group(1).lower())
    return b"from" in names and bool(names & _TELLING)


def read(name: str, content: bytes) -> Mail:
    """What a mail says; of one that has no plain text, its page without tags.

    Raises NotAMail, MailTooMuch.
    """
    if not is_mail(content):
        raise NotAMail(name=name)
    if max(content.count(b"\n"), content.count(b"\r")) > MOST_LINES:
        raise MailTooMuch(name=name)
    try:
        message = BytesParser(_bounded(), policy=policy.default).parsebytes(content)
        return _told(message)
    except (_Hostile, RecursionError):
        raise MailTooMuch(name=name) from None
    except Exception:  # noqa: BLE001 - the library stumbles over what is malformed in many ways
        raise NotAMail(name=name) from None


def _kind(value: str) -> str:
    """What a `Content-Type` says before its parameters."""
    return value.partition(";")[0]


def _bounded() -> Callable[..., EmailMessage]:
    """Makes the parts of one mail, and no more of them than are allowed."""
    parts = nests = headers = 0

    class Part(EmailMessage):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            nonlocal parts
            parts += 1
            if parts > MOST_PARTS:
                raise _Hostile
            super().__init__(*args, **kwargs)

        def set_raw(self, name: str, value: str) -> None:
            """Before anything looks into it."""
            nonlocal nests, headers
            headers += len(name) + len(value)
            is_structure = name.lower().startswith(_AT_ONCE)
            nests += name.lower() == "content-type" and bool(_NESTING.search(_kind(value)))
            is_long = is_structure and len(value) > LONGEST_STRUCTURE
            if headers > MOST_HEADERS or nests > MOST_NESTS or is_long:
                raise _Hostile
            super().set_raw(name, value)

    return Part


def _told(message: EmailMessage) -> Mail:
    raw = {name.lower(): str(value) for name, value in reversed(list(message.raw_items()))}
    parts = [part for part in message.walk() if part is not message]
    sender, address = parseaddr(_unfolded(raw.get("from", "")))
    return Mail(
        subject=_decoded(_unfolded(raw.get("subject", ""))),
        sender=_decoded(sender),
        address=address if "@" in address else "",
        sent_at=_sent(_unfolded(raw.get("date", ""))),
        text=_text(message),
        has_more=any(part.get_content_maintype() not in {"text", "multipart"} for part in parts),
    )


def _unfolded(value: str) -> str:
    return re.sub(r"\s+", " ", value[:LONGEST_SAID]).strip()


def _decoded(value: str) -> str:
    """Encoded words, and bytes that should have been some, in whatever charset reads them."""
    if not value:
        return ""
    parts = [
        _said(part, charset) if isinstance(part, bytes) else _said(_bytes(part), None)
        for part, charset in decode_header(value)
    ]
    return "".join(parts).strip()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _said(content: bytes, charset: str | None) -> str:
    known = _LIKE.get((charset or "").strip().lower())
    for name in filter(None, (known, *_GUESSES)):
        with suppress(UnicodeError):
            return content.decode(name)
    return content.decode(known or _GUESSES[0], "replace")


def _sent(value: str) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        found = parsedate_to_datetime(value)
        return found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)
    return None


def _text(message: EmailMessage) -> str:
    """The plain text; where there is none, or an empty one, the page's."""
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        if part is None:
            continue
        content = part.get_payload(decode=True)
        charset = part.get_content_charset()
        text = _said(content if isinstance(content, bytes) else b"", charset)
        text = _without_tags(text[:MOST_HTML]) if kind == "html" else text
        if text.strip():
            return text
    return ""


# ---- a page as text

_UNSAID: Final = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKING: Final = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "hr"}
    | {f"h{n}" for n in range(1, 7)}
)
_NAME: Final = re.compile(r"/?([a-z][a-z0-9]{0,20})", re.IGNORECASE)


def _without_tags(page: str) -> str:
    """What a reader would see of it. Each look goes forward, and ends all where it finds nothing:
    the time grows with the length, whatever stands there."""
    said: list[str] = []
    at = 0
    while True:
        begin = page.find("<", at)
        if begin < 0:
            said.append(page[at:])
            break
        said.append(page[at:begin])
        name = _NAME.match(page, begin + 1)
        if page.startswith("<!--", begin):
            at = _after(page, "-->", begin + 4)
        elif name is None and page[begin + 1 : begin + 2] not in {"!", "?"}:
            said.append("<")
            at = begin + 1
        else:
            at = _after(page, ">", begin)
            at = _past(page, name.group(1).lower(), begin, at, said) if name else at
        if at < 0:
            break
    lines = (" ".join(line.split()) for line in unescape("".join(said)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _past(page: str, name: str, begin: int, at: int, said: list[str]) -> int:
    """Where to go on after a tag that ends at `at`; -1: nowhere."""
    if name in _BREAKING:
        said.append("\n")
    if name not in _UNSAID or page[begin + 1] == "/" or at < 0:
        return at
    end = re.compile(f"</{name}\\b", re.IGNORECASE).search(page, at)
    return _after(page, ">", end.start()) if end else -1


def _after(page: str, sign: str, at: int) -> int:
    """The place behind the next such sign; -1 where there is none."""
    found = page.find(sign, at)
    return -1 if found < 0 else found + len(sign)
