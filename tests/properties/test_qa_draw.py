"""Calls drawn for review: within bounds, reproducible, of what there is (V02)."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from db.drawing import drawn, wanted

CALLS = st.lists(st.integers(1, 10**9), max_size=300)
SHARES = st.decimals(0, 1, places=2)
MONTHS = st.dates(date(2020, 1, 1), date(2040, 12, 1)).map(lambda day: day.replace(day=1))
PEOPLE = st.integers(1, 10**6)
LEAST = st.integers(0, 50)


@given(MONTHS, PEOPLE, CALLS, SHARES, LEAST)
def test_a_sample_is_within_its_bounds(
    month: date, person: int, calls: list[int], share: Decimal, least: int
):
    found = drawn(month, person, calls, share, least)
    there = set(calls)
    assert len(found) == len(set(found))
    assert set(found) <= there
    assert len(found) >= min(len(there), least)
    assert share * len(there) <= len(found) or len(found) == len(there)
    assert len(found) <= max(least, share * len(there) + 1)


@given(MONTHS, PEOPLE, CALLS, SHARES, LEAST, st.randoms())
def test_whoever_draws_again_draws_the_same(
    month: date, person: int, calls: list[int], share: Decimal, least: int, chance
):
    again = list(calls)
    chance.shuffle(again)
    assert drawn(month, person, again, share, least) == drawn(month, person, calls, share, least)


@given(MONTHS, PEOPLE, CALLS, LEAST)
def test_a_greater_sample_keeps_the_smaller(month: date, person: int, calls: list[int], least: int):
    few = drawn(month, person, calls, 0, least)
    many = drawn(month, person, calls, 0, least + 5)
    assert set(few) <= set(many)


def test_another_month_and_another_person_draw_otherwise():
    calls = range(1, 1001)
    samples = {
        tuple(drawn(date(2026, month, 1), person, calls, Decimal("0.05"), 5))
        for month in (1, 2, 3)
        for person in (1, 2, 3)
    }
    assert len(samples) == 9
    assert wanted(1000, Decimal("0.05"), 5) == 50
    assert wanted(0, Decimal("0.05"), 5) == 0


def test_every_call_has_the_same_chance():
    """Over many months each tenth of the calls is drawn about equally often."""
    counts = [0] * 10
    for year in range(2000, 2040):
        for month in range(1, 13):
            for call in drawn(date(year, month, 1), 7, range(100), Decimal("0.1"), 0):
                counts[call // 10] += 1
    assert sum(counts) == 480 * 10
    assert all(390 <= count <= 570 for count in counts)
