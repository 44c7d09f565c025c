"""A criterion's part in the key of a kept statement is worked out once, and still the right one."""

from typing import Any

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import with_loader_criteria
from sqlmodel import col

from db.criteria import Criterion
from db.models import Draft, Notice


def of(user_id: int) -> Criterion:
    return Criterion(Notice, col(Notice.user_id) == user_id, include_aliases=True)


def key(*criteria: Any, wanted: int = 7) -> Any:
    statement = select(Notice).where(col(Notice.id) == wanted).options(*criteria)
    return statement._generate_cache_key()


def bound(made: Any) -> list[object]:
    return [parameter.value for parameter in made.bindparams]


def test_two_people_share_a_kept_statement_and_bind_what_is_theirs() -> None:
    first, second = of(1), of(2)
    for _ in range(2):  # worked out, and remembered
        one, other = key(first), key(second, wanted=8)
        assert one == other
        assert hash(one.key) == hash(other.key)
        assert bound(one) == [7, 1]
        assert bound(other) == [8, 2]


@pytest.mark.parametrize(
    "other",
    [
        col(Notice.user_id) != 1,
        col(Notice.id) == 1,
        col(Notice.user_id).in_([1]),
    ],
)
def test_a_criterion_that_asks_something_else_has_another_key(other: ColumnElement[bool]) -> None:
    assert key(of(1)) != key(Criterion(Notice, other, include_aliases=True))


def test_so_has_one_of_another_table_or_without_aliases() -> None:
    assert key(of(1)) != key(Criterion(Draft, col(Draft.user_id) == 1, include_aliases=True))
    assert key(of(1)) != key(Criterion(Notice, col(Notice.user_id) == 1))
    assert key(of(1)) != key(of(1), of(1)) != key()


def test_it_binds_what_the_ordinary_option_binds() -> None:
    ordinary = with_loader_criteria(Notice, col(Notice.user_id) == 1, include_aliases=True)
    assert bound(key(ordinary)) == bound(key(of(1)))
    assert str(select(Notice).options(ordinary)) == str(select(Notice).options(of(1)))


def test_what_no_statement_can_be_kept_with_is_refused() -> None:
    with pytest.raises(ValueError, match="could be kept"):
        key(Criterion(Notice, _Unkept() == 1, include_aliases=True))


class _Unkept(ColumnElement[int]):
    inherit_cache = False
