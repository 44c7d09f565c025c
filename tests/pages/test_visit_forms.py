"""The pages of visit forms, promises and weekly plans."""

from datetime import UTC, datetime, timedelta

import pytest

from db.models import Promise, PromiseState, TaskState, TouchKind, VisitForm, VisitPlan, VisitTask
from services import drafts
from services.core import clock
from services.core.run import fetch
from services.visits import ANSWERS
from tests.dealer import Dealer
from tests.pages.test_visits import PAGE, button, of_form
from tests.pages.visit import texts, visit
from tests.services import test_visit_forms as written
from tests.services import test_visit_plans as planned

FIELDWORK = "care/fieldwork.py"
MONDAY = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


def fill(app, **more: str) -> None:
    """The form but for its next contact."""
    of_form(app, "text_input", "visited_place").set_value("城东物流园")
    of_form(app, "text_input", "met").set_value("车队队长")
    for name in ANSWERS:
        of_form(app, "text_area", name).set_value(more.get(name, written.ANSWERS[name]))
    of_form(app, "date_input", "improve_on").set_value((MONDAY + 4 * DAY).date()).run()


def test_a_visit_is_written_on_its_form_and_scored_before_it_is_sent(dealer: Dealer):
    task = written.a_visit(dealer)
    app = visit(dealer, "sales", PAGE, language="en", task=str(task))
    assert "Customer visit form" in texts(app)
    fill(app, rivals="无")
    assert "11 of 12 points" in texts(app)
    assert "What competitors do better" in texts(app)
    send = f"visits.write_form:{task}:send"
    button(app, send).click().run()
    assert [e.value for e in app.error] == [
        "Agree on the next contact, or say why nothing more follows"
    ]
    assert dealer.rows(VisitForm) == []
    kept = fetch(drafts.kept, dealer.caller("sales"), f"visits.write_form:{task}")
    assert kept is not None
    assert kept.values["typed"]["rivals"] == "无"  # F5 does not take it away
    of_form(app, "text_input", "no_more").set_value("车队已解散").run()
    button(app, send).click().run()
    assert not app.exception
    [row] = dealer.rows(VisitForm)
    assert (row.quality, row.visited_place) == (11, "城东物流园")
    assert dealer.row(VisitTask, task).state is TaskState.DONE
    assert fetch(drafts.kept, dealer.caller("sales"), f"visits.write_form:{task}") is None


def test_an_empty_answer_is_refused_in_chinese(dealer: Dealer):
    task = written.a_visit(dealer)
    app = visit(dealer, "sales", PAGE, task=str(task))
    fill(app, gap="")
    button(app, f"visits.write_form:{task}:send").click().run()
    assert "我方差距" in app.error[0].value
    assert dealer.rows(VisitForm) == []


def test_nobody_was_there_is_one_tap(dealer: Dealer):
    task = written.a_visit(dealer)
    app = visit(dealer, "sales", PAGE, language="en", task=str(task))
    button(app, "visits:no_answer").click().run()
    assert not app.exception
    assert dealer.row(VisitTask, task).attempts == 1


def test_the_books_lead_to_each_form(dealer: Dealer):
    form = written.write(dealer, written.a_visit(dealer))
    app = visit(dealer, "manager", FIELDWORK, language="en", view="forms")
    assert not app.exception
    assert form.number in texts(app)
    app = visit(dealer, "director", FIELDWORK, language="en", form=str(form.id))
    assert written.ANSWERS["gap"] in texts(app)
    assert [b for b in app.button if str(b.key).endswith(":correct")] == []  # another's
    own = visit(dealer, "sales", FIELDWORK, language="en", form=str(form.id))
    button(own, f"form:{form.id}:improve").click().run()
    assert not own.exception


def test_a_stranger_to_the_store_sees_no_form(dealer: Dealer):
    form = written.write(dealer, written.a_visit(dealer))
    app = visit(dealer, "sales2", FIELDWORK, language="en", form=str(form.id))
    assert "does not exist, or it is not yours to see" in app.error[0].value
    assert written.ANSWERS["gap"] not in texts(app)


def test_a_promise_is_settled_from_the_register(dealer: Dealer):
    key = written.promise(dealer)
    app = visit(dealer, "sales", PAGE, language="en", view="promises")
    assert "1 promises are open, 0 of them late" in texts(app)
    button(app, f"promise:{key}:close").click().run()
    of_form(app, "text_area", "reply").set_value("已告知报价")
    of_form(app, "selectbox", "state").set_value(PromiseState.KEPT)
    of_form(app, "selectbox", "told_by").set_value(TouchKind.CALL)
    button(app, f"promises.close:{key}:yes").click()
    button(app, f"promise:{key}:close").click().run()  # a test has no fragments of its own
    assert not app.exception
    assert dealer.row(Promise, key).state is PromiseState.KEPT


def test_who_may_not_settle_it_is_not_offered_it(dealer: Dealer):
    written.promise(dealer)
    app = visit(dealer, "service", PAGE, language="en", view="promises")
    assert "周三前回电" in texts(app)
    assert [b for b in app.button if str(b.key).endswith(":close")] == []


def test_a_plan_is_handed_in_and_decided_on(dealer: Dealer):
    plan = planned.write(dealer)
    app = visit(dealer, "sales", FIELDWORK, language="en", view="plans", week="2026-06-08")
    assert "城东物流园" in texts(app)
    button(app, "plan:submit").click().run()
    assert not app.exception
    assert dealer.row(VisitPlan, plan).submitted_at == MONDAY
    app = visit(dealer, "manager", FIELDWORK, view="plans", week="2026-06-08")
    assert not app.exception
    assert "待批准" in texts(app)


@pytest.mark.parametrize(
    ("page", "view"), [(FIELDWORK, "forms"), (PAGE, "promises"), (FIELDWORK, "plans")]
)
@pytest.mark.parametrize("who", ["director", "steward", "data"])
def test_each_view_opens_empty(dealer: Dealer, who: str, page: str, view: str):
    app = visit(dealer, who, page, language="en", view=view)
    assert not app.exception
    assert [e.value for e in app.error] == []
