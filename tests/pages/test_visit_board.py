"""The board's pages: the week and its moves, standings, list, districts, a contact by hand."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import TaskState, VisitTask
from tests.dealer import Dealer
from tests.pages.test_visits import PAGE, button, of_form, on_monday  # noqa: F401 - fixtures
from tests.pages.visit import texts, visit
from tests.services.test_visits import planned

TODAY = date(2026, 6, 8)
DAY = timedelta(days=1)
VIEWS = ("week", "standings", "list", "districts")


def told(dealer: Dealer, task: int, who: str, day: date | str, **more: Any) -> dict[str, Any]:
    """A move as the browser tells it."""
    version = dealer.row(VisitTask, task).version
    row = f"p{dealer.user_id(who)}"
    said = {"id": task, "version": version, "row": row, "col": str(day), "request": str(uuid4())}
    return said | more


def moved(app: Any, said: Any) -> Any:
    app.session_state["visits:week:moved"] = said
    return app.run()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("who", ["director", "manager", "sales", "data", "steward"])
def test_every_view_opens_for_who_makes_contacts(dealer: Dealer, who: str, view: str):
    planned(dealer)
    planned(dealer, owner_id=None)
    app = visit(dealer, who, PAGE, language="en", view=view)
    assert not app.exception
    assert [each.value for each in app.error] == []


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_where_nothing_is_planned(dealer: Dealer, view: str):
    app = visit(dealer, "manager", PAGE, view=view)
    assert not app.exception


def test_a_move_is_done_and_seen_in_one_run_and_taken_back(dealer: Dealer):
    task = planned(dealer, due_on=TODAY + DAY)
    app = visit(dealer, "manager", PAGE, language="en", view="week")
    moved(app, told(dealer, task, "sales", TODAY))
    assert not app.exception
    row = dealer.row(VisitTask, task)
    assert (row.owner_id, row.due_from) == (dealer.user_id("sales"), TODAY)
    assert dealer.actor("sales").name in app.toast[0].value
    button(app, "visits:week:take-back:button").click().run()
    row = dealer.row(VisitTask, task)
    assert (row.owner_id, row.due_from) == (dealer.user_id("service"), TODAY + DAY)


def test_another_person_alone_leaves_the_day(dealer: Dealer):
    task = planned(dealer)
    app = visit(dealer, "manager", PAGE, view="week")
    moved(app, told(dealer, task, "sales", "late", stays=True))
    row = dealer.row(VisitTask, task)
    assert (row.owner_id, row.rescheduled) == (dealer.user_id("sales"), 0)


@pytest.mark.parametrize(
    ("day", "who", "words"),
    [
        (TODAY - DAY, "service", "No contact can be planned for a day that has passed"),
        (TODAY + 30 * DAY, "service", "this contact is of no use any more"),
        (TODAY, "club", "This person makes no contacts in this store"),
        (TODAY, "sales2", "This person makes no contacts in this store"),
    ],
)
def test_a_refused_move_says_why_and_changes_nothing(
    dealer: Dealer, day: date, who: str, words: str
):
    task = planned(dealer)
    app = visit(dealer, "manager", PAGE, language="en", view="week")
    moved(app, told(dealer, task, who, day))
    assert words in app.error[0].value
    assert dealer.row(VisitTask, task).version == 1


def test_a_stale_move_names_who_was_faster_in_chinese(dealer: Dealer):
    task = planned(dealer)
    app = visit(dealer, "director", PAGE, view="week")
    said = told(dealer, task, "service", TODAY)
    moved(visit(dealer, "manager", PAGE, view="week"), told(dealer, task, "sales", TODAY))
    moved(app, said)
    assert f"{dealer.actor('manager').name}刚刚改动了这条回访" in app.error[0].value


def test_later_than_in_time_asks_why(dealer: Dealer):
    task = planned(dealer)
    app = visit(dealer, "service", PAGE, language="en", view="week")
    moved(app, told(dealer, task, "service", TODAY + DAY))
    assert [each.value for each in app.error] == []
    assert "It was to be made by" in texts(app)
    assert dealer.row(VisitTask, task).version == 1


@pytest.mark.parametrize(
    "said",
    [
        "x",
        7,
        [],
        {"id": "x", "row": "p1", "col": "late"},
        {"id": 1, "row": "nobody", "col": "2026-06-08"},
        {"id": 1, "version": 1, "row": "p1", "col": "<b>", "request": "x"},
        {"id": 10**30, "version": -1, "row": "p" + "9" * 50, "col": "9999-99-99"},
    ],
)
def test_whatever_a_browser_says_it_is_a_refusal_at_most(dealer: Dealer, said: Any):
    task = planned(dealer)
    app = visit(dealer, "manager", PAGE, view="week")
    moved(app, said)
    assert not app.exception
    assert dealer.row(VisitTask, task).version == 1


def test_ticked_ones_are_moved_and_what_was_not_is_told(dealer: Dealer):
    tasks = [planned(dealer, due_on=TODAY + DAY) for _nth in range(2)]
    app = visit(dealer, "manager", PAGE, language="en", view="list")
    app.session_state["visits:list:ticked"] = tasks
    app.run()
    of_form(app, "date_input", "due_on").set_value(TODAY).run()
    other = visit(dealer, "director", PAGE, view="week")
    moved(other, told(dealer, tasks[0], "sales", TODAY))
    button(app, "visits.move_many:send").click().run()
    assert not app.exception
    assert "1 were not moved" in texts(app)
    assert "moved this contact meanwhile" in texts(app)
    assert [dealer.row(VisitTask, one).rescheduled for one in tasks] == [1, 1]
    button(app, "visits:list:came:read").click().run()
    assert "were not moved" not in texts(app)


def test_the_list_is_narrowed_by_its_address(dealer: Dealer):
    mine, free = planned(dealer), planned(dealer, owner_id=None)
    app = visit(dealer, "manager", PAGE, language="en", view="list", part="pool")
    [table] = app.dataframe
    assert (mine, free, len(table.value)) == (mine, free, 1)
    app = visit(dealer, "director", PAGE, language="en", view="list", state="cancelled")
    assert "No contact matches" in texts(app)


def test_a_contact_is_planned_from_a_customers_file(dealer: Dealer):
    key = dealer.customer("安若初", owner="service")
    app = visit(dealer, "manager", PAGE, language="en", plan=str(key))
    assert not app.exception
    assert "安若初" in texts(app)
    of_form(app, "text_input", "purpose").set_value("送保养券")
    button(app, f"visits.plan:{key}:send").click()
    app.query_params["plan"] = str(key)  # a test has no fragments of its own
    app.run()
    [task] = dealer.rows(VisitTask)
    assert (task.customer_id, task.purpose, task.state) == (key, "送保养券", TaskState.PLANNED)


@pytest.mark.parametrize("view", VIEWS)
def test_nonsense_in_the_address_begins_anew(dealer: Dealer, view: str):
    planned(dealer)
    odd = {"week": "<b>", "store": "x", "route": "?", "after": "2026.x", "place": "//"}
    app = visit(dealer, "director", PAGE, view=view, **odd)
    assert not app.exception
