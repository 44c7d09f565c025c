"""Special cases: what they touch, who sees a legal one, who speaks in public."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.models import (
    Complaint,
    ComplaintPerson,
    Department,
    Notice,
    PartIn,
    PostDuty,
    Severity,
    Urgency,
)
from services import complaints, notices
from services.complaints.naming import (
    NamedAlready,
    NobodySpeaks,
    NobodyThere,
    NotASpokesperson,
    NotNamed,
    NotTheSpokesperson,
)
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from services.core.tellings import KINDS, NoticeKind
from services.notices import NoticeLine
from tests.dealer import Dealer
from tests.services.complaint_deeds import (
    closed,
    do,
    investigated,
    replied,
    row,
    triaged,
)

LATE, LEGAL = NoticeKind.COMPLAINT_LATE, NoticeKind.COMPLAINT_LEGAL


def open_notices(dealer: Dealer, who: str) -> list[Notice]:
    me = dealer.user_id(who)
    return [one for one in dealer.rows(Notice) if one.user_id == me and one.acted_at is None]


def flag(dealer: Dealer, key: int, who: str = "manager", **flags: Any) -> None:
    about = {"is_safety": False, "is_media": False, "is_legal": False, "reason": "律师来函"}
    do(dealer, who, complaints.flag, complaints.FlagComplaint, key, **about | flags)


def name(dealer: Dealer, key: int, of: str, who: str = "manager", *, is_in: bool = True) -> None:
    deed = complaints.name_person if is_in else complaints.unname_person
    about = {"user_id": dealer.user_id(of), "reason": "配合取证"}
    do(dealer, who, deed, complaints.NamePerson, key, **about)


def seeing(dealer: Dealer, key: int) -> set[str]:
    found = set()
    for who in ("director", "manager", "service", "sales", "steward", "sales2", "guest"):
        if key in {one.id for one in fetch(complaints.page, dealer.caller(who)).rows}:
            found.add(who)
    return found


def test_a_legal_case_is_seen_by_those_named_only(dealer: Dealer):
    key = triaged(dealer)
    assert seeing(dealer, key) == {"director", "manager", "service", "sales", "steward"}
    flag(dealer, key, is_legal=True, legal_stage="已收律师函")
    assert seeing(dealer, key) == {"director", "manager", "service"}
    case = fetch(complaints.case, dealer.caller("director"), key)
    assert (len(case.named), case.values["legal_stage"]) == (3, "已收律师函")
    with pytest.raises(NotFound):
        fetch(complaints.case, dealer.caller("steward"), key)
    name(dealer, key, "steward")
    assert "steward" in seeing(dealer, key)
    name(dealer, key, "steward", is_in=False)
    assert seeing(dealer, key) == {"director", "manager", "service"}
    flag(dealer, key)
    assert seeing(dealer, key) == {"director", "manager", "service", "sales", "steward"}


def test_only_who_leads_marks_and_names(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(NotPermitted):
        flag(dealer, key, "service", is_legal=True)
    with pytest.raises(NotPermitted):
        name(dealer, key, "sales2", "service")


def test_who_can_be_named_and_who_stays(dealer: Dealer):
    key = triaged(dealer)
    flag(dealer, key, is_legal=True)
    with pytest.raises(NamedAlready):
        name(dealer, key, "service")
    for kept in ("service", "manager", "sales"):  # handles it, asks, was never named
        with pytest.raises(NotNamed):
            name(dealer, key, kept, is_in=False)
    with pytest.raises(NobodyThere):
        do(
            dealer,
            "manager",
            complaints.name_person,
            complaints.NamePerson,
            key,
            user_id=999,
            reason="配合取证",
        )


def test_into_whose_hands_a_legal_case_comes_sees_it(dealer: Dealer):
    key = triaged(dealer)
    flag(dealer, key, is_legal=True)
    about = {"department": Department.SALES, "handler_id": dealer.user_id("sales")}
    form = complaints.TransferComplaint
    do(dealer, "service", complaints.transfer, form, key, reason="合同纠纷", **about)
    assert "sales" in seeing(dealer, key)


def test_what_follows_a_legal_case_is_one_for_the_same_people(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key = closed(dealer)
    flag(dealer, key, is_legal=True)
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    form = complaints.ReopenComplaint
    follower = do(dealer, "service", complaints.reopen, form, key, words="又坏了").id
    assert follower != key
    assert row(dealer, follower).is_legal
    assert seeing(dealer, follower) == {"director", "manager", "service"}


def test_nobody_else_is_told_of_what_follows_a_legal_case(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key = closed(dealer)
    flag(dealer, key, "director", is_legal=True, is_safety=True)
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    form = complaints.ReopenComplaint
    follower = do(dealer, "service", complaints.reopen, form, key, words="又坏了").id
    told = {one.user_id for one in dealer.rows(Notice) if one.params["complaint"] == follower}
    assert told == {dealer.user_id("director")}


def test_safety_and_the_media_weigh_at_least_as_a_major_one(dealer: Dealer):
    for flags in ({"is_safety": True}, {"is_media": True}):
        key = triaged(dealer)
        flag(dealer, key, **flags)
        assert row(dealer, key).severity is Severity.L3
    key = triaged(dealer, severity=Severity.L4)
    flag(dealer, key, is_safety=True)
    assert row(dealer, key).severity is Severity.L4


def test_in_public_one_person_alone_answers(dealer: Dealer):
    key = triaged(dealer)
    investigated(dealer, key)
    dealer.named(PostDuty.SPOKESPERSON, "director")
    flag(dealer, key, is_media=True, spokesperson_id=dealer.user_id("director"))
    with pytest.raises(NotTheSpokesperson) as refused:
        replied(dealer, key)
    assert refused.value.params == {"person": "director 某"}
    replied(dealer, key, "director")
    assert row(dealer, key).stage is complaints.Stage.REPLIED


def test_nobody_speaks_who_is_not_named_for_it(dealer: Dealer):
    key, speaker = triaged(dealer), dealer.user_id("director")
    with pytest.raises(NobodySpeaks):
        flag(dealer, key, is_media=True, spokesperson_id=speaker)
    dealer.named(PostDuty.SPOKESPERSON, "sales2", store=2)
    with pytest.raises(NobodySpeaks):
        flag(dealer, key, is_media=True, spokesperson_id=speaker)
    dealer.named(PostDuty.SPOKESPERSON, "service", store=1)
    dealer.named(PostDuty.SPOKESPERSON, "manager")
    with pytest.raises(NotASpokesperson) as refused:
        flag(dealer, key, is_media=True, spokesperson_id=speaker)
    assert refused.value.params == {"person": "director 某", "people": "service 某 · manager 某"}
    for one in ("service", "manager"):
        flag(dealer, key, is_media=True, spokesperson_id=dealer.user_id(one))
        assert row(dealer, key).spokesperson_id == dealer.user_id(one)


def test_who_speaks_already_goes_on_when_his_post_has_ended(dealer: Dealer):
    key, speaker = triaged(dealer), dealer.user_id("director")
    dealer.named(PostDuty.SPOKESPERSON, "director")
    flag(dealer, key, is_media=True, spokesperson_id=speaker)
    dealer.named(PostDuty.SPOKESPERSON, "manager")
    flag(dealer, key, is_media=True, is_safety=True, spokesperson_id=speaker)
    assert row(dealer, key).is_safety


def test_somebody_of_another_store_may_be_let_in(dealer: Dealer):
    key = triaged(dealer)
    name(dealer, key, "sales2")
    assert "sales2" in seeing(dealer, key)
    [one] = dealer.rows(ComplaintPerson)
    assert (one.part, dealer.row(Complaint, key).is_legal) == (PartIn.NAMED, False)


def test_nobody_else_is_told_of_a_legal_case(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    """A manager who is not named hears that it is one, and neither of its level nor of its
    clocks."""
    key = triaged(dealer)
    flag(dealer, key, "director", is_legal=True)
    assert "manager" not in seeing(dealer, key)
    about = {"severity": Severity.L3, "urgency": Urgency.ORDINARY, "reason": "媒体来电"}
    do(dealer, "service", complaints.level, complaints.LevelComplaint, key, **about)
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    perform(complaints.watch, System("tests"), complaints.WatchComplaints())
    told = {one.user_id for one in dealer.rows(Notice) if one.kind in {"complaint_major", LATE}}
    assert told == {dealer.user_id("director"), dealer.user_id("service")}
    assert [one.kind for one in open_notices(dealer, "manager")] == [LEGAL]


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notices that are told at night are shown in the morning."""
    noon = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)


@pytest.mark.usefixtures("at_noon")
def test_who_leads_and_sees_it_no_more_is_told_so_and_whom_to_ask(dealer: Dealer):
    customer = dealer.customer("程思远", owner="service")
    key = triaged(dealer, customer_id=customer, person="程太太", words="要起诉")
    number = row(dealer, key).number
    flag(dealer, key, "director", is_legal=True)
    told = [one for one in dealer.rows(Notice) if one.kind == LEGAL]
    assert [one.user_id for one in told] == [dealer.user_id("manager")]
    assert told[0].params == {"number": number, "person": "director 某", "complaint": key}
    [line] = notices_of(dealer, "manager")
    assert line.place == ("complaints", {"id": str(key)})
    with pytest.raises(NotFound):
        fetch(complaints.case, dealer.caller("manager"), key)
    name(dealer, key, "manager", "director")
    assert fetch(complaints.case, dealer.caller("manager"), key).number == number


def notices_of(dealer: Dealer, who: str) -> list[NoticeLine]:
    return [one for one in fetch(notices.page, dealer.caller(who)) if one.telling is KINDS[LEGAL]]


def test_who_is_named_already_is_not_told_that_it_is_a_legal_case(dealer: Dealer):
    key = triaged(dealer)
    name(dealer, key, "manager", "director")
    flag(dealer, key, "director", is_legal=True)
    flag(dealer, key, "director", is_legal=True, legal_stage="已立案")
    assert LEGAL not in {one.kind for one in dealer.rows(Notice)}


# ---- what one was told and sees no more


def kinds(dealer: Dealer, who: str) -> list[str]:
    return [one.kind for one in open_notices(dealer, who)]


def test_what_was_told_before_a_case_became_a_legal_one_is_over_for_who_is_not_named(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key, other = triaged(dealer, severity=Severity.L3), triaged(dealer, severity=Severity.L3)
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    perform(complaints.watch, System("tests"), complaints.WatchComplaints())
    before = {who: open_notices(dealer, who) for who in ("manager", "director", "service")}
    about_it = [one.kind for one in before["manager"] if one.params["complaint"] == key]
    assert {LATE, "complaint_major"} == set(about_it)
    flag(dealer, key, "director", is_legal=True)
    after = open_notices(dealer, "manager")
    assert [one.kind for one in after if one.params["complaint"] == key] == [LEGAL]
    assert {one.id for one in after if one.params["complaint"] == other} == {
        one.id for one in before["manager"] if one.params["complaint"] == other
    }
    for who in ("director", "service"):
        assert open_notices(dealer, who) == before[who]
    flag(dealer, key, "director")
    perform(complaints.watch, System("tests"), complaints.WatchComplaints())
    assert [one for one in open_notices(dealer, "manager") if one.params["complaint"] == key] == []


def test_who_is_named_is_told_so_each_time_and_not_when_he_is_out_again(dealer: Dealer):
    key = triaged(dealer)
    flag(dealer, key, "director", is_legal=True)
    assert kinds(dealer, "manager") == [LEGAL]
    for count in (1, 2):
        name(dealer, key, "manager", "director")
        [one] = open_notices(dealer, "manager")
        assert one.kind == NoticeKind.COMPLAINT_NAMED
        number = row(dealer, key).number
        assert one.params == {"number": number, "person": "director 某", "complaint": key}
        name(dealer, key, "manager", "director", is_in=False)
        assert kinds(dealer, "manager") == []
        told = [one for one in dealer.rows(Notice) if one.kind == NoticeKind.COMPLAINT_NAMED]
        assert len(told) == count


def test_who_is_out_of_an_ordinary_case_keeps_what_he_was_told(dealer: Dealer):
    key = triaged(dealer, severity=Severity.L3)
    name(dealer, key, "manager", "director")
    name(dealer, key, "manager", "director", is_in=False)
    assert kinds(dealer, "manager") == ["complaint_major", NoticeKind.COMPLAINT_NAMED]


@pytest.mark.usefixtures("at_noon")
def test_each_marking_is_told_once_and_settled_when_it_is_taken_back(dealer: Dealer):
    key = triaged(dealer)
    for count in (1, 2):
        flag(dealer, key, "director", is_legal=True)
        flag(dealer, key, "director", is_legal=True, legal_stage="已立案")
        assert len(notices_of(dealer, "manager")) == 1
        flag(dealer, key, "director")
        assert notices_of(dealer, "manager") == []
        assert len([one for one in dealer.rows(Notice) if one.kind == LEGAL]) == count
