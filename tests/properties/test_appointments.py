"""For any sequence of booking, moving and calling off, no two live appointments share a bay."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.models import Appointment, AppointmentSlot, Bay
from services import appointments
from services.appointments import slots
from services.appointments.listing import LIVE
from services.core import clock
from services.core.errors import AppError
from services.core.run import perform
from tests.dealer import Dealer

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
OPENS = datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)

deed = st.tuples(
    st.sampled_from(["book", "move", "cancel"]),
    st.integers(0, 7),
    st.integers(0, 12),
    st.sampled_from([15, 30, 45, 60, 90]),
    st.sampled_from([0, 1]),
    st.booleans(),
)
"""What, with which appointment, at which quarter, how long, at which bay, with the advisor."""


@pytest.fixture
def ground(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> tuple[Dealer, list[int], list[int]]:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    bays = dealer.add(Bay(store_id=1, name="1"), Bay(store_id=1, name="2"))
    people = [dealer.customer(owner="service") for _ in range(8)]
    return dealer, bays, people


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deeds=st.lists(deed, min_size=3, max_size=14))
def test_no_two_live_ones_share_a_bay(
    ground: tuple[Dealer, list[int], list[int]], deeds: list[tuple[Any, ...]]
):
    dealer, bays, people = ground
    _clear(dealer)
    for what, nth, quarter, minutes, bay, with_advisor in deeds:
        place = {
            "starts_at": OPENS + quarter * QUARTER,
            "minutes": minutes,
            "bay_id": bays[bay],
            "advisor_id": dealer.user_id("service") if with_advisor else None,
        }
        try:
            _do(dealer, what, nth, people[nth], place)
        except AppError:
            continue  # a refusal is an answer; what counts is what stands afterwards
    live = [row for row in dealer.rows(Appointment) if row.state in LIVE]
    for one, other in combinations(live, 2):
        if one.bay_id == other.bay_id:
            assert _end(one) <= other.starts_at or _end(other) <= one.starts_at
        if one.advisor_id and one.advisor_id == other.advisor_id:
            assert abs(one.starts_at - other.starts_at) >= min(
                QUARTER * 2, *(timedelta(minutes=row.minutes) for row in (one, other))
            )
    held = {(row.appointment_id, row.at) for row in dealer.rows(AppointmentSlot)}
    wanted = {(row.id, at) for row in live for at in slots.quarters(row.starts_at, row.minutes)}
    assert held == wanted


def _end(row: Appointment) -> datetime:
    return row.starts_at + timedelta(minutes=row.minutes)


def _do(dealer: Dealer, what: str, nth: int, customer: int, place: dict[str, Any]) -> None:
    who, about = dealer.caller("service"), {"request_id": uuid4()}
    if what == "book":
        form = appointments.BookAppointment(
            customer_id=customer, work="repair", source="call", **about, **place
        )
        perform(appointments.book, who, form)
        return
    rows = dealer.rows(Appointment)
    if not rows:
        return
    row = rows[nth % len(rows)]
    about |= {"appointment_id": row.id, "version": row.version}
    if what == "move":
        perform(appointments.move, who, appointments.MoveAppointment(**about, **place))
    else:
        perform(
            appointments.cancel, who, appointments.CancelAppointment(**about, reason="not today")
        )


def _clear(dealer: Dealer) -> None:
    """What the example before left is called off."""
    for row in dealer.rows(Appointment):
        if row.state in appointments.COMING:
            about = {"request_id": uuid4(), "appointment_id": row.id, "version": row.version}
            form = appointments.CancelAppointment(**about, reason="next example")
            perform(appointments.cancel, dealer.caller("service"), form)
