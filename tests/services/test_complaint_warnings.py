"""Who is told of a complaint's clocks, when, and that once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from db.models import AuditEntry, CalendarWeek, Complaint, Notice, Severity, Urgency
from services import complaints
from services.core import clock
from services.core.access import System
from services.core.run import perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, do, register

SATURDAY = datetime(2026, 6, 6, 1, 0, tzinfo=UTC)
"""Nine in the morning: the store opens."""
At = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(FRIDAY)
    return set_clock


def swept() -> int:
    return perform(complaints.watch, System("tests"), complaints.WatchComplaints()).changed


def told(dealer: Dealer, who: str, clock_: str = "acknowledge") -> list[str]:
    """What one was told of a clock: the marks, in their order."""
    me = dealer.user_id(who)
    causes = [one.cause.split(":") for one in dealer.rows(Notice) if one.user_id == me]
    return [parts[3] for parts in causes if parts[2] == clock_]


def minutes(count: int) -> datetime:
    """10 minutes of the limit's 30 are used up on Friday evening."""
    return SATURDAY + timedelta(minutes=count - 10)


def test_at_half_of_its_time_the_handler_is_told(dealer: Dealer, at: At):
    register(dealer, handler_id=dealer.user_id("sales"))
    at(minutes(14))
    assert swept() == 0
    at(minutes(15))
    assert swept() == 1
    assert (told(dealer, "sales"), told(dealer, "service")) == (["half"], [])
    assert swept() == 0


def test_of_a_general_one_the_manager_is_told_too(dealer: Dealer, at: At):
    register(dealer, severity=Severity.L2)
    at(minutes(15))
    swept()
    assert told(dealer, "service") == told(dealer, "manager") == ["half"]
    assert told(dealer, "manager2") == told(dealer, "director") == []


def test_further_on_whoever_took_it_then_the_manager_then_the_director(dealer: Dealer, at: At):
    register(dealer, handler_id=dealer.user_id("sales"))
    at(minutes(24))
    swept()
    assert told(dealer, "sales") == told(dealer, "service") == ["most"]
    assert told(dealer, "manager") == []
    at(minutes(30))
    swept()
    assert told(dealer, "service") == ["most", "over"]
    assert (told(dealer, "manager"), told(dealer, "director")) == (["over"], [])
    at(minutes(30) + timedelta(days=1) - timedelta(minutes=1))
    swept()
    assert told(dealer, "director") == []
    at(minutes(30) + timedelta(days=1))
    assert swept() == 1
    assert told(dealer, "director") == ["day_over"]


def test_after_days_of_standing_still_what_is_past_is_not_told(dealer: Dealer, at: At):
    register(dealer)
    at(FRIDAY + timedelta(days=10))
    swept()
    assert told(dealer, "service") == ["over"]
    assert told(dealer, "director") == ["day_over"]
    assert swept() == 0


def test_what_is_done_ends_the_warning(dealer: Dealer, at: At):
    key = register(dealer).id
    at(minutes(24))
    swept()
    do(dealer, "service", complaints.acknowledge, complaints.AcknowledgeComplaint, key)
    assert [one.acted_at for one in dealer.rows(Notice)] == [minutes(24)]
    at(minutes(40))
    assert swept() == 0


def test_a_major_one_is_told_at_once(dealer: Dealer, at: At):
    register(dealer, severity=Severity.L3)
    heard = {one.user_id for one in dealer.rows(Notice)}
    assert heard == {dealer.user_id("manager"), dealer.user_id("director")}


def test_and_one_that_becomes_major(dealer: Dealer, at: At):
    key = register(dealer, severity=Severity.L2).id
    assert dealer.rows(Notice) == []
    do(
        dealer,
        "sales",
        complaints.level,
        complaints.LevelComplaint,
        key,
        severity=Severity.L4,
        urgency=Urgency.ORDINARY,
        reason="起火",
    )
    assert {one.kind for one in dealer.rows(Notice)} == {"complaint_major"}


def test_hours_that_change_change_what_is_due(dealer: Dealer, at: At):
    key = register(dealer).id
    before = dealer.row(Complaint, key).next_due_at
    assert swept() == 0
    dealer.add(
        CalendarWeek(
            store_id=1,
            from_on=SATURDAY.date(),
            hours=[[[600, 660]]] * 7,
            keeps_holidays=True,
            created_at=FRIDAY,
            reason="夏令作息",
        )
    )
    assert swept() == 1
    after = dealer.row(Complaint, key)
    assert before == SATURDAY + timedelta(minutes=20)
    assert after.next_due_at == SATURDAY + timedelta(hours=1, minutes=20)
    assert "complaints:timed" in {one.action for one in dealer.rows(AuditEntry)}
    assert swept() == 0
