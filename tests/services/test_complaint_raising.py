"""What weighs more by itself: a customer who comes again and again, causes that pile up."""

from datetime import timedelta

import pytest

from db.models import ComplaintEvent, ComplaintKind, EventKind, Notice, Severity
from services.core import clock
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, investigated, register, row, triaged

CARS = ("浙A10001", "浙A10002", "浙A10003", "浙A10004")


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def level(dealer: Dealer, key: int) -> Severity:
    return row(dealer, key).severity


def complain(dealer: Dealer, customer: int, *, days_ago: int = 0, **more) -> int:
    at = FRIDAY - timedelta(days=days_ago)
    return register(dealer, customer_id=customer, received_at=at, **more).id


# ---- one customer


def test_the_third_within_90_days_weighs_more(dealer: Dealer):
    customer = dealer.customer()
    first = complain(dealer, customer, days_ago=89)
    second = complain(dealer, customer, days_ago=40)
    third = complain(dealer, customer)
    fourth = complain(dealer, customer, severity=Severity.L3)
    levels = [level(dealer, key) for key in (first, second, third, fourth)]
    assert levels == [Severity.L1, Severity.L1, Severity.L2, Severity.L3]
    raised = [one for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.LEVELLED]
    assert [(one.complaint_id, one.details) for one in raised] == [
        (third, {"why": "repeats", "count": 3})
    ]


def test_what_lies_90_days_back_does_not_count(dealer: Dealer):
    customer = dealer.customer()
    complain(dealer, customer, days_ago=90)
    complain(dealer, customer, days_ago=1)
    assert level(dealer, complain(dealer, customer)) is Severity.L1


def test_only_his_own_complaints_count(dealer: Dealer):
    customer, other = dealer.customer(), dealer.customer("赵敏", phone="+8613900002222")
    complain(dealer, other)
    complain(dealer, other)
    for kind in (ComplaintKind.ENQUIRY, ComplaintKind.GRUMBLE):
        complain(dealer, customer, kind=kind)
    assert level(dealer, complain(dealer, customer)) is Severity.L1


def test_those_of_another_store_count_too(dealer: Dealer):
    customer = dealer.customer()
    for _ in range(2):
        register(dealer, "director", store_id=2, customer_id=customer, received_at=FRIDAY)
    assert level(dealer, complain(dealer, customer)) is Severity.L2


# ---- one cause


def about(dealer: Dealer, serial: int, model: str = "云岭 H7", *, days_ago: int = 0) -> int:
    """A complaint about a car of a model, sorted and ready to be looked into."""
    customer = dealer.customer(f"客户{serial}", phone=f"+861390000{serial:04d}")
    vin = f"LHGCR1657E83{serial:05d}"
    car = dealer.vehicle(customer, vin=vin, plate=CARS[serial], model=model)
    at = FRIDAY - timedelta(days=days_ago)
    return triaged(dealer, customer_id=customer, vehicle_id=car, received_at=at)


def warned(dealer: Dealer, who: str) -> list[dict]:
    me = dealer.user_id(who)
    return [
        one.params
        for one in dealer.rows(Notice)
        if one.user_id == me and one.kind == "complaint_cluster"
    ]


def test_three_of_one_cause_and_model_within_a_week_warn_of_a_crisis(dealer: Dealer):
    keys = [about(dealer, serial, days_ago=days) for serial, days in enumerate((6, 3, 0, 0))]
    for key in keys[:2]:
        investigated(dealer, key)
    assert warned(dealer, "director") == []
    investigated(dealer, keys[2])
    [params] = warned(dealer, "director")
    assert (params["count"], params["model"]) == (3, "云岭 H7")
    assert params["what"].endswith("技能不足")
    assert [level(dealer, key) for key in keys] == [*[Severity.L1] * 2, Severity.L3, Severity.L1]
    investigated(dealer, keys[3])
    assert len(warned(dealer, "manager")) == len(warned(dealer, "director")) == 1
    assert warned(dealer, "service") == []


@pytest.mark.parametrize("way", ["another model", "a week ago"])
def test_what_is_not_alike_does_not(dealer: Dealer, way: str):
    keys = [about(dealer, serial) for serial in range(2)]
    other = about(dealer, 2, "云岭 E5") if way == "another model" else about(dealer, 2, days_ago=7)
    for key in (other, *keys):
        investigated(dealer, key)
    assert warned(dealer, "director") == []
