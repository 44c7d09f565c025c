"""What is left of a personal value for those who may not see it whole."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Lifecycle
from services.core.masks import HIDDEN, MASKS, NAMES, TELLS_NOBODY, lasting, masked


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("phone", "+8613812346208", "138 **** 6208"),
        ("other_phone", "+8657187654321", "571 **** 4321"),
        ("phone", "+86110", "****"),
        ("phone", "+8612345", "****"),
        ("plate", "浙A12345", "浙A****45"),
        ("plate", "浙A123", "浙A****23"),
        ("plate", "浙A1", "****"),
        ("vin", "LSVAA4182E2123456", "****123456"),
        ("vin", "123456", "****"),
        ("email", "wang@example.com", "w****@example.com"),
        ("email", "no address", "****"),
        ("wechat", "wx123", "****"),
        ("street", "文三路 1 号", "****"),
        ("address", "文三路 1 号", "****"),
        ("birthday", date(1980, 5, 4), "1980-****"),
        ("birthday", "1980-05-04", "1980-****"),
        ("name", "王小明", "王小明"),
        ("phone", "", ""),
        ("phone", None, None),
        ("birthday", None, None),
    ],
)
def test_what_is_left(field, value, left):
    assert masked(field, value) == left


@given(st.sampled_from(sorted(MASKS)), st.text(min_size=1, max_size=40))
def test_no_value_passes_whole(field, value):
    assert masked(field, value) != value or set(value) <= set("* -")


@given(st.integers(min_value=10**10, max_value=2 * 10**10 - 1))
def test_the_middle_of_a_phone_is_gone(number):
    shown = str(masked("phone", f"+86{number}"))
    assert str(number)[3:7] not in shown.replace(str(number)[:3], "", 1)[:-4]
    assert sum(char.isdigit() for char in shown) == 7


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("name", "王小明", "王****"),
        ("name", "杭州西湖贸易有限公司", "杭****"),
        ("contact_name", "单雪", "单****"),
        ("note", "他的妻子叫李四", "****"),
        ("a column to come", "anything", "****"),
        ("a column to come", ["anything"], "****"),
        ("phone", "+8613812346208", "138 **** 6208"),
        ("birthday", date(1980, 5, 4), "1980-****"),
        ("model", "A7", "A7"),
        ("lifecycle", Lifecycle.LOST, Lifecycle.LOST),
        ("is_member", True, True),
        ("odometer_km", 12000, 12000),
        ("insurance_until", date(2026, 5, 4), date(2026, 5, 4)),
        ("note", "", ""),
        ("name", None, None),
    ],
)
def test_what_lasts_in_the_audit(field, value, left):
    assert lasting(field, value) == left


@given(st.text(max_size=12), st.text(min_size=1, max_size=40))
def test_no_text_lasts_unless_it_tells_nobody(field, text):
    if field not in MASKS | dict.fromkeys(NAMES | TELLS_NOBODY):
        assert lasting(field, text) == HIDDEN
