"""Settings: deciding a number from a day on, taking it back, what it would do; never the past."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from db.engine import engine
from db.models import Approval, AuditEntry, ParameterValue, Reveal
from services import approvals, customers, settings
from services.core import clock, parameters
from services.core.errors import AppError, NotFound, NotPermitted
from services.core.parameters import (
    DRAFT_DAYS,
    PARAMETERS,
    REVEALS_OF_MANAGER,
    REVEALS_OF_OTHERS,
    REVEALS_OF_SPECIALIST,
    OutOfBounds,
    UnknownParameter,
)
from services.core.run import fetch, perform
from services.customers.reveals import RevealsSpent
from services.settings import (
    AlreadyBegun,
    ChangeSetting,
    DatedBefore,
    DayHasPassed,
    NothingChanges,
    SameEverywhere,
    WithdrawSetting,
)
from tests.dealer import Dealer, as_system

TODAY = date(2026, 5, 4)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture(autouse=True)
def may_fourth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def change(dealer: Dealer, value: int | str, from_on: date = TODAY, **more: Any) -> int:
    form = ChangeSetting.model_validate(
        {
            "request_id": uuid4(),
            "key": REVEALS_OF_SPECIALIST,
            "value": str(value),
            "from_on": from_on,
            "reason": "decided at the monthly meeting",
            **more,
        }
    )
    outcome = perform(settings.change, dealer.caller("director"), form)
    if outcome.decided is not None:
        return outcome.decided
    assert outcome.asked is not None
    grant(dealer, outcome.asked.approval_id)
    return max(row.id for row in dealer.rows(ParameterValue))


def grant(dealer: Dealer, approval_id: int) -> None:
    """The second person, whom the parameters of these tests need."""
    form = approvals.DecideApproval(
        request_id=uuid4(), approval_id=approval_id, is_granted=True, answer="agreed"
    )
    perform(approvals.decide, dealer.caller("admin"), form)


def withdraw(dealer: Dealer, key: int) -> int:
    form = WithdrawSetting(request_id=uuid4(), id=key, reason="decided too soon")
    return perform(settings.withdraw, dealer.caller("director"), form)


def line(dealer: Dealer, store_id: int | None = None) -> settings.SettingLine:
    found = fetch(settings.page, dealer.caller("manager"), store_id)
    return next(one for one in found if one.id == REVEALS_OF_SPECIALIST)


def value_on(day: date, store_id: int | None = None) -> parameters.Number:
    with Session(engine()) as session:
        as_system(session)
        return parameters.value(session, REVEALS_OF_SPECIALIST, day, store_id)


# ---- deciding


def test_changing_todays_number_leaves_last_month_as_it_was(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock, "today", lambda: days(-40))
    change(dealer, 80, days(-40))
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    before = [value_on(days(-n)) for n in range(1, 60)]
    change(dealer, 20, TODAY)
    assert [value_on(days(-n)) for n in range(1, 60)] == before == [80] * 40 + [60] * 19
    assert (value_on(TODAY), value_on(days(1))) == (20, 20)


def test_a_change_to_come_is_announced_and_does_not_hold_yet(dealer: Dealer):
    change(dealer, 20, days(1))
    told = line(dealer)
    assert (told.value, told.since, told.next_value, told.next_on) == (60, None, 20, days(1))
    assert (value_on(TODAY), value_on(days(1))) == (60, 20)


def test_a_store_follows_the_group_until_it_has_its_own(dealer: Dealer):
    change(dealer, 70, TODAY)
    change(dealer, 30, days(2), store_id=2)
    change(dealer, 90, days(1))
    here, there = line(dealer, 1), line(dealer, 2)
    assert (here.value, here.is_own, here.next_value, here.next_on) == (70, False, 90, days(1))
    assert (there.value, there.next_value) == (70, 90)
    assert [value_on(days(2), store) for store in (None, 1, 2)] == [90, 90, 30]


def test_a_store_follows_the_group_again(dealer: Dealer):
    change(dealer, 30, TODAY, store_id=1)
    change(dealer, "", days(3), store_id=1)
    assert [value_on(days(n), 1) for n in (0, 2, 3)] == [30, 30, 60]
    assert value_on(days(3), 2) == 60
    told = line(dealer, 1)
    assert (told.value, told.is_own, told.next_value, told.next_on) == (30, True, 60, days(3))
    change(dealer, 80, days(2))
    assert [value_on(days(n), 1) for n in (2, 3)] == [30, 80]
    change(dealer, 25, days(4), store_id=1)
    assert [value_on(days(n), 1) for n in (3, 4)] == [80, 25]
    past = fetch(settings.history, dealer.caller("director"), REVEALS_OF_SPECIALIST)
    assert [(one.store != "", one.value) for one in past] == [
        (True, 25),
        (True, None),
        (False, 80),
        (True, 30),
    ]


def test_only_a_store_with_its_own_number_can_follow_again(dealer: Dealer):
    with pytest.raises(NothingChanges):
        change(dealer, "", store_id=1)
    with pytest.raises(OutOfBounds):
        change(dealer, "")
    change(dealer, 30, TODAY, store_id=1)
    change(dealer, "", days(1), store_id=1)
    with pytest.raises(NothingChanges):
        change(dealer, "", days(2), store_id=1)
    with pytest.raises(NothingChanges):
        change(dealer, "", days(2), store_id=2)


def test_the_page_says_since_when_who_and_why(dealer: Dealer):
    change(dealer, 20, TODAY)
    told = line(dealer)
    assert (told.value, told.since, told.author) == (20, TODAY, "director 某")
    assert told.reason == "decided at the monthly meeting"
    assert len(fetch(settings.page, dealer.caller("admin"))) == len(PARAMETERS)


@pytest.mark.parametrize(
    ("error", "values"),
    [
        (UnknownParameter, {"key": "customers.nothing"}),
        (OutOfBounds, {"value": "1001"}),
        (OutOfBounds, {"value": "-1"}),
        (OutOfBounds, {"value": "a few"}),
        (NotFound, {"store_id": 99}),
        (DayHasPassed, {"from_on": days(-1)}),
        (DatedBefore, {"from_on": days(3)}),
        (DatedBefore, {"from_on": days(4)}),
        (NothingChanges, {"from_on": days(5), "value": "40"}),
        (NothingChanges, {"from_on": days(4), "value": "40", "store_id": 1}),
    ],
)
def test_refusals_write_nothing(dealer: Dealer, error: type[AppError], values: dict[str, Any]):
    change(dealer, 40, days(4))
    with pytest.raises(error):
        change(dealer, **{"value": "50", "from_on": days(5), **values})
    assert len(dealer.rows(ParameterValue)) == 1


def test_the_default_once_more_is_no_change(dealer: Dealer):
    with pytest.raises(NothingChanges):
        change(dealer, 60)


def test_bounds_belong_to_the_numbers_allowed(dealer: Dealer):
    change(dealer, 0, TODAY)
    change(dealer, 1000, days(1))
    assert (value_on(TODAY), value_on(days(1))) == (0, 1000)


def test_a_reason_is_needed():
    with pytest.raises(ValueError, match="reason"):
        change(None, 40, reason=" ")  # type: ignore[arg-type] - refused before anyone is asked


def test_some_parameters_are_the_same_everywhere(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    known = PARAMETERS[REVEALS_OF_SPECIALIST]
    monkeypatch.setitem(
        PARAMETERS,
        known.key,
        parameters.Parameter(
            known.key, known.label, known.unit, known.default, 0, 1000, source=known.source
        ),
    )
    with pytest.raises(SameEverywhere):
        change(dealer, 40, store_id=1)
    assert change(dealer, 40)


def asked(dealer: Dealer, who: str, key: str = DRAFT_DAYS, **more: Any) -> settings.Outcome:
    form = ChangeSetting.model_validate(
        {
            "request_id": uuid4(),
            "key": key,
            "value": "20",
            "from_on": TODAY,
            "reason": "because",
            **more,
        }
    )
    return perform(settings.change, dealer.caller(who), form)


def test_the_director_decides_alone_what_needs_no_second_person(dealer: Dealer):
    outcome = asked(dealer, "director")
    [row] = dealer.rows(ParameterValue)
    assert (outcome.decided, row.approved_by_id) == (row.id, None)


@pytest.mark.parametrize(
    ("who", "key"),
    [
        ("manager", DRAFT_DAYS),
        ("steward", DRAFT_DAYS),
        ("club_manager", DRAFT_DAYS),
        ("director", REVEALS_OF_OTHERS),
    ],
)
def test_others_and_whoever_changes_a_guard_ask_a_second_person(dealer: Dealer, who: str, key: str):
    outcome = asked(dealer, who, key)
    assert outcome.decided is None
    assert outcome.asked is not None
    assert dealer.rows(ParameterValue) == []
    grant(dealer, outcome.asked.approval_id)
    [row] = dealer.rows(ParameterValue)
    people = (dealer.user_id(who), dealer.user_id("admin"))
    assert (row.author_id, row.approved_by_id, row.value) == (*people, "20")
    told = fetch(settings.history, dealer.caller("manager"), key)
    assert [(one.author, one.approved_by) for one in told] == [(f"{who} 某", "admin 某")]


@pytest.mark.parametrize("who", ["admin", "sales", "club", "guest"])
def test_who_neither_decides_nor_proposes(dealer: Dealer, who: str):
    with pytest.raises(NotPermitted):
        asked(dealer, who)


def test_a_manager_proposes_for_the_group_and_his_own_store_only(dealer: Dealer):
    with pytest.raises(NotPermitted):
        asked(dealer, "manager", REVEALS_OF_OTHERS, store_id=2)
    assert asked(dealer, "manager", REVEALS_OF_OTHERS, store_id=1).asked


def test_a_parameter_shows_what_is_asked_for_to_those_who_see_the_request(dealer: Dealer):
    def shown(who: str, store: int | None = None) -> str | None:
        lines = fetch(settings.page, dealer.caller(who), store)
        return {line.id: line.asked for line in lines}[REVEALS_OF_OTHERS]

    outcome = asked(dealer, "manager", REVEALS_OF_OTHERS, store_id=1)
    assert shown("manager", 1) == shown("director", 1) == "20"
    assert shown("manager") is shown("manager", 2) is shown("steward", 1) is None
    assert outcome.asked is not None
    grant(dealer, outcome.asked.approval_id)
    assert shown("manager", 1) is None


def test_what_cannot_be_decided_is_not_asked_either(dealer: Dealer):
    with pytest.raises(OutOfBounds):
        asked(dealer, "manager", value="0")
    assert dealer.rows(Approval) == []


def test_a_day_that_passes_while_the_request_waits_gives_way_to_that_of_the_answer(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    outcome = asked(dealer, "manager")
    assert outcome.asked is not None
    monkeypatch.setattr(clock, "today", lambda: days(1))
    grant(dealer, outcome.asked.approval_id)
    [row] = dealer.rows(ParameterValue)
    assert row.from_on == days(1)  # never for a day before
    monkeypatch.setattr(clock, "today", lambda: days(9))
    told = fetch(approvals.line, dealer.caller("manager"), outcome.asked.approval_id)
    assert dict(told.facts)["from_on"] == days(1)  # what was done, not what was asked


def test_of_two_at_once_for_one_day_one_is_told(dealer: Dealer):
    def decide(value: int) -> str:
        try:
            change(dealer, value, days(1), key=DRAFT_DAYS)
        except DatedBefore:
            return "refused"
        return "done"

    with ThreadPoolExecutor(4) as people:
        came = sorted(people.map(decide, [10, 20, 35, 40]))
    assert came == ["done", "refused", "refused", "refused"]
    assert len(dealer.rows(ParameterValue)) == 1


# ---- taking back


def test_what_has_not_begun_is_withdrawn_and_its_day_is_free_again(dealer: Dealer):
    key = change(dealer, 20, days(2))
    assert withdraw(dealer, key) == key
    assert (value_on(days(2)), line(dealer).next_on) == (60, None)
    change(dealer, 30, days(2))
    assert value_on(days(2)) == 30
    told = fetch(settings.history, dealer.caller("manager"), REVEALS_OF_SPECIALIST)
    assert [(one.value, one.is_withdrawn, one.may_withdraw) for one in told] == [
        (30, False, True),
        (20, True, False),
    ]


def test_what_has_begun_stays(dealer: Dealer):
    key = change(dealer, 20, TODAY)
    with pytest.raises(AlreadyBegun):
        withdraw(dealer, key)
    gone = change(dealer, 30, days(1))
    withdraw(dealer, gone)
    with pytest.raises(AlreadyBegun):
        withdraw(dealer, gone)
    with pytest.raises(NotFound):
        withdraw(dealer, 99)
    assert value_on(TODAY) == 20


# ---- the past of a number


def test_history_tells_every_span(dealer: Dealer):
    change(dealer, 20, TODAY)
    change(dealer, 30, days(10))
    change(dealer, 40, days(5), store_id=2)
    told = fetch(settings.history, dealer.caller("steward"), REVEALS_OF_SPECIALIST)
    assert [(one.store, one.value, one.from_on, one.until_on) for one in told] == [
        ("", 30, days(10), None),
        ("宁波江北店", 40, days(5), None),
        ("", 20, TODAY, days(9)),
    ]
    assert fetch(settings.history, dealer.caller("steward"), REVEALS_OF_MANAGER) == []


def test_both_deeds_stand_in_the_audit(dealer: Dealer):
    withdraw(dealer, change(dealer, 20, days(1)))
    told = [row for row in dealer.rows(AuditEntry) if row.action.startswith("settings:")]
    assert [(row.action, row.subject_kind, row.reason) for row in told] == [
        ("settings:changed", "parameter_values", "decided at the monthly meeting"),
        ("settings:withdrawn", "parameter_values", "decided too soon"),
    ]
    assert told[0].details == {
        "key": REVEALS_OF_SPECIALIST,
        "from_on": days(1).isoformat(),
        "changes": [["value", "60", "20"]],
    }


# ---- what it would do, and what it does


def looked(dealer: Dealer, who: str, day: date, times: int, at: time = time(12)) -> None:
    moment = datetime.combine(day, at, tzinfo=clock.SHANGHAI)
    rows = [
        Reveal(user_id=dealer.user_id(who), customer_id=1, field="phone", at=moment, until=moment)
        for _ in range(times)
    ]
    dealer.add(*rows)


def effect(dealer: Dealer, value: int, **more: Any) -> tuple[int, int]:
    proposal = settings.Proposal.model_validate(
        {"key": REVEALS_OF_SPECIALIST, "value": str(value), **more}
    )
    found = fetch(settings.effect, dealer.caller("director"), proposal)
    assert found is not None
    return found.people, found.days


def test_the_effect_counts_people_and_days_over_the_number(dealer: Dealer):
    dealer.customer()
    looked(dealer, "sales", days(-1), 3)
    looked(dealer, "sales", days(-2), 3, time(23, 59))
    looked(dealer, "service", days(-2), 4, time(0, 0))
    looked(dealer, "sales2", days(-30), 3)
    assert effect(dealer, 2) == (3, 3)
    assert effect(dealer, 3) == (1, 1)
    assert effect(dealer, 4) == (0, 0)
    assert effect(dealer, 2, store_id=2) == (1, 1)
    # neither today, nor what is longer ago, nor other roles
    looked(dealer, "sales", TODAY, 9)
    looked(dealer, "sales", days(-31), 9)
    looked(dealer, "manager", days(-1), 9)
    assert effect(dealer, 4) == (0, 0)
    assert effect(dealer, 8, key=REVEALS_OF_MANAGER) == (1, 1)


def test_where_no_effect_can_be_told_none_is(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(settings.EFFECTS, REVEALS_OF_SPECIALIST)
    proposal = settings.Proposal(key=REVEALS_OF_SPECIALIST, value="5")
    assert fetch(settings.effect, dealer.caller("director"), proposal) is None


def test_the_quota_of_reveals_is_what_the_group_decided(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock, "today", lambda: clock.now().astimezone(clock.SHANGHAI).date())
    today = clock.today()
    keys = [dealer.customer(owner="service") for _ in range(2)]
    change(dealer, 0, today)
    change(dealer, 1, today, store_id=1)

    def look(key: int) -> None:
        form = customers.RevealField(
            request_id=uuid4(), customer_id=key, field="phone", reason="call back"
        )
        perform(customers.reveal, dealer.caller("sales"), form)

    look(keys[0])
    with pytest.raises(RevealsSpent) as refused:
        look(keys[1])
    assert refused.value.params["most"] == 1
