"""What is left of a personal value when the reader may not see it whole (A13), and of a customer's
values in the audit, which nobody can ever take them out of."""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Final

HIDDEN: Final = "****"


def phone(value: str) -> str:
    """+8613812346208 -> 138 **** 6208; what is too short to hide shows nothing."""
    digits = value.removeprefix("+86")
    return f"{digits[:3]} {HIDDEN} {digits[-4:]}" if len(digits) > len("1380000") else HIDDEN


def plate(value: str) -> str:
    return f"{value[:2]}{HIDDEN}{value[-2:]}" if len(value) > len("浙A00") else HIDDEN


def vin(value: str) -> str:
    return f"{HIDDEN}{value[-6:]}" if len(value) > len("000000") else HIDDEN


def email(value: str) -> str:
    name, at, domain = value.partition("@")
    return f"{name[:1]}{HIDDEN}{at}{domain}" if at else HIDDEN


def day(value: date | str) -> str:
    return f"{str(value)[:4]}-{HIDDEN}"


def name(value: str) -> str:
    """The first character; it tells neighbours in the audit apart and finds nobody."""
    return f"{value[:1]}{HIDDEN}"


def whole(value: object) -> str:
    return HIDDEN if str(value) else ""


MASKS: Final[dict[str, Callable[..., str]]] = {
    "phone": phone,
    "other_phone": phone,
    "plate": plate,
    "vin": vin,
    "email": email,
    "wechat": whole,
    "street": whole,
    "address": whole,
    "birthday": day,
}
"""Field -> mask: the personal fields of every table, by their one name in the code."""


def masked(field: str, value: object) -> object:
    """`value` as someone without the right sees it; other fields and empty values unchanged."""
    if value in (None, "") or field not in MASKS:
        return value
    return MASKS[field](value)


def shown(row: object, fields: Iterable[str], hidden: Collection[str]) -> dict[str, Any]:
    """Field -> value of a row, those among `hidden` as someone without the right sees them."""
    values = {field: getattr(row, field) for field in fields}
    return {
        field: masked(field, value) if field in hidden else value for field, value in values.items()
    }


NAMES: Final = frozenset({"name", "contact_name", "decision_maker"})
TELLS_NOBODY: Final = frozenset({"brand", "model", "color"})
"""Texts of a customer's rows that say nothing of a person."""


def lasting(field: str, value: object) -> object:
    """A value of a customer's row as the audit keeps it for good.

    Names keep their first character. Every other text is hidden, since a person may have typed
    anything into it; so a new column is hidden until somebody says that it tells nobody.
    """
    if value in (None, "") or field in MASKS:
        return masked(field, value)
    if field in NAMES:
        return name(str(value))
    is_fact = field in TELLS_NOBODY or isinstance(value, StrEnum | bool | int | float | date)
    return value if is_fact else HIDDEN
