"""By when a customer was promised to hear from us: when it may be, and what comes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.models import CalendarDay, Complaint, ComplaintEvent, EventKind, Notice, Severity
from services import complaints
from services.complaints.promising import PromisedClosed, PromisedLate, PromisedPast
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, do, investigated, register, replied, triaged

SATURDAY = datetime(2026, 6, 6, 1, 0, tzinfo=UTC)
"""Nine in the morning: the store opens."""
HOUR = timedelta(hours=1)
At = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(FRIDAY)
    return set_clock


def promise(dealer: Dealer, key: int, promised_at: datetime, **more: Any) -> None:
    model = complaints.AcknowledgeComplaint
    do(dealer, "service", complaints.acknowledge, model, key, promised_at=promised_at, **more)


def talk(dealer: Dealer, key: int, *, was_reached: bool) -> None:
    model = complaints.TalkAboutComplaint
    do(dealer, "service", complaints.talk, model, key, words="致电客户", was_reached=was_reached)


def swept() -> int:
    return perform(complaints.watch, System("tests"), complaints.WatchComplaints()).changed


def told(dealer: Dealer) -> list[tuple[str, bool]]:
    """Of promises: who was told, and whether it is over."""
    people = {dealer.user_id(who): who for who in ("service", "sales", "manager", "director")}
    found = [one for one in dealer.rows(Notice) if ":promise:" in one.cause]
    return sorted((people[one.user_id], one.acted_at is not None) for one in found)


def on_the_wall(dealer: Dealer) -> list[datetime | None]:
    return [row.promised_at for row in fetch(complaints.wall, dealer.caller("service"))]


def test_it_stands_on_the_case_and_on_the_wall(dealer: Dealer, at: At):
    key = register(dealer).id
    promise(dealer, key, SATURDAY + HOUR)
    assert on_the_wall(dealer) == [SATURDAY + HOUR]
    case = fetch(complaints.case, dealer.caller("service"), key)
    assert case.promised_at == case.values["promised_at"] == SATURDAY + HOUR
    [event] = [one for one in case.events if one.kind is EventKind.ACKNOWLEDGED]
    assert datetime.fromisoformat(event.details["promised_at"]) == SATURDAY + HOUR
    assert event.details["takes_longer"] is False


@pytest.mark.parametrize(
    ("error", "moment"),
    [
        (PromisedPast, FRIDAY),
        (PromisedPast, FRIDAY - HOUR),
        (PromisedClosed, FRIDAY + HOUR),
        (PromisedClosed, SATURDAY - timedelta(minutes=1)),
        (PromisedClosed, datetime(2199, 12, 31, 15, 59, tzinfo=UTC)),
        (PromisedLate, SATURDAY + timedelta(days=3)),
    ],
)
def test_what_may_not_be_promised(dealer: Dealer, at: At, error: type, moment: datetime):
    key = register(dealer).id
    with pytest.raises(error):
        promise(dealer, key, moment)
    assert dealer.row(Complaint, key).promised_at is None
    assert [one.kind for one in dealer.rows(ComplaintEvent)] == [EventKind.REGISTERED]


@pytest.mark.parametrize("moment", [FRIDAY + timedelta(minutes=10), SATURDAY])
def test_until_closing_time_and_from_opening_on(dealer: Dealer, at: At, moment: datetime):
    key = register(dealer).id
    promise(dealer, key, moment)
    assert dealer.row(Complaint, key).promised_at == moment


def test_whoever_says_so_may_promise_more_than_the_clock_allows(dealer: Dealer, at: At):
    key = register(dealer).id
    until = fetch(complaints.case, dealer.caller("service"), key).promise_limit
    assert until is not None
    promise(dealer, key, until + timedelta(minutes=1), takes_longer=True)
    details = [one.details for one in dealer.rows(ComplaintEvent)][-1]
    assert details["takes_longer"] is True


def test_just_up_to_the_clock_nothing_need_be_said(dealer: Dealer, at: At):
    key = register(dealer).id
    until = fetch(complaints.case, dealer.caller("service"), key).promise_limit
    assert until is not None
    promise(dealer, key, until)
    assert dealer.row(Complaint, key).promised_at == until


def test_on_a_major_one_somebody_works_at_night(dealer: Dealer, at: At):
    key = register(dealer, severity=Severity.L3).id
    promise(dealer, key, FRIDAY + 4 * HOUR)
    assert dealer.row(Complaint, key).promised_at == FRIDAY + 4 * HOUR


def test_of_a_missed_one_they_are_told_once(dealer: Dealer, at: At):
    key = register(dealer, handler_id=dealer.user_id("sales")).id
    promise(dealer, key, SATURDAY + HOUR)
    at(SATURDAY + HOUR)
    swept()
    assert told(dealer) == []
    at(SATURDAY + HOUR + timedelta(minutes=1))
    swept()
    assert told(dealer) == [("manager", False), ("sales", False), ("service", False)]
    at(SATURDAY + HOUR + timedelta(minutes=2))
    assert swept() == 0
    assert on_the_wall(dealer) == [SATURDAY + HOUR]


def test_of_a_legal_case_nobody_else_is_told(dealer: Dealer, at: At):
    key = register(dealer).id
    promise(dealer, key, SATURDAY + HOUR)
    do(
        dealer,
        "director",
        complaints.flag,
        complaints.FlagComplaint,
        key,
        is_safety=False,
        is_media=False,
        is_legal=True,
        reason="律师函",
    )
    at(SATURDAY + 2 * HOUR)
    swept()
    assert told(dealer) == [("service", False)]


def test_who_was_not_reached_still_waits(dealer: Dealer, at: At):
    key = register(dealer).id
    promise(dealer, key, SATURDAY + HOUR)
    at(SATURDAY + 2 * HOUR)
    swept()
    talk(dealer, key, was_reached=False)
    assert told(dealer) == [("manager", False), ("service", False)]
    assert on_the_wall(dealer) == [SATURDAY + HOUR]


def test_who_has_heard_from_us_waits_no_more(dealer: Dealer, at: At):
    key = register(dealer).id
    promise(dealer, key, SATURDAY + HOUR)
    at(SATURDAY + 2 * HOUR)
    swept()
    talk(dealer, key, was_reached=True)
    assert told(dealer) == [("manager", True), ("service", True)]
    assert on_the_wall(dealer) == [None]
    kept = dealer.row(Complaint, key)
    assert (kept.promised_at, kept.heard_at) == (SATURDAY + HOUR, SATURDAY + 2 * HOUR)
    case = fetch(complaints.case, dealer.caller("service"), key)
    assert (case.promised_at, case.values["promised_at"]) == (None, SATURDAY + HOUR)


def test_an_answer_keeps_it_too(dealer: Dealer, at: At):
    key = triaged(dealer)
    promise(dealer, key, SATURDAY + HOUR)
    investigated(dealer, key)
    assert dealer.row(Complaint, key).heard_at is None
    replied(dealer, key)
    assert dealer.row(Complaint, key).heard_at == FRIDAY
    at(SATURDAY + 2 * HOUR)
    swept()
    assert told(dealer) == []


def test_a_new_one_takes_its_place(dealer: Dealer, at: At):
    key = triaged(dealer)
    promise(dealer, key, SATURDAY + HOUR)
    at(SATURDAY + HOUR + timedelta(minutes=1))
    swept()
    promise(dealer, key, SATURDAY + 2 * HOUR)
    assert told(dealer) == [("manager", True), ("service", True)]
    assert swept() == 0
    at(SATURDAY + 2 * HOUR + timedelta(minutes=1))
    swept()
    assert told(dealer).count(("service", False)) == 1


def test_acknowledged_once_more_without_one_the_old_one_holds(dealer: Dealer, at: At):
    key = triaged(dealer)
    promise(dealer, key, SATURDAY + HOUR)
    do(dealer, "service", complaints.acknowledge, complaints.AcknowledgeComplaint, key)
    assert on_the_wall(dealer) == [SATURDAY + HOUR]


# ---- what is mostly promised


def usual(dealer: Dealer, key: int, who: str = "service") -> list[tuple[str, datetime]]:
    found = fetch(complaints.usual_promises, dealer.caller(who), key)
    return [(one.kind.value, one.at) for one in found]


def test_what_is_mostly_promised_follows_the_store_s_hours(dealer: Dealer, at: At):
    key = register(dealer, severity=Severity.L2).id
    limit = fetch(complaints.case, dealer.caller("service"), key).promise_limit
    assert limit == FRIDAY + 24 * HOUR  # 17:50 on Saturday
    assert usual(dealer, key) == [  # on Friday at 17:50
        ("today", FRIDAY + timedelta(minutes=10)),
        ("hour", SATURDAY + timedelta(minutes=50)),
        ("next_day", SATURDAY + HOUR),
        ("limit", limit),
    ]
    for moment in (SATURDAY - 4 * HOUR, SATURDAY):  # the same while it is still closed
        at(moment)
        assert usual(dealer, key) == [
            ("hour", SATURDAY + HOUR),
            ("limit", limit),
        ]


def test_each_of_them_may_be_promised(dealer: Dealer, at: At):
    for severity in Severity:
        key = triaged(dealer, severity=severity)
        for moment in (FRIDAY, FRIDAY + 3 * HOUR, SATURDAY + HOUR):
            at(moment)
            for _kind, wish in usual(dealer, key):
                promise(dealer, key, wish)
                assert dealer.row(Complaint, key).promised_at == wish
        at(FRIDAY)


def test_none_is_later_than_the_clock_allows(dealer: Dealer, at: At):
    key = register(dealer).id
    at(SATURDAY + 3 * HOUR)  # of four working hours 50 minutes are left
    assert usual(dealer, key) == [("limit", SATURDAY + 3 * HOUR + timedelta(minutes=50))]
    at(SATURDAY + 4 * HOUR)
    assert usual(dealer, key) == []


def test_at_night_a_clock_of_the_day_and_night_is_promised_for_a_major_one_only(
    dealer: Dealer, at: At
):
    night = FRIDAY + 3 * HOUR
    general = register(dealer, severity=Severity.L2, received_at=FRIDAY - 20 * HOUR).id
    major = register(dealer, severity=Severity.L3, received_at=FRIDAY).id
    at(night)
    assert "limit" not in dict(usual(dealer, general))
    assert dict(usual(dealer, major))["limit"] == FRIDAY + 12 * HOUR


def test_a_day_off_is_passed_over(dealer: Dealer, at: At):
    key = register(dealer, severity=Severity.L2).id
    dealer.add(
        CalendarDay(
            store_id=1,
            falls_on=SATURDAY.date(),
            hours=[],
            created_at=FRIDAY,
            reason="盘点",
        )
    )
    at(FRIDAY + timedelta(seconds=30))
    kinds = dict(usual(dealer, key))
    assert kinds == {"today": FRIDAY + timedelta(minutes=10)}


def test_of_another_store_s_complaint_nothing_is_said(dealer: Dealer, at: At):
    key = register(dealer).id
    with pytest.raises(NotFound):
        usual(dealer, key, "sales2")
    with pytest.raises(NotPermitted):
        usual(dealer, key, "guest")
