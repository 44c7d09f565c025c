"""How often a complaint was passed on, and whether it came back (C18, spec 3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from db.models import ComplaintEvent


@dataclass(frozen=True, slots=True)
class Passing:
    """How often it changed hands, and how often a department got it that had had it before."""

    transfers: int
    returns: int


def passing(happened: Iterable[ComplaintEvent]) -> Passing:
    """Of the events of one complaint, in their order."""
    hands = [hand for hand, _run in groupby((one.department, one.handler_id) for one in happened)]
    had = [department for department, _run in groupby(department for department, _ in hands)]
    return Passing(len(hands) - 1, len(had) - len(set(had)))
