"""Words on screen, in the reader's language, safe to put into markdown.

User text is never markdown: `_` escapes every text that it puts into a phrase, `plain` escapes a
text that stands alone. Both are for widgets that read markdown (most do: titles, labels, metrics,
badges, errors). `raw` is for places that show text as it is (table cells, file names, inputs).
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import lru_cache
from typing import Final

import streamlit as st
from babel import dates, numbers

from services.core import words
from services.core.choices import choice_label
from services.core.clock import SHANGHAI
from services.core.labels import field_label
from services.core.words import N_

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@/])")
# Looks only from where blanks begin: else a long run of them would cost its square.
_LINE_BREAK: Final = re.compile(r"(?<!\s)\s*[\r\n\u2028\u2029]\s*")


_asked: ContextVar[list[str] | None] = ContextVar("asked", default=None)


def language() -> str:
    """The reader's language: his saved choice, else the browser's, else Chinese."""
    known = _asked.get()
    if known:
        return known[0]
    browser = st.context.locale
    code = words.choose_language(
        st.session_state.get("language"), browser if isinstance(browser, str) else None
    )
    if known is not None:
        known.append(code)
    return code


@contextmanager
def one_language() -> Iterator[None]:
    """Look the language up once for all words inside: a page has hundreds."""
    token = _asked.set([])
    try:
        yield
    finally:
        _asked.reset(token)


def plain(text: object) -> str:
    """User text as markdown that shows exactly that text: no links, images, emphasis or HTML."""
    return _LINE_BREAK.sub(" ", _SPECIAL.sub(r"\\\1", str(text)))


def plain_lines(text: object) -> str:
    """The same, with its lines as they were written."""
    return "  \n".join(plain(line) for line in str(text).splitlines())


class Safe(str):
    """Words that are markdown already, such as one phrase within another."""

    __slots__ = ()


def _(msgid: str, **params: object) -> str:
    """A phrase in the reader's language, for markdown; texts among `params` are escaped."""
    safe = {
        name: plain(p) if isinstance(p, str) and not isinstance(p, Safe) else p
        for name, p in params.items()
    }
    return words.translate(language(), msgid, **safe)


def raw(msgid: str, **params: object) -> str:
    """A phrase in the reader's language, for places that show text as it is."""
    return words.translate(language(), msgid, **params)


def field(name: str) -> str:
    """A field's label."""
    return raw(field_label(name))


def choice(value: StrEnum | None) -> str:
    """A choice's words; nothing chosen is a dash."""
    return raw(choice_label(value)) if value is not None else "–"


def listed(texts: Iterable[str]) -> str:
    """Texts one after the other, with the comma of the reader's language."""
    return raw(N_(", ")).join(texts)


def fdate(day: dt.date | None) -> str:
    return dates.format_date(day, "yyyy-MM-dd") if day else "–"


def fmoment(at: dt.datetime | None) -> str:
    """An instant where the dealer works, to the minute."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "–"


def fphone(number: str) -> str:
    """A phone number as it is dialled here: +8613857116208 is 138 5711 6208; a mask stays."""
    home = number.removeprefix("+86")
    if home == number or not home.isdigit():
        return number
    is_mobile = home.startswith("1") and len(home) == len("13857116208")
    return f"{home[:3]} {home[3:7]} {home[7:]}" if is_mobile else f"0{home}"


def fnumber(value: float) -> str:
    return _decimal(value, None, language())


@lru_cache(maxsize=4096)
def _decimal(value: float, pattern: str | None, locale: str) -> str:
    """Babel reads the pattern anew every time, which costs more than all else of a number."""
    return str(numbers.format_decimal(value, pattern, locale=locale))


def fmoney(fen: int) -> str:
    """Fen as yuan, e.g. ¥128,000 (no fen where there are none)."""
    pattern = "#,##0.00" if fen % 100 else "#,##0"
    return "¥" + _decimal(fen / 100, pattern, language())


def fsize(size: int) -> str:
    """Bytes as people name a file's size: 34 KB, 1.2 MB."""
    kilobytes = max(round(size / 1024), 1)
    if kilobytes < 1024:  # noqa: PLR2004 - of a megabyte
        return f"{fnumber(kilobytes)} KB"
    return f"{fnumber(round(kilobytes / 1024, 1))} MB"


def ago(at: dt.datetime | None, now: dt.datetime) -> str:
    if at is None:
        return "–"
    seconds = (at - now).total_seconds()
    for _unit, length in dates.TIMEDELTA_UNITS:
        if abs(seconds) >= 0.85 * length:  # from where on Babel counts in this unit
            return _ago(round(seconds / length) * length, language())
    return _ago(round(seconds), language())


@lru_cache(maxsize=4096)
def _ago(seconds: int, locale: str) -> str:
    """Babel reads its patterns anew each time, and a list says this hundreds of times."""
    since = dt.timedelta(seconds=seconds)
    return str(dates.format_timedelta(since, add_direction=True, locale=locale))
