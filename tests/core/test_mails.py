"""Mails as files: who wrote what and when, whatever charset it says; what is hostile is refused."""

import base64
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from services.core import mails
from services.core.mails import MailTooMuch, NotAMail, is_mail, read
from services.core.uploads import MB
from tests.services.papers import EXE, HTML, JPEG, MAIL

HEAD = b"From: Wang <wang@example.cn>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
SECONDS = 3.0
"""Generous, for a machine that does other things: what is hostile takes minutes where it is not
bounded."""


def mail(text: str, *, charset: str = "utf-8", subtype: str = "plain") -> bytes:
    made = EmailMessage()
    made["From"] = "王小明 <wang@example.cn>"
    made["Subject"] = "空调异响"
    made["Date"] = datetime(2026, 6, 5, 9, 50, tzinfo=UTC)
    made.set_content(text, charset=charset, subtype=subtype)
    return bytes(made)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030", "big5"])
def test_who_what_and_when_in_any_charset(charset: str):
    words = "冷氣一直在響" if charset == "big5" else "空调一直在响"
    found = read("a.eml", mail(words, charset=charset))
    assert (found.subject, found.sender, found.address) == ("空调异响", "王小明", "wang@example.cn")
    assert found.text.strip() == words
    assert found.sent_at == datetime(2026, 6, 5, 9, 50, tzinfo=UTC)
    assert not found.has_more


@pytest.mark.parametrize(
    "said",
    [b"", b"; charset=gb2312", b"; charset=us-ascii", b"; charset=no-such", b"; charset=hex"],
)
def test_a_charset_that_is_wrong_or_missing_is_survived(said: bytes):
    head = "From: 王 <w@b.cn>\nSubject: 投诉镕基\n".encode("gbk")
    body = b"Content-Type: text/plain" + said + b"\n\n" + "朱镕基路店的空调".encode("gbk")
    found = read("a.eml", head + body)
    assert (found.sender, found.subject, found.text) == ("王", "投诉镕基", "朱镕基路店的空调")


def test_encoded_words_that_say_less_than_they_hold():
    word = base64.b64encode("投诉镕".encode("gbk"))
    head = b"From: =?gb2312?B?" + word + b"?= <w@b.cn>\nSubject: =?gb2312?B?" + word + b"?=\n\nhi"
    assert read("a.eml", head).subject == read("a.eml", head).sender == "投诉镕"


def test_broken_bytes_are_shown_as_such():
    assert "\ufffd" in read("a.eml", HEAD + b"Content-Type: text/plain\r\n\r\na\xff\xfeb").text


def test_a_page_becomes_text_and_nothing_of_it_is_asked_for():
    page = (
        "<head><title>t</title><style>p{}</style></head><p>您好&nbsp;&lt;王&gt;<br>异响"
        "<img src='http://evil.example/x.png'><!-- 隐藏 --><script>fetch('/')</script></p>1 < 2"
    )
    found = read("a.eml", mail(page, subtype="html")).text
    assert found.split("\n") == ["您好 <王>", "异响", "1 < 2"]


def test_plain_text_comes_before_the_page_but_for_an_empty_one():
    made = EmailMessage()
    made["From"], made["Subject"] = "a@b.cn", "x"
    made.set_content("plain")
    made.add_alternative("<p>page</p>", subtype="html")
    assert read("a.eml", bytes(made)).text.strip() == "plain"
    assert read("a.eml", bytes(made).replace(b"plain\n", b" \n", 1)).text == "page"


def test_what_hangs_on_it_is_no_text():
    made = EmailMessage()
    made["From"], made["Subject"] = "a@b.cn", "x"
    made.set_content("words")
    made.add_attachment(JPEG, maintype="image", subtype="jpeg", filename="异响.jpg")
    made.add_attachment("secret", filename="a.txt")
    found = read("a.eml", bytes(made))
    assert (found.text.strip(), found.has_more) == ("words", True)


@pytest.mark.parametrize("date", [b"", b"yesterday", b"Mon, 99 Jun 2026 99:99:99 +9999", b"\xff"])
def test_a_date_that_is_none_is_none(date: bytes):
    assert read("a.eml", HEAD + b"Date: " + date + b"\r\n\r\nhi").sent_at is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        EXE,
        HTML,
        JPEG,
        b"Dear Sir: hello",
        b"Subject: x\r\n\r\nno sender",
        b"From: a@b.cn\r\n\r\nnothing else",
        MAIL.replace(b"Subject", b"Sub\x00ject"),
        b"\r\n" + MAIL,
    ],
)
def test_what_is_no_mail_is_refused(content: bytes):
    assert not is_mail(content)
    with pytest.raises(NotAMail):
        read("a.eml", content)


def _nested(kind: bytes, times: int) -> bytes:
    one = b"Content-Type: %b; boundary=b%d\r\n\r\n--b%d\r\n"
    return HEAD + b"".join(one % (kind, n, n) for n in range(times)) + b"a\r\n" * 300_000


HOSTILE = {
    "nested": _nested(b"multipart/mixed", 5000),
    "nested enough": _nested(b"multipart/mixed", 60),
    "nested in words": _nested(b"=?utf-8?q?multipart?=/mixed", 60),
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\nFrom: a@b.cn\r\n" * 5000,
    "many parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\n\r\nhi\r\n" * 100_000,
    "many lines": HEAD + b"\r\n" * 900_000,
    "a long header": HEAD + b"X: " + b"a" * (20 * MB) + b"\r\n\r\nhi",
    "remarks": HEAD + b"Content-Type: text/plain " + b"(" * 900 + b"\r\n\r\nhi",
    "a long kind": HEAD + b"Content-Type: text/plain; a=" + b"a" * 5000 + b"\r\n\r\nhi",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_at_once(name: str):
    begun = time.process_time()
    with pytest.raises(MailTooMuch):
        read("a.eml", HOSTILE[name])
    assert time.process_time() - begun < SECONDS


PAGE = HEAD + b"Content-Type: text/html\r\n\r\n"
HEAVY = {
    "open tags": PAGE + b"<a " * 4_000_000,
    "open remarks": PAGE + b"<!--" * 4_000_000,
    "scripts": PAGE + b"<script>" * 2_000_000,
    "signs": PAGE + b"<" * 16_000_000,
    "entities": PAGE + b"&" * 16_000_000,
    "one line": HEAD + b"\r\n" + b"a" * (20 * MB),
    "people": b"Subject: x\r\nFrom: " + b"a@b.cn," * 20_000 + b"\r\n\r\nhi",
    "remarks of people": b"Subject: x\r\nFrom: " + b"(" * 5_000 + b"\r\n\r\nhi",
}


@pytest.mark.parametrize("name", HEAVY)
def test_what_is_heavy_takes_no_time(name: str):
    begun = time.process_time()
    try:
        found = read("a.eml", HEAVY[name])
    except MailTooMuch:
        assert name == "remarks of people"  # deeper than anybody's
    else:
        assert len(found.text) <= 20 * MB
    assert time.process_time() - begun < SECONDS


def test_the_bounds_bite(monkeypatch: pytest.MonkeyPatch):
    content = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhi\r\n--x--\r\n"
    assert read("a.eml", content).text.strip() == "hi"
    for name in ("MOST_PARTS", "MOST_HEADERS", "MOST_NESTS", "MOST_LINES", "LONGEST_STRUCTURE"):
        with monkeypatch.context() as less:
            less.setattr(mails, name, 0)
            with pytest.raises(MailTooMuch):
                read("a.eml", content)
