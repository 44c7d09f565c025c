"""Scores, intervals and what moves the whole, whatever customers answer."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import ItemKind
from services.core.metrics import wilson
from services.surveys import figures
from services.surveys.scoring import SCALES, Limits, Marked, is_low, score, share

KINDS = st.sampled_from(list(SCALES))


@st.composite
def marks(draw: st.DrawFn) -> Marked:
    kind = draw(KINDS)
    return Marked(kind, draw(st.integers(0, 100)), draw(st.integers(*SCALES[kind])))


SOME = st.lists(marks(), max_size=12)
NPS = st.lists(st.integers(0, 10), min_size=1, max_size=60)
PERCENT = st.integers(0, 100).map(float)
PAIRS = st.lists(st.tuples(PERCENT, PERCENT), max_size=40)


@given(SOME)
def test_a_score_lies_between_the_worst_and_the_best_answer(some: list[Marked]):
    counted = [100 * share(one.kind, one.value) for one in some if one.weight]
    found = score(some)
    if not counted:
        assert found is None
    else:
        assert found is not None
        assert min(counted) - 0.05 <= found <= max(counted) + 0.05
        assert 0 <= found <= 100


@given(SOME, st.randoms(use_true_random=False), st.integers(2, 9))
def test_neither_order_nor_unit_of_the_weights_matters(some, random, times):
    other = [Marked(one.kind, one.weight * times, one.value) for one in some]
    random.shuffle(other)
    assert score(other) == pytest.approx(score(some), abs=0.11) if score(some) else not score(other)


@given(SOME, st.data())
def test_a_better_answer_never_lowers_the_score_nor_makes_it_bad(some: list[Marked], data):
    better = [
        Marked(one.kind, one.weight, data.draw(st.integers(one.value, SCALES[one.kind][1])))
        for one in some
    ]
    assert (score(better) or 0) >= (score(some) or 0)
    limits = Limits(item=6, score=60)
    assert is_low(some, limits) or not is_low(better, limits)


@given(NPS)
def test_a_net_promoter_score_lies_within_its_interval(values: list[int]):
    found = figures.net_of(values)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    assert found.promoters + found.detractors <= found.n == len(values)


@given(NPS, st.integers(2, 5))
def test_more_of_the_same_answers_say_it_more_surely(values: list[int], times: int):
    one, many = figures.net_of(values), figures.net_of(values * times)
    assert many.value == pytest.approx(one.value)
    assert many.high - many.low <= one.high - one.low + 1e-9


@given(st.integers(1, 400), st.data())
def test_wilson_holds_the_share_and_stays_within_0_and_1(n: int, data):
    hits = data.draw(st.integers(0, n))
    low, high = wilson(hits, n) or (1.0, 0.0)
    assert low + 1e-12 >= 0
    assert low - 1e-12 <= hits / n <= high + 1e-12
    assert high <= 1 + 1e-12


@given(st.lists(PERCENT, max_size=60))
def test_a_mean_lies_within_its_interval_and_that_on_the_scale(values: list[float]):
    found = figures.mean_of(values)
    assert found.n == len(values)
    if len(values) > 1:
        assert found.value is not None
        assert 0 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 100
    else:
        assert found.low is found.high is None


@given(PAIRS)
def test_a_correlation_is_bounded_and_the_same_both_ways(pairs: list[tuple[float, float]]):
    r = figures.correlation(pairs)
    varies = all(len(set(side)) > 1 for side in zip(*pairs, strict=True)) and bool(pairs)
    assert (r is not None) == varies
    if r is not None:
        assert -1 <= r <= 1
        assert figures.correlation([(y, x) for x, y in pairs]) == pytest.approx(r)
        assert figures.correlation([(x, -y) for x, y in pairs]) == pytest.approx(-r)
        assert figures.correlation([(2 * x + 7, y) for x, y in pairs]) == pytest.approx(r)


@given(st.dictionaries(st.sampled_from("abcdef"), PAIRS))
def test_drivers_come_in_their_order_and_say_only_what_varies(
    parts: dict[str, Sequence[tuple[float, float]]],
):
    found = figures.driving(parts)
    assert {code for code, *_ in found} == {
        code for code, pairs in parts.items() if figures.correlation(pairs) is not None
    }
    for code, n, r, performance, chance in found:
        assert n == len(parts[code])
        assert 0 <= performance <= 100
        assert chance == pytest.approx(max(0.0, r) * (100 - performance))
    assert all(one[4] >= other[4] for one, other in pairwise(found))


def test_what_goes_with_the_whole_comes_before_what_does_not():
    """By hand: `a` is the whole itself at a mean of 50, `b` runs against it, `c` stands still."""
    up = [(float(x), float(x)) for x in range(0, 101, 10)]
    down = [(100 - x, y) for x, y in up]
    found = figures.driving({"b": down, "a": up, "c": [(50.0, y) for _x, y in up]})
    assert [(code, round(r, 6), mean, round(chance, 6)) for code, _n, r, mean, chance in found] == [
        ("a", 1.0, 50.0, 50.0),
        ("b", -1.0, 50.0, 0.0),
    ]


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        ([Marked(ItemKind.SCALE, 1, 10)], 100.0),
        ([Marked(ItemKind.SCALE, 1, 1)], 0.0),
        ([Marked(ItemKind.SCALE, 3, 10), Marked(ItemKind.SCALE, 1, 1)], 75.0),
        ([Marked(ItemKind.SCALE, 1, 10), Marked(ItemKind.NPS, 1, 0)], 50.0),
        ([Marked(ItemKind.SCALE, 0, 1), Marked(ItemKind.NPS, 2, 7)], 70.0),
        ([Marked(ItemKind.SCALE, 0, 10)], None),
        ([], None),
    ],
)
def test_scores_by_hand(some: list[Marked], expected: float | None):
    assert score(some) == expected


def test_a_net_promoter_score_by_hand():
    found = figures.net_of([10, 9, 9, 8, 7, 6, 3, 0])
    assert (found.n, found.promoters, found.detractors, found.value) == (8, 3, 3, 0.0)
    assert found.low == pytest.approx(-found.high)  # as many speak for us as against us
