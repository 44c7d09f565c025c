"""The types that input models are made of: each cleans, bounds and explains itself.

Every error is a `PydanticCustomError` whose type is a stable code, whose template is an English
msgid and whose context fills it (and repeats it as `template`, because Pydantic tells only the
filled text); the page adds the field's name and translates. Blank is refused
unless the type is `OrNone[…]` (blank becomes None) or `text(…, least=0)` (blank stays "").
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, PlainValidator, SecretStr
from pydantic_core import PydanticCustomError

from services.core import clock, normal
from services.core.normal import InvalidValue, weak_password
from services.core.words import N_

__all__ = [
    "BirthDate",
    "Code",
    "Count",
    "DateInRange",
    "Email",
    "Fen",
    "FileName",
    "Hours",
    "IdNumber",
    "Kilometres",
    "Line",
    "Link",
    "LongText",
    "Moment",
    "Name",
    "OrNone",
    "Password",
    "PastDate",
    "Phone",
    "Plate",
    "PositiveId",
    "Quantity",
    "Reason",
    "RequestId",
    "Sought",
    "Username",
    "VinCode",
    "Written",
    "Yuan",
    "YuanText",
    "blank_to_none",
    "dates",
    "id_in",
    "text",
    "weak_password",
    "whole",
]

T = TypeVar("T")

REASON_LEAST: Final = 2
REASON_MOST: Final = 200
"""Characters: two say something in Chinese, as in 误录 or 报废."""
BIGGEST_COUNT: Final = 2**31 - 1
"""What an integer column holds on PostgreSQL."""
BIGGEST_ID: Final = BIGGEST_COUNT
"""PostgreSQL does not even compare an id with a bigger number: it refuses the query."""
SOUGHT: Final = 100
"""Characters of a search that are looked at."""
_NAME_OF_USER: Final = re.compile(r"[a-z0-9._-]{3,40}")
_CODE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


def refused(why: InvalidValue) -> PydanticCustomError:
    """A refused value as Pydantic's own error, with the msgid at hand for the page."""
    return PydanticCustomError(why.code, why.msgid, {**why.params, "template": why.msgid})


def _checked(make: Callable[[Any], T]) -> PlainValidator:
    def check(value: Any) -> T:
        try:
            return make(value)
        except InvalidValue as why:
            raise refused(why) from None

    return PlainValidator(check)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidValue("not_text", N_("Text is expected here"))
    return value


def _of_text(make: Callable[[str], T]) -> PlainValidator:
    return _checked(lambda value: make(_text(value)))


def text(most: int, *, least: int = 1, lines: bool = False) -> PlainValidator:
    """Clean text of `least` to `most` characters: `Annotated[str, fields.text(60, least=0)]`."""

    def make(written: str) -> str:
        cleaned = normal.clean_text(written, lines=lines)
        if least:
            normal.required(cleaned)
        if len(cleaned) > most:
            raise InvalidValue(
                "too_long", N_("This is too long (at most {max} characters)"), max=most
            )
        if len(cleaned) < least:
            raise InvalidValue(
                "too_short", N_("This is too short (at least {min} characters)"), min=least
            )
        return cleaned

    return _of_text(make)


def whole(ge: int, le: int) -> PlainValidator:
    """A whole number: an int, or digits as text. Never a bool or a float."""

    def make(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise InvalidValue("integer", N_("Write a whole number in digits"))
        if isinstance(value, str):
            return normal.integer(value, ge, le)
        return normal.bounded(value, ge, le)

    return _checked(make)


def _amount(value: object) -> int:
    # No text: "12" could be yuan or fen. Texts go through YuanText.
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue("integer", N_("Write a whole number in digits"))
    return normal.bounded(value, 0, 10**12)


def _day(value: object, ge: date, le: date) -> date:
    if isinstance(value, str):
        return normal.date_(value, ge=ge, le=le)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidValue("not_date", N_("A date is expected here"))
    return normal.within(value, ge, le)


def id_in(code: str | None) -> int | None:
    """The id in a code out of an address; None for anything that no record can have."""
    if not code or not code.isascii() or not code.isdigit() or len(code) > len(str(BIGGEST_ID)):
        return None
    return key if (key := int(code)) <= BIGGEST_ID else None


def dates(ge: date, le: date) -> PlainValidator:
    """A date, or its text, from `ge` to `le`: `Annotated[date, fields.dates(first, last)]`."""
    return _checked(lambda value: _day(value, ge, le))


def _moment(value: object) -> datetime:
    # No text: moments are chosen, and a text would need a rule for its time zone.
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise InvalidValue("not_date", N_("A date is expected here"))
    normal.within(value.date(), normal.EARLIEST, normal.LATEST)
    return value


def _until_today(value: object) -> date:
    return _day(value, date(1900, 1, 1), clock.today())


def _sought(written: str) -> str:
    part = written[:SOUGHT]
    try:
        return normal.clean_text(part)
    except InvalidValue:
        return normal.storable(part)


def _username(written: str) -> str:
    name = written.strip()
    # ASCII first: lower() would turn a Kelvin sign into a k.
    if not name.isascii() or not _NAME_OF_USER.fullmatch(name.lower()):
        raise InvalidValue(
            "username",
            N_("A user name has 3 to 40 Latin letters, digits, dots, dashes or underscores"),
        )
    return name.lower()


def _code(written: str) -> str:
    code = written.strip()
    if not _CODE.fullmatch(code):
        raise InvalidValue(
            "code", N_("A code has up to 64 Latin letters, digits, dots, colons or dashes")
        )
    return code


def _request_id(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise InvalidValue("request_id", N_("This form is broken. Open it again"))


def _password(value: object) -> SecretStr:
    secret = value.get_secret_value() if isinstance(value, SecretStr) else _text(value)
    return SecretStr(normal.check_password(secret))


def _none_if_blank(value: Any) -> Any:
    if isinstance(value, str) and normal.is_blank(value):
        return None
    return value


blank_to_none: Final = BeforeValidator(_none_if_blank)

OrNone = Annotated[T | None, blank_to_none]
"""`OrNone[Phone]`: a phone number, or None if the field was left blank."""

Line = Annotated[str, text(200)]
Link = Annotated[str, _of_text(normal.link)]
"""An address of the web, http or https and nothing else."""
Written = Annotated[str, _of_text(normal.storable)]
"""As it was written, however long: a file's own words, which cannot be refused."""
FileName = Annotated[str, _of_text(normal.file_name)]
"""Whatever a browser or a person calls a file; never part of a path of ours."""
Sought = Annotated[str, _of_text(_sought)]
"""What is looked for: cleaned as what it may find is. Nonsense is no error and finds nothing."""
Name = Annotated[str, _of_text(normal.name)]
Reason = Annotated[str, text(REASON_MOST, least=REASON_LEAST)]
"""Why somebody does it."""
LongText = Annotated[str, text(10_000, lines=True)]
Code = Annotated[str, _of_text(_code)]
Username = Annotated[str, _of_text(_username)]
Phone = Annotated[str, _of_text(normal.phone)]
Email = Annotated[str, _of_text(normal.email)]
Plate = Annotated[str, _of_text(normal.plate)]
VinCode = Annotated[str, _of_text(lambda written: normal.vin(written).code)]
IdNumber = Annotated[str, _of_text(normal.id_number)]
BirthDate = Annotated[date, _checked(_until_today)]
PastDate = Annotated[date, _checked(_until_today)]
"""Today counts as past: a car may be handed over this morning."""
DateInRange = Annotated[date, dates(date(1900, 1, 1), date(2199, 12, 31))]
Moment = Annotated[datetime, _checked(_moment)]
"""An instant with its time zone, from 1900 to 2199."""
Fen = Annotated[int, _checked(_amount)]
"""Hundredths of a yuan, as an int; what people write in yuan is `YuanText`."""
YuanText = Annotated[int, _of_text(normal.money_fen)]
"""A text in yuan, kept as fen."""
Yuan = Annotated[str, _of_text(lambda text: normal.written_yuan(normal.money_fen(text, le=10**9)))]
"""A sum of at most ten million yuan, in its one form."""
Hours = Annotated[str, _of_text(lambda written: normal.written_hours(normal.hours(written)))]
"""Opening hours of a day, in their one form; "" is a closed day."""
Kilometres = Annotated[int, whole(0, 2_000_000)]
Count = Annotated[int, whole(0, BIGGEST_COUNT)]
Quantity = Annotated[int, whole(1, BIGGEST_COUNT)]
PositiveId = Annotated[int, whole(1, BIGGEST_ID)]
RequestId = Annotated[UUID, _checked(_request_id)]
Password = Annotated[SecretStr, _checked(_password)]
"""Never shown in a repr or an error. `weak_password` needs the user name: the command asks it."""
