"""Criteria that stand on every statement of a session, cheaply."""

from typing import Any

from sqlalchemy.orm import LoaderCriteriaOption
from sqlalchemy.sql.cache_key import CacheConst
from sqlalchemy.sql.visitors import anon_map


class Criterion(LoaderCriteriaOption):
    """What `with_loader_criteria` makes, but its part in the key under which SQLAlchemy keeps a
    compiled statement is worked out once, not for every statement anew: two dozen of these stand on
    each, and took a twelfth of a page's time. It may be, because a criterion shares no alias with
    the statement, and equal parts still mean equal SQL: what differs between two people is bound.
    """

    # Says what its key is made of.
    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001
    _part: "_Part | None" = None

    def _gen_cache_key(self, within: anon_map, bound: list[Any]) -> tuple[Any, ...] | None:
        if self._part is None:
            mine = anon_map()
            own: list[Any] = []
            key = super()._gen_cache_key(mine, own)
            if key is None or CacheConst.NO_CACHE in mine:
                raise ValueError("no statement with this criterion could be kept")
            self._part = _Part(key, own)
        bound.extend(self._part.bound)
        return (self._part,)


class _Part:
    """A part of a key that knows its own hash. `bound` are its parameters, in their order."""

    def __init__(self, key: tuple[Any, ...], bound: list[Any]) -> None:
        self.key, self.bound, self._hash = key, bound, hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _Part) and self.key == other.key)
