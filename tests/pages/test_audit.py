"""The audit page: who may open it, what he reads there, how he narrows it."""

import pytest

from services import customers
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.test_customers import change

PAGE = "admin/audit.py"


def shown(dealer: Dealer, who: str, **query: str) -> str:
    app = visit(dealer, who, PAGE, language="en", **query)
    assert not app.exception
    return texts(app)


@pytest.fixture
def edited(dealer: Dealer) -> Dealer:
    """Two files in two stores, each with a correction of its own."""
    here = dealer.customer("本店客户", number="C0000001", city="绍兴")
    there = dealer.customer("外店客户", number="C0000002", store=2, owner="sales2", city="温州")
    perform(customers.update, dealer.caller("sales"), change(here, city="杭州"))
    perform(customers.update, dealer.caller("sales2"), change(there, city="宁波"))
    return dealer


def test_each_reads_the_deeds_within_his_reach(edited: Dealer):
    director, manager = shown(edited, "director"), shown(edited, "manager")
    assert "City: 绍兴 → 杭州" in director
    assert "City: 温州 → 宁波" in director
    assert "City: 绍兴 → 杭州" in manager
    assert "宁波" not in manager


def test_the_administrator_reads_the_deed_and_no_customers_data(edited: Dealer):
    told = shown(edited, "admin")
    assert "City: **** → ****" in told
    assert "绍兴" not in told


def test_a_customers_number_narrows_it(edited: Dealer):
    told = shown(edited, "director", number="C0000002")
    assert "宁波" in told
    assert "绍兴" not in told


@pytest.mark.parametrize("who", ["sales", "steward", "club", "guest"])
def test_others_have_no_such_page(dealer: Dealer, who: str):
    with pytest.raises(ValueError, match="page"):
        visit(dealer, who, PAGE)
