"""Sitting together, the talk of the head of department, telling what was improved, ideas."""

from datetime import UTC, date, datetime, timedelta

import pytest

from db.models import ActionKind, ComplaintEvent, EventKind, ParameterValue, Severity, Verdict
from services import complaints
from services.complaints import (
    Case,
    EventLine,
    IdeaPart,
    NotReady,
    RecordMeeting,
    TalkAboutComplaint,
    TellImprovement,
    TouchKind,
)
from services.complaints.actions import NothingToTell, ToldAlready, ToldThen
from services.complaints.helping import NotAHelper
from services.complaints.lacks import LACKS, Lack
from services.complaints.meeting import MeetingAhead, NobodyMet
from services.core import clock
from services.core.parameters import HEAD_LEVEL
from services.core.run import fetch
from tests.dealer import Dealer
from tests.services.complaint_deeds import accepted, close, do, investigated, replied, triaged
from tests.services.test_complaint_actions import check, finish, plan

NOON = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)
TODAY = date(2026, 6, 8)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID = "技术判断为衬套批次问题"


@pytest.fixture(autouse=True)
def on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, NOON)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def seen(dealer: Dealer, key: int, who: str = "service") -> Case:
    return fetch(complaints.case, dealer.caller(who), key)


# ---- minutes


def meet(dealer: Dealer, key: int, who: str = "service", **more: object) -> EventLine:
    values = {"held_at": NOON - HOUR, "words": SAID, "outsiders": "厂家王工", **more}
    do(dealer, who, complaints.record_meeting, RecordMeeting, key, **values)
    return seen(dealer, key).events[0]


def test_minutes_say_when_who_what_and_what_follows(dealer: Dealer):
    key = triaged(dealer)
    assert seen(dealer, key).last_meeting is None
    people = tuple(dealer.user_id(name) for name in ("director", "club_manager", "director"))
    event = meet(dealer, key, user_ids=people, decided="免费更换，厂家三日内到店")
    assert (event.kind, event.note, event.at) == (EventKind.MET, SAID, NOON)
    assert event.details == {
        "held_at": (NOON - HOUR).isoformat(),
        "people": ["director 某", "club_manager 某"],
        "outsiders": "厂家王工",
        "decided": "免费更换，厂家三日内到店",
    }
    assert seen(dealer, key).last_meeting == NOON - HOUR
    meet(dealer, key, held_at=NOON - 2 * DAY)
    assert seen(dealer, key).last_meeting == NOON - HOUR


def test_no_minutes_of_what_is_still_to_come_or_of_nobody(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(MeetingAhead):
        meet(dealer, key, held_at=NOON + HOUR)
    with pytest.raises(NobodyMet):
        meet(dealer, key, outsiders="")
    for stranger in (dealer.user_id("admin"), 999):
        with pytest.raises(NotAHelper):
            meet(dealer, key, user_ids=(stranger,))
    assert EventKind.MET not in {one.kind for one in dealer.rows(ComplaintEvent)}


# ---- the head of department's talk


def decide(dealer: Dealer, level: int) -> None:
    about = {"key": HEAD_LEVEL, "value": str(level), "from_on": TODAY, "created_at": NOON}
    dealer.add(ParameterValue(**about, reason="部门负责人亲自沟通"))


def talk(dealer: Dealer, key: int, who: str, *, was_reached: bool = True) -> EventLine:
    form = TalkAboutComplaint
    do(dealer, who, complaints.talk, form, key, words="已致电", was_reached=was_reached)
    return seen(dealer, key).events[0]


def answered(dealer: Dealer, severity: Severity) -> int:
    """One that lacks nothing but what its level asks for."""
    key = triaged(dealer, severity=severity)
    investigated(dealer, key)
    replied(dealer, key)
    accepted(dealer, key)
    return key


def test_from_its_level_on_the_head_of_department_talks_first(dealer: Dealer):
    decide(dealer, 2)
    light, key = answered(dealer, Severity.L1), answered(dealer, Severity.L2)
    close(dealer, light)
    assert seen(dealer, key).lacks == [Lack.HEAD]
    talk(dealer, key, "service")
    talk(dealer, key, "manager", was_reached=False)
    with pytest.raises(NotReady) as refusal:
        close(dealer, key)
    assert refusal.value.params == {"missing": [LACKS[Lack.HEAD]]}
    assert talk(dealer, key, "manager").details["by_head"] is True
    close(dealer, key)


def test_the_directors_talk_serves_as_well(dealer: Dealer):
    decide(dealer, 2)
    key = answered(dealer, Severity.L2)
    talk(dealer, key, "director")
    assert seen(dealer, key).lacks == []


def test_of_a_major_one_it_is_the_directors_and_is_asked_for_once(dealer: Dealer):
    key = answered(dealer, Severity.L3)
    for kind in (ActionKind.CORRECTIVE, ActionKind.PREVENTIVE):
        plan(dealer, key, kind=kind)
    talk(dealer, key, "manager")
    assert seen(dealer, key).lacks == [Lack.DIRECTOR]
    talk(dealer, key, "director")
    assert seen(dealer, key).lacks == []


def test_unless_the_group_decides_otherwise_general_ones_need_no_head(dealer: Dealer):
    assert seen(dealer, answered(dealer, Severity.L2)).lacks == []


# ---- told what was improved


def tell(dealer: Dealer, key: int, action_id: int, **more: object) -> None:
    values = {"action_id": action_id, "told_by": TouchKind.CALL, **more}
    do(dealer, "service", complaints.tell_improvement, TellImprovement, key, **values)


def test_the_case_says_of_what_the_customer_has_not_heard(dealer: Dealer):
    key = triaged(dealer)
    done, waiting = (plan(dealer, key, kind=kind) for kind in [*ActionKind][:2])
    idea = plan(dealer, key, kind=ActionKind.IDEA)
    for action in (done, idea):
        finish(dealer, action)
    assert [one.is_untold for one in seen(dealer, key).actions] == [True, False, False]
    assert [one.may_tell for one in seen(dealer, key).actions] == [True, False, False]
    tell(dealer, key, done.id, words="客户表示认可")
    [first, *_] = seen(dealer, key).actions
    assert (first.told_on, first.is_untold, first.may_tell) == (TODAY, False, False)
    event = seen(dealer, key).events[0]
    assert (event.kind, event.note, event.details["what"]) == (
        *(EventKind.TOLD, "客户表示认可", done.what),
    )
    with pytest.raises(ToldAlready):
        tell(dealer, key, done.id)
    for action in (waiting, idea):
        with pytest.raises(NothingToTell):
            tell(dealer, key, action.id)


def test_what_did_not_help_is_nothing_to_tell(dealer: Dealer):
    key = triaged(dealer)
    action = finish(dealer, plan(dealer, key))
    check(dealer, action, Verdict.INEFFECTIVE)
    assert not seen(dealer, key).actions[0].is_untold
    with pytest.raises(NothingToTell):
        tell(dealer, key, action.id)


def test_he_is_told_between_its_day_and_today(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    key = triaged(dealer)
    action = finish(dealer, plan(dealer, key))
    set_clock(monkeypatch, NOON + 3 * DAY)
    for day in (TODAY - DAY, TODAY + 4 * DAY):
        with pytest.raises(ToldThen):
            tell(dealer, key, action.id, told_on=day)
    tell(dealer, key, action.id, told_on=TODAY + DAY)
    assert seen(dealer, key).actions[0].told_on == TODAY + DAY


# ---- ideas


def test_ideas_are_listed_with_whose_they_are(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    first, second = triaged(dealer), triaged(dealer)
    plan(dealer, first, kind=ActionKind.CORRECTIVE)
    late = plan(dealer, first, "manager", ActionKind.IDEA, "sales", due_on=TODAY + DAY)
    done = plan(dealer, second, kind=ActionKind.IDEA)
    later = plan(dealer, second, "manager", kind=ActionKind.IDEA)
    finish(dealer, done)
    set_clock(monkeypatch, NOON + 2 * DAY)
    ask = dealer.caller("service")
    found = fetch(complaints.ideas, ask)
    assert [one.id for one in found] == [late.id, later.id, done.id]
    assert [(one.by, one.owner) for one in found] == [
        *(("manager 某", "sales 某"), ("manager 某", "service 某")),
        ("service 某", "service 某"),
    ]
    assert [one.is_late for one in found] == [True, False, False]
    assert (found[0].complaint_id, found[0].number) == (first, "TS-202606-0001")
    assert [one.id for one in fetch(complaints.ideas, ask, IdeaPart.DONE)] == [done.id]
    assert [one.id for one in fetch(complaints.ideas, ask, IdeaPart.OPEN, 1)] == [late.id, later.id]
    assert fetch(complaints.ideas, ask, None, 2) == []
    assert fetch(complaints.ideas, dealer.caller("sales2")) == []
