"""The demonstration dealer's reception: bays, believable appointments, calls kept and broken."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from db.demo import Size, accounts, load_sized
from db.engine import read_transaction
from db.models import Appointment, AppointmentSlot, Bay, Customer, InboundCall
from services.core import calendars, clock
from tests.dealer import as_system
from tests.demonstration import AS_OF, kept

SIZE = Size(customers=150, stores=2, chunk=80)


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)


@pytest.fixture
def loaded(database: str) -> str:
    load_sized(database, SIZE, as_of=AS_OF)
    return database


def share(rows: list[dict[str, Any]], state: str) -> float:
    return sum(row["state"] == state for row in rows) / len(rows)


def test_appointments_are_believable(loaded: str):
    rows = kept(loaded, Appointment)
    assert {row["store_id"] for row in kept(loaded, Bay)} == {1, 2}
    past = [row for row in rows if clock.day_of(row["starts_at"]) < AS_OF]
    ahead = [row for row in rows if clock.day_of(row["starts_at"]) >= AS_OF]
    assert len(past) > len(ahead) > 0
    assert 0.8 < share(past, "arrived") < 0.9
    assert 0.05 < share(past, "no_show") < 0.12
    assert 0.04 < share(past, "cancelled") < 0.1
    assert {row["state"] for row in ahead} >= {"requested", "booked", "confirmed"}
    assert not any(row["state"] in {"arrived", "no_show"} for row in ahead)
    customers = {row["id"]: row["store_id"] for row in kept(loaded, Customer)}
    assert all(customers[row["customer_id"]] == row["store_id"] for row in rows)
    days = Counter((row["customer_id"], clock.day_of(row["starts_at"])) for row in rows)
    assert max(days.values()) == 1


def test_each_lies_in_opening_hours_and_takes_its_slots(loaded: str):
    slots = Counter(row["appointment_id"] for row in kept(loaded, AppointmentSlot))
    with read_transaction() as session:
        as_system(session)
        hours = calendars.calendars(session, [1, 2])
    for row in kept(loaded, Appointment):
        day = clock.day_of(row["starts_at"])
        begin = (row["starts_at"] - clock.midnight(day)) // timedelta(minutes=1)
        spans = hours[row["store_id"]].spans(day)
        assert any(opens <= begin and begin + row["minutes"] <= end for opens, end in spans)
        is_live = row["state"] not in {"no_show", "cancelled"}
        assert slots[row["id"]] == (row["minutes"] // 15 if is_live else 0)


def test_some_promises_are_kept_and_some_are_owed(loaded: str):
    rows = kept(loaded, InboundCall)
    owed = [row for row in rows if row["answered_at"] is None]
    assert len(owed) == 4 * SIZE.stores
    assert min(clock.day_of(row["promised_at"]) for row in owed) == AS_OF - timedelta(days=1)
    promised = [row for row in rows if row["promised_at"] and row["answered_at"]]
    in_time = sum(row["answered_at"] <= row["promised_at"] for row in promised)
    assert 0.8 < in_time / len(promised) < 1
    fast = sum(row["rings"] <= 3 for row in rows) / len(rows)
    assert 0.8 < fast < 0.95
    assert any(row["item"] for row in rows)
    assert any(row["appointment_id"] for row in rows)
    assert all(row["answered_by_id"] for row in rows if row["answered_at"])


@pytest.mark.parametrize("as_of", [date(2026, 10, 3), date(2031, 5, 2)])
def test_any_day_can_be_today(database: str, as_of: date):
    """In a holiday, and in a year whose holidays nobody knows yet."""
    load_sized(database, SIZE, as_of=as_of)
    assert kept(database, Appointment)
