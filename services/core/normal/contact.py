"""Phone numbers and e-mail addresses."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.core.normal.data import list_of, text_of
from services.core.normal.refusal import InvalidValue
from services.core.normal.text import clean_text, compact, half_width, required
from services.core.words import N_

_SEPARATORS: Final = re.compile(f"[{re.escape(text_of('marks', 'phone_separators'))}]+")
_MARKED: Final = re.compile(
    r"(?P<number>.*[0-9)])\s*(?:"
    + "|".join(re.escape(word) for word in list_of("marks", "extensions"))
    + r")\s*(?P<extension>[0-9]{1,6})",
    re.IGNORECASE,
)
_DASHED: Final = re.compile(r"(?P<number>.*[0-9]{7})\s*-\s*(?P<extension>[0-9]{1,6})")
_DIALLED: Final = re.compile(r"\+?[0-9][0-9 ()./-]*|\([0-9][0-9 ()./-]*")
_MOBILE_DIGITS: Final = 11
_LONGEST_PHONE: Final = 60
_EMAIL_LIMIT: Final = 254
_LINK_LIMIT: Final = 500


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    FIXED = "fixed"
    OTHER = "other"
    """Service numbers (400…) and what a country does not tell apart."""


@dataclass(frozen=True)
class Telephone:
    """`e164` such as +8613800138000; `extension` is "" or the digits of the extension."""

    e164: str
    kind: PhoneKind
    extension: str


def _invalid_phone() -> InvalidValue:
    return InvalidValue(
        "phone",
        N_(
            "A phone number has 11 digits beginning with 1, or an area code and a number; "
            "numbers from abroad begin with +"
        ),
    )


def _international(digits: str) -> str:
    """What was dialled, as +country number or as a national Chinese number.

    `phonenumbers` would read carrier codes such as 17900 as a way abroad: nobody writes them into
    a customer's file, so eleven digits beginning with 1 are a mobile number and nothing else.
    """
    if digits.startswith("+"):
        return digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    if digits.startswith("861") and len(digits) == _MOBILE_DIGITS + 2:
        return "+" + digits
    return "+86" + digits


def _e164(written: str) -> str | None:
    if not _DIALLED.fullmatch(written):
        return None
    digits = _international(re.sub(r"[^+0-9]", "", written))
    try:
        number = phonenumbers.parse(digits, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if digits.startswith("+86") and digits[3:].lstrip("0") != str(number.national_number):
        return None  # a carrier's code was dropped
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def telephone(text: str) -> Telephone:
    """One phone number of any usual spelling; Chinese unless it begins with + or 00.

    Raises `InvalidValue` ("phone"), and what `clean_text` raises.
    """
    written = compact(text).lstrip("'").strip()
    if len(written) > _LONGEST_PHONE:
        raise _invalid_phone()
    e164 = _e164(written)
    if e164:
        return Telephone(e164, phone_kind(e164), "")
    match = _MARKED.fullmatch(written) or _DASHED.fullmatch(written)
    e164 = _e164(match["number"].strip()) if match else None
    if match is None or e164 is None:
        raise _invalid_phone()
    return Telephone(e164, phone_kind(e164), match["extension"])


def phone(text: str) -> str:
    """One phone number as E.164 (+8613800138000). An extension is dropped: `telephone` has it."""
    return telephone(text).e164


def phone_kind(e164: str) -> PhoneKind:
    """Whether a number in E.164 rings in a pocket or on a desk."""
    kind = phonenumbers.number_type(phonenumbers.parse(e164, None))
    if kind == phonenumbers.PhoneNumberType.MOBILE:
        return PhoneKind.MOBILE
    if kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        return PhoneKind.FIXED
    return PhoneKind.OTHER


def phones(text: str) -> list[str]:
    """Every number of a cell such as 138…/139…, each once, in order, as E.164.

    Refuses the whole cell when one part is no phone number: a silent loss would be worse.
    """
    written = half_width(clean_text(text, lines=True))
    parts = [part for part in _SEPARATORS.split(written) if part.strip()]
    if not parts:
        required("")
    found: list[str] = []
    for part in parts:
        try:
            found.append(phone(part))
        except InvalidValue:
            pieces = part.split()
            if len(pieces) == 1:
                raise
            found.extend(phone(piece) for piece in pieces)
    return list(dict.fromkeys(found))


def email(text: str) -> str:
    """An e-mail address in lower case; the mail server is not asked.

    Raises `InvalidValue` ("email"). Line breaks (header injection) never pass.
    """
    written = compact(text)
    try:
        checked = validate_email(
            written[: _EMAIL_LIMIT + 1], check_deliverability=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        raise _invalid_email() from None
    address = checked.normalized.lower()
    if len(written) > _EMAIL_LIMIT or re.search(r"\.[a-z0-9-]{2,}$", address) is None:
        raise _invalid_email()
    return address


def _invalid_email() -> InvalidValue:
    return InvalidValue("email", N_("An e-mail address looks like name@example.cn"))


def link(value: str) -> str:
    """An address of the web that leads where it seems to: http or https, a host, no user before it
    (what stands before an @ only looks like the host)."""
    written = required(clean_text(value))
    wrong = InvalidValue("link", N_("Write the whole address, beginning with http:// or https://"))
    try:
        parts = urlsplit(written)
        is_there = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"http", "https"} or not is_there or "@" in parts.netloc:
        raise wrong
    if any(sign.isspace() for sign in written):
        raise wrong
    if len(written) > _LINK_LIMIT:
        raise InvalidValue(
            "too_long", N_("This is too long (at most {max} characters)"), max=_LINK_LIMIT
        )
    return written
