"""Bugs: written down under a number that can be told, without a word of what they held."""

import logging
import traceback
from typing import Final
from uuid import uuid4

from services.core.words import N_

log = logging.getLogger(__name__)

UNEXPECTED: Final = N_("Something broke. Tell your administrator this number: {incident}")


def note(bug: Exception) -> str:
    """Log a bug; returns its number."""
    number = uuid4().hex[:8]
    log.error("incident %s\n%s", number, _kinds_and_places(bug))
    return number


def _kinds_and_places(bug: BaseException | None) -> str:
    """What kinds of error a bug and its causes are, and where they arose.

    Never their texts: a database's or a validation's repeats what was typed about a customer.
    """
    told: list[str] = []
    while bug is not None:
        told.append("".join(traceback.format_tb(bug.__traceback__)) + type(bug).__qualname__)
        bug = bug.__cause__ or (None if bug.__suppress_context__ else bug.__context__)
    return "\nbecause of\n".join(told)
