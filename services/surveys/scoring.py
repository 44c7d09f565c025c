"""What answers make: one score, whether they recommend us, whether somebody has to talk with the
customer. Pure: values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from db.models import ItemKind

SCALES: Final = {ItemKind.SCALE: (1, 10), ItemKind.NPS: (0, 10)}
"""The lowest and the highest answer."""
PROMOTER: Final = 9
DETRACTOR: Final = 6
"""Who recommends us, and who warns of us: from 9 on, up to 6 (Reichheld 2003)."""
TOP: Final = 9
"""From here on an answer is among the best."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One answer that counts."""

    kind: ItemKind
    weight: int
    value: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What the group calls bad: an answer of a scale up to `item`, a score below `score`."""

    item: int
    score: int


def share(kind: ItemKind, value: int) -> float:
    """Where an answer lies on its scale, 0.0 to 1.0."""
    least, most = SCALES[kind]
    return (value - least) / (most - least)


def score(marks: Iterable[Marked]) -> float | None:
    """The weighted mean of what was answered, 0 to 100 with one decimal; None where nothing that
    counts was. A question that was left open takes its weight along."""
    counted = [(one.weight, share(one.kind, one.value)) for one in marks if one.weight]
    whole = sum(weight for weight, _part in counted)
    if not whole:
        return None
    return round(100 * sum(weight * part for weight, part in counted) / whole, 1)


def is_low(marks: Iterable[Marked], limits: Limits) -> bool:
    """Whether somebody has to talk with who answered so: he warns of us, one answer is bad, or all
    of them together are."""
    marks = list(marks)
    whole = score(marks)
    warns = any(one.kind is ItemKind.NPS and one.value <= DETRACTOR for one in marks)
    bad = any(one.kind is ItemKind.SCALE and one.value <= limits.item for one in marks)
    return warns or bad or (whole is not None and whole < limits.score)
