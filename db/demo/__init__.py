"""The demonstration dealer: an invented dealer group with two years of history, of any size.

All persons, companies and cars are put together by chance from lists of usual names. Telephone
numbers are valid ones out of real ranges, because the product refuses others: nothing can promise
that nobody owns them. Never dial them.
"""

from db.demo.accounts import ACCOUNTS, PASSWORD, SHOWN, Account
from db.demo.loading import (
    SIZES,
    DemoRefused,
    RefusalReason,
    Size,
    Summary,
    is_half_loaded,
    load,
    load_sized,
)

__all__ = [
    "ACCOUNTS",
    "PASSWORD",
    "SHOWN",
    "SIZES",
    "Account",
    "DemoRefused",
    "RefusalReason",
    "Size",
    "Summary",
    "is_half_loaded",
    "load",
    "load_sized",
]
