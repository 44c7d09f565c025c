"""The month's deck of complaints: its figures frozen and its presentation made."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from bench.dealers import HERSELF, POSTGRES, Dealer, at
from bench.meters import Backends, Meter
from bench.operations import WHO
from services import decks
from services.core.access import Named
from services.core.run import perform
from services.decks.gathering import month_before

MOST_SECONDS: Final = 10.0
NS_IN_S: Final = 1e9


@dataclass(frozen=True)
class Presented:
    """Seconds of processor, of ours and of PostgreSQL's together."""

    freeze_seconds: float
    file_seconds: float

    @property
    def seconds(self) -> float:
        return self.freeze_seconds + self.file_seconds


def measure_deck(dealer: Dealer) -> Presented:
    """Of the last month that is over, on a copy that has no deck yet."""
    copy = dealer.copy(dealer.loaded(), "deck")
    month = month_before(f"{dealer.as_of:%Y-%m}")
    taking = decks.TakeDeck(month=month, kind="pptx", language="zh_CN")
    try:
        with at(copy), ExitStack() as closing:
            backends = None
            if dealer.database == POSTGRES:
                backends = Backends(copy)
                closing.callback(backends.close)
            meter = Meter(os.getpid(), backends)
            begun = meter.read()
            decks.freeze_month(HERSELF, month)
            frozen = meter.read()
            perform(decks.take, Named(WHO, "bench"), taking)
            taken = meter.read()
    finally:
        dealer.drop(copy)
    return Presented((frozen - begun).total / NS_IN_S, (taken - frozen).total / NS_IN_S)
