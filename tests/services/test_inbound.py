"""Calls that customers make: answered at once, put through, or owed an answer by a time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import (
    AuditEntry,
    Bay,
    CallWish,
    Channel,
    DemandResult,
    InboundCall,
    Notice,
    Touch,
    TouchKind,
    Urgency,
)
from services import appointments, inbound, sweeping
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.inbound import following, holding, taking
from tests.dealer import Dealer
from tests.services.complaint_deeds import laid

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
"""10:00 where the dealer works."""
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment, which a test may set: `on_monday[0] = …`."""
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def take(dealer: Dealer, who: str = "service", **more: Any) -> int:
    """A call of somebody without a file, to be answered in an hour; its id."""
    values: dict[str, Any] = {
        "request_id": uuid4(),
        "urgency": Urgency.ORDINARY,
        "wish": CallWish.QUESTION,
        "words": "问保养价格",
        "promised_at": clock.now() + HOUR,
        **more,
    }
    if not {"customer_id", "caller", "phone"} & more.keys():
        values["caller"] = "赵女士"
    return perform(inbound.take, dealer.caller(who), inbound.RecordInbound(**values)).id


def answer(dealer: Dealer, key: int, who: str = "service", **more: Any) -> Any:
    values = {
        "request_id": uuid4(),
        "call_id": key,
        "version": dealer.row(InboundCall, key).version,
        "reply_channel": Channel.PHONE,
        "reply": "已告知价格",
        **more,
    }
    return perform(inbound.answer, dealer.caller(who), inbound.AnswerCall(**values))


def pass_on(dealer: Dealer, key: int, to: str, who: str = "service") -> Any:
    version = dealer.row(InboundCall, key).version
    form = inbound.PassCall(
        request_id=uuid4(), call_id=key, version=version, answerer_id=dealer.user_id(to)
    )
    return perform(inbound.pass_on, dealer.caller(who), form)


def sweep() -> int:
    return sweeping.DUTIES["inbound"].do(System("tests"))


def told(dealer: Dealer, *, is_open: bool = True) -> set[tuple[int, str]]:
    rows = dealer.rows(Notice)
    return {(row.user_id, row.kind) for row in rows if not is_open or row.acted_at is None}


# ---- taken


def test_answered_at_once_is_over_and_on_the_timeline(dealer: Dealer):
    customer = dealer.customer(owner="sales")
    key = take(dealer, customer_id=customer, reply="价格是 680 元", promised_at=None, rings=2)
    call = dealer.row(InboundCall, key)
    assert (call.answered_at, call.promised_at, call.reply_channel) == (MONDAY, None, Channel.PHONE)
    [touch] = dealer.rows(Touch)
    assert (touch.customer_id, touch.is_inbound, touch.kind) == (customer, True, TouchKind.CALL)
    assert fetch(inbound.due, dealer.caller("service")) == []


def test_who_is_not_answered_hears_by_when(dealer: Dealer):
    """V42."""
    with pytest.raises(taking.PromiseMissing):
        take(dealer, promised_at=None)
    with pytest.raises(taking.PromisedInThePast):
        take(dealer, promised_at=MONDAY)
    key = take(dealer)
    [row] = fetch(inbound.due, dealer.caller("sales"))  # all of the reception see it
    assert (row.id, row.promised_at, row.answerer) == (key, MONDAY + HOUR, "service 某")


def test_who_is_urgent_is_put_through_at_once(dealer: Dealer):
    """V42."""
    urgent = {"urgency": Urgency.URGENT, "promised_at": None}
    with pytest.raises(taking.PutThrough):
        take(dealer, **urgent)
    with pytest.raises(taking.PutThrough):
        take(dealer, answerer_id=dealer.user_id("service"), **urgent)
    key = take(dealer, answerer_id=dealer.user_id("manager"), **urgent)
    call = dealer.row(InboundCall, key)
    assert (call.is_transferred, call.promised_at) == (True, MONDAY + HOUR / 2)
    assert told(dealer) == {(dealer.user_id("manager"), "inbound_passed")}
    answer(dealer, key, "manager")
    assert told(dealer) == set()


@pytest.mark.parametrize("who", ["club", "admin", "guest", "sales2"])
def test_who_answers_is_of_this_store_and_works_with_customers(dealer: Dealer, who: str):
    with pytest.raises(taking.CannotAnswer):
        take(dealer, answerer_id=dealer.user_id(who))
    key = take(dealer)
    with pytest.raises(taking.CannotAnswer):
        pass_on(dealer, key, who)


def test_somebody_called(dealer: Dealer):
    with pytest.raises(taking.WhoCalls):
        take(dealer, caller=None)
    key = take(dealer, phone="139 1234 5678")
    assert dealer.row(InboundCall, key).phone == "+8613912345678"
    [row] = fetch(inbound.due, dealer.caller("service"))
    assert row.phone == "139 **** 5678"
    assert fetch(inbound.one, dealer.caller("service"), key).phone == "+8613912345678"


def test_who_owes_the_answer_sees_the_number_that_was_given_for_it(dealer: Dealer):
    whose = dealer.customer(owner="sales", phone="+8613812346208")
    key = take(dealer, customer_id=whose, phone="13912345678")
    assert fetch(inbound.one, dealer.caller("service"), key).phone == "+8613912345678"
    assert fetch(inbound.one, dealer.caller("data"), key).phone == "139 **** 5678"
    unnoted = take(dealer, customer_id=whose)
    assert fetch(inbound.one, dealer.caller("service"), unnoted).phone == "138 **** 6208"
    answer(dealer, key)
    assert fetch(inbound.one, dealer.caller("service"), key).phone == "139 **** 5678"


def test_anothers_car_and_another_stores_customer(dealer: Dealer):
    mine = dealer.customer(owner="service")
    with pytest.raises(taking.NotHisCar):
        take(dealer, customer_id=mine, vehicle_id=dealer.vehicle(dealer.customer()))
    with pytest.raises(NotFound):
        take(dealer, customer_id=dealer.customer(store=2, owner="sales2"))
    key = take(dealer, "sales2")
    with pytest.raises(NotFound):
        answer(dealer, key, "service")
    with pytest.raises(NotPermitted):
        take(dealer, "club")


def test_what_was_out_of_stock_and_what_goes_with_it(dealer: Dealer):
    """V28, V29."""
    for half in ({"item": "雨刮片"}, {"substitute": "x"}, {"demand_result": DemandResult.LOST}):
        with pytest.raises(taking.HalfADemand):
            take(dealer, **half)
    with pytest.raises(taking.HalfACompanion):
        take(dealer, companion="滤芯")
    lost = {"item": "雨刮片", "substitute": "通用款", "demand_result": "substituted"}
    key = take(dealer, companion="滤芯", companion_answer="wanted", **lost)
    take(dealer)
    found = fetch(
        inbound.page,
        dealer.caller("manager"),
        inbound.Filters(clock.today(), clock.today(), is_lost=True),
    )
    assert [row.id for row in found.rows] == [key]


# ---- answered


def test_an_answer_says_who_when_how_and_what(dealer: Dealer, on_monday: list[datetime]):
    """V11."""
    customer = dealer.customer(owner="sales")
    key = take(dealer, customer_id=customer)
    on_monday[0] += HOUR / 2
    answer(dealer, key, "sales", reply_channel=Channel.WECHAT)
    call = dealer.row(InboundCall, key)
    assert (call.answered_at, call.answered_by_id) == (on_monday[0], dealer.user_id("sales"))
    said = [(touch.kind, touch.is_inbound, touch.summary) for touch in dealer.rows(Touch)]
    assert said[1] == (TouchKind.WECHAT, False, "已告知价格")
    with pytest.raises(holding.AnsweredAlready):
        answer(dealer, key)
    with pytest.raises(holding.AnsweredAlready):
        pass_on(dealer, key, "sales")
    rates = fetch(inbound.rates, dealer.caller("service"))
    assert (rates.kept, rates.promised, rates.open) == (1, 1, 0)


def test_a_stale_version_is_refused(dealer: Dealer):
    key = take(dealer)
    pass_on(dealer, key, "sales")
    with pytest.raises(StaleRecord):
        answer(dealer, key, version=1)


def test_whoever_owes_an_answer_is_told_before_and_after(dealer: Dealer, on_monday: list[datetime]):
    """V41: each is told once, however often one looks."""
    key = take(dealer)
    me, manager = dealer.user_id("service"), dealer.user_id("manager")
    assert sweep() == 0
    on_monday[0] = MONDAY + timedelta(minutes=45)
    sweep()
    assert sweep() == 0
    assert told(dealer) == {(me, "inbound_due")}
    on_monday[0] = MONDAY + timedelta(minutes=61)
    sweep()
    assert sweep() == 0
    late = {person for person, kind in told(dealer) if kind == "inbound_late"}
    assert {me, manager} <= late
    assert dealer.user_id("manager2") not in late
    assert (me, "inbound_due") not in told(dealer)
    rates = fetch(inbound.rates, dealer.caller("service"))
    assert (rates.kept, rates.promised, rates.open, rates.late) == (0, 1, 1, 1)
    answer(dealer, key)
    assert told(dealer) == set()
    assert fetch(inbound.rates, dealer.caller("service")).kept == 0  # late stays late


def test_handed_on_another_is_told_and_the_first_one_is_not(
    dealer: Dealer, on_monday: list[datetime]
):
    key = take(dealer)
    on_monday[0] = MONDAY + timedelta(minutes=50)
    sweep()
    pass_on(dealer, key, "sales")
    assert told(dealer) == {(dealer.user_id("sales"), "inbound_passed")}
    sweep()
    assert (dealer.user_id("sales"), "inbound_due") in told(dealer)
    assert (dealer.user_id("service"), "inbound_due") not in told(dealer)


def test_the_three_rings(dealer: Dealer):
    """V40."""
    for rings in (1, 3, 4, None):
        take(dealer, rings=rings)
    rates = fetch(inbound.rates, dealer.caller("service"))
    assert (rates.in_time, rates.counted) == (2, 3)


# ---- what it goes on with


def test_one_click_leads_to_an_appointment(dealer: Dealer):
    """V09."""
    [bay] = dealer.add(Bay(store_id=1, name="1"))
    customer = dealer.customer(owner="sales")
    key = take(dealer, customer_id=customer, promised_at=None, leads_to=inbound.Lead.APPOINTMENT)
    assert dealer.row(InboundCall, key).promised_at == MONDAY + HOUR / 2
    values = {
        "request_id": uuid4(),
        "work": "repair",
        "starts_at": MONDAY + timedelta(days=1),
        "minutes": 60,
        "bay_id": bay,
        "source": "inbound",
        "call_id": key,
    }
    other = appointments.BookAppointment(customer_id=dealer.customer(), **values)
    with pytest.raises(following.OfAnotherCaller):
        perform(appointments.book, dealer.caller("service"), other)
    form = appointments.BookAppointment(customer_id=customer, **values)
    booked = perform(appointments.book, dealer.caller("service"), form)
    call = dealer.row(InboundCall, key)
    assert (call.appointment_id, call.answered_at) == (booked.id, MONDAY)
    assert fetch(inbound.due, dealer.caller("service")) == []


def test_one_click_leads_to_a_complaint(dealer: Dealer):
    """V10."""
    whose = dealer.customer()
    complaint = laid(dealer, customer_id=whose)
    key = take(dealer, customer_id=whose, promised_at=None, leads_to=inbound.Lead.COMPLAINT)
    form = inbound.LinkComplaint(request_id=uuid4(), call_id=key, complaint_id=complaint)
    perform(inbound.link_complaint, dealer.caller("service"), form)
    call = dealer.row(InboundCall, key)
    assert (call.complaint_id, call.answered_at) == (complaint, MONDAY)
    stranger = take(dealer, customer_id=dealer.customer())
    form = inbound.LinkComplaint(request_id=uuid4(), call_id=stranger, complaint_id=complaint)
    with pytest.raises(following.OfAnotherCaller):
        perform(inbound.link_complaint, dealer.caller("service"), form)
    assert [row.action for row in dealer.rows(AuditEntry)].count("inbound:linked") == 1
