"""Two who move one contact at the same moment; the proof has its negative control."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import TaskState, VisitKind, VisitTask
from services import visits
from services.core import clock
from services.core.access import load
from services.core.errors import AppError, StaleRecord
from services.core.run import perform
from services.visits import planning
from tests.dealer import Dealer
from tests.races.test_races import together

MOVERS = 6
DAY = timedelta(days=1)


@pytest.fixture
def task(dealer: Dealer) -> int:
    form = visits.PlanContact(
        request_id=uuid4(),
        customer_id=dealer.customer(owner="service"),
        kind=VisitKind.CALL,
        due_on=clock.today() + 2 * DAY,
        purpose="回访",
        owner_id=dealer.user_id("service"),
    )
    return perform(visits.plan, dealer.caller("service"), form).id


def move(dealer: Dealer, task: int, who: str, owner: str) -> Any:
    form = visits.MoveTask(
        request_id=uuid4(),
        task_id=task,
        version=1,
        due_on=clock.today() + DAY,
        owner_id=dealer.user_id(owner),
    )
    return perform(visits.move, dealer.caller(who), form)


def test_of_many_movers_one_wins_and_the_others_are_told(dealer: Dealer, task: int):
    owners = ["sales", "service", "data"] * (MOVERS // 3)
    came = together(
        *[
            lambda who=who, owner=owner: move(dealer, task, who, owner)
            for who, owner in zip(["manager", "director"] * (MOVERS // 2), owners, strict=True)
        ]
    )
    lost = [one for one in came if isinstance(one, AppError)]
    assert len(lost) == MOVERS - 1
    assert all(isinstance(one, StaleRecord) for one in lost)
    row = dealer.row(VisitTask, task)
    assert (row.version, row.rescheduled) == (2, 1)
    [winner] = [owners[n] for n, one in enumerate(came) if not isinstance(one, AppError)]
    assert row.owner_id == dealer.user_id(winner)


def test_who_does_not_look_at_the_version_moves_what_another_has_moved(
    dealer: Dealer, task: int, monkeypatch: pytest.MonkeyPatch
):
    """Without the look at what was shown both win, and the first one never hears of it."""

    def unlooked(session: Any, task_id: int, _version: int) -> VisitTask:
        return load(session, VisitTask, task_id, lock=True)

    monkeypatch.setattr(planning, "hold", unlooked)
    came = together(
        *[lambda who=who: move(dealer, task, who, "sales") for who in ("manager", "director")]
    )
    assert len([one for one in came if isinstance(one, visits.Receipt)]) > 1


def test_a_move_and_a_call_at_once_leave_one_story(dealer: Dealer, task: int):
    """Whoever is second hears of the first: a contact that was made is not moved any more, and one
    that was moved is not written down unseen."""

    def call() -> Any:
        form = visits.RecordCall(
            request_id=uuid4(),
            task_id=task,
            version=1,
            result="connected",
            words="用车正常",
            no_more="客户已约",
        )
        return perform(visits.record_call, dealer.caller("service"), form)

    came = together(lambda: move(dealer, task, "manager", "sales"), call)
    assert len([one for one in came if isinstance(one, AppError)]) == 1
    row = dealer.row(VisitTask, task)
    is_done = row.state is TaskState.DONE
    assert is_done != (row.owner_id == dealer.user_id("sales"))
