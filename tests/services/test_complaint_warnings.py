"""Who is told of a complaint's clocks, when, and that once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from db.models import AuditEntry, CalendarWeek, Complaint, Notice, Severity, Urgency
from services import complaints, notices
from services.core import clock
from services.core.access import System
from services.core.run import perform
from services.core.tellings import NoticeKind
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, do, register
from tests.services.test_complaint_boards import statements

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


# ---- what is not true any more


def relevel(dealer: Dealer, key: int, severity: Severity) -> None:
    about = {"severity": severity, "urgency": Urgency.ORDINARY, "reason": "核实"}
    do(dealer, "manager", complaints.level, complaints.LevelComplaint, key, **about)


def test_when_the_hours_change_an_old_warning_goes_and_comes_again_when_it_is_true(
    dealer: Dealer, at: At
):
    register(dealer)
    at(minutes(31))
    swept()
    assert bells(dealer) == {who: ["acknowledge:over"] for who in ("service", "manager")}
    hours = [[[600, 660]]] * 7
    change = CalendarWeek(
        store_id=1, from_on=SATURDAY.date(), hours=hours, keeps_holidays=True, created_at=FRIDAY
    )
    change.reason = "夏令作息"
    dealer.add(change)
    swept()
    assert bells(dealer) == {}
    assert swept() == 0
    at(SATURDAY + timedelta(hours=1, minutes=21))
    swept()
    assert bells(dealer) == {who: ["acknowledge:over"] for who in ("service", "manager")}


def test_when_the_level_is_lowered_what_the_clocks_have_not_used_any_more_goes(
    dealer: Dealer, at: At
):
    """Of two hours for the first answer 100 minutes are gone; then it has twelve."""
    key = register(dealer, severity=Severity.L4).id
    do(dealer, "service", complaints.acknowledge, complaints.AcknowledgeComplaint, key)
    at(FRIDAY + timedelta(minutes=100))
    swept()
    assert open_notices(dealer, "service") == ["answer:most"]
    relevel(dealer, key, Severity.L3)
    swept()
    assert bells(dealer) == {who: ["major:l3"] for who in ("manager", "director")}
    at(FRIDAY + timedelta(hours=10))
    swept()
    assert open_notices(dealer, "service") == ["answer:most"]


def test_a_lower_level_takes_back_that_it_is_a_major_one_and_the_next_time_it_is_told(
    dealer: Dealer, at: At
):
    key = register(dealer, severity=Severity.L3).id
    assert bells(dealer) == {who: ["major:l3"] for who in ("manager", "director")}
    relevel(dealer, key, Severity.L2)
    assert bells(dealer) == {}
    relevel(dealer, key, Severity.L3)
    assert bells(dealer) == {who: ["major:l3"] for who in ("manager", "director")}


# ---- one notice of one complaint


def open_notices(dealer: Dealer, who: str) -> list[str]:
    """Clock and mark of the warnings that stand in one's bell."""
    me = dealer.user_id(who)
    rows = [one for one in dealer.rows(Notice) if one.user_id == me and one.acted_at is None]
    causes = [one.cause for one in rows if one.kind != NoticeKind.COMPLAINT_GIVEN]
    return [":".join(cause.split(":")[2:]) for cause in causes]


def see(dealer: Dealer, who: str) -> None:
    newest = max(one.id for one in dealer.rows(Notice))
    perform(notices.see, dealer.caller(who), notices.SeeNotices(newest=newest))


PEOPLE = ("service", "sales", "manager", "director", "manager2", "steward")


def bells(dealer: Dealer) -> dict[str, list[str]]:
    found = {who: open_notices(dealer, who) for who in PEOPLE}
    return {who: marks for who, marks in found.items() if marks}


MONDAY = FRIDAY + timedelta(days=2, hours=20)
"""Acknowledging, answering and proposing are over, closing is not."""
AFTER_THE_WEEKEND = {
    **{who: ["propose:over"] for who in ("service", "sales", "manager")},
    "director": ["answer:day_over"],
}


def test_after_a_long_weekend_each_has_one_notice_of_a_case(dealer: Dealer, at: At):
    register(dealer, severity=Severity.L2, handler_id=dealer.user_id("sales"))
    at(MONDAY)
    assert swept() == 4
    assert bells(dealer) == AFTER_THE_WEEKEND
    assert swept() == 0
    at(MONDAY + timedelta(minutes=5))
    assert swept() == 0
    assert bells(dealer) == AFTER_THE_WEEKEND


def test_swept_all_the_time_it_is_one_notice_too(dealer: Dealer, at: At):
    register(dealer, severity=Severity.L2, handler_id=dealer.user_id("sales"))
    hour = FRIDAY
    while hour <= MONDAY:
        at(hour)
        swept()
        assert all(len(marks) == 1 for marks in bells(dealer).values())
        hour += timedelta(hours=1)
    assert bells(dealer) == AFTER_THE_WEEKEND
    causes = [(one.user_id, one.cause) for one in dealer.rows(Notice)]
    assert len(causes) == len(set(causes))


def test_the_next_mark_of_a_clock_takes_the_place_of_the_one_before(dealer: Dealer, at: At):
    register(dealer)
    for minute, mark in ((15, "half"), (24, "most"), (30, "over")):
        at(minutes(minute))
        assert swept() >= 1
        assert open_notices(dealer, "service") == [f"acknowledge:{mark}"]
        see(dealer, "service")  # seen in the bell, and not opened
    assert told(dealer, "service") == ["half", "most", "over"]


def test_what_says_less_waits_behind_what_nobody_has_seen(dealer: Dealer, at: At):
    register(dealer)  # to be acknowledged within 30 minutes, answered within 4 hours
    at(minutes(30))
    swept()
    at(minutes(130))
    swept()
    assert open_notices(dealer, "service") == ["acknowledge:over"]
    assert told(dealer, "service", "answer") == ["half"]  # put down, and over
    see(dealer, "service")
    assert swept() == 0
    at(minutes(200))
    swept()
    assert open_notices(dealer, "service") == ["acknowledge:over", "answer:most"]
    at(minutes(241))
    swept()
    assert open_notices(dealer, "service") == ["acknowledge:over", "answer:over"]


def test_what_was_passed_over_is_not_told_when_the_rest_is_done(dealer: Dealer, at: At):
    key = register(dealer).id
    at(minutes(130))
    swept()
    assert open_notices(dealer, "service") == ["acknowledge:over"]
    do(dealer, "service", complaints.acknowledge, complaints.AcknowledgeComplaint, key)
    assert (open_notices(dealer, "service"), swept()) == ([], 0)


def test_each_hears_what_says_most_of_what_is_his_to_hear(dealer: Dealer, at: At):
    """Whoever took it hears at four fifths of a clock; the manager does not, and hears at the half
    of another one."""
    register(dealer, severity=Severity.L2, handler_id=dealer.user_id("sales"))
    at(minutes(24))
    swept()
    most = ["acknowledge:most"]
    assert bells(dealer) == {"sales": most, "service": most, "manager": ["answer:half"]}


def test_another_complaint_has_a_notice_of_its_own(dealer: Dealer, at: At):
    for _twice in range(2):
        register(dealer)
    at(minutes(30))
    swept()
    assert open_notices(dealer, "service") == ["acknowledge:over"] * 2


def test_into_whose_hands_it_comes_late_hears_once_how_late_it_is(dealer: Dealer, at: At):
    key = register(dealer).id
    at(minutes(130))
    swept()
    do(
        dealer,
        "service",
        complaints.transfer,
        complaints.TransferComplaint,
        key,
        department=complaints.Department.SALES,
        handler_id=dealer.user_id("sales"),
        reason="合同问题",
    )
    swept()
    assert open_notices(dealer, "sales") == ["acknowledge:over"]


def test_the_sweep_looks_as_often_for_many_as_for_one(dealer: Dealer, at: At):
    register(dealer)
    at(minutes(30))
    swept()
    with statements() as few:
        swept()
    at(FRIDAY)
    for _more in range(5):
        register(dealer)
    at(minutes(30))
    swept()
    with statements() as many:
        assert swept() == 0
    assert len(many) == len(few)
