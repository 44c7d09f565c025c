"""A complaint is found by whoever complained: his name, his phone, his car."""

from datetime import timedelta

import pytest

from db.models import Complaint
from services import complaints
from services.complaints import Filters, Part
from services.core import clock
from services.core.run import fetch
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, register


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


@pytest.fixture
def three(dealer: Dealer) -> dict[str, str]:
    """Somebody with a file and a car, somebody without a file, somebody of another store."""
    his = dealer.customer("程思远", owner="service", phone="+8613958100042")
    car = dealer.vehicle(his, plate="浙A63J50")
    hers = dealer.customer("程思源", owner="sales2", store_id=2, phone="+8613958100043")
    return {
        "his": register(dealer, customer_id=his, vehicle_id=car).number,
        "stranger": register(dealer, person="路先生", phone="13700000009").number,
        "hers": register(dealer, "sales2", store_id=2, customer_id=hers).number,
    }


@pytest.mark.parametrize(
    ("who", "text", "found"),
    [
        ("director", "程思远", {"his"}),
        ("director", "程思", {"his", "hers"}),
        ("director", "csy", {"his", "hers"}),
        ("service", "程思", {"his"}),
        ("director", "139 5810 0042", {"his"}),
        ("director", "浙A63J50", {"his"}),
        ("director", "路先生", {"stranger"}),
        ("director", "先生", {"stranger"}),
        ("director", "13700000009", {"stranger"}),
        ("sales2", "路先生", set()),
        ("sales2", "13700000009", set()),
        ("director", "张三", set()),
        ("director", "%", set()),
        ("director", "路_生", set()),
        ("director", "TS-", {"his", "stranger", "hers"}),
    ],
)
def test_a_complaint_is_found_by_whoever_complained(
    dealer: Dealer, three: dict[str, str], who: str, text: str, found: set[str]
):
    caller, asked = dealer.caller(who), Filters(text=text)
    numbers = {three[name] for name in found}
    assert {row.number for row in fetch(complaints.page, caller, asked).rows} == numbers
    assert {row.number for row in fetch(complaints.wall, caller, asked)} == numbers


def test_other_filters_narrow_what_is_found(dealer: Dealer, three: dict[str, str]):
    director = dealer.caller("director")
    for filters in (
        Filters(text="路先生", store_id=2),
        Filters(text="路先生", part=Part.CLOSED),
    ):
        assert fetch(complaints.page, director, filters).rows == []


def test_whoever_sees_single_cases_only_finds_no_others(dealer: Dealer, three: dict[str, str]):
    """A guest may not look for customers; what he does not see he does not find by a name."""
    assert fetch(complaints.page, dealer.caller("guest"), Filters(text="程思远")).rows == []


def test_pages_of_finds_go_on(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.complaints.listing.PAGE", 2)
    numbers = [register(dealer, person="路先生").number for _ in range(3)]
    director, asked = dealer.caller("director"), Filters(text="路先生")
    first = fetch(complaints.page, director, asked)
    second = fetch(complaints.page, director, asked, first.after)
    assert [row.number for row in (*first.rows, *second.rows)] == numbers[::-1]


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        ("TS-202606-0001", True),
        ("ts-2026", True),
        ("0042", True),
        ("202606", True),
        ("2026060", False),
        ("13700000009", False),
        ("浙A63J50", False),
        ("王 2026", False),
    ],
)
def test_what_may_be_a_number_is_no_name(text: str, is_number: bool):
    assert Filters(text=text).is_number is is_number


def test_a_stranger_of_long_ago_is_found_too(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    key = register(dealer, person="路先生").id
    monkeypatch.setattr(clock, "now", lambda: FRIDAY + timedelta(days=500))
    [row] = fetch(complaints.page, dealer.caller("director"), Filters(text="路先生")).rows
    assert row.id == key
    assert dealer.row(Complaint, key).customer_id is None
