"""Dates, money and whole numbers as people and spreadsheets write them."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from services.core.normal.data import list_of, text_of
from services.core.normal.refusal import InvalidValue
from services.core.normal.text import compact
from services.core.words import N_

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2199, 12, 31)
FEN_LIMIT: Final = 10**12
"""Ten thousand million yuan: far above any sum here, far below what a column holds."""

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_YEAR, _MONTH, _DAYS = (text_of("dates", key) for key in ("year", "month", "days"))
_DATES: Final = tuple(
    re.compile(form)
    for form in (
        r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})",
        rf"([0-9]{{4}})()\s*{_YEAR}\s*([0-9]{{1,2}})\s*{_MONTH}\s*([0-9]{{1,2}})\s*[{_DAYS}]?",
        r"([0-9]{4})()([0-9]{2})([0-9]{2})",
    )
)
_TIME: Final = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?$")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3,6})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)
_EXCEL_DAY_ZERO: Final = date(1899, 12, 30)
_EXCEL_FIRST, _EXCEL_LAST = 20_000, 80_000
_NUMBER: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_INTEGER: Final = re.compile(_NUMBER)
_SIGNS: Final = "|".join(map(re.escape, list_of("money", "signs")))
_UNITS: Final = "|".join(map(re.escape, list_of("money", "units")))
_SCALES: Final = {
    text_of("money", "myriad"): 10_000,
    text_of("money", "hundred_million"): 100_000_000,
}
_MONEY: Final = re.compile(
    rf"(?:{_SIGNS})?\s*(?P<number>{_NUMBER}(?:\.[0-9]+)?)\s*"
    rf"(?P<scale>{'|'.join(_SCALES)})?\s*(?:{_UNITS}|{_SIGNS})?",
    re.IGNORECASE,
)
_DIGITS_READ: Final = 40
"""No number here is longer; Python itself refuses to read thousands of digits."""


def _no_date() -> InvalidValue:
    return InvalidValue("date", N_("Write a date that exists as year-month-day, e.g. 2026-11-21"))


def _written_date(written: str) -> date | None:
    if _INSTANT.fullmatch(written):
        return datetime.fromisoformat(written).astimezone(_SHANGHAI).date()
    day = _TIME.sub("", written)
    for form in _DATES:
        match = form.fullmatch(day)
        if match:
            return date(int(match[1]), int(match[3]), int(match[4]))
    return None


def date_(text: str, *, ge: date = EARLIEST, le: date = LATEST, serial: bool = False) -> date:
    """A date written as 2026-11-21, 2026/11/21, 2026.11.21, 20261121 or in Chinese.

    A time of day is dropped; an instant with a zone becomes the date in Shanghai. `serial=True`
    (spreadsheets only: a person who types 45292 means something else) also takes Excel's day
    numbers from 20000 to 80000. Two-digit years and day-first orders are refused.

    Raises `InvalidValue`: "date", "date_early" and "date_late" (params `min`, `max` as ISO text).
    """
    written = compact(text)
    if serial and re.fullmatch("[0-9]{5}", written):
        days = int(written)
        if not _EXCEL_FIRST <= days <= _EXCEL_LAST:
            raise _no_date()
        return within(_EXCEL_DAY_ZERO + timedelta(days=days), ge, le)
    try:
        found = _written_date(written)
    except (ValueError, OverflowError):
        raise _no_date() from None
    if found is None:
        raise _no_date()
    return within(found, ge, le)


def within(day: date, ge: date, le: date) -> date:
    """`day`, if it is not before `ge` and not after `le`."""
    if day < ge:
        raise InvalidValue(
            "date_early", N_("The date must not be before {min}"), min=ge.isoformat()
        )
    if day > le:
        raise InvalidValue("date_late", N_("The date must not be after {max}"), max=le.isoformat())
    return day


def money_fen(text: str, *, le: int = FEN_LIMIT) -> int:
    """A sum in yuan (1,234.50, with or without a yuan sign, or in units of ten thousand), in fen.

    Raises `InvalidValue`: "money" (signs, exponents, NaN, commas in wrong places), "money_scale"
    (a part of a fen), "number_high".
    """
    written = compact(text)
    match = _MONEY.fullmatch(written) if len(written) <= _DIGITS_READ else None
    if match is None:
        raise InvalidValue("money", N_("Write a sum in yuan such as 1234.50"))
    number = match["number"]
    fen = Decimal(number.replace(",", "")) * _SCALES.get(match["scale"], 1) * 100
    if fen != fen.to_integral_value() or (
        match["scale"] is None and len(number.partition(".")[2]) > len("00")
    ):
        raise InvalidValue("money_scale", N_("A sum has at most two decimals"))
    if fen > le:
        raise InvalidValue("money_high", N_("At most {max} yuan"), max=f"{le / 100:,.2f}")
    return int(fen)


def written_yuan(fen: int) -> str:
    """The one form in which a sum is written; `money_fen` reads it back."""
    return f"{fen // 100}.{fen % 100:02d}"


def bounded(number: int, ge: int, le: int) -> int:
    """`number`, if it lies from `ge` to `le`; raises "number_low" or "number_high"."""
    if number < ge:
        raise InvalidValue("number_low", N_("At least {min}"), min=ge)
    if number > le:
        raise InvalidValue("number_high", N_("At most {max}"), max=le)
    return number


def integer(text: str, ge: int, le: int) -> int:
    """A whole number in digits (full width too, thousands may be set off by commas).

    Raises `InvalidValue`: "integer" (signs, points, exponents, other scripts' digits),
    "number_low", "number_high".
    """
    written = compact(text)
    if not _INTEGER.fullmatch(written):
        raise InvalidValue("integer", N_("Write a whole number in digits"))
    if len(written) > _DIGITS_READ:
        raise InvalidValue("number_high", N_("At most {max}"), max=le)
    return bounded(int(written.replace(",", "")), ge, le)
