"""The audit page: who may open it, what he reads there, how he narrows it."""

import re
from uuid import uuid4

import pytest

from db.demo.chunks import TABLES
from db.demo.writers import table_of
from db.models import Customer
from services import approvals, customers, installation, settings
from services.core import clock
from services.core.access import System
from services.core.parameters import REVEALS_OF_OTHERS
from services.core.run import fetch, perform
from tests.dealer import SOURCE, Dealer
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
    here = dealer.customer("本店客户", number="C0000001", preferred_channel="phone")
    there = dealer.customer(
        "外店客户", number="C0000002", store=2, owner="sales2", preferred_channel="visit"
    )
    perform(customers.update, dealer.caller("sales"), change(here, preferred_channel="wechat"))
    perform(customers.update, dealer.caller("sales2"), change(there, preferred_channel="email"))
    return dealer


def test_each_reads_the_deeds_within_his_reach(edited: Dealer):
    director, manager = shown(edited, "director"), shown(edited, "manager")
    assert "Preferred channel: By phone → WeChat" in director
    assert "Preferred channel: Visit → E-mail" in director
    assert "Preferred channel: By phone → WeChat" in manager
    assert "E-mail" not in manager


def test_the_administrator_reads_the_deed_and_no_customers_data(edited: Dealer):
    told = shown(edited, "admin")
    assert "Preferred channel: **** → ****" in told
    assert "WeChat" not in told


def test_a_customers_number_narrows_it(edited: Dealer):
    told = shown(edited, "director", number="C0000002")
    assert "Visit → E-mail" in told
    assert "WeChat" not in told


@pytest.mark.parametrize("who", ["sales", "steward", "club", "guest"])
def test_others_have_no_such_page(dealer: Dealer, who: str):
    with pytest.raises(ValueError, match="page"):
        visit(dealer, who, PAGE)


def test_every_deed_on_a_file_is_found_by_its_number_and_reads_in_words(edited: Dealer):
    [key] = [row.id for row in edited.rows(Customer) if row.number == "C0000001"]
    sales = edited.caller("sales")
    perform(
        customers.record_touch,
        sales,
        customers.RecordTouch(request_id=uuid4(), customer_id=key, kind="call", summary="约试驾"),
    )
    perform(
        customers.add_vehicle,
        sales,
        customers.AddVehicle(request_id=uuid4(), customer_id=key, plate="浙A12345"),
    )
    told = shown(edited, "manager", number="C0000001")
    assert "Touch C0000001" in told
    assert "Kind: Call" in told
    assert "Vehicle C0000001" in told
    assert "Part in the car: Car owner" in told
    assert "12345" not in told


def test_the_history_of_a_file_tells_names_and_choices_and_its_cars(edited: Dealer):
    [key] = [row.id for row in edited.rows(Customer) if row.number == "C0000001"]
    sales = edited.caller("sales")
    perform(
        customers.add_vehicle,
        sales,
        customers.AddVehicle(request_id=uuid4(), customer_id=key, plate="浙A12345"),
    )
    told = {entry.field: (entry.old, entry.new) for entry in fetch(customers.history, sales, key)}
    assert told["preferred_channel"] == (customers.Channel.PHONE, customers.Channel.WECHAT)
    assert told["plate"] == (None, "浙A12345")
    masked = {e.field: e.new for e in fetch(customers.history, edited.caller("service"), key)}
    assert masked["plate"] == "浙A****45"


def test_what_came_of_a_request_reads_in_words(dealer: Dealer):
    form = settings.ChangeSetting(
        request_id=uuid4(),
        key=REVEALS_OF_OTHERS,
        value="31",
        from_on=clock.today(),
        reason="too many were shown",
    )
    asked = perform(settings.change, dealer.caller("manager"), form).asked
    assert asked is not None
    answer = approvals.DecideApproval(
        request_id=uuid4(), approval_id=asked.approval_id, is_granted=True
    )
    perform(approvals.decide, dealer.caller("director"), answer)
    told = visit(dealer, "admin", PAGE).dataframe[0].value.to_dict("records")[:3]
    found = {(row["record"], row["source"]) for row in told}
    assert found >= {("申请 1", SOURCE), ("参数 1", "申请 1")}
    assert "customers.reveals" not in str(told)


def test_the_loading_of_a_demonstration_reads_in_words(dealer: Dealer):
    counts = dict.fromkeys(sorted({table_of(model).name for model in TABLES}), 7)
    form = installation.NoteLoading(
        size="small",
        counts={**counts, "users": 3, "stores": 2},
        recipe={"customers": 7, "stores": 2, "seed": 4},
        as_of="2026-01-01",
        truth="1f" * 32,
    )
    perform(installation.note_loading, System("demo"), form)
    [told] = [
        row["what"]
        for row in visit(dealer, "admin", PAGE).dataframe[0].value.to_dict("records")
        if "规模" in str(row["what"])
    ]
    assert not re.search("[a-z]", told.replace("small", "").replace("1f" * 32, ""))
