"""When a customer likes to be called, out of what people write down."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.preferred import ANY_DAY, WHENEVER, Preferred, first_day, read

WORKDAYS = frozenset({0, 1, 2, 3, 4})


@pytest.mark.parametrize(
    ("words", "days", "begins", "ends"),
    [
        ("工作日上午", WORKDAYS, 9, 12),
        ("工作日晚上", WORKDAYS, 18, 21),
        ("周一至周五下午", WORKDAYS, 14, 18),
        ("周末", {5, 6}, 0, 24),
        ("周六上午", {5}, 9, 12),
        ("周二 周四", {1, 3}, 0, 24),
        ("午休时间", ANY_DAY, 12, 14),
        ("18点以后", ANY_DAY, 18, 21),
        ("12点前", ANY_DAY, 8, 12),
        ("10点到16点", ANY_DAY, 10, 16),
        ("9:30-11:00", ANY_DAY, 9.5, 11),
        ("9点半到11点", ANY_DAY, 9.5, 11),
        ("晚上8点以后", ANY_DAY, 20, 21),
        ("下午2点到4点", ANY_DAY, 14, 16),
        ("After 18:00", ANY_DAY, 18, 21),
        ("Weekday evenings", WORKDAYS, 18, 21),
    ],
)
def test_what_people_write(words: str, days: set[int], begins: float, ends: float):
    assert read(words) == Preferred(frozenset(days), int(begins * 60), int(ends * 60))


@pytest.mark.parametrize(
    "words", ["", "随时", "先发微信", "25点到30点", "16点到10点", "13800000000"]
)
def test_what_says_no_hours_holds_nobody_back(words: str):
    assert read(words) == WHENEVER


@given(st.text(max_size=60))
def test_whatever_is_written_leaves_some_time(words: str):
    found = read(words)
    assert found.days
    assert 0 <= found.begins < found.ends <= 24 * 60


@given(
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(0, 30),
    st.frozensets(st.integers(0, 6)),
)
def test_the_first_day_that_suits(day: date, span: int, days: frozenset[int]):
    last = day + timedelta(days=span)
    every = [day + timedelta(days=n) for n in range(span + 1)]
    assert first_day(day, last, days) == next((d for d in every if d.weekday() in days), day)


def test_a_moment_is_told_where_the_dealer_works():
    evening = read("工作日晚上")
    assert evening.suits(datetime(2026, 6, 8, 10, 0, tzinfo=UTC))  # Monday, 18:00
    assert not evening.suits(datetime(2026, 6, 8, 9, 59, tzinfo=UTC))
    assert not evening.suits(datetime(2026, 6, 8, 13, 0, tzinfo=UTC))  # 21:00
    assert not evening.suits(datetime(2026, 6, 13, 10, 0, tzinfo=UTC))  # Saturday
