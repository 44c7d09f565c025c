"""What a parameter is: its unit, its bounds, and the one way in which its number is written."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.core.errors import InvalidInput, NotFound
from services.core.words import N_

Number = int | Decimal

_WRITTEN: Final = re.compile(r"(?:0|[1-9][0-9]{0,11})(\.[0-9]{0,5}[1-9])?")
"""One way only to write a number, so that equal values are equal texts."""


class Unit(StrEnum):
    HOUR = "hour"
    """Of the day, where the dealer works: 0 to 24."""
    SECONDS = "seconds"
    MINUTES = "minutes"
    """Of the day and night."""
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    PER_DAY = "per_day"
    TIMES = "times"
    SHARE = "share"
    """A Decimal from 0 to 1; the other units are counted in whole numbers."""
    YUAN = "yuan"
    MEGABYTES = "megabytes"
    """Of 2**20 bytes."""
    FILES = "files"
    POINTS = "points"
    """Of a survey."""
    CUSTOMERS = "customers"
    KM = "km"
    MONTHS = "months"
    LEVEL = "level"
    """Of a complaint: 1 the lightest, 4 a crisis."""


class UnknownParameter(NotFound):
    msgid = N_("There is no such parameter")


class OutOfBounds(InvalidInput):
    msgid = N_("Write a number from {least} to {most}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that the group decides."""

    key: str
    """`feature.name`, dotted; kept for ever, since values stand under it."""
    label: str
    """A msgid."""
    unit: Unit
    default: Number
    """What holds before anyone has decided."""
    least: Number
    most: Number
    source: str
    """The row of the requirements from which the parameter comes."""
    by_store: bool = False
    """Whether a store may have a value of its own."""
    needs_approval: bool = False
    """Whether a second person has to agree to a change."""

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    def read(self, written: str) -> Number:
        """The number in a text of digits. Raises OutOfBounds, also for what is no such number."""
        found = _WRITTEN.fullmatch(written)
        if found and (self.unit is Unit.SHARE or not found[1]):
            number: Number = Decimal(written) if self.unit is Unit.SHARE else int(written)
            if self.least <= number <= self.most:
                return number
        raise OutOfBounds(least=self.least, most=self.most)
