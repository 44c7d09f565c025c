"""The demonstration's working hours: one week for the group, a lunch break in one store."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from db.demo import Size, accounts, load_sized
from db.engine import engine
from services.core import calendars
from services.core.worktime import holiday_name
from tests.dealer import as_system

AS_OF = date(2026, 3, 2)
USUAL, LUNCH = ((510, 1080),), ((540, 720), (810, 1080))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)


def test_one_store_has_a_lunch_break_and_days_of_its_own(database: str) -> None:
    load_sized(database, Size(customers=20, stores=3), as_of=AS_OF)
    with Session(engine()) as session:
        as_system(session)
        made = calendars.calendars(session, [1, 3])
    ahead = [AS_OF + timedelta(days=n) for n in range(60)]
    days = [day for day in ahead if holiday_name(day) is None]
    assert {made[1].spans(day) for day in days} == {USUAL}
    assert {made[3].spans(day) for day in days if day.weekday() < 6} == {LUNCH, ()}
    closed = [day for day in days if day.weekday() < 6 and not made[3].spans(day)]
    opened = [day for day in ahead if day.weekday() == 6 and made[3].spans(day)]
    assert (len(closed), len(opened)) == (1, 1)
