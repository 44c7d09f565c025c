"""Opening hours as people type them: one normal form, and a reason for every refusal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.normal import InvalidValue, hours, written_hours
from services.core.normal.hours import MOST
from services.core.worktime import check_spans


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9:00-12:00, 13:30-18:00", "09:00-12:00, 13:30-18:00"),
        ("9：00－12：00，13：30－18：00", "09:00-12:00, 13:30-18:00"),
        ("9:00至12:00、13:30到18:00", "09:00-12:00, 13:30-18:00"),
        ("９:００ – １８:００", "09:00-18:00"),
        ("9:00~18:00", "09:00-18:00"),
        ("13:30-18:00;9:00-12:00", "09:00-12:00, 13:30-18:00"),
        ("09:00-12:00,12:00-18:00", "09:00-18:00"),
        ("0:00-24:00", "00:00-24:00"),
        ("", ""),
        (" \u3000 ", ""),
        ("休息", ""),
        ("Closed", ""),
    ],
)
def test_what_people_type(typed: str, kept: str):
    assert written_hours(hours(typed)) == kept


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        ("9-18", "hours", {}),
        ("all day", "hours", {}),
        ("9:00-", "hours", {}),
        ("9:00-12:00,", "hours", {}),
        ("9:00-12:00-18:00", "hours", {}),
        ("-9:00-12:00", "hours", {}),
        ("٩:٠٠-١٢:٠٠", "hours", {}),
        ("9:00" + " " * 20 + "x" * 400, "hours", {}),
        ("9:00-9:00", "hours_empty", {"range": "09:00-09:00"}),
        ("18:00-9:00", "hours_empty", {"range": "18:00-09:00"}),
        ("22:00-24:01", "hours_outside", {}),
        ("9:60-12:00", "hours_outside", {}),
        ("9:00-12:00, 11:59-13:00", "hours_overlap", None),
        ("9:00-18:00, 10:00-11:00", "hours_overlap", None),
        (", ".join(f"{n}:00-{n}:30" for n in range(MOST + 1)), "hours_many", {"max": MOST}),
    ],
)
def test_refusals_give_the_reason(typed: str, code: str, params: dict[str, object] | None):
    with pytest.raises(InvalidValue) as refused:
        hours(typed)
    assert refused.value.code == code
    assert params is None or refused.value.params == params
    refused.value.msgid.format(**refused.value.params)


edges = st.sets(st.integers(0, 1440), max_size=2 * MOST).map(sorted)


@settings(max_examples=300, deadline=None)
@given(edges, st.randoms())
def test_hours_written_are_read_back_in_whatever_order(minutes: list[int], chance):
    spans = tuple(zip(minutes[0::2], minutes[1::2], strict=False))
    assert hours(written_hours(spans)) == spans
    mixed = list(spans)
    chance.shuffle(mixed)
    assert hours(written_hours(mixed)) == spans


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789:-, ：－，24", max_size=40))
def test_whatever_is_accepted_is_whole_in_order_and_apart(typed: str):
    try:
        found = hours(typed)
    except InvalidValue:
        found = ()  # refused in words: the test above
    check_spans(found)
    assert hours(written_hours(found)) == found
