"""Many people at once on one server: how long they wait, and what each one's idle tab holds."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

from websockets.exceptions import WebSocketException

from bench.driving import Visitor
from bench.ground import Ground
from bench.meters import cpu_ns, own_bytes
from bench.operations import OPERATIONS, Subject, nothing_first
from bench.places import Place

PERIOD: Final = 2.0
"""Seconds between two runs of one person."""
ALONE_PERIOD: Final = 0.5
BEFORE_COUNTING: Final = 5
"""Tabs whose memory is not counted: the first ones bring what all share."""
REST: Final = 1.0
READS: Final = [
    one
    for one in OPERATIONS
    if one.for_everyone and not one.writes and one.approach is nothing_first
]
TROUBLES: Final = (RuntimeError, LookupError, OSError, TimeoutError, WebSocketException)


@dataclass
class Waits:
    """Seconds of each run, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Crowd:
    people: int
    alone: Waits
    together: Waits
    server_busy: float
    """Processors that the server used while all were at work."""
    idle_session_bytes: float


def crowd(ground: Ground, app: Place, people: int, seconds: float) -> Crowd:
    """One person alone, then `people`, each for `seconds`."""
    with ExitStack() as closing:
        first = [ground.visitor(closing, app, nth) for nth in range(BEFORE_COUNTING)]
        for visitor in first:
            visitor.open("customers")
        alone = Waits()
        _person(first[0], ground.subject, alone, 0.0, ALONE_PERIOD, seconds)
        held = _bytes(app)
        rest = [ground.visitor(closing, app, nth) for nth in range(people)]
        for visitor in rest:
            visitor.open("customers")
        idle = (_bytes(app) - held) / len(rest)
        together, began, busy = Waits(), time.perf_counter(), cpu_ns(app.meter.pid)
        _all(rest, ground.subject, together, seconds)
        used = (cpu_ns(app.meter.pid) - busy) / 1e9 / (time.perf_counter() - began)
    return Crowd(people, alone, together, used, idle)


def _bytes(place: Place) -> int:
    """What the server alone holds, once it rests."""
    time.sleep(REST)
    return own_bytes(place.meter.pid)


def _all(visitors: Sequence[Visitor], subject: Subject, into: Waits, seconds: float) -> None:
    with ThreadPoolExecutor(len(visitors)) as pool:
        for nth, visitor in enumerate(visitors):
            delay = PERIOD * nth / len(visitors)
            pool.submit(_person, visitor, subject, into, delay, PERIOD, seconds)


def _person(
    visitor: Visitor, subject: Subject, into: Waits, delay: float, period: float, seconds: float
) -> None:
    """Look at one thing after the other, in time; who is late begins the next at once."""
    due = time.perf_counter() + delay
    end = due + seconds
    nth = int(delay * 1000)  # not all at the same page
    while due < end:
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            READS[nth % len(READS)].act(visitor, subject, nth)
        except TROUBLES as trouble:
            into.errors.append(f"{type(trouble).__name__}: {str(trouble)[:200]}")
            return
        into.seconds.append(visitor.took)
        due, nth = due + period, nth + 1
