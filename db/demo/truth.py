"""The truth about a demonstration dealer, made again from what it was made of.

Nothing of it is in the database. The audit entry of the loading keeps the recipe and the digest of
the truth: made again, it must be the same one (decision 0016).
"""

import hashlib
from collections.abc import Iterable
from itertools import combinations
from typing import TypeVar

from db.demo.chunks import chunks
from db.demo.facts import Duplicate, DuplicateKind, LookAlike, LookAlikeKind, lines
from db.demo.recipe import Recipe

F = TypeVar("F")
Pair = tuple[int, int]
"""The ids of two files, the smaller one first."""


def facts_of(recipe: Recipe, *kinds: type[F]) -> tuple[list[F], str]:
    """(the facts of these kinds in their order, the digest of the whole truth).

    Takes as long as making the dealer without writing it: a second for every 2,000 customers.
    """
    digest = hashlib.sha256()
    kept: list[F] = []
    for chunk in chunks(recipe):
        digest.update(lines(chunk.facts))
        kept += [fact for fact in chunk.facts if isinstance(fact, kinds)]
    return kept, digest.hexdigest()


def duplicate_pairs(facts: Iterable[Duplicate]) -> dict[Pair, DuplicateKind]:
    """Every two files of one customer, with the kind of error between them."""
    copies: dict[int, list[int]] = {}
    pairs: dict[Pair, DuplicateKind] = {}
    for fact in facts:
        copies.setdefault(fact.original, []).append(fact.customer)
        pairs[_pair(fact.original, fact.customer)] = fact.kind
    for group in copies.values():
        for one, other in combinations(group, 2):
            pairs[_pair(one, other)] = DuplicateKind.BETWEEN_COPIES
    return pairs


def look_alike_pairs(facts: Iterable[LookAlike]) -> dict[Pair, LookAlikeKind]:
    """Every two files that look like one customer's and are not."""
    return {_pair(fact.customer, fact.other): fact.kind for fact in facts}


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
