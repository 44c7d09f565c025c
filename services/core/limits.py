"""How often one person may do a thing that is harmless once and a leak when repeated.

Counted in this process: several processes allow that many times as much, which the bounds allow
for; what must be exact (sign-in) is counted in the database.
"""

import time
from collections import defaultdict, deque
from threading import Lock

from services.core.errors import Busy
from services.core.words import N_


class TooOften(Busy):
    msgid = N_("Too many attempts. Wait {seconds} seconds")


_seen: dict[tuple[str, int | None], deque[float]] = defaultdict(deque)
_lock = Lock()


def count(deed: str, person: int | None, *, most: int, per_seconds: int) -> None:
    """Count one deed of a person. Raises TooOften past `most` within `per_seconds`."""
    now = time.monotonic()
    with _lock:
        times = _seen[deed, person]
        while times and times[0] <= now - per_seconds:
            times.popleft()
        if len(times) >= most:
            raise TooOften(seconds=round(times[0] + per_seconds - now) + 1)
        times.append(now)


def forget() -> None:
    """Start counting anew (tests)."""
    with _lock:
        _seen.clear()
