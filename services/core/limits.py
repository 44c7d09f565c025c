"""How often one person, or one address, may do a thing that is harmless once and not when repeated.

Counted in this process: several processes allow that many times as much, which the bounds allow
for; what must be exact (sign-in) is counted in the database.
"""

import time
from collections import defaultdict, deque
from threading import Lock
from typing import Final

from services.core.errors import Busy
from services.core.words import N_


class TooOften(Busy):
    msgid = N_("Too many attempts. Wait {seconds} seconds")


MOST_REMEMBERED: Final = 10_000
"""So many pairs of deed and doer at once; addresses are cheap to have for who wants to fill us."""

_seen: dict[tuple[str, int | str | None], deque[float]] = defaultdict(deque)
_lock = Lock()


def count(deed: str, doer: int | str | None, *, most: int, per_seconds: int) -> None:
    """Count one deed of a person (his id) or of an address.

    Raises TooOften past `most` within `per_seconds`.
    """
    now = time.monotonic()
    with _lock:
        if len(_seen) >= MOST_REMEMBERED and (deed, doer) not in _seen:
            del _seen[next(iter(_seen))]  # the one that was first met
        times = _seen[deed, doer]
        while times and times[0] <= now - per_seconds:
            times.popleft()
        if len(times) >= most:
            raise TooOften(seconds=round(times[0] + per_seconds - now) + 1)
        times.append(now)


def forget() -> None:
    """Start counting anew (tests)."""
    with _lock:
        _seen.clear()
