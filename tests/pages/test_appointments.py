"""The appointments' page and the reception: booked, confirmed, called, answered."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from db.models import (
    Appointment,
    AppointmentState,
    Bay,
    CallWish,
    InboundCall,
    Urgency,
    VisitTask,
)
from services import inbound
from services.core import clock
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.test_appointments import TEN, book
from tests.services.test_visits import planned

PAGE = "care/appointments.py"
RECEPTION = "care/inbound.py"
MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
WORKERS = ["director", "manager", "sales", "service", "data", "steward"]
OTHERS = ["club", "club_manager", "admin", "guest", None]


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def bay(dealer: Dealer) -> int:
    [key] = dealer.add(Bay(store_id=1, name="1号工位"))
    return key


def button(app, key: str):
    return next(each for each in app.button if each.key == key)


def named(app, label: str):
    return next(each for each in app.button if each.label == label)


def field(app, kind: str, name: str):
    return next(each for each in getattr(app, kind) if name in str(each.key))


@pytest.mark.parametrize("who", WORKERS)
@pytest.mark.parametrize("page", [PAGE, RECEPTION])
def test_it_opens_for_who_works_with_customers(dealer: Dealer, who: str, page: str):
    app = visit(dealer, who, page, language="en")
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("page", [PAGE, RECEPTION])
def test_others_do_not_see_it(dealer: Dealer, who: str | None, page: str):
    with pytest.raises(ValueError, match="navigation page"):  # his menu does not have it
        visit(dealer, who, page, language="en")


@pytest.mark.parametrize("view", ["day", "week", "list", "bays"])
@pytest.mark.parametrize("by", ["bay", "advisor"])
def test_each_view_shows_what_is_booked(dealer: Dealer, bay: int, view: str, by: str):
    book(dealer, bay_id=bay, advisor_id=dealer.user_id("service"))
    app = visit(dealer, "manager", PAGE, language="en", view=view, by=by, day="2026-06-09")
    assert not app.exception
    said = texts(app)
    expected = {"day": "Maintenance", "week": "1 booked", "list": "Maintenance", "bays": "1号工位"}
    assert expected[view] in said


def test_a_closed_day_and_a_store_without_bays_say_what_to_do(dealer: Dealer):
    app = visit(dealer, "manager", PAGE, language="en")
    assert "No timetable yet" in texts(app)
    app = visit(dealer, "director", PAGE, language="en", by="advisor", day="2026-10-01")
    assert "The store is closed on this day" in texts(app)


def test_an_appointment_is_confirmed_by_one_key(dealer: Dealer, bay: int):
    key = book(dealer, bay_id=bay)
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    assert "Booked" in texts(app)
    assert [each for each in app.button if each.key == "appointments:arrive"] == []  # not today
    button(app, "appointments:confirm").click().run()
    assert not app.exception
    assert dealer.row(Appointment, key).state is AppointmentState.CONFIRMED


def test_called_off_needs_a_reason_and_says_so_in_chinese(dealer: Dealer, bay: int):
    key = book(dealer, bay_id=bay)
    app = visit(dealer, "service", PAGE, id=str(key))
    send = f"appointments.cancel:{key}:send"
    button(app, send).click().run()
    assert "原因" in app.error[0].value
    field(app, "text_input", "appointments.cancel").set_value("客户出差").run()
    button(app, send).click().run()
    assert dealer.row(Appointment, key).state is AppointmentState.CANCELLED


def test_who_books_sees_the_free_times_alone(dealer: Dealer, bay: int):
    book(dealer, bay_id=bay, starts_at=TEN - timedelta(days=1) + timedelta(hours=1))
    app = visit(dealer, "service", PAGE, language="en")
    named(app, "Book an appointment").click().run()
    assert not app.exception
    field(app, "selectbox", ":bay").set_value(str(bay))
    named(app, "Book an appointment").click().run()
    free = field(app, "selectbox", ":time:")
    assert free.options[:3] == ["10:00", "12:00", "12:30"]


def test_another_stores_appointment_is_not_there(dealer: Dealer, bay: int):
    key = book(dealer, bay_id=bay)
    app = visit(dealer, "sales2", PAGE, language="en", id=str(key))
    assert "does not exist" in app.error[0].value


def test_from_the_call_the_drawer_opens_with_the_customer(dealer: Dealer, bay: int):
    task = planned(dealer)
    app = visit(dealer, "service", "care/visits.py", language="en", task=str(task))
    named(app, "Book an appointment").click().run()
    assert not app.exception
    assert dealer.row(VisitTask, task).state == "planned"
    assert [each.label for each in app.selectbox][-1] == "Free times"


# ---- the reception


def call(dealer: Dealer, **more: object) -> int:
    form = inbound.RecordInbound(
        request_id=uuid4(),
        caller="赵女士",
        phone="13912345678",
        urgency=Urgency.ORDINARY,
        wish=CallWish.QUESTION,
        words="问保养价格",
        promised_at=MONDAY + timedelta(hours=1),
        **more,
    )
    return perform(inbound.take, dealer.caller("service"), form).id


def test_a_call_is_written_down_and_waits(dealer: Dealer):
    app = visit(dealer, "service", RECEPTION, language="en")
    assert "Nobody waits for an answer" in texts(app)
    field(app, "text_input", "inbound.take:caller").set_value("赵女士").run()
    field(app, "text_area", "inbound.take:words").set_value("问保养价格").run()
    button(app, "inbound.take:send").click().run()
    assert app.error[0].value == "Say what he was told, or by when he hears from us"
    field(app, "selectbox", "inbound.take:wait").set_value("30").run()
    button(app, "inbound.take:send").click().run()
    assert not app.exception
    [row] = dealer.rows(InboundCall)
    assert (row.caller, row.promised_at) == ("赵女士", MONDAY + timedelta(minutes=30))
    assert "赵女士" in texts(app)


def test_an_urgent_call_asks_to_whom(dealer: Dealer):
    app = visit(dealer, "service", RECEPTION)
    field(app, "selectbox", "inbound.take:urgency").set_value("urgent").run()
    field(app, "text_input", "inbound.take:caller").set_value("赵女士").run()
    field(app, "text_area", "inbound.take:words").set_value("刹车失灵").run()
    button(app, "inbound.take:send").click().run()
    assert "立即转接" in app.error[0].value


def test_he_has_his_answer(dealer: Dealer):
    key = call(dealer)
    app = visit(dealer, "sales", RECEPTION, language="en", call=str(key))
    assert "139 1234 5678" in texts(app)
    field(app, "text_area", f"inbound.answer:{key}:reply").set_value("已告知价格").run()
    button(app, f"inbound.answer:{key}:send").click().run()
    assert not app.exception
    assert dealer.row(InboundCall, key).reply == "已告知价格"
    assert "call" not in app.query_params


@pytest.mark.parametrize("what", ["inbound:book", "inbound:complain"])
def test_one_click_opens_what_it_goes_on_with(dealer: Dealer, bay: int, what: str):
    key = call(dealer)
    app = visit(dealer, "service", RECEPTION, language="en", call=str(key))
    button(app, what).click().run()
    assert not app.exception
    assert not app.error
    names = [each.value for each in app.text_input]
    assert "赵女士" in names


@pytest.mark.parametrize("view", ["calls", "lost"])
def test_the_lists(dealer: Dealer, view: str):
    call(dealer, item="雨刮片", substitute="通用款", demand_result="lost")
    app = visit(dealer, "manager", RECEPTION, language="en", view=view)
    assert not app.exception
    assert "赵女士" in texts(app)
