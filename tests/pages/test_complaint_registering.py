"""Taking a complaint as people see it: the caller and his car kept, what was promised, his file."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from db.models import Complaint, Customer, Draft, Heading, OrderKind, Stage, Vehicle
from services import complaints, customers
from services.core import clock
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.test_complaints import button, field
from tests.pages.visit import ROOT, SECONDS, texts, visit
from tests.services.complaint_deeds import FRIDAY, do, register, triaged

LEDGER, FILE = "care/complaints.py", "care/customers.py"
FORM = "complaints.register"
SATURDAY = datetime(2026, 6, 6, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


@pytest.fixture
def customer(dealer: Dealer) -> int:
    """A customer with two cars, and an order for one of them."""
    key = dealer.customer("程思远", owner="service")
    dealer.vehicle(key, plate="浙A00001")
    car = dealer.vehicle(key, plate="浙A63J50")
    dealer.order(key, vehicle_id=car, summary="换机油", kind=OrderKind.REPAIR)
    return key


def car_of(dealer: Dealer, plate: str) -> int:
    return next(one.id for one in dealer.rows(Vehicle) if one.plate == plate)


def opened(app: AppTest) -> AppTest:
    """The drawer, which the test's runs do not keep open: before each run it is opened anew."""
    [door] = [each for each in app.button if each.label in {"Register", "登记"}][:1]
    return door.click()


def begun(dealer: Dealer, sought: str) -> AppTest:
    """The drawer with the first find chosen."""
    app = visit(dealer, "service", LEDGER, language="en")
    opened(app).run()
    opened(app)
    field(app, "text_input", f"{FORM}:search").set_value(sought).run()
    [match] = [each for each in app.button if (each.key or "").startswith(f"{FORM}:caller:")]
    opened(app)
    match.click().run()
    assert not app.exception
    return app


def again(dealer: Dealer) -> AppTest:
    """The drawer in a new browser."""
    app = AppTest.from_file(str(ROOT / "main.py"), default_timeout=SECONDS)
    app.session_state["language"] = "en"
    app.session_state["token"] = "token-of-service"
    app.session_state["language_of"] = dealer.user_id("service")
    app.run()
    app.switch_page(str(ROOT / "pages" / LEDGER)).run()
    opened(app).run()
    assert not app.exception
    return app


def chosen(app: AppTest, name: str) -> str | None:
    return field(app, "selectbox", f"{FORM}:{name}:").value


def test_caller_and_car_survive_a_new_browser(dealer: Dealer, customer: int):
    app = begun(dealer, "63J50")
    assert chosen(app, "vehicle_id") == str(car_of(dealer, "浙A63J50"))
    app = again(dealer)
    assert "程思远" in texts(app)
    assert chosen(app, "vehicle_id") == str(car_of(dealer, "浙A63J50"))


def test_the_draft_holds_no_name(dealer: Dealer, customer: int):
    begun(dealer, "63J50")
    [draft] = dealer.rows(Draft)
    assert draft.values["typed"]["customer_id"] == customer
    assert "程思远" not in str(draft.values)


def test_of_several_cars_none_is_chosen_by_itself(dealer: Dealer, customer: int):
    app = begun(dealer, "程思远")
    assert chosen(app, "vehicle_id") is None
    plates = field(app, "selectbox", f"{FORM}:vehicle_id:").options
    assert [each.split(" ")[0] for each in plates] == ["浙A63J50", "浙A00001", "Another"]


def test_another_car_or_none_stays_chosen(dealer: Dealer):
    key = dealer.customer("程思远", owner="service")
    only = dealer.vehicle(key)
    app = begun(dealer, "程思远")
    assert chosen(app, "vehicle_id") == str(only)
    opened(app)
    field(app, "selectbox", f"{FORM}:vehicle_id:").set_value("0").run()
    assert chosen(again(dealer), "vehicle_id") == "0"


def test_with_another_car_go_other_orders(dealer: Dealer, customer: int):
    app = begun(dealer, "63J50")
    [order] = field(app, "selectbox", f"{FORM}:order_id:").options
    assert order.endswith("换机油")
    opened(app)
    other = str(car_of(dealer, "浙A00001"))
    field(app, "selectbox", f"{FORM}:vehicle_id:").set_value(other).run()
    keys = [each.key for each in app.selectbox if each.key]
    assert not [each for each in keys if each.startswith(f"{FORM}:order_id:")]


def test_somebody_else_is_sought_anew(dealer: Dealer, customer: int):
    app = begun(dealer, "63J50")
    opened(app)
    button(app, f"{FORM}:not").click().run()
    assert field(app, "text_input", f"{FORM}:search").value == ""
    assert "程思远" not in texts(app)


def test_who_was_handed_on_since_is_sought_anew(dealer: Dealer, customer: int):
    begun(dealer, "63J50")
    form = customers.AssignCustomer.model_validate(
        {
            "request_id": uuid4(),
            "customer_id": customer,
            "version": dealer.row(Customer, customer).version,
            "store_id": 2,
            "owner_id": None,
            "reason": "搬家",
        }
    )
    perform(customers.assign, dealer.caller("director"), form)
    app = again(dealer)
    assert "程思远" not in texts(app)
    assert field(app, "text_input", f"{FORM}:search").value == ""


def test_start_over_forgets_it_all(dealer: Dealer, customer: int):
    app = begun(dealer, "63J50")
    opened(app)
    button(app, f"{FORM}:anew").click().run()
    assert "程思远" not in texts(app)
    assert dealer.rows(Draft) == []
    assert not [each for each in app.button if each.key == f"{FORM}:anew"]


def test_what_is_sent_has_the_car_and_the_order(dealer: Dealer, customer: int):
    app = begun(dealer, "63J50")
    opened(app)
    field(app, "selectbox", f"{FORM}:order_id:").select_index(0)
    field(app, "text_area", f"{FORM}:words:").set_value("异响")
    category = next(one.id for one in dealer.rows(Heading) if one.code == "service.repair.repeat")
    field(app, "selectbox", f"{FORM}:category_id:").set_value(str(category))
    button(app, f"{FORM}:send").click().run()
    assert not app.exception
    [row] = dealer.rows(Complaint)
    assert (row.customer_id, row.vehicle_id) == (customer, car_of(dealer, "浙A63J50"))
    assert row.order_id is not None
    assert dealer.rows(Draft) == []
    assert app.query_params["id"] == str(row.id)


@pytest.mark.parametrize(
    ("sought", "typed", "kept"),
    [
        ("139 5810 0042", "", "+8613958100042"),
        ("13958100042", "13700000009", "+8613700000009"),
        ("浙A99999", "", None),
        ("2026", "", None),
    ],
)
def test_a_number_that_is_nobody_s_is_noted_as_the_caller_s(
    dealer: Dealer, sought: str, typed: str, kept: str | None
):
    app = visit(dealer, "service", LEDGER, language="en")
    opened(app).run()
    opened(app)
    field(app, "text_input", f"{FORM}:search").set_value(sought).run()
    phone = field(app, "text_input", f"{FORM}:phone:")
    assert phone.placeholder == (sought if kept else "")
    opened(app)
    phone.set_value(typed)
    field(app, "text_input", f"{FORM}:person:").set_value("路先生")
    field(app, "text_area", f"{FORM}:words:").set_value("异响")
    category = next(one.id for one in dealer.rows(Heading) if one.code == "service.repair.repeat")
    field(app, "selectbox", f"{FORM}:category_id:").set_value(str(category))
    button(app, f"{FORM}:send").click().run()
    assert not app.exception
    [row] = dealer.rows(Complaint)
    assert row.phone == kept


# ---- what was promised


def promised(dealer: Dealer, at: datetime) -> int:
    key = triaged(dealer)
    model = complaints.AcknowledgeComplaint
    do(dealer, "service", complaints.acknowledge, model, key, promised_at=at)
    return key


@pytest.mark.parametrize(
    ("language", "words"), [("en", "promised 06\\-06 10\\:00"), ("zh_CN", "承诺 06\\-06 10\\:00")]
)
def test_a_promise_stands_in_the_head_of_the_case(dealer: Dealer, language: str, words: str):
    key = promised(dealer, SATURDAY)
    app = visit(dealer, "service", LEDGER, language=language, id=str(key))
    assert not app.exception
    assert f"blue-badge[:material/schedule_send: {words}]" in texts(app)


def test_a_missed_one_is_red_and_a_kept_one_is_gone(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key = promised(dealer, SATURDAY)
    monkeypatch.setattr(clock, "now", lambda: SATURDAY + timedelta(minutes=5))
    app = visit(dealer, "service", LEDGER, language="en", id=str(key))
    assert "red-badge[:material/schedule_send: promised 10\\:00]" in texts(app)
    model = complaints.TalkAboutComplaint
    do(dealer, "service", complaints.talk, model, key, words="已致电", was_reached=True)
    app.run()
    assert "schedule_send" not in texts(app)
    assert "Promised by" in texts(app)


def test_the_wall_has_a_column_where_something_was_promised(dealer: Dealer):
    register(dealer)
    app = visit(dealer, "service", LEDGER, language="en")
    assert "promised" not in app.dataframe[0].value.columns
    promised(dealer, SATURDAY)
    app.run()
    told = [list(each) for each in app.dataframe[0].value["promised"]]
    assert sorted(told) == [[], ["06-06 10:00"]]


def test_more_than_the_clock_allows_is_said(dealer: Dealer):
    key = register(dealer).id
    form = f"complaints.acknowledge:{key}"
    app = visit(dealer, "service", LEDGER, language="en", id=str(key))
    button(app, "deed:next").click().run()
    assert "The clock runs out" in texts(app)
    assert not [each for each in app.checkbox if (each.key or "").startswith(form)]
    button(app, "deed:next").click()
    late = datetime(2026, 6, 9, 10, 0)  # noqa: DTZ001 - as the field has it
    field(app, "datetime_input", f"{form}:promised_at").set_value(late).run()
    button(app, "deed:next").click()
    button(app, f"{form}:send").click().run()
    assert "The clock runs out" in app.error[0].value
    button(app, "deed:next").click()
    field(app, "checkbox", f"{form}:takes_longer").check()
    button(app, f"{form}:send").click().run()
    assert not app.exception
    row = dealer.row(Complaint, key)
    assert (row.stage, row.promised_at) == (
        Stage.ACKNOWLEDGED,
        datetime(2026, 6, 9, 2, 0, tzinfo=UTC),
    )
    assert "later than the clock allows" in texts(app)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "In one working hour: 06-06 09:50"), ("zh_CN", "一个工作小时内：06-06 09:50")],
)
def test_what_is_mostly_promised_is_a_click_away(dealer: Dealer, language: str, words: str):
    key = register(dealer).id
    form = f"complaints.acknowledge:{key}"
    app = visit(dealer, "service", LEDGER, language=language, id=str(key))
    button(app, "deed:next").click().run()
    button(app, "deed:next").click()
    field(app, "text_area", f"{form}:words").set_value("客户在外地").run()
    button(app, "deed:next").click()
    chosen = button(app, "usual:hour")
    assert chosen.label.replace("\\", "") == words
    chosen.click().run()
    assert not app.exception
    button(app, "deed:next").click()
    button(app, f"{form}:send").click().run()
    row = dealer.row(Complaint, key)
    assert row.promised_at == SATURDAY - timedelta(minutes=10)
    assert "客户在外地" in texts(app)


# ---- on the customer's file


def tab(app: AppTest, customer: int, title: str) -> AppTest:
    """The tab as if it were open: a test cannot click it."""
    app.session_state[f"tabs:{customer}"] = title
    return app.run()


@pytest.mark.parametrize(
    ("language", "title", "empty"),
    [
        ("en", "Complaints", "No complaint of this customer"),
        ("zh_CN", "投诉", "该客户没有投诉"),
    ],
)
def test_a_file_without_complaints_says_so(
    dealer: Dealer, customer: int, language: str, title: str, empty: str
):
    app = visit(dealer, "service", FILE, language=language, id=str(customer))
    tab(app, customer, title)
    assert not app.exception
    assert empty in texts(app)
    assert "feedback" not in texts(app)


def test_the_file_shows_its_complaints(dealer: Dealer, customer: int):
    key = triaged(dealer, customer_id=customer)
    app = visit(dealer, "service", FILE, language="en", id=str(customer))
    assert "Open complaints\\: 1" in texts(app)
    tab(app, customer, "Complaints")
    assert not app.exception
    [link] = [each.proto for each in app.get("page_link")]
    assert (link.label, link.query_string) == ("TS\\-202606\\-0001", f"id={key}")
    said = texts(app)
    for words in ("Repeat repair", "L1 grumble", "Acknowledge", "Handler service 某"):
        assert words in said


def test_who_may_not_register_is_not_offered_it(dealer: Dealer):
    key = dealer.customer("程思远", owner="service", is_member=True)
    app = visit(dealer, "club", FILE, language="en", id=str(key))
    tab(app, key, "Complaints")
    assert not app.exception
    assert "No complaint of this customer" in texts(app)
    assert not [each for each in app.button if each.label == "Register a complaint"]


def door(app: AppTest):
    [found] = [each for each in app.button if each.label == "Register a complaint"]
    return found


def test_from_his_file_he_is_chosen_already(dealer: Dealer, customer: int):
    app = visit(dealer, "service", FILE, language="en", id=str(customer))
    tab(app, customer, "Complaints")
    door(app).click().run()
    assert not app.exception
    form = f"{FORM}:{customer}"
    assert not [each for each in app.text_input if "search" in (each.key or "")]
    app.session_state[f"tabs:{customer}"] = "Complaints"
    door(app).click()
    field(app, "text_area", f"{form}:words:").set_value("异响")
    field(app, "selectbox", f"{form}:category_id:").select_index(0)
    button(app, f"{form}:send").click().run()
    assert not app.exception
    [row] = dealer.rows(Complaint)
    assert (row.customer_id, row.store_id, row.words) == (customer, 1, "异响")
    assert app.query_params["id"] == str(customer)
    assert "Open complaints\\: 1" in texts(app)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "**Category**: This must be"), ("zh_CN", "**类别**：此项必填")]
)
def test_what_nobody_chose_is_said_to_be_missing(dealer: Dealer, language: str, words: str):
    app = visit(dealer, "service", LEDGER, language=language)
    opened(app).run()
    opened(app)
    button(app, f"{FORM}:send").click().run()
    said = app.error[0].value
    assert words in said
    assert "number" not in said
    assert "整数" not in said
