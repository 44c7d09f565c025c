"""The next maintenance: what the rule gives by hand, and that nonsense readings do not lead it
astray."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import ServiceBasis
from services.visits.service_due import Norms, Reading, after_months, agreeing, predict

NORMS = Norms()
DELIVERED = date(2024, 3, 1)
DAY = timedelta(days=1)
days = st.dates(date(2015, 1, 1), date(2026, 12, 31))
readings = st.lists(st.builds(Reading, days, st.integers(-10, 9_999_999)), max_size=12)


def driven(km_a_day: int, *after: int) -> list[Reading]:
    return [Reading(DELIVERED + DAY * n, km_a_day * n) for n in after]


# ---- by hand


def test_by_distance_where_it_comes_before_the_months():
    """100 km a day: 10,000 km are 100 days."""
    last = DELIVERED + DAY * 200
    found = predict(DELIVERED, last, driven(100, 100, 200), NORMS)
    assert found is not None
    assert (found.daily_km, found.basis) == (100, ServiceBasis.MEASURED)
    assert found.due_on == last + DAY * 100
    assert found.window_from == found.due_on == found.window_until
    assert found.by_km
    assert not found.is_first


def test_by_months_where_they_come_before_the_distance():
    last = DELIVERED + DAY * 200
    found = predict(DELIVERED, last, driven(10, 100, 200), NORMS)
    assert found is not None
    assert (found.due_on, found.by_km) == (after_months(last, 12), False)


def test_what_was_driven_since_the_maintenance_is_counted():
    """A repair in between read 4,000 km more: 6,000 are left, from that day on."""
    last = DELIVERED + DAY * 100
    known = [Reading(last, 5000), Reading(last + DAY * 80, 9000)]
    found = predict(None, last, known, NORMS)
    assert found is not None
    assert found.daily_km == 50
    assert found.due_on == last + DAY * (80 + 120)


def test_without_a_second_reading_the_usual_distance_holds_with_a_window():
    """40 km a day: 250 days, and 15 % before and after."""
    last = date(2026, 1, 10)
    found = predict(None, last, [Reading(last, 30_000)], NORMS)
    assert found is not None
    assert (found.daily_km, found.basis) == (40, ServiceBasis.ASSUMED)
    assert found.due_on == last + DAY * 250
    assert found.window_from == last + DAY * (250 - 38)
    assert found.window_until == last + DAY * (250 + 38)


def test_the_first_maintenance_has_norms_of_its_own():
    norms = Norms(first_km=5000, first_months=6)
    found = predict(DELIVERED, None, [], norms)
    assert found is not None
    assert (found.due_on, found.is_first) == (DELIVERED + DAY * 125, True)
    slow = predict(DELIVERED, None, [Reading(DELIVERED + DAY * 60, 600)], norms)
    assert slow is not None
    assert slow.due_on == after_months(DELIVERED, 6)


def test_nothing_is_said_where_the_time_has_no_beginning():
    assert predict(None, None, [Reading(DELIVERED, 100)], NORMS) is None


@pytest.mark.parametrize(("day", "months", "wanted"), [
    (date(2024, 1, 31), 1, date(2024, 2, 29)),
    (date(2023, 11, 30), 3, date(2024, 2, 29)),
    (date(2024, 12, 1), 12, date(2025, 12, 1)),
])  # fmt: skip
def test_months(day: date, months: int, wanted: date):
    assert after_months(day, months) == wanted


# ---- nonsense


@pytest.mark.parametrize("wrong", [
    Reading(DELIVERED + DAY * 250, 75_000 // 3 // 10),  # fell: a digit is missing
    Reading(DELIVERED + DAY * 250, 250_000),  # a digit too many
    Reading(DELIVERED + DAY * 250, 0),  # not read
    Reading(DELIVERED + DAY * 300, 300_000),  # on the same day as a true one
    Reading(DELIVERED - DAY * 30, 90_000),  # of another car
])  # fmt: skip
def test_one_wrong_reading_changes_nothing(wrong: Reading):
    last = DELIVERED + DAY * 300
    true = driven(100, 100, 200, 300)
    assert predict(DELIVERED, last, [*true, wrong], NORMS) == predict(DELIVERED, last, true, NORMS)


def test_a_used_car_is_not_taken_for_one_that_began_at_nothing():
    known = [Reading(DELIVERED + DAY * 30, 60_000), Reading(DELIVERED + DAY * 130, 63_000)]
    found = predict(DELIVERED, DELIVERED + DAY * 130, known, NORMS)
    assert found is not None
    assert found.daily_km == 30


def test_two_readings_of_a_few_days_say_nothing():
    last = date(2026, 5, 1)
    found = predict(None, last, [Reading(last - DAY * 3, 29_000), Reading(last, 30_000)], NORMS)
    assert found is not None
    assert found.basis is ServiceBasis.ASSUMED


@given(st.none() | days, st.none() | days, readings, st.integers(1, 60), st.integers(1, 100_000))
def test_whatever_was_read_the_day_lies_between_the_last_one_and_the_months(
    delivered: date | None, last: date | None, read: list[Reading], months: int, km: int
):
    norms = Norms(km=km, months=months, first_km=km, first_months=months)
    found = predict(delivered, last, read, norms)
    begin = last or delivered
    if begin is None:
        assert found is None
        return
    assert found is not None
    assert begin < found.due_on <= after_months(begin, months)
    assert begin <= found.window_from <= found.due_on <= found.window_until
    assert norms.least <= found.daily_km <= norms.most


@given(readings, st.randoms())
def test_the_order_in_which_readings_come_does_not_matter(read: list[Reading], chance):
    mixed = list(read)
    chance.shuffle(mixed)
    assert agreeing(mixed, 200) == agreeing(read, 200)


@given(readings, st.integers(1, 1000))
def test_what_agrees_never_falls_nor_flies(read: list[Reading], most: int):
    run = agreeing(read, most)
    for one, other in pairwise(run):
        assert one.on < other.on
        assert 0 <= other.km - one.km <= most * (other.on - one.on).days


@given(
    st.integers(5, 200),
    st.lists(st.integers(1, 60), min_size=3, max_size=8),
    st.data(),
)
def test_a_typing_error_among_true_readings_is_found_out(
    km: int, gaps: list[int], data: st.DataObject
):
    """Times ten, or a tenth, among true ones that lie at least a month apart. Only of the first
    one a tenth cannot be found out: the car may have been driven less before."""
    after = [sum(gaps[: n + 1]) + 30 * (n + 1) for n in range(len(gaps))]
    true = driven(km, *after)
    at = data.draw(st.integers(0, len(true) - 2))
    factor = data.draw(st.sampled_from([10, 0.1] if at else [10]))
    wrong = Reading(true[at].on, int(true[at].km * factor))
    told = [*true[:at], wrong, *true[at + 1 :]]
    last = true[-1].on
    found, right = predict(None, last, told, NORMS), predict(None, last, true, NORMS)
    assert found is not None
    assert right is not None
    assert abs(found.daily_km - right.daily_km) <= 1
