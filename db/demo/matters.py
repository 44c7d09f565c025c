"""What a complaint of the demonstration is about, how it came in, how much it weighs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from db.demo.data import table
from db.demo.dice import Dice, Weighted
from db.demo.people import Row
from db.headings import delivered
from db.models import Department, HeadingTree, OrderKind, RemedyKind, Severity

_CRISIS: Final = "crisis"


@dataclass(frozen=True, slots=True)
class Grievance:
    """What a customer is not content with, before anybody has written it down."""

    at: datetime
    order: int
    customer: int
    phone: str | None
    vehicle: int
    store: int
    work: str
    """The kind of repair, or "sale"."""
    job: str
    """What was done, as the order says."""
    crisis: Mapping[str, Any] | None = None
    """The case of `crises.toml` that it is."""

    @property
    def desk(self) -> Department:
        return Department.SALES if self.work == OrderKind.SALE.value else Department.SERVICE


@cache
def remedies() -> Weighted[RemedyKind]:
    """What is offered to those who are right."""
    shares = table("complaints")["remedies"]
    return Weighted({RemedyKind(name): share for name, share in shares.items()})


@cache
def severities() -> Weighted[Severity]:
    """How much complaints weigh."""
    shares = table("complaints")["severities"]
    return Weighted({Severity(name): share for name, share in shares.items()})


@cache
def channels() -> Weighted[str]:
    """Where they come in."""
    return Weighted(table("complaints")["channels"])


@cache
def headings() -> dict[tuple[HeadingTree, str], int]:
    """Tree and code -> id, as every database has them from the first."""
    return {(row["tree"], row["code"]): row["id"] for row in delivered()}


@cache
def _topics(of: str) -> tuple[Row, ...]:
    return tuple(one for one in table("complaints")["topics"] if of in one["of"])


def topic(dice: Dice, work: str, severity: Severity, *, is_light: bool) -> Row:
    """What it is about: danger is for the heaviest alone."""
    if is_light:
        light: Row = dice.pick(table("complaints")["light"])
        return light
    return dice.pick(_topics(_CRISIS if severity is Severity.L4 else work))
