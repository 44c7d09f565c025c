"""Who complains, about which car and order; and the complaints on a customer's file."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from db.engine import engine
from db.models import Complaint, OrderKind, Ownership, Severity
from services import complaints, customers
from services.complaints import Caller
from services.complaints.registering import NotHisCar, NotHisOrder
from services.core import clock
from services.core.errors import AppError, NotFound
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import (
    FRIDAY,
    accepted,
    close,
    do,
    investigated,
    register,
    replied,
    triaged,
)


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def caller(dealer: Dealer, key: int, who: str = "service") -> Caller:
    found = fetch(complaints.caller, dealer.caller(who), key)
    assert found is not None
    return found


def meant(dealer: Dealer, text: str, who: str = "service") -> list[tuple[int, int | None]]:
    return [(m.id, m.vehicle_id) for m in fetch(complaints.callers, dealer.caller(who), text)]


def test_the_only_car_is_his_car(dealer: Dealer):
    key = dealer.customer()
    assert caller(dealer, key).only_car is None
    first = dealer.vehicle(key)
    assert caller(dealer, key).only_car == first
    dealer.vehicle(key)
    assert caller(dealer, key).only_car is None


def test_a_car_that_he_had_once_comes_last(dealer: Dealer):
    key = dealer.customer()
    now, former = dealer.vehicle(key), dealer.vehicle(key)
    [part] = [one for one in dealer.rows(Ownership) if one.vehicle_id == former]
    end = customers.EndOwnership(
        request_id=uuid4(),
        customer_id=key,
        ownership_id=part.id,
        ended_on=date(2026, 5, 1),
        reason="已过户",
    )
    perform(customers.end_ownership, dealer.caller("manager"), end)
    found = caller(dealer, key)
    assert [(car.id, car.is_current) for car in found.cars] == [(now, True), (former, False)]
    assert found.only_car == now


def test_plates_are_masked_as_on_his_file(dealer: Dealer):
    key = dealer.customer(owner="sales")
    dealer.vehicle(key, plate="浙A63J50")
    assert [car.plate for car in caller(dealer, key).cars] == ["浙A****50"]
    assert [car.plate for car in caller(dealer, key, "sales").cars] == ["浙A63J50"]


@pytest.mark.parametrize("text", ["浙A63J50", "63j50", "3J50", "王小明 63J50"])
def test_a_plate_says_which_car(dealer: Dealer, text: str):
    key = dealer.customer(owner="service")
    dealer.vehicle(key, plate="浙A00001")
    car = dealer.vehicle(key, plate="浙A63J50")
    assert meant(dealer, text) == [(key, car)]


def test_the_end_of_a_vin_does_too(dealer: Dealer):
    key = dealer.customer(owner="service")
    car = dealer.vehicle(key, vin="LSVAA4182E2777777", plate="浙A63J50")
    dealer.vehicle(key, plate="浙A00001")
    assert meant(dealer, "E2777777") == [(key, car)]


def test_a_name_says_of_no_car(dealer: Dealer):
    key = dealer.customer("程思远")
    dealer.vehicle(key)
    assert meant(dealer, "程思远") == [(key, None)]


def test_the_customer_of_another_store_is_not_there(dealer: Dealer):
    key = dealer.customer(store=2, owner="sales2")
    assert fetch(complaints.caller, dealer.caller("service"), key) is None


def test_the_car_and_the_order_stand_with_the_case(dealer: Dealer):
    key = dealer.customer(owner="service")
    car = dealer.vehicle(key)
    order = dealer.order(key, vehicle_id=car, number="RO-7", kind=OrderKind.REPAIR)
    taken = register(dealer, customer_id=key, vehicle_id=car, order_id=order)
    assert dealer.row(Complaint, taken.id).order_id == order
    case = fetch(complaints.case, dealer.caller("service"), taken.id)
    assert case.values["order_id"] == "RO-7 2026-05-04"


def test_an_order_of_no_car_goes_with_any(dealer: Dealer):
    key = dealer.customer(owner="service")
    order = dealer.order(key)
    register(dealer, customer_id=key, vehicle_id=dealer.vehicle(key), order_id=order)
    assert [one.order_id for one in dealer.rows(Complaint)] == [order]


def test_what_is_not_his_is_refused(dealer: Dealer):
    key, other = dealer.customer(owner="service"), dealer.customer(owner="service")
    car, second = dealer.vehicle(key), dealer.vehicle(key)
    order = dealer.order(key, vehicle_id=car)
    for error, values in (
        (NotHisCar, {"vehicle_id": dealer.vehicle(other)}),
        (NotHisOrder, {"order_id": dealer.order(other)}),
        (NotHisOrder, {"order_id": order, "vehicle_id": second}),
        (NotHisOrder, {"order_id": dealer.order(key, voided_at=FRIDAY)}),
        (NotFound, {"order_id": dealer.order(dealer.customer(store=2, owner="sales2"))}),
    ):
        with pytest.raises(error):
            register(dealer, customer_id=key, **values)
    with pytest.raises(NotHisOrder):
        register(dealer, order_id=order)
    assert dealer.rows(Complaint) == []


# ---- on the customer's file


def test_the_open_ones_stand_first(dealer: Dealer):
    key = dealer.customer(owner="service")
    other = triaged(dealer)
    first = triaged(dealer, customer_id=key)
    done = triaged(dealer, customer_id=key)
    investigated(dealer, done)
    replied(dealer, done)
    accepted(dealer, done)
    close(dealer, done)
    last = register(dealer, customer_id=key).id  # the third: its level rises by itself
    rows = fetch(complaints.of_customer, dealer.caller("service"), key)
    assert [row.id for row in rows] == [last, first, done]
    assert other not in [row.id for row in rows]
    assert rows[0].next_clock is not None
    tally = fetch(complaints.tally, dealer.caller("service"), key)
    assert (tally.open, tally.total) == (2, 3)


def test_a_legal_case_is_not_there_for_those_not_named(dealer: Dealer):
    key = dealer.customer(owner="service")
    case = triaged(dealer, customer_id=key)
    do(
        dealer,
        "director",
        complaints.flag,
        complaints.FlagComplaint,
        case,
        is_safety=False,
        is_media=False,
        is_legal=True,
        reason="律师函",
    )
    for who, count in (("service", 1), ("director", 1), ("manager", 0), ("sales", 0)):
        rows = fetch(complaints.of_customer, dealer.caller(who), key)
        tally = fetch(complaints.tally, dealer.caller(who), key)
        assert (len(rows), tally.open, tally.total) == (count, count, count), who


def test_of_a_file_that_is_not_his_nothing_is_said(dealer: Dealer):
    key = dealer.customer(store=2, owner="sales2")
    register(dealer, "sales2", store_id=2, customer_id=key)
    with pytest.raises(AppError):
        fetch(complaints.of_customer, dealer.caller("service"), key)
    assert fetch(complaints.tally, dealer.caller("service"), key).total == 0
    assert fetch(complaints.tally, dealer.caller("sales2"), key).total == 1


def test_many_cost_no_more_questions_than_one(dealer: Dealer):
    key = dealer.customer(owner="service")
    register(dealer, customer_id=key, severity=Severity.L2)
    one = asked(dealer, key)
    for _n in range(4):
        register(dealer, customer_id=key, severity=Severity.L2)
    assert asked(dealer, key) == one


def asked(dealer: Dealer, key: int) -> int:
    """How many statements the list took, once the calendars are known."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    fetch(complaints.of_customer, dealer.caller("service"), key)
    event.listen(engine(), "before_cursor_execute", note)
    try:
        assert fetch(complaints.of_customer, dealer.caller("service"), key)
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    return len(seen)
