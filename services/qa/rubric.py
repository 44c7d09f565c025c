"""What a call is judged by: ten items, each reached, partly reached, or not."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from services.core.errors import InvalidInput
from services.core.words import N_

_FILE: Final = Path(__file__).with_name("rubric.toml")
MOST: Final = 2
"""0 not reached, 1 partly, 2 reached; what did not apply has no score."""
FEWEST: Final = 5
"""Items that must have applied: else it was hardly a call."""


class NotOfRubric(InvalidInput):
    msgid = N_("Score the items of the form with 0, 1 or 2")


class TooFewItems(InvalidInput):
    msgid = N_("Score at least {least} items")


@cache
def items() -> Mapping[str, tuple[str, str]]:
    """Key -> the item in Chinese and in English, in the order of the form."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {key: (one["name"], one["name_en"]) for key, one in told.items()}


def score(scores: Mapping[str, int]) -> int:
    """Hundredths of what could be reached by the items that applied.

    Raises NotOfRubric, TooFewItems.
    """
    if not scores.keys() <= items().keys():
        raise NotOfRubric
    if any(not 0 <= each <= MOST for each in scores.values()):
        raise NotOfRubric
    if len(scores) < FEWEST:
        raise TooFewItems(least=FEWEST)
    return round(100 * sum(scores.values()) / (MOST * len(scores)))
