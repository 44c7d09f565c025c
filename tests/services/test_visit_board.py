"""The board of the visit plan: who has what on which day, moved by one or by many, taken back."""

import io
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from db.engine import write_transaction
from db.models import (
    AuditEntry,
    CallAttempt,
    CallResult,
    Customer,
    Desk,
    Hold,
    Lifecycle,
    OrderKind,
    TaskState,
    User,
    ValueClass,
    VisitKind,
    VisitTask,
)
from services import visits
from services.core import audit, clock
from services.core.errors import NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.visits import moving, planning
from tests.dealer import Dealer, as_system
from tests.services.test_visits import DAY, MONDAY, move, on_monday, planned, record  # noqa: F401

TODAY = date(2026, 6, 8)
"""A Monday."""


def week(dealer: Dealer, who: str = "manager", day: date = TODAY, **more: Any) -> visits.Week:
    return fetch(visits.week, dealer.caller(who), day, **more)


def places(found: visits.Week) -> dict[int, tuple[int | None, date | None]]:
    return {one.row.id: (one.row.owner_id, one.day) for one in found.cards}


def change(dealer: Dealer, key: int, model: Any = VisitTask, **values: Any) -> None:
    """Behind the door's back."""
    with write_transaction() as session:
        actor = as_system(session)
        row = session.get(model, key)
        for name, value in values.items():
            setattr(row, name, value)
        audit.record(session, actor, audit.Action.DATA_LOADED, "visit_tasks")


def elsewhere(dealer: Dealer) -> int:
    """A contact of the other store."""
    return planned(dealer, "sales2", customer_id=dealer.customer(store=2, owner="sales2"))


def undo(dealer: Dealer, task: int, who: str = "service", version: int | None = None) -> Any:
    version = version or dealer.row(VisitTask, task).version
    form = visits.WorkOnTask(request_id=uuid4(), task_id=task, version=version)
    return perform(visits.undo_move, dealer.caller(who), form)


# ---- the week


def test_each_contact_stands_with_whoever_makes_it_on_its_day(dealer: Dealer):
    mine, his = planned(dealer), planned(dealer, "sales", due_on=TODAY + 3 * DAY)
    free = planned(dealer, owner_id=None, customer_id=dealer.customer(owner="sales"))
    late, since = planned(dealer), planned(dealer)
    change(dealer, late, due_from=TODAY - 3 * DAY, due_to=TODAY - DAY)
    change(dealer, since, due_from=TODAY - 3 * DAY, due_to=TODAY + DAY)
    planned(dealer, due_on=TODAY + 7 * DAY)
    found = week(dealer)
    service, sales = dealer.user_id("service"), dealer.user_id("sales")
    assert places(found) == {
        mine: (service, TODAY),
        his: (sales, TODAY + 3 * DAY),
        free: (None, TODAY),
        late: (service, None),
        since: (service, TODAY),
    }
    counted = {(one.owner_id, one.desk, one.day): one.open for one in found.cells}
    assert counted[service, None, TODAY] == 2
    assert counted[None, Desk.SERVICE, TODAY] == 1
    assert found.desks == list(Desk)


def test_another_week_has_what_is_due_then_and_a_past_one_what_was_made(
    dealer: Dealer,
    on_monday: list[datetime],  # noqa: F811
):
    next_one = planned(dealer, due_on=TODAY + 9 * DAY)
    record(dealer, planned(dealer), CallResult.NO_ANSWER)
    assert list(places(week(dealer, day=TODAY + 10 * DAY))) == [next_one]
    assert week(dealer).made == {(dealer.user_id("service"), TODAY): 1}
    on_monday[0] = MONDAY + 7 * DAY
    before = week(dealer)
    assert (before.cards, sum(before.made.values())) == ([], 1)


def test_a_specialist_sees_himself_and_what_nobody_of_his_desk_has(dealer: Dealer):
    planned(dealer, "sales")
    own = planned(dealer)
    free = planned(dealer, owner_id=None, customer_id=dealer.customer(owner="sales"))
    found = week(dealer, "service")
    assert {*places(found)} == {own, free}
    assert [one.id for one in found.people] == [dealer.user_id("service")]
    assert found.desks == [Desk.SERVICE]
    assert {*places(week(dealer, "sales"))} & {own, free} == set()


def test_another_stores_board_is_not_to_be_had(dealer: Dealer):
    store = dealer.row(VisitTask, elsewhere(dealer)).store_id
    assert week(dealer, "manager", store_id=store).cards == []
    assert len(week(dealer, "director", store_id=store).cards) == 1


def test_what_the_rule_holds_is_no_work_of_the_day(dealer: Dealer):
    change(dealer, planned(dealer), hold=Hold.SPACING)
    planned(dealer)
    [cell] = week(dealer).cells
    assert (cell.open, cell.held) == (1, 1)


def test_of_a_full_day_the_heaviest_come_and_all_are_counted(dealer: Dealer):
    customer = dealer.customer(owner="service")
    for _nth in range(15):
        planned(dealer, customer_id=customer)
    found = week(dealer)
    assert len(found.cards) == 12
    assert [one.open for one in found.cells] == [15]


def test_whoever_left_and_still_has_contacts_is_shown_and_gets_none(dealer: Dealer):
    task = planned(dealer, "sales")
    change(dealer, dealer.user_id("sales"), User, is_active=False)
    found = week(dealer)
    sales = dealer.user_id("sales")
    assert [one.takes for one in found.people if one.id == sales] == [False]
    assert places(found)[task][0] == sales


@pytest.mark.parametrize("day", [date.min, date.max, date(2026, 6, 14)])
def test_any_day_has_its_week(dealer: Dealer, day: date):
    found = week(dealer, day=day)
    assert (found.first.weekday(), len(found.days)) == (0, 7)


# ---- moved and taken back


def test_the_slower_of_two_is_told_who_moved_it_where(dealer: Dealer):
    task = planned(dealer)
    move(dealer, task, "manager", owner_id=dealer.user_id("sales"))
    with pytest.raises(planning.MovedMeanwhile) as refused:
        move(dealer, task, "director", owner_id=dealer.user_id("service"), version=1)
    names = {name: dealer.actor(name).name for name in ("manager", "sales")}
    assert refused.value.params == {
        "person": names["manager"],
        "owner": names["sales"],
        "day": TODAY,
    }
    move(dealer, task, "director", owner_id=None)
    with pytest.raises(planning.BackAtDesk):
        move(dealer, task, "manager", owner_id=dealer.user_id("service"), version=1)
    assert dealer.row(VisitTask, task).owner_id is None


def test_a_change_that_was_no_move_is_just_stale(dealer: Dealer):
    task = planned(dealer)
    move(dealer, task, "manager", owner_id=dealer.user_id("sales"))
    change(dealer, task, hold=Hold.SPACING)
    with pytest.raises(StaleRecord) as refused:
        move(dealer, task, "manager", version=2, due_on=TODAY + DAY)
    assert type(refused.value) is StaleRecord


def test_nothing_of_a_refused_move_is_kept(dealer: Dealer):
    """Another day alone would be his right, the other person is not."""
    task = planned(dealer)
    with pytest.raises(NotPermitted):
        move(
            dealer,
            task,
            due_on=TODAY + DAY,
            reason="客户出差",
            owner_id=dealer.user_id("sales"),
        )
    one = dealer.row(VisitTask, task)
    assert (one.due_from, one.version, one.rescheduled) == (TODAY, 1, 0)


def test_what_another_desk_has_to_take_is_not_his(dealer: Dealer):
    free = planned(dealer, owner_id=None, customer_id=dealer.customer(owner="sales"))
    with pytest.raises(NotPermitted):
        move(dealer, free, "sales", owner_id=dealer.user_id("sales"))
    move(dealer, free, owner_id=dealer.user_id("service"))
    assert dealer.row(VisitTask, free).owner_id == dealer.user_id("service")


def test_a_move_is_taken_back_whole(dealer: Dealer):
    task = planned(dealer)
    change(dealer, task, due_from=TODAY - 3 * DAY, due_to=TODAY - DAY)
    before = dealer.row(VisitTask, task)
    to = dealer.user_id("sales")
    move(dealer, task, "manager", due_on=TODAY + DAY, owner_id=to, reason="人手不足")
    undo(dealer, task, "manager")
    after = dealer.row(VisitTask, task)
    for name in ("due_from", "due_to", "owner_id", "rescheduled"):
        assert getattr(after, name) == getattr(before, name)
    told = [row for row in dealer.rows(AuditEntry) if row.action == "visits:moved"]
    assert [bool(row.details.get("is_undone")) for row in told] == [False, True]
    with pytest.raises(moving.NothingToUndo):
        undo(dealer, task, "manager")


def test_only_ones_own_move_is_taken_back_and_for_a_while(
    dealer: Dealer,
    on_monday: list[datetime],  # noqa: F811
):
    task = planned(dealer, due_on=TODAY + DAY)
    with pytest.raises(moving.NothingToUndo):
        undo(dealer, task)
    move(dealer, task, due_on=TODAY)
    with pytest.raises(moving.NothingToUndo):
        undo(dealer, task, "manager")
    with pytest.raises(NotFound):
        undo(dealer, task, "sales2")
    on_monday[0] = MONDAY + timedelta(minutes=11)
    with pytest.raises(moving.NothingToUndo):
        undo(dealer, task)


def test_who_took_it_by_a_move_gives_it_back_by_undoing(dealer: Dealer):
    free = planned(dealer, owner_id=None, customer_id=dealer.customer(owner="sales"))
    moved = move(dealer, free, owner_id=dealer.user_id("service"))
    undo(dealer, free, version=moved.version)
    assert dealer.row(VisitTask, free).owner_id is None


def test_what_somebody_else_moved_meanwhile_is_not_taken_back(dealer: Dealer):
    task = planned(dealer, due_on=TODAY + DAY)
    moved = move(dealer, task, due_on=TODAY)
    move(dealer, task, "manager", owner_id=dealer.user_id("sales"))
    with pytest.raises(planning.MovedMeanwhile):
        undo(dealer, task, version=moved.version)


# ---- many at once


def move_many(dealer: Dealer, tasks: list[int], who: str = "manager", **more: Any) -> Any:
    shown = [{"task_id": one, "version": dealer.row(VisitTask, one).version} for one in tasks]
    form = visits.MoveTasks(request_id=uuid4(), tasks=shown, **more)
    return perform(visits.move_many, dealer.caller(who), form)


def test_of_many_what_may_be_moved_is_and_the_others_say_why(dealer: Dealer):
    good, ended = planned(dealer, due_on=TODAY + DAY), planned(dealer, due_on=TODAY + DAY)
    foreign = elsewhere(dealer)
    change(dealer, ended, state=TaskState.CANCELLED, ended_at=MONDAY)
    came = move_many(dealer, [good, ended, foreign], due_on=TODAY)
    assert came.moved == 1
    assert {one.task_id: one.msgid for one in came.refused} == {
        ended: "This contact was made meanwhile, or has ended",
        foreign: NotFound.msgid,
    }
    assert [one.customer for one in came.refused if one.task_id == foreign] == [""]
    assert dealer.row(VisitTask, good).due_from == TODAY
    assert dealer.row(VisitTask, foreign).version == 1


def test_many_are_given_to_one_or_back_to_their_desks(dealer: Dealer):
    tasks = [planned(dealer), planned(dealer)]
    assert move_many(dealer, tasks, owner_id=dealer.user_id("sales")).moved == 2
    assert {dealer.row(VisitTask, one).owner_id for one in tasks} == {dealer.user_id("sales")}
    assert move_many(dealer, tasks, to_desk=True).refused == []
    assert {dealer.row(VisitTask, one).owner_id for one in tasks} == {None}
    with pytest.raises(moving.MoveWhereTo):
        move_many(dealer, tasks)


def test_who_does_not_lead_gives_none_of_many(dealer: Dealer):
    tasks = [planned(dealer), planned(dealer, "sales")]
    came = move_many(dealer, tasks, "service", owner_id=dealer.user_id("sales"))
    assert [one.task_id for one in came.refused] == tasks
    assert [dealer.row(VisitTask, one).version for one in tasks] == [1, 1]


# ---- by what became of them


def test_by_standing_with_what_was_suppressed_and_why(dealer: Dealer):
    planned(dealer)
    planned(dealer, due_on=TODAY + DAY)
    late, held, gone = planned(dealer), planned(dealer), planned(dealer)
    change(dealer, late, due_from=TODAY - 3 * DAY, due_to=TODAY - DAY)
    change(dealer, held, hold=Hold.SPACING)
    suppressed = {"state": TaskState.SUPPRESSED, "hold": Hold.OPEN_COMPLAINT}
    change(dealer, gone, ended_at=MONDAY, **suppressed)
    before = planned(dealer)
    change(dealer, before, ended_at=MONDAY - 7 * DAY, **suppressed)
    record(dealer, planned(dealer), CallResult.NO_ANSWER)
    found = fetch(visits.standings, dealer.caller("manager"))
    open_ = (found.late, found.today, found.later, found.again, found.held)
    assert [one.total for one in open_] == [1] * 5
    assert found.held.holds == [(Hold.SPACING, 1)]
    assert {state: one.total for state, one in found.ended.items()} == {TaskState.SUPPRESSED: 1}
    assert found.ended[TaskState.SUPPRESSED].holds == [(Hold.OPEN_COMPLAINT, 1)]
    assert len(dealer.rows(CallAttempt)) == 1


# ---- the list, the districts, who should make it


def listed(dealer: Dealer, who: str = "manager", after: str | None = None, **wanted: Any) -> Any:
    return fetch(visits.page, dealer.caller(who), visits.TaskFilters(**wanted), after)


def test_the_list_is_narrowed_and_paged_without_a_gap(dealer: Dealer):
    customer = dealer.customer("安若列", owner="service")
    tasks = [planned(dealer, customer_id=customer) for _nth in range(103)]
    other = planned(dealer, "sales", kind=VisitKind.VISIT, due_on=TODAY + DAY)
    found = listed(dealer)
    assert (len(found.rows), found.total) == (100, 104)
    rest = listed(dealer, after=found.after)
    assert [row.id for row in (*found.rows, *rest.rows)] == [*tasks, other]
    assert rest.after is None
    sales = dealer.user_id("sales")
    for wanted in ({"owner_id": sales}, {"kind": VisitKind.VISIT}, {"desk": Desk.SALES}):
        assert [row.id for row in listed(dealer, **wanted).rows] == [other]
    assert listed(dealer, text="安若列").total == 103
    assert listed(dealer, text="没有这个人").total == 0
    assert listed(dealer, is_late=True).total == 0
    assert listed(dealer, until=TODAY).total == 103
    assert listed(dealer, state=TaskState.DONE).rows == []
    assert listed(dealer, "sales").total == 1


def test_the_list_goes_along_as_a_file_with_its_filters_and_no_phone(dealer: Dealer):
    planned(dealer, customer_id=dealer.customer("安若表", owner="service", phone="+8613857116208"))
    planned(dealer, "sales")
    form = visits.ExportTasks(language="zh_CN", desk=Desk.SERVICE)
    file = perform(visits.export_tasks, dealer.caller("manager"), form)
    rows = sheet(file.data)
    assert [row[1] for row in rows[1:]] == ["安若表"]
    assert not any("6208" in cell for row in rows for cell in row)
    [entry] = [row for row in dealer.rows(AuditEntry) if row.action == "visits:exported"]
    assert entry.details == {"rows": 1, "filters": {"desk": "service", **NO_FLAGS}}
    with pytest.raises(NotPermitted):
        perform(visits.export_tasks, dealer.caller("service"), form)


NO_FLAGS = {"in_pool": False, "is_late": False}


def sheet(data: bytes) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


def test_where_cars_go_today_comes_first_with_what_is_due_there(dealer: Dealer):
    """V27."""
    here, there = {"city": "杭州市", "district": "西湖区"}, {"city": "杭州市", "district": "滨江区"}
    planned(dealer, customer_id=dealer.customer(owner="service", **here))
    planned(dealer, customer_id=dealer.customer(owner="service", **there))
    later = dealer.customer(owner="service", **there)
    planned(dealer, customer_id=later, due_on=TODAY + 3 * DAY)
    car = dealer.customer(owner="sales", **there)
    dealer.order(car, kind=OrderKind.SALE, ordered_on=TODAY - DAY, closed_on=TODAY)
    dealer.order(car, kind=OrderKind.SALE, ordered_on=TODAY - DAY, closed_on=None)
    dealer.order(car, kind=OrderKind.SALE, closed_on=TODAY, voided_at=MONDAY)
    dealer.order(car, kind=OrderKind.REPAIR, closed_on=TODAY)
    found = fetch(visits.places, dealer.caller("manager"))
    assert [(p.district, p.deliveries, p.to_deliver, p.due, p.open) for p in found] == [
        ("滨江区", 1, 1, 1, 2),
        ("西湖区", 0, 0, 1, 1),
    ]
    before = fetch(visits.places, dealer.caller("manager"), TODAY - DAY)
    assert [p.deliveries for p in before] == [0, 0]
    rows = listed(dealer, place=found[0].code).rows
    assert [row.due_from for row in rows] == [TODAY, TODAY + 3 * DAY]


def test_who_should_make_it(dealer: Dealer):
    """V32, V43: the customer's own manager, then who sits at the desk and has least to do."""
    key = dealer.customer(owner="sales", value_class=ValueClass.ORDINARY)
    change(dealer, key, Customer, lifecycle=Lifecycle.EXISTING)

    def order(desk: Desk, who: str = "manager") -> list[int]:
        found = fetch(visits.callers, dealer.caller(who), key, desk)
        return [line.id for line in found.lines]

    ids = {name: dealer.user_id(name) for name in ("sales", "service", "data")}
    assert order(Desk.SERVICE)[0] == ids["service"]
    assert order(Desk.DATA)[0] == ids["data"]
    planned(dealer, "data")
    at_other_desks = [one for one in order(Desk.SERVICE) if one in {ids["sales"], ids["data"]}]
    assert at_other_desks == [ids["sales"], ids["data"]]
    change(dealer, key, Customer, value_class=ValueClass.IMPORTANT)
    found = fetch(visits.callers, dealer.caller("manager"), key, Desk.SERVICE)
    assert (found.lines[0].id, found.lines[0].is_his) == (ids["sales"], True)
    assert order(Desk.SERVICE, "service") == [ids["service"]]
    assert dealer.user_id("sales2") not in order(Desk.SERVICE, "director")


def test_a_query_a_card_is_none(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    from sqlalchemy import event

    from db.engine import engine

    def asked(look: Any) -> int:
        count: list[str] = []
        listen = lambda *args: count.append(args[2])  # noqa: E731
        event.listen(engine(), "before_cursor_execute", listen)
        look()
        event.remove(engine(), "before_cursor_execute", listen)
        return len(count)

    planned(dealer)
    few = [asked(lambda: week(dealer)), asked(lambda: standings(dealer))]
    for _nth in range(6):
        planned(dealer, "sales")
        planned(dealer)
    assert [asked(lambda: week(dealer)), asked(lambda: standings(dealer))] == few
    assert clock.today() == TODAY


def standings(dealer: Dealer) -> visits.Standings:
    return fetch(visits.standings, dealer.caller("manager"))
