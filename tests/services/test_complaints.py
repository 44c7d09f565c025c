"""Complaints: taken in a minute, numbered without gaps, by whom they are seen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import (
    AuditEntry,
    Complaint,
    ComplaintEvent,
    ComplaintKind,
    Department,
    EventKind,
    Finding,
    Notice,
    Severity,
    Stage,
    Urgency,
    WaitingFor,
)
from services import complaints
from services.complaints import Lack, NotReady
from services.complaints.deciding import DoesNotWait, NobodyAsked, WaitsAlready
from services.complaints.lacks import LACKS
from services.complaints.registering import (
    NotACategory,
    NotAHandler,
    PromisedBefore,
    ReceivedLater,
    TooLight,
    WhoComplains,
)
from services.complaints.stages import NotNext
from services.complaints.taking import NothingChanges
from services.complaints.talking import ConfirmedAlready, NotSilentYet
from services.core import clock
from services.core.errors import AppError, NotFound, NotPermitted, StaleRecord
from services.core.run import fetch
from tests.dealer import Dealer
from tests.services.complaint_deeds import (
    CAUSE,
    FRIDAY,
    accepted,
    close,
    closed,
    do,
    heading,
    investigated,
    register,
    replied,
    row,
    triaged,
)

NOW = FRIDAY


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def told(dealer: Dealer, who: str) -> list[str]:
    me = dealer.user_id(who)
    return [each.kind for each in dealer.rows(Notice) if each.user_id == me]


def lacks(found: pytest.ExceptionInfo[NotReady]) -> list[Lack]:
    words = {msgid: lack for lack, msgid in LACKS.items()}
    return [words[msgid] for msgid in found.value.params["missing"]]


def hand(dealer: Dealer, who: str, key: int, to: str, department: Department) -> None:
    do(
        dealer,
        who,
        complaints.transfer,
        complaints.TransferComplaint,
        key,
        department=department,
        handler_id=dealer.user_id(to),
        reason="归口处理",
    )


def test_a_complaint_has_its_number_its_first_responder_and_its_clocks(dealer: Dealer):
    taken = register(dealer)
    [row] = dealer.rows(Complaint)
    me = dealer.user_id("service")
    assert taken.number == row.number == "TS-202606-0001"
    assert (row.first_responder_id, row.accountable_id, row.handler_id) == (me, me, me)
    assert (row.stage, row.phone) == (Stage.REGISTERED, "+8613857116208")
    assert row.acknowledge_due_at == datetime(2026, 6, 6, 1, 20, tzinfo=UTC)
    assert row.next_due_at == row.acknowledge_due_at
    [event] = dealer.rows(ComplaintEvent)
    assert (event.seq, event.at, event.actor_id) == (1, NOW, me)
    told = [each for each in dealer.rows(AuditEntry) if each.subject_kind == "complaints"]
    assert [each.action for each in told] == ["complaints:registered"]
    assert "异响" not in str(told[0].details)


def test_c7_at_the_same_moment_each_has_the_next_number(dealer: Dealer):
    dealer.rows(Complaint)
    with ThreadPoolExecutor(8) as people:
        taken = list(people.map(lambda n: register(dealer, person=f"客户{n}"), range(24)))
    assert sorted(one.number for one in taken) == [f"TS-202606-{n:04d}" for n in range(1, 25)]


def test_a_refused_one_leaves_no_gap(dealer: Dealer):
    first = register(dealer)
    with pytest.raises(AppError):
        register(dealer, handler_id=dealer.user_id("sales2"))
    assert (first.number, register(dealer).number) == ("TS-202606-0001", "TS-202606-0002")


@pytest.mark.parametrize(
    ("error", "values"),
    [
        (ReceivedLater, {"received_at": NOW + timedelta(minutes=1)}),
        (PromisedBefore, {"promised_at": NOW - timedelta(minutes=1)}),
        (WhoComplains, {"person": None}),
        (TooLight, {"is_safety": True}),
        (NotACategory, {"category_id": 9999}),
        (NotFound, {"customer_id": 9999}),
        (NotPermitted, {"store_id": 2}),
    ],
)
def test_what_cannot_be_registered(dealer: Dealer, error: type[AppError], values: dict[str, Any]):
    with pytest.raises(error):
        register(dealer, **values)
    assert dealer.rows(Complaint) == []


def test_somebody_of_another_store_does_not_handle_it(dealer: Dealer):
    with pytest.raises(NotAHandler):
        register(dealer, handler_id=dealer.user_id("sales2"))


def test_whoever_it_was_given_to_is_told(dealer: Dealer):
    register(dealer, handler_id=dealer.user_id("sales"))
    assert told(dealer, "sales") == ["complaint_given"]
    assert told(dealer, "service") == []


def test_c4_without_a_reply_a_finding_and_a_cause_it_is_not_closed(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(NotNext):
        close(dealer, key)
    do(
        dealer,
        "service",
        complaints.investigate,
        complaints.InvestigateComplaint,
        key,
        words="已查",
    )
    replied(dealer, key)
    with pytest.raises(NotReady) as found:
        close(dealer, key)
    assert lacks(found) == [Lack.ACCEPTANCE, Lack.FINDING, Lack.CAUSE]
    assert row(dealer, key).closed_at is None


def test_a_cause_that_is_found_late_is_written_down_before_the_end(dealer: Dealer):
    def next_deed() -> EventKind | None:
        return fetch(complaints.case, dealer.caller("service"), key).next_deed

    key = triaged(dealer)
    look = (complaints.investigate, complaints.InvestigateComplaint, key)
    do(dealer, "service", *look, words="已查", finding=Finding.JUSTIFIED)
    replied(dealer, key)
    assert next_deed() is EventKind.ACCEPTED
    accepted(dealer, key)
    assert next_deed() is EventKind.FOUND
    do(dealer, "service", *look, words="拆检后才查明", cause_id=heading(dealer, CAUSE))
    assert (row(dealer, key).stage, next_deed()) == (Stage.REPLIED, EventKind.CLOSED)
    close(dealer, key)
    assert row(dealer, key).stage is Stage.CLOSED


def test_whys_are_kept_until_others_are_written(dealer: Dealer):
    key = triaged(dealer)
    for whys, kept in (
        ("没有复检\n没有人手", "没有复检\n没有人手"),
        ("", "没有复检\n没有人手"),
        ("没有培训", "没有培训"),
    ):
        do(
            dealer,
            "service",
            complaints.investigate,
            complaints.InvestigateComplaint,
            key,
            words="已查",
            whys=whys,
        )
        assert row(dealer, key).whys == kept


def test_with_all_of_them_it_is(dealer: Dealer):
    key = closed(dealer)
    done = row(dealer, key)
    assert (done.stage, done.closed_at, done.next_due_at) == (Stage.CLOSED, NOW, None)
    kinds = [one.kind for one in dealer.rows(ComplaintEvent)]
    assert kinds == [
        EventKind.REGISTERED,
        EventKind.TRIAGED,
        EventKind.FOUND,
        EventKind.REPLIED,
        EventKind.ACCEPTED,
        EventKind.CLOSED,
    ]


def test_a_major_one_needs_actions_and_the_director_too(dealer: Dealer):
    key = triaged(dealer, severity=Severity.L3)
    investigated(dealer, key)
    replied(dealer, key)
    accepted(dealer, key)
    with pytest.raises(NotReady) as found:
        close(dealer, key)
    assert lacks(found) == [Lack.CORRECTIVE, Lack.PREVENTIVE, Lack.DIRECTOR]
    do(
        dealer,
        "director",
        complaints.talk,
        complaints.TalkAboutComplaint,
        key,
        words="致电客户，当面致歉",
    )
    with pytest.raises(NotReady) as found:
        close(dealer, key)
    assert lacks(found) == [Lack.CORRECTIVE, Lack.PREVENTIVE]


def test_an_unjustified_one_is_closed_by_a_manager(dealer: Dealer):
    key = triaged(dealer)
    investigated(dealer, key, finding=Finding.UNJUSTIFIED)
    replied(dealer, key)
    accepted(dealer, key)
    with pytest.raises(NotReady) as found:
        close(dealer, key)
    assert lacks(found) == [Lack.LEADER]
    close(dealer, key, "manager")


def test_an_enquiry_is_answered_while_the_customer_is_there(dealer: Dealer):
    key = register(dealer, kind=ComplaintKind.ENQUIRY).id
    replied(dealer, key)
    close(dealer, key)
    assert row(dealer, key).stage is Stage.CLOSED


def test_an_answer_by_somebody_else_is_confirmed_by_who_stands_for_it(dealer: Dealer):
    key = triaged(dealer)
    investigated(dealer, key)
    replied(dealer, key, "data")
    accepted(dealer, key)
    with pytest.raises(NotReady) as found:
        close(dealer, key)
    assert lacks(found) == [Lack.CONFIRMATION]
    confirm = (complaints.confirm, complaints.ConfirmReply, key)
    with pytest.raises(NotPermitted):
        do(dealer, "manager", *confirm)
    do(dealer, "service", *confirm)
    with pytest.raises(ConfirmedAlready):
        do(dealer, "service", *confirm)
    close(dealer, key)


def test_c3_handed_on_three_times_it_keeps_its_first_responder_and_its_clocks(dealer: Dealer):
    key = triaged(dealer)
    before = row(dealer, key)
    hand(dealer, "service", key, "sales", Department.SALES)
    hand(dealer, "sales", key, "data", Department.PARTS)
    assert told(dealer, "manager") == []
    hand(dealer, "data", key, "sales", Department.SALES)
    after = row(dealer, key)
    assert after.first_responder_id == after.accountable_id == dealer.user_id("service")
    assert after.next_due_at == before.next_due_at
    assert after.close_due_at == before.close_due_at
    assert told(dealer, "manager") == told(dealer, "director") == ["complaint_tossed"]
    assert told(dealer, "sales") == ["complaint_given", "complaint_given"]


def test_it_is_not_handed_on_by_who_has_no_part_in_it(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(NotPermitted):
        hand(dealer, "sales", key, "data", Department.SALES)
    hand(dealer, "manager", key, "data", Department.SALES)


def test_while_somebody_is_away_another_stands_for_it(dealer: Dealer):
    key = triaged(dealer)
    cover = (complaints.cover, complaints.CoverComplaint, key)
    do(dealer, "service", *cover, user_id=dealer.user_id("sales"), reason="休假")
    one = row(dealer, key)
    assert one.accountable_id == dealer.user_id("sales")
    assert one.first_responder_id == dealer.user_id("service")
    do(dealer, "service", *cover, reason="回岗")
    assert row(dealer, key).accountable_id == dealer.user_id("service")
    with pytest.raises(NothingChanges):
        do(dealer, "service", *cover, reason="回岗")


def test_anyone_raises_a_level_and_a_manager_lowers_it(dealer: Dealer):
    key = triaged(dealer)
    level = (complaints.level, complaints.LevelComplaint, key)
    do(dealer, "sales", *level, severity=Severity.L2, urgency=Urgency.URGENT, reason="客户急用车")
    down = {"severity": Severity.L1, "urgency": Urgency.ORDINARY, "reason": "已安抚"}
    with pytest.raises(NotPermitted):
        do(dealer, "service", *level, **down)
    do(dealer, "manager", *level, **down)
    assert row(dealer, key).severity is Severity.L1


def test_the_customer_is_waited_for_once_he_was_asked(dealer: Dealer):
    key = triaged(dealer)
    pause = (complaints.pause, complaints.PauseComplaint, key)
    wait = {"waiting_for": WaitingFor.CUSTOMER, "words": "等客户寄来行车记录"}
    with pytest.raises(NobodyAsked):
        do(dealer, "service", *pause, **wait)
    do(dealer, "service", complaints.talk, complaints.TalkAboutComplaint, key, words="请客户寄来")
    do(dealer, "service", *pause, **wait)
    with pytest.raises(WaitsAlready):
        do(dealer, "service", *pause, **wait)
    resume = (complaints.resume, complaints.ResumeComplaint, key)
    do(dealer, "service", *resume)
    with pytest.raises(DoesNotWait):
        do(dealer, "service", *resume)


def test_silence_accepts_after_two_attempts_and_two_working_days(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key = triaged(dealer)
    investigated(dealer, key)
    replied(dealer, key)
    silence = (complaints.accept, complaints.AcceptReply, key)
    at(monkeypatch, NOW + timedelta(days=7))
    for attempt in ("响铃无人接", "再次无人接"):
        with pytest.raises(NotSilentYet):
            do(dealer, "service", *silence, is_silent=True)
        talk = complaints.TalkAboutComplaint
        do(dealer, "service", complaints.talk, talk, key, words=attempt, was_reached=False)
    at(monkeypatch, NOW + timedelta(hours=1))
    with pytest.raises(NotSilentYet):
        do(dealer, "service", *silence, is_silent=True)
    at(monkeypatch, NOW + timedelta(days=7))
    do(dealer, "service", *silence, is_silent=True)
    close(dealer, key)


def test_reopened_within_the_days_it_goes_on(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    key = closed(dealer)
    at(monkeypatch, NOW + timedelta(days=7))
    reopen = (complaints.reopen, complaints.ReopenComplaint, key)
    again = do(dealer, "sales", *reopen, words="又响了")
    one = row(dealer, key)
    assert (again.id, one.stage, one.closed_at) == (key, Stage.INVESTIGATING, None)
    assert one.first_responder_id == dealer.user_id("service")
    assert one.close_due_at is not None
    with pytest.raises(NotNext):
        close(dealer, key)  # the answer of then does not count any more


def test_c6_on_the_eighth_day_it_is_a_new_one_that_follows_it(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key = closed(dealer)
    at(monkeypatch, NOW + timedelta(days=8))
    new = do(dealer, "sales", complaints.reopen, complaints.ReopenComplaint, key, words="又响了")
    follower = row(dealer, new.id)
    assert (follower.parent_id, follower.number) == (key, "TS-202606-0002")
    assert follower.first_responder_id == dealer.user_id("sales")
    assert row(dealer, key).stage is Stage.CLOSED


def test_reopened_twice_it_weighs_more_and_the_manager_handles_it(dealer: Dealer):
    key = closed(dealer)
    reopen = (complaints.reopen, complaints.ReopenComplaint, key)
    do(dealer, "service", *reopen, words="又响了")
    replied(dealer, key)
    accepted(dealer, key)
    close(dealer, key)
    do(dealer, "service", *reopen, words="还是响")
    one = row(dealer, key)
    assert (one.severity, one.handler_id) == (Severity.L2, dealer.user_id("manager"))
    assert told(dealer, "manager") == ["complaint_given"]


def test_two_about_one_thing_become_one(dealer: Dealer):
    first, second = register(dealer).id, register(dealer).id
    other = register(dealer, phone="13900001111").id
    merge = (complaints.merge, complaints.MergeComplaint)
    for into in (second, other):
        with pytest.raises(AppError):
            do(dealer, "service", *merge, second, into_id=into, reason="同一件事")
    do(dealer, "service", *merge, second, into_id=first, reason="同一件事")
    one = row(dealer, second)
    assert (one.stage, one.parent_id, one.next_due_at) == (Stage.MERGED, first, None)
    with pytest.raises(NotNext):
        replied(dealer, second)


def test_whoever_read_an_older_version_is_told_so(dealer: Dealer):
    key = triaged(dealer)
    old = row(dealer, key).version
    investigated(dealer, key)
    with pytest.raises(StaleRecord):
        do(
            dealer,
            "service",
            complaints.reply,
            complaints.ReplyToComplaint,
            key,
            version=old,
            words="已处理",
        )
    note = complaints.NoteComplaint
    do(dealer, "sales", complaints.note, note, key, words="客户来过电话")


def test_another_store_does_not_see_it(dealer: Dealer):
    key = triaged(dealer)
    for who in ("sales2", "manager2"):
        with pytest.raises(NotFound):
            replied(dealer, key, who)


@pytest.mark.parametrize("who", ["admin", "guest", "club", "club_manager", "sales2", "manager2"])
def test_who_cannot_handle_a_complaint_of_this_store(dealer: Dealer, who: str):
    with pytest.raises(NotAHandler):
        register(dealer, handler_id=dealer.user_id(who))


def test_whoever_works_for_the_group_handles_any_store_s(dealer: Dealer):
    taken = register(dealer, "director", store_id=2)
    assert row(dealer, taken.id).handler_id == dealer.user_id("director")
    steward = register(dealer, handler_id=dealer.user_id("steward"))
    assert row(dealer, steward.id).handler_id == dealer.user_id("steward")


def test_sent_twice_it_is_one_complaint(dealer: Dealer):
    """Though the second one arrives a minute later: the moment is not the page's to say."""
    request = uuid4()
    first = register(dealer, request_id=request, received_at=None)
    assert register(dealer, request_id=request, received_at=None) == first
    assert len(dealer.rows(Complaint)) == 1


def test_a_store_that_is_none_is_not_there(dealer: Dealer):
    with pytest.raises(NotFound):
        register(dealer, "director", store_id=99)
