"""Which calls are reviewed: drawn by chance, and the same however often one draws (V02).

The chance of a call follows from the month, the person and the call's number alone. A sample is
drawn once the month is over, when its calls are all there, so nobody can draw until he likes it.
"""

import hashlib
import math
from collections.abc import Iterable
from datetime import date
from decimal import Decimal


def wanted(calls: int, share: Decimal | int, least: int) -> int:
    """How many of so many calls: the share of them rounded up, at least `least`, at most all."""
    return min(calls, max(least, math.ceil(share * calls)))


def drawn(
    month: date, person: int, calls: Iterable[int], share: Decimal | int, least: int
) -> list[int]:
    """The calls (ids) of one person and month that are reviewed, in the order of their ids."""
    found = set(calls)

    def lot(call: int) -> tuple[bytes, int]:
        return hashlib.sha256(f"{month:%Y-%m}:{person}:{call}".encode()).digest(), call

    return sorted(sorted(found, key=lot)[: wanted(len(found), share, least)])
