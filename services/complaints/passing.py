"""How often a complaint was passed on, and whether it came back (C18, spec 3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

TOSSED: Final = 2
"""More transfers than these are told to the manager (spec 3.4)."""


class InHands(Protocol):
    """Of an event: in whose hands it left the complaint."""

    @property
    def department(self) -> str: ...

    @property
    def handler_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Passing:
    """How often it changed hands, and how often a department got it that had had it before."""

    transfers: int
    returns: int

    @property
    def is_tossed(self) -> bool:
        """Passed on too often, or back to where it had been."""
        return self.transfers > TOSSED or self.returns > 0


def passing(happened: Iterable[InHands]) -> Passing:
    """Of the events of one complaint, in their order."""
    hands = [hand for hand, _run in groupby((one.department, one.handler_id) for one in happened)]
    had = [department for department, _run in groupby(department for department, _ in hands)]
    return Passing(len(hands) - 1, len(had) - len(set(had)))
