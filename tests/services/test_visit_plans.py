"""Weekly visit plans: written, agreed on, filled with visits, summed up and reviewed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import PlannedVisit, PlanState, VisitKind, VisitPlan, VisitTask
from services import visit_plans
from services.core import clock
from services.core.errors import NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.visit_plans import working
from services.visits import planning
from tests.dealer import Dealer
from tests.services.test_visit_forms import write as write_form

THURSDAY = datetime(2026, 6, 4, 2, 0, tzinfo=UTC)
NEXT = date(2026, 6, 8)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def on_thursday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [THURSDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def do(dealer: Dealer, deed: Any, model: Any, who: str = "sales", **values: Any) -> Any:
    return perform(deed, dealer.caller(who), model(request_id=uuid4(), **values))


def write(dealer: Dealer, who: str = "sales", **more: Any) -> int:
    values = {"week_on": NEXT, "area": "城东物流园", "target": 4, "focus": "年底换车", **more}
    return do(dealer, visit_plans.write, visit_plans.WritePlan, who, **values)


def on(dealer: Dealer, plan: int, **more: Any) -> dict[str, Any]:
    return {"plan_id": plan, "version": dealer.row(VisitPlan, plan).version, **more}


def submit(dealer: Dealer, plan: int, who: str = "sales") -> None:
    do(dealer, visit_plans.submit, visit_plans.SubmitPlan, who, **on(dealer, plan))


def decide(dealer: Dealer, plan: int, who: str = "manager", **more: Any) -> None:
    values = on(dealer, plan, is_granted=True, **more) if "is_granted" not in more else None
    values = values or on(dealer, plan, **more)
    do(dealer, visit_plans.decide, visit_plans.DecidePlan, who, **values)


def add(dealer: Dealer, plan: int, due_on: date = NEXT, **more: Any) -> int:
    values = {"customer_id": dealer.customer(owner="sales"), "purpose": "换车意向", **more}
    form = on(dealer, plan, due_on=due_on, **values)
    return do(dealer, visit_plans.add_visit, visit_plans.AddVisit, **form)


def rep(dealer: Dealer, day: date = NEXT, who: str = "manager") -> visit_plans.RepWeek:
    found = fetch(visit_plans.week, dealer.caller(who), day).reps
    return next(one for one in found if one.id == dealer.user_id("sales"))


def test_a_plan_is_agreed_on_before_the_rep_goes_out(dealer: Dealer):
    """V18: area, number, focus, and a note of whoever agrees."""
    plan = write(dealer, week_on=NEXT + 3 * DAY)
    assert dealer.row(VisitPlan, plan).week_on == NEXT
    with pytest.raises(working.PlanNotNext):
        decide(dealer, plan)
    submit(dealer, plan)
    with pytest.raises(working.PlanNotNext):
        write(dealer, version=2)
    with pytest.raises(working.NoteMissing):
        decide(dealer, plan, is_granted=False)
    decide(dealer, plan, is_granted=False, note="多走两家老客户")
    assert rep(dealer).plan.state is PlanState.RETURNED
    write(dealer, target=6, version=dealer.row(VisitPlan, plan).version)
    submit(dealer, plan)
    decide(dealer, plan, note="同意")
    row = dealer.row(VisitPlan, plan)
    assert (row.state, row.target, row.note) == (PlanState.APPROVED, 6, "同意")
    assert row.decided_by_id == dealer.user_id("manager")


def test_nobody_agrees_to_his_own_nor_to_another_stores(dealer: Dealer):
    plan = write(dealer, "manager")
    submit(dealer, plan, "manager")
    for who, refusal in (
        ("manager", NotPermitted),
        ("sales", NotPermitted),
        ("manager2", NotFound),
    ):
        with pytest.raises(refusal):
            decide(dealer, plan, who)
    decide(dealer, plan, "director")


def test_there_is_one_plan_for_each_week_and_a_stale_one_is_refused(dealer: Dealer):
    plan = write(dealer)
    with pytest.raises(StaleRecord):
        write(dealer)
    assert write(dealer, version=1, area="城西") == plan
    with pytest.raises(working.WeekOver):
        write(dealer, week_on=date(2026, 5, 31))
    with pytest.raises(NotPermitted):
        submit(dealer, plan, "service")


def test_its_customers_are_visits_of_the_week(dealer: Dealer):
    plan = write(dealer)
    task = add(dealer, plan, NEXT + 2 * DAY)
    row = dealer.row(VisitTask, task)
    assert (row.kind, row.owner_id) == (VisitKind.VISIT, dealer.user_id("sales"))
    assert [one.plan_id for one in dealer.rows(PlannedVisit)] == [plan]
    with pytest.raises(working.NotInWeek):
        add(dealer, plan, NEXT + 7 * DAY)
    this_week = write(dealer, week_on=THURSDAY.date())
    with pytest.raises(planning.DayPast):
        add(dealer, this_week, THURSDAY.date() - DAY)
    assert [line.task_id for line in rep(dealer).plan.visits] == [task]


def test_planned_made_and_late_stand_side_by_side(dealer: Dealer, on_thursday: list[datetime]):
    """V21, V22."""
    plan = write(dealer)
    made, late, _open = (add(dealer, plan, NEXT + n * DAY) for n in range(3))
    submit(dealer, plan)
    decide(dealer, plan)
    on_thursday[0] = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)
    assert rep(dealer).plan.state is PlanState.RUNNING
    write_form(dealer, made)
    on_thursday[0] += 4 * DAY
    write_form(dealer, late)
    found = rep(dealer)
    assert (found.planned, found.made, found.late, found.forms) == (3, 2, 2, 2)
    assert (found.quality, found.due, found.followed) == (1.5, 0, 0)
    with pytest.raises(working.WeekRuns):
        do(
            dealer, visit_plans.review, visit_plans.ReviewPlan, "manager",
            **on(dealer, plan, verdict="还可以"),
        )  # fmt: skip


def test_a_week_is_summed_up_by_its_rep_and_signed_off(dealer: Dealer, on_thursday: list[datetime]):
    """V54, V22."""
    plan = write(dealer)
    summary = on(dealer, plan, summary="走访三家，一家有意向")
    with pytest.raises(working.WeekBefore):
        do(dealer, visit_plans.summarise, visit_plans.SummarisePlan, **summary)
    submit(dealer, plan)
    decide(dealer, plan)
    on_thursday[0] = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
    with pytest.raises(NotPermitted):
        do(
            dealer, visit_plans.summarise, visit_plans.SummarisePlan, "manager",
            **on(dealer, plan, summary="写得好"),
        )  # fmt: skip
    do(
        dealer, visit_plans.summarise, visit_plans.SummarisePlan,
        **on(dealer, plan, summary="走访三家，一家有意向"),
    )  # fmt: skip
    verdict = on(dealer, plan, verdict="跟进要快")
    with pytest.raises(NotPermitted):
        do(dealer, visit_plans.review, visit_plans.ReviewPlan, "sales", **verdict)
    do(dealer, visit_plans.review, visit_plans.ReviewPlan, "manager", **verdict)
    shown = rep(dealer).plan
    assert (shown.state, shown.verdict) == (PlanState.REVIEWED, "跟进要快")
    with pytest.raises(working.PlanNotNext):
        do(
            dealer, visit_plans.summarise, visit_plans.SummarisePlan,
            **on(dealer, plan, summary="补充"),
        )  # fmt: skip


def test_what_was_not_handed_in_by_friday_is_missing_or_late(
    dealer: Dealer, on_thursday: list[datetime]
):
    """V54: due on the Friday before, at six in the evening."""
    assert not rep(dealer).is_missing
    assert fetch(visit_plans.week, dealer.caller("sales"), NEXT).due_at == datetime(
        2026, 6, 5, 10, 0, tzinfo=UTC
    )
    on_thursday[0] = datetime(2026, 6, 5, 10, 1, tzinfo=UTC)
    assert rep(dealer).is_missing
    plan = write(dealer)
    submit(dealer, plan)
    found = rep(dealer)
    assert (found.is_missing, found.plan.is_late) == (False, True)
    assert all(one.id != dealer.user_id("sales2") for one in
               fetch(visit_plans.week, dealer.caller("manager"), NEXT).reps)  # fmt: skip
    assert fetch(visit_plans.plan_of, dealer.caller("service"), NEXT) is None
