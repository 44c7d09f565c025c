"""Other departments at one complaint: asked, seen by whom, answered, reminded, let out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from db.models import (
    ComplaintEvent,
    ComplaintPerson,
    ComplaintStep,
    Department,
    EventKind,
    Notice,
    PartIn,
    Severity,
    Stage,
    Urgency,
)
from services import complaints
from services.complaints.days import DueBefore
from services.complaints.helping import AnsweredAlready, NotAHelper
from services.complaints.stages import NotNext
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import (
    accepted,
    do,
    investigated,
    register,
    replied,
    row,
    triaged,
)

NOON = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)
"""Twelve where the dealer works."""
FRIDAY = date(2026, 6, 12)


@pytest.fixture(autouse=True)
def on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def ask(
    dealer: Dealer, key: int, of: str = "guest", who: str = "service", **more: Any
) -> ComplaintStep:
    """The question that was just asked."""
    about = {"user_id": dealer.user_id(of), "due_on": FRIDAY, **more}
    form = complaints.AskDepartment
    words = "请鉴定衬套是否质量问题"
    department = Department.TECHNICAL
    do(
        dealer,
        who,
        complaints.ask_department,
        form,
        key,
        department=department,
        words=words,
        **about,
    )
    return dealer.rows(ComplaintStep)[-1]


def answer(dealer: Dealer, step: ComplaintStep, who: str = "guest") -> ComplaintStep:
    about = {"step_id": step.id, "words": "批次问题，建议更换"}
    form = complaints.AnswerStep
    do(dealer, who, complaints.answer_step, form, step.complaint_id, **about)
    return dealer.row(ComplaintStep, step.id)


def sees(dealer: Dealer, who: str) -> set[int]:
    return {row.id for row in fetch(complaints.page, dealer.caller(who)).rows}


def told(dealer: Dealer, who: str) -> list[str]:
    me = dealer.user_id(who)
    mine = [one for one in dealer.rows(Notice) if one.user_id == me and one.acted_at is None]
    return [one.kind for one in mine if one.kind.startswith("step_")]


def test_who_is_asked_sees_this_case_and_no_other_and_answers_it(dealer: Dealer):
    key, other = triaged(dealer), triaged(dealer)
    assert sees(dealer, "guest") == set()
    step = ask(dealer, key)
    assert (sees(dealer, "guest"), told(dealer, "guest")) == ({key}, ["step_asked"])
    case = fetch(complaints.case, dealer.caller("guest"), key)
    assert [(one.question, one.due_on, one.may_answer) for one in case.steps] == [
        ("请鉴定衬套是否质量问题", FRIDAY, True)
    ]
    assert case.deeds == {EventKind.FILED}
    with pytest.raises(NotFound):
        fetch(complaints.case, dealer.caller("guest"), other)
    done = answer(dealer, step)
    assert (done.result, done.done_by_id) == ("批次问题，建议更换", dealer.user_id("guest"))
    assert (told(dealer, "guest"), told(dealer, "service")) == ([], ["step_answered"])
    kinds = [one.kind for one in dealer.rows(ComplaintEvent) if one.complaint_id == key]
    assert kinds[-2:] == [EventKind.ASKED, EventKind.HELPED]
    with pytest.raises(AnsweredAlready):
        answer(dealer, step)


def test_the_handler_writes_down_what_he_was_told(dealer: Dealer):
    step = ask(dealer, triaged(dealer))
    with pytest.raises(NotPermitted):
        answer(dealer, step, "sales")
    assert answer(dealer, step, "service").done_by_id == dealer.user_id("service")


def test_somebody_of_another_store_may_be_asked(dealer: Dealer):
    key = triaged(dealer)
    ask(dealer, key, "sales2")
    assert sees(dealer, "sales2") == {key}


def test_who_cannot_be_asked(dealer: Dealer):
    key = triaged(dealer)
    with pytest.raises(NotAHelper):
        ask(dealer, key, "admin")
    with pytest.raises(DueBefore):
        ask(dealer, key, due_on=NOON.date() - timedelta(days=1))
    with pytest.raises(NotPermitted):
        ask(dealer, key, who="sales")
    assert dealer.rows(ComplaintStep) == []
    assert sees(dealer, "guest") == set()


def test_those_who_may_be_asked_stand_in_a_list_of_their_own(dealer: Dealer):
    names = {name for _key, name, _role in fetch(complaints.helpers, dealer.caller("service"))}
    assert {"guest 某", "sales2 某"} <= names
    assert "admin 某" not in names


def test_those_of_one_s_own_store_stand_first(dealer: Dealer):
    own, other = dealer.user_id("service"), dealer.user_id("manager2")
    keys = [key for key, _name, _role in fetch(complaints.helpers, dealer.caller("service"))]
    assert keys.index(own) < keys.index(other)  # by name it is the other way round
    keys = [key for key, _name, _role in fetch(complaints.helpers, dealer.caller("sales2"))]
    assert keys.index(other) < keys.index(own)


def test_another_case_s_question_is_not_there(dealer: Dealer):
    step = ask(dealer, triaged(dealer))
    other = triaged(dealer)
    form = complaints.AnswerStep
    with pytest.raises(NotFound):
        do(
            dealer,
            "service",
            complaints.answer_step,
            form,
            other,
            step_id=step.id,
            words="批次问题",
        )


def test_when_the_case_ends_nobody_is_asked_and_the_guest_is_out(dealer: Dealer):
    key = triaged(dealer)
    step = ask(dealer, key)
    form = complaints.WithdrawComplaint
    do(dealer, "service", complaints.withdraw, form, key, words="算了")
    assert (sees(dealer, "guest"), told(dealer, "guest")) == (set(), [])
    assert dealer.rows(ComplaintPerson) == []
    with pytest.raises(NotNext):
        answer(dealer, step, "service")


def test_who_leads_may_end_a_legal_case_in_which_he_was_only_asked(dealer: Dealer):
    """With that he does not see it any more, and neither do the others who were asked."""
    key = triaged(dealer)
    flags = {"is_safety": False, "is_media": False, "is_legal": True, "reason": "律师来函"}
    do(dealer, "director", complaints.flag, complaints.FlagComplaint, key, **flags)
    for who in ("guest", "manager", "club"):
        ask(dealer, key, who)
    do(dealer, "manager", complaints.withdraw, complaints.WithdrawComplaint, key, words="算了")
    assert (sees(dealer, "manager"), sees(dealer, "service")) == (set(), {key})
    assert row(dealer, key).stage is Stage.WITHDRAWN
    assert {one.part for one in dealer.rows(ComplaintPerson)} == {PartIn.NAMED}


def test_who_leads_elsewhere_does_not_decide_where_he_is_asked(dealer: Dealer):
    key = triaged(dealer, severity=Severity.L2)
    step = ask(dealer, key, "manager2")
    level = {"severity": Severity.L1, "urgency": Urgency.ORDINARY}
    flags = {"is_safety": False, "is_media": False, "is_legal": True}
    person, reason = {"user_id": dealer.user_id("guest")}, "协助处理"
    for command, form, values in (
        (complaints.level, complaints.LevelComplaint, {**level, "reason": reason}),
        (complaints.flag, complaints.FlagComplaint, {**flags, "reason": reason}),
        (complaints.name_person, complaints.NamePerson, {**person, "reason": reason}),
        (complaints.offer_remedy, complaints.OfferRemedy, {"kind": "repair", "words": reason}),
        (complaints.withdraw, complaints.WithdrawComplaint, {"words": "算了"}),
    ):
        with pytest.raises(NotPermitted):
            do(dealer, "manager2", command, form, key, **values)
    assert answer(dealer, step, "manager2").done_at == NOON


def test_who_was_asked_is_reminded_once(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    def reminded() -> int:
        form = complaints.RemindOfSteps()
        return perform(complaints.remind_of_steps, System("tests"), form)

    step = ask(dealer, triaged(dealer))
    assert reminded() == 0
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=4))
    assert (reminded(), reminded()) == (1, 0)
    assert told(dealer, "guest") == ["step_asked", "step_due"]
    answer(dealer, step)
    assert told(dealer, "guest") == []


# ---- what one is asked oneself


def mine(dealer: Dealer, who: str = "guest") -> list[tuple[int, bool, bool]]:
    """Of each question to him: the complaint, whether it is late, whether it is answered."""
    found = fetch(complaints.asked_of_me, dealer.caller(who))
    return [(one.complaint_id, one.step.is_late, one.step.done_at is not None) for one in found]


def test_what_one_is_asked_stands_by_its_day_and_what_is_answered_last(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    keys = [triaged(dealer) for _each in range(4)]
    done, later, sooner, other = keys
    answer(dealer, ask(dealer, done, due_on=NOON.date()))
    ask(dealer, later, due_on=FRIDAY + timedelta(days=3))
    ask(dealer, sooner)
    ask(dealer, other, "sales2")
    assert mine(dealer) == [(sooner, False, False), (later, False, False), (done, False, True)]
    assert mine(dealer, "sales2") == [(other, False, False)]
    assert mine(dealer, "service") == []
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=5))
    assert mine(dealer)[0] == (sooner, True, False)


def test_what_one_is_asked_is_out_of_sight_with_its_case(dealer: Dealer):
    ended, named = triaged(dealer), triaged(dealer)
    ask(dealer, ended)
    ask(dealer, named)
    about = {"user_id": dealer.user_id("guest"), "reason": "协助处理"}
    do(dealer, "manager", complaints.name_person, complaints.NamePerson, named, **about)
    for key in (ended, named):
        form = complaints.WithdrawComplaint
        do(dealer, "service", complaints.withdraw, form, key, words="算了")
    [one] = fetch(complaints.asked_of_me, dealer.caller("guest"))
    assert (one.complaint_id, one.step.is_needless, one.step.may_answer) == (named, True, False)
    with pytest.raises(NotPermitted):
        fetch(complaints.asked_of_me, dealer.caller("admin"))


# ---- a case that ends, and one that is opened again


REOPEN = (complaints.reopen, complaints.ReopenComplaint)


def answered(dealer: Dealer) -> int:
    """One that can be closed."""
    key = triaged(dealer)
    investigated(dealer, key)
    replied(dealer, key)
    accepted(dealer, key)
    return key


def looks(dealer: Dealer, key: int, who: str = "service") -> list[tuple[bool, ...]]:
    """Of each question: whether it is needed no more, late, to be taken up, to be answered."""
    steps = fetch(complaints.case, dealer.caller(who), key).steps
    return [(one.is_needless, one.is_late, one.may_take, one.may_answer) for one in steps]


def waiting(dealer: Dealer) -> list[str]:
    """What the board of departments lists as asked."""
    found = fetch(complaints.asked, dealer.caller("manager"), complaints.Filters())
    return [one.person for one in found]


def end(dealer: Dealer, key: int, way: str) -> None:
    form: dict[str, Any] = {"words": "算了"}
    if way == "merge":
        form = {"into_id": register(dealer).id, "reason": "同一件事"}
    model = {
        "close": complaints.CloseComplaint,
        "withdraw": complaints.WithdrawComplaint,
        "merge": complaints.MergeComplaint,
    }[way]
    do(dealer, "service", getattr(complaints, way), model, key, **form)


@pytest.mark.parametrize("way", ["close", "withdraw", "merge"])
def test_what_nobody_answered_is_needed_no_more_when_the_case_ends(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch, way: str
):
    key = answered(dealer)
    step = ask(dealer, key, due_on=NOON.date())
    done = answer(dealer, ask(dealer, key, "club"), "club")
    assert looks(dealer, key) == [(False, False, False, True), (False, False, False, False)]
    end(dealer, key, way)
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=3))
    assert looks(dealer, key) == [(True, False, False, False), (False, False, False, False)]
    assert waiting(dealer) == []
    assert perform(complaints.remind_of_steps, System("tests"), complaints.RemindOfSteps()) == 0
    assert (told(dealer, "guest"), told(dealer, "club")) == ([], [])
    with pytest.raises(NotNext):
        answer(dealer, step, "service")
    with pytest.raises(NotFound):
        take(dealer, step)
    assert (dealer.row(ComplaintStep, step.id).done_at, done.done_at) == (None, NOON)


def take(dealer: Dealer, step: ComplaintStep, who: str = "guest") -> None:
    do(
        dealer,
        who,
        complaints.take_step,
        complaints.TakeStep,
        step.complaint_id,
        step_id=step.id,
    )


def test_opened_again_it_waits_again(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    key = answered(dealer)
    step = ask(dealer, key)
    answer(dealer, ask(dealer, key, "club"), "club")
    end(dealer, key, "close")
    do(dealer, "sales", *REOPEN, key, words="又响了")
    assert looks(dealer, key)[0] == (False, False, False, True)
    assert waiting(dealer) == ["guest 某"]
    assert (sees(dealer, "guest"), told(dealer, "guest")) == ({key}, ["step_asked"])
    assert (sees(dealer, "club"), told(dealer, "club")) == (set(), [])
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=4))
    form = complaints.RemindOfSteps()
    assert perform(complaints.remind_of_steps, System("tests"), form) == 1
    assert told(dealer, "guest") == ["step_asked", "step_due"]
    take(dealer, step)
    assert told(dealer, "guest") == ["step_due"]
    answer(dealer, step)
    assert told(dealer, "guest") == []


def test_each_time_that_it_is_opened_again_they_are_told_once(dealer: Dealer):
    key = answered(dealer)
    ask(dealer, key)
    for again in (1, 2):
        end(dealer, key, "close")
        assert told(dealer, "guest") == []
        do(dealer, "service", *REOPEN, key, words="又响了")
        mine = [one for one in dealer.rows(Notice) if one.kind == "step_asked"]
        assert len(mine) == again + 1
        assert told(dealer, "guest") == ["step_asked"]
        if again == 1:
            replied(dealer, key)
            accepted(dealer, key)


def test_nobody_comes_back_into_a_legal_case_because_he_was_asked_once(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key = answered(dealer)
    ask(dealer, key)
    end(dealer, key, "close")
    flags = {"is_safety": False, "is_media": False, "is_legal": True, "reason": "律师来函"}
    do(dealer, "director", complaints.flag, complaints.FlagComplaint, key, **flags)
    do(dealer, "service", *REOPEN, key, words="又响了")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=4))
    assert perform(complaints.remind_of_steps, System("tests"), complaints.RemindOfSteps()) == 0
    assert (sees(dealer, "guest"), told(dealer, "guest")) == (set(), [])
