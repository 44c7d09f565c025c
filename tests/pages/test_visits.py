"""The visit plan's page: my day, one call by one key, the rules."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from db.models import (
    AppointmentState,
    Cadence,
    CadenceState,
    CallAttempt,
    CallResult,
    TaskState,
    Touch,
    VisitTask,
)
from services import visits
from services.core import clock
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.test_measures import appointment, visit_form, weeks
from tests.services.test_service_backtest import DELIVERED
from tests.services.test_service_dues import SYSTEM, car, serviced
from tests.services.test_visit_figures import at, attempt, task
from tests.services.test_visits import DAY, planned

PAGE = "care/visits.py"
RULES = "care/rules.py"
MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


def button(app, key: str):
    return next(each for each in app.button if each.key == key)


def of_form(app, kind: str, name: str):
    return next(each for each in getattr(app, kind) if f":{name}:" in str(each.key))


@pytest.mark.parametrize("who", ["director", "manager", "sales", "service", "data", "steward"])
def test_it_opens_for_who_makes_contacts(dealer: Dealer, who: str):
    app = visit(dealer, who, PAGE, language="en")
    assert not app.exception
    assert "Nobody is to be contacted" in texts(app)


@pytest.mark.parametrize("who", ["club", "club_manager", "admin", "guest", None])
def test_others_do_not_see_it(dealer: Dealer, who: str | None):
    planned(dealer)
    with pytest.raises(ValueError, match="navigation page"):  # his menu does not have it
        visit(dealer, who, PAGE, language="en")


def test_a_call_that_nobody_answered_is_one_key_and_leads_to_the_next(dealer: Dealer):
    first, second = planned(dealer), planned(dealer)
    app = visit(dealer, "service", PAGE, language="en", task=str(first))
    assert "What came of it" in texts(app)
    button(app, f"visits:{CallResult.NO_ANSWER}").click().run()
    assert not app.exception
    assert dealer.row(VisitTask, first).attempts == 1
    assert app.query_params["task"] == str(second)
    assert len(dealer.rows(CallAttempt)) == 1


def test_reached_needs_words_and_a_next_date(dealer: Dealer):
    task = planned(dealer)
    app = visit(dealer, "service", PAGE, language="en", task=str(task))
    send = f"visits.record_call:{task}:send"
    button(app, send).click().run()
    assert [error.value for error in app.error] == ["Write down what was said"]
    of_form(app, "text_area", "words").set_value("用车正常").run()
    of_form(app, "date_input", "next_on").set_value((MONDAY + timedelta(days=30)).date()).run()
    button(app, send).click().run()
    assert "needs a reason" in app.error[0].value  # nobody talks so fast
    of_form(app, "text_input", "short_reason").set_value("说了就挂").run()
    button(app, send).click().run()
    assert not app.exception
    assert dealer.row(VisitTask, task).state is TaskState.DONE
    assert [touch.summary for touch in dealer.rows(Touch)] == ["用车正常"]
    assert "task" not in app.query_params  # there is no other: back to the list
    assert "All done for now" in texts(app)


def test_a_refusal_is_said_in_chinese(dealer: Dealer):
    task = planned(dealer)
    app = visit(dealer, "service", PAGE, task=str(task))
    button(app, "visits:refused").click().run()
    assert [error.value for error in app.error] == ["请说明客户拒绝的原因"]


def test_who_takes_what_nobody_has_sees_the_number(dealer: Dealer):
    task = planned(dealer, owner_id=None, customer_id=dealer.customer(owner="sales"))
    app = visit(dealer, "service", PAGE, language="en", task=str(task))
    next(each for each in app.button if each.label == "I call him").click().run()
    assert not app.exception
    assert dealer.row(VisitTask, task).owner_id == dealer.user_id("service")
    assert [each for each in app.button if each.label == "I call him"] == []


def test_anothers_contact_is_shown_and_not_offered(dealer: Dealer):
    task = planned(dealer, "service")
    app = visit(dealer, "sales", PAGE, language="en", task=str(task))
    assert "Why now" in texts(app)
    assert "What came of it" not in texts(app)


def test_rules_are_taken_over_approved_and_ended(dealer: Dealer):
    app = visit(dealer, "director", RULES, language="en")
    button(app, "visits:adopt").click().run()
    assert not app.exception
    first = dealer.rows(Cadence)[0]
    button(app, f"visits:rule:{first.code}").click().run()
    assert app.query_params["rule"] == str(first.id)
    button(app, f"visits:approve:{first.id}").click().run()
    button(app, f"visits.approve:{first.id}:send").click()
    button(app, f"visits:approve:{first.id}").click().run()  # a test has no fragments of its own
    assert not app.exception
    assert [e.value for e in app.error] == []
    assert dealer.row(Cadence, first.id).state is CadenceState.APPROVED
    button(app, f"visits:retire:{first.id}").click().run()
    assert dealer.row(Cadence, first.id).state is CadenceState.RETIRED


def test_who_does_not_lead_approves_nothing(dealer: Dealer):
    form = visits.AdoptCadences(request_id=uuid4())
    perform(visits.adopt, dealer.caller("director"), form)
    app = visit(dealer, "service", RULES, language="en")
    assert "After a repair" in texts(app)
    assert [each.key for each in app.button if str(each.key).startswith("visits:approve")] == []


def test_the_coming_maintenances_for_everybody_and_the_backtest_for_who_leads(dealer: Dealer):
    who = car(dealer, delivered_on=DELIVERED)
    for days in (100, 200, 310):
        serviced(dealer, who, DELIVERED + days * DAY, 1 + 100 * days)
    car(dealer, delivered_on=MONDAY.date() - 240 * DAY)
    perform(visits.predict_services, SYSTEM, visits.PredictServices())
    app = visit(dealer, "service", PAGE, language="en", view="maintenance")
    assert not app.exception
    assert "1 cars, and the workshops can take them" in texts(app)
    assert "Median error" not in texts(app)
    app = visit(
        dealer, "manager", PAGE, language="en", view="maintenance", during="2025-06-09..2026-06-08"
    )
    assert not app.exception
    assert [one.value for one in app.metric] == ["10 days", "100 %", "1"]
    app = visit(dealer, "manager2", PAGE, view="maintenance")
    assert not app.exception
    assert "没有可对比的车辆" in texts(app)


def test_the_report_opens_what_stands_behind_a_figure(dealer: Dealer):
    done = task(dealer, 4, TaskState.DONE)
    attempt(dealer, done, MONDAY, CallResult.CONNECTED)
    address = {"view": "report", "length": "month", "on": "2026-06-08"}
    app = visit(dealer, "manager", PAGE, language="en", **address)
    assert not app.exception
    assert "1 of 1 contacts that were due were made" in texts(app)
    assert app.metric[0].value == "100 %"
    button(app, "visits:report:VISIT-PLAN").click().run()
    assert not app.exception
    assert "1 records, the newest first" in texts(app)
    app = visit(dealer, "service", PAGE, **address)
    assert not app.exception
    assert "应回访 1 次，已完成 1 次" in texts(app)


def test_the_report_warns_of_what_is_called_off(dealer: Dealer):
    weeks(dealer, (3, 5), (2, 10))
    address = {"view": "report", "length": "month", "on": "2026-06-08"}
    app = visit(dealer, "manager", PAGE, language="en", **address)
    assert not app.exception
    [warning] = app.warning
    assert "the last 4 weeks 38 % were called off, of the last 26 weeks 25 %" in warning.value
    app = visit(dealer, "manager2", PAGE, **address)
    assert not app.warning


def test_the_report_shows_each_figure_as_it_is_told_elsewhere(dealer: Dealer):
    appointment(dealer, at(2), AppointmentState.ARRIVED)
    appointment(dealer, at(3), AppointmentState.CANCELLED)
    visit_form(dealer, at(2), 9, improve_on=date(2026, 6, 3))
    address = {"view": "report", "length": "month", "on": "2026-06-08"}
    app = visit(dealer, "manager", PAGE, language="en", **address)
    assert not app.exception
    shown = {one.label: one.value for one in app.metric}
    told = {
        "Show rate": "100 %",
        "Cancellation rate": "50 %",
        "Quality of visit forms": "9 points",
        "Improved by their day": "0 %",
        "Promises kept": "–",
    }
    assert {name: shown[name] for name in told} == told
    button(app, "visits:report:FORM-QUALITY").click().run()
    assert not app.exception
    assert "1 records, the newest first" in texts(app)
    app = visit(dealer, "service", PAGE, language="en", **address)
    assert "visits:report:QA-SCORE" not in {one.key for one in app.button}
    assert "Score of reviewed calls" in {one.label for one in app.metric}
