"""Chance that falls the same way every time: one seed, one dealer."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_SEED_BITS = 40

COMPLAINING, TELLING, PLANTING, STAFF = 1 << 36, 1 << 37, 1 << 38, 1 << 39
"""Where the sequences of complaints (whether an order has one, and how it is led), of what is
planted and of the staff begin: apart from the customers', so that a rule which plants more leaves
all others as they were."""
ASKING = STAFF + PLANTING + TELLING
"""Of what customers answer who are asked how content they were."""
BESIDE, CRISES = STAFF + COMPLAINING, STAFF + TELLING
"""Of what happens to a complaint beside its course, and of the crises that are told out."""
RECEPTION: Final = STAFF + PLANTING
"""Of appointments and of the calls that customers make."""
VISITING = PLANTING + TELLING
"""Of the contacts of the visit plan."""


class Dice:
    """Draws for one subject at a time.

    Every customer starts a sequence of his own, so that what happens to one (a planted truth, a
    longer history) moves nobody else. Only `random()` and whole-number arithmetic are used: their
    results are the same on every machine and version of Python that we run on.
    """

    __slots__ = ("_source", "random")

    def __init__(self) -> None:
        self._source = Random()  # noqa: S311 - invented people, not secrets
        self.random = self._source.random

    def begin(self, seed: int, subject: int) -> None:
        self._source.seed((abs(seed) << _SEED_BITS) + subject)

    def chance(self, share: float) -> bool:
        return self.random() < share

    def below(self, end: int) -> int:
        return int(self.random() * end)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return low + int(self.random() * (high - low + 1))

    def around(self, low: int, high: int) -> int:
        """Like `between`, with the middle more likely than the ends."""
        span = (high - low + 1) / 2
        return low + int(self.random() * span + self.random() * span)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random() * len(choices))]


class Weighted(Generic[T]):
    """Choices of which some come more often."""

    __slots__ = ("_choices", "_ends")

    def __init__(self, weights: Mapping[T, int]) -> None:
        self._choices = list(weights)
        self._ends = list(accumulate(weights.values()))

    def draw(self, dice: Dice) -> T:
        return self._choices[bisect(self._ends, dice.below(self._ends[-1]))]
