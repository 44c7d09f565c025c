"""What the server does while nobody asks: jobs that people began, and the sweep when it is due.

One thread in each process; the database decides which process does what. Nothing of it ever runs
within a page.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from services import jobs, sweeping
from services.core import incidents
from services.core.access import System
from services.core.errors import AppError
from services.core.run import fetch

log = logging.getLogger(__name__)

CALLER: Final = System("background")
PAUSE: Final = 1.0
"""Seconds between two looks for work."""
LOOKS_AT_SWEEP: Final = 30
"""Whether a sweep is due is asked at the first look and at every such one after it."""


@contextmanager
def at_work() -> Iterator[None]:
    """Work in the background until the server ends; then the step at hand is still finished."""
    stop = Event()
    thread = Thread(target=_until, args=(stop,), name="background", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _until(stop: Event) -> None:
    look = 0
    while not stop.is_set():
        try:
            once(stop.is_set, asks_sweep=look % LOOKS_AT_SWEEP == 0)
        except AppError as trouble:  # busy or unreachable: the next look may be luckier
            log.warning("background work: %s", type(trouble).__qualname__)
        except Exception as bug:  # noqa: BLE001 - the thread must outlive every bug
            incidents.note(bug)
        look += 1
        stop.wait(PAUSE)


def once(is_ending: Callable[[], bool], *, asks_sweep: bool) -> None:
    """Do every job that waits, and the sweep if it is asked for and due."""
    while not is_ending() and fetch(jobs.waiting, CALLER):
        jobs.work(CALLER, is_ending)
    if asks_sweep and fetch(sweeping.is_due, CALLER):
        try:
            sweeping.sweep(CALLER)
        except sweeping.SweepUnderWay:
            log.info("another process is at the due work")
