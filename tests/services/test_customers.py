"""The customer's file through the door, on both engines."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from db.engine import write_transaction
from db.models import (
    AuditEntry,
    Channel,
    Customer,
    CustomerSummary,
    Lifecycle,
    OwnershipRole,
    Purpose,
    Reveal,
    Revision,
    Touch,
    TouchKind,
    ValueClass,
    Vehicle,
)
from db.models import Order as OrderRow
from services import audits, customers, drafts
from services.core import clock, limits
from services.core.access import identify
from services.core.errors import InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from services.customers import Filters, Label, Order, policy
from services.customers.garage import CarHere, CarOwned, NameTheCar, VinTaken
from services.customers.records import AlreadyWithdrawn, NextContactPast, TouchInFuture
from services.customers.reveals import NotAMaskedField, RevealsSpent
from services.customers.writing import (
    KnownElsewhere,
    NotAnOwner,
    NothingReachable,
    PhoneKnown,
)
from tests.dealer import Dealer

PHONE = "13857116208"
VIN = "LSVAA4182E2184847"


def new(**values):
    return customers.CreateCustomer(
        **{"request_id": uuid4(), "name": "单雪梅", "store_id": 1, "phone": PHONE, **values}
    )


def change(key, version=1, **values):
    return customers.UpdateCustomer(request_id=uuid4(), customer_id=key, version=version, **values)


def ask(form, key, **values):
    return form(request_id=uuid4(), customer_id=key, **values)


def names(page):
    return [row.name for row in page.rows]


# ---- making a file


def test_a_new_file_is_numbered_found_and_written_down(dealer: Dealer):
    sales = dealer.caller("sales")
    receipt = perform(customers.create, sales, new(consents_to_calls=True))
    assert receipt.number == "C0000001"
    again = perform(customers.create, sales, new(name="李四", phone="13900001111"))
    assert again.number == "C0000002"
    file = fetch(customers.file, sales, receipt.id)
    assert file.values["phone"] == "+8613857116208"
    assert file.label is Label.POTENTIAL
    assert [consent.purpose for consent in file.consents] == [Purpose.SERVICE_CALLS]
    assert "service_consent" not in file.missing
    assert "source" in file.missing
    for text in ("雪梅", "sxm", "dxm", "6208", PHONE, "C0000001", "shanxue"):
        found = fetch(customers.page, sales, Filters(text=text))
        assert "单雪梅" in names(found), text
    entries = [row.action for row in dealer.rows(AuditEntry)]
    assert entries.count("customers:created") == 2


def test_the_audit_of_a_new_file_shows_no_personal_value_whole(dealer: Dealer):
    perform(customers.create, dealer.caller("sales"), new(note="丈夫是李四", need="想换车"))
    entry = dealer.rows(AuditEntry)[-1]
    told = {field: (old, value) for field, old, value in entry.details["changes"]}
    assert told["phone"] == (None, "138 **** 6208")
    assert told["name"] == (None, "单****")
    assert (told["note"], told["need"]) == ((None, "****"), (None, "****"))
    assert told["lifecycle"] == (None, "potential")
    kept = [row.new for row in dealer.rows(Revision)]
    assert {"+8613857116208", "单雪梅", "丈夫是李四"} <= set(kept)


def test_a_phone_on_file_is_said_before_a_second_file_is_made(dealer: Dealer):
    sales = dealer.caller("sales")
    perform(customers.create, sales, new())
    with pytest.raises(PhoneKnown) as known:
        perform(customers.create, dealer.caller("service"), new(name="王芳"))
    assert known.value.params["name"] == "单雪梅"
    perform(customers.create, sales, new(name="单小宝", same_phone_is_known=True))


def test_a_phone_of_another_store_tells_the_store_and_no_more(dealer: Dealer):
    dealer.customer("秘密客户", store=2, owner="sales2", phone="+8613857116208")
    with pytest.raises(KnownElsewhere) as known:
        perform(customers.create, dealer.caller("sales"), new())
    assert known.value.params == {"store": "宁波江北店"}


def test_who_has_looked_here_has_not_looked_elsewhere(dealer: Dealer):
    dealer.customer("秘密客户", store=2, owner="sales2", phone="+8613857116208")
    with pytest.raises(KnownElsewhere):
        perform(customers.create, dealer.caller("sales"), new(same_phone_is_known=True))


@pytest.mark.parametrize("who", ["guest", "admin", "club"])
def test_only_those_who_may_edit_files_own_any(dealer: Dealer, who):
    with pytest.raises(NotAnOwner):
        perform(customers.create, dealer.caller("manager"), new(owner_id=dealer.user_id(who)))


def test_nobody_makes_files_where_he_has_no_hands(dealer: Dealer):
    with pytest.raises(NotPermitted):
        perform(customers.create, dealer.caller("sales"), new(store_id=2))
    with pytest.raises(NotPermitted):
        perform(
            customers.create,
            dealer.caller("sales"),
            new(owner_id=dealer.user_id("service")),
        )
    with pytest.raises(NotPermitted):
        perform(customers.create, dealer.caller("club"), new())
    with pytest.raises(NotAnOwner):
        perform(customers.create, dealer.caller("manager"), new(owner_id=dealer.user_id("sales2")))
    with pytest.raises(InvalidInput):
        perform(customers.create, dealer.caller("steward"), new(store_id=99))
    with pytest.raises(NothingReachable):
        perform(customers.create, dealer.caller("sales"), new(phone=""))
    assert dealer.rows(Customer) == []


# ---- the list


def test_each_sees_his_own_part_of_the_list_masked(dealer: Dealer):
    dealer.customer("本人客户")
    dealer.customer("同事客户", owner="service")
    dealer.customer("公海客户", owner=None)
    dealer.customer("会员客户", owner="service", is_member=True)
    dealer.customer("外店客户", store=2, owner="sales2")
    store = {"本人客户", "同事客户", "公海客户", "会员客户"}
    seen = {
        who: set(names(fetch(customers.page, dealer.caller(who))))
        for who in ("director", "steward", "manager", "sales", "data", "club", "sales2")
    }
    assert seen == {
        "director": store | {"外店客户"},
        "steward": store | {"外店客户"},
        "manager": store,
        "sales": store,
        "data": store,
        "club": {"会员客户"},
        "sales2": {"外店客户"},
    }
    rows = fetch(customers.page, dealer.caller("director")).rows
    assert all("****" in row.phone for row in rows)
    for who in ("admin", "guest"):
        with pytest.raises(NotPermitted):
            fetch(customers.page, dealer.caller(who))


@pytest.mark.parametrize("order", list(Order))
def test_pages_follow_each_other_without_gap_or_double(dealer: Dealer, order: Order):
    keys = [dealer.customer(f"客户{i}") for i in range(12)]
    moment = clock.now() - timedelta(days=9)
    for key in keys[:4]:
        dealer.touch(key, at=moment)  # equal instants: the id decides
    dealer.touch(keys[5], at=moment - timedelta(days=1))
    sales, seen, after = dealer.caller("sales"), [], None
    while True:
        page = fetch(customers.page, sales, Filters(), order, after, 5)
        seen += [row.id for row in page.rows]
        if page.after is None:
            break
        after = page.after
    newest = sorted(keys, reverse=True)
    untouched = [keys[4], *keys[6:], keys[5], *keys[:4]]
    assert seen == (newest if order is Order.NEWEST else untouched)


def test_filters_narrow(dealer: Dealer):
    lost = dealer.customer("流失客户", lifecycle=Lifecycle.LOST)
    vip = dealer.customer(
        "重要客户", lifecycle=Lifecycle.EXISTING, value_class=ValueClass.IMPORTANT, is_member=True
    )
    pool = dealer.customer("公海客户", owner=None)
    dealer.vehicle(vip)
    steward = dealer.caller("steward")

    def found(**values):
        return {row.id for row in fetch(customers.page, steward, Filters(**values)).rows}

    assert found(label=Label.LOST) == {lost}
    assert found(label=Label.IMPORTANT) == {vip}
    assert found(label=Label.POTENTIAL) == {pool}
    assert found(lifecycle=Lifecycle.EXISTING) == {vip}
    assert found(in_pool=True) == {pool}
    assert found(owner_id=dealer.user_id("sales")) == {lost, vip}
    assert found(store_id=2) == set()
    assert found(members=True) == {vip}
    assert found(missing="vin") == {lost}
    assert found(missing="owner") == {pool}
    assert found(missing="nothing of the kind") == set()


@pytest.mark.parametrize(
    "after", ["", "x", "-1", "99999999999999999999", "1_", "_1", "never_3", "1' OR 1=1", "١٢"]
)
def test_a_broken_page_code_is_no_error(dealer: Dealer, after: str):
    dealer.customer()
    for order in Order:
        assert fetch(customers.page, dealer.caller("sales"), Filters(), order, after) is not None


def test_search_finds_cars_and_stays_in_scope(dealer: Dealer):
    mine = dealer.customer("王小明")
    theirs = dealer.customer("王小民", store=2, owner="sales2")
    dealer.vehicle(mine, plate="浙A12345", vin=VIN)
    dealer.vehicle(theirs, plate="浙A12399")
    for text in ("浙A12345", "浙A 12345", "a12345", "2345", VIN, VIN[-6:], "王小", "wxm"):
        page = fetch(customers.page, dealer.caller("sales"), Filters(text=text))
        assert [row.id for row in page.rows] == [mine], text
    page = fetch(customers.page, dealer.caller("director"), Filters(text="浙A123"))
    assert {row.id for row in page.rows} == {mine, theirs}
    both = fetch(customers.page, dealer.caller("director"), Filters(text="王小"))
    assert {row.id for row in both.rows} == {mine, theirs}
    assert fetch(customers.find, dealer.caller("club"), "王小") == []


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "*", "NEAR(", "小明 OR 1", "\x00", "（）"])
def test_search_takes_odd_text_as_text(dealer: Dealer, text: str):
    dealer.customer("张三丰")
    page = fetch(customers.page, dealer.caller("sales"), Filters(text=text))
    assert page.rows == []


def test_a_masked_role_cannot_feel_its_way_to_a_number(dealer: Dealer):
    dealer.customer("同事客户", owner="service", phone="+8613857116208")
    sales, steward = dealer.caller("sales"), dealer.caller("steward")
    assert fetch(customers.find, sales, "13857") == []
    assert fetch(customers.find, sales, "57116") == []
    assert len(fetch(customers.find, sales, "6208")) == 1
    assert len(fetch(customers.find, sales, PHONE)) == 1
    assert len(fetch(customers.find, steward, "57116")) == 1


def test_a_masked_role_cannot_grow_a_plate_or_a_vin_from_its_parts(dealer: Dealer):
    key = dealer.customer("同事客户", owner="service")
    dealer.vehicle(key, vin=VIN, plate="浙A12345")
    sales, steward = dealer.caller("sales"), dealer.caller("steward")

    def found(who, text):
        return [row.id for row in fetch(customers.find, who, text)]

    for part in ("浙A", "浙A12", "浙A1234", "A123", "234", "LSV", "LSVAA4182", "82E2", VIN[1:]):
        assert found(sales, part) == [], part
        assert found(steward, part) == [key], part
    for end in ("2345", "12345", "A12345", "浙a·12345", VIN[-4:], VIN[-8:], VIN.lower()):
        assert found(sales, end) == [key], end
    assert [letter for letter in "ABCDE0123456789" if found(sales, letter + VIN[-8:])] == []


@pytest.mark.parametrize("guess", ["6208", "王1", "浙A1", "１", "①"])
def test_a_masked_role_asks_for_numbers_so_often(dealer: Dealer, guess: str):
    dealer.customer("同事客户", owner="service", phone="+8613700006208")
    sales, steward = dealer.caller("sales"), dealer.caller("steward")
    for _ in range(policy.GUESSES_A_MINUTE):
        fetch(customers.find, sales, guess)
    with pytest.raises(limits.TooOften):
        fetch(customers.page, sales, Filters(text=guess))
    assert len(fetch(customers.find, sales, "tskh")) == 1  # a name tells no number
    assert len(fetch(customers.find, steward, "6208")) == 1
    assert perform(customers.create, sales, new()).number == "C0000001"


def test_forms_answer_so_many_questions_for_a_number(dealer: Dealer):
    colleagues = dealer.customer("同事客户", owner="service", phone="+8613857116208")
    dealer.vehicle(colleagues, vin=VIN)
    mine = dealer.customer("本人客户")
    car = dealer.vehicle(mine)
    sales = dealer.caller("sales")
    asking = (
        (PhoneKnown, customers.create, new()),
        (PhoneKnown, customers.update, change(mine, phone=PHONE)),
        (CarOwned, customers.add_vehicle, ask(customers.AddVehicle, mine, vin=VIN)),
        (
            VinTaken,
            customers.update_vehicle,
            ask(customers.UpdateVehicle, mine, vehicle_id=car, version=1, vin=VIN),
        ),
    )
    for _ in range(policy.GUESSES_A_MINUTE // len(asking)):
        for answer, command, form in asking:
            with pytest.raises(answer):
                perform(command, sales, form)
    for _answer, command, form in asking:
        with pytest.raises(limits.TooOften):
            perform(command, sales, form)


# ---- the file


def test_what_is_not_yours_is_not_there(dealer: Dealer):
    key = dealer.customer("外店客户", store=2, owner="sales2")
    for who in ("sales", "manager", "club"):
        for query in (customers.file, customers.timeline, customers.history):
            with pytest.raises(NotFound):
                fetch(query, dealer.caller(who), key)
        with pytest.raises(NotFound):
            fetch(customers.file, dealer.caller(who), 10**9)


def test_a_colleagues_file_is_masked_and_opens_for_a_reason(dealer: Dealer):
    key = dealer.customer("同事客户", owner="service", phone="+8613857116208", street="文三路 1 号")
    dealer.vehicle(key, plate="浙A12345")
    sales = dealer.caller("sales")
    file = fetch(customers.file, sales, key)
    assert file.values["phone"] == "138 **** 6208"
    assert file.values["street"] == "****"
    assert file.vehicles[0].values["plate"] == "浙A****45"
    assert file.masked == {"phone", "street", "plate", "vin"}
    assert not file.may_edit
    perform(
        customers.reveal, sales, ask(customers.RevealField, key, field="phone", reason="客户来电")
    )
    file = fetch(customers.file, sales, key)
    assert file.values["phone"] == "+8613857116208"
    assert file.values["street"] == "****"
    entry = dealer.rows(AuditEntry)[-1]
    assert (entry.action, entry.reason) == ("customers:revealed", "客户来电")
    # another colleague still sees the mask, and a quarter of an hour later so does this one
    assert "****" in fetch(customers.file, dealer.caller("data"), key).values["phone"]


def test_a_reveal_ends(dealer: Dealer, monkeypatch):
    key = dealer.customer("同事客户", owner="service")
    sales = dealer.caller("sales")
    form = ask(customers.RevealField, key, field="phone", reason="客户来电")
    perform(customers.reveal, sales, form)
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "****" in fetch(customers.file, sales, key).values["phone"]


def test_reveals_are_counted_and_end(dealer: Dealer):
    key = dealer.customer("同事客户", owner="service")
    sales = dealer.caller("sales")
    spent = [
        Reveal(
            user_id=dealer.user_id("sales"),
            customer_id=key,
            field="wechat",
            at=clock.now(),
            until=clock.now(),
        )
        for _ in range(60)
    ]
    dealer.add(*spent)
    with pytest.raises(RevealsSpent):
        perform(
            customers.reveal,
            sales,
            ask(customers.RevealField, key, field="phone", reason="客户来电"),
        )
    [entry] = [row for row in dealer.rows(AuditEntry) if row.action == "access:denied"]
    assert entry.actor_id == dealer.user_id("sales")
    assert entry.details == {
        "attempt": "services.customers.reveals.reveal",
        "refused": {"most": 60, "record": "customers", "id": key, "field": "phone"},
    }
    own = dealer.customer("本人客户")
    with pytest.raises(NotAMaskedField):
        perform(
            customers.reveal,
            sales,
            ask(customers.RevealField, own, field="phone", reason="客户来电"),
        )
    member = dealer.customer("会员", is_member=True)
    with pytest.raises(NotPermitted):
        perform(
            customers.reveal,
            dealer.caller("club"),
            ask(customers.RevealField, member, field="phone", reason="客户来电"),
        )


def test_timeline_pages_back_through_everything(dealer: Dealer):
    key = dealer.customer()
    start = clock.now() - timedelta(days=100)
    for day in range(40):
        dealer.touch(key, at=start + timedelta(days=day), summary=f"第 {day} 天")
    dealer.order(key)
    sales = dealer.caller("sales")
    perform(customers.give_consent, sales, ask(customers.GiveConsent, key, purpose="marketing"))
    seen, before = [], None
    while entries := fetch(customers.timeline, sales, key, before):
        seen += entries
        before = entries[-1].at
    assert len(seen) == 42
    assert [entry.at for entry in seen] == sorted((e.at for e in seen), reverse=True)
    assert {"call", "sale", "consent"} == {entry.kind for entry in seen}


# ---- correcting


def test_only_what_was_sent_is_changed_and_history_tells(dealer: Dealer):
    key = dealer.customer("王小明", city="杭州")
    sales = dealer.caller("sales")
    receipt = perform(
        customers.update,
        sales,
        change(
            key, name="王晓明", preferred_channel=Channel.WECHAT, id_number="11010519491231002X"
        ),
    )
    assert receipt.version == 2
    file = fetch(customers.file, sales, key)
    assert (file.values["name"], file.values["city"]) == ("王晓明", "杭州")
    assert file.values["id_number_last4"] == "002X"
    row = dealer.row(Customer, key)
    assert row.id_number_hash
    assert "11010519491231002X" not in str(row)
    entries = fetch(customers.history, sales, key)
    told = {entry.field: (entry.old, entry.new) for entry in entries}
    assert told["name"] == ("王小明", "王晓明")
    assert told["preferred_channel"] == (None, "wechat")
    assert names(fetch(customers.page, sales, Filters(text="晓明"))) == ["王晓明"]
    assert names(fetch(customers.page, sales, Filters(text="小明"))) == []


def test_a_new_phone_is_checked_as_in_a_new_file(dealer: Dealer):
    key = dealer.customer("王小明", phone="+8613900001111", other_phone="+8613900002222")
    dealer.customer("单雪梅", owner="service", phone="+8613857116208")
    dealer.customer("秘密客户", store=2, owner="sales2", phone="+8613700003333")
    sales = dealer.caller("sales")
    with pytest.raises(PhoneKnown) as known:
        perform(customers.update, sales, change(key, phone=PHONE))
    assert known.value.params["name"] == "单雪梅"
    for looked in (False, True):
        with pytest.raises(KnownElsewhere) as elsewhere:
            form = change(key, phone="13700003333", same_phone_is_known=looked)
            perform(customers.update, sales, form)
        assert elsewhere.value.params == {"store": "宁波江北店"}
    assert dealer.row(Customer, key).phone == "+8613900001111"
    own = perform(customers.update, sales, change(key, phone="13900002222", other_phone=""))
    shared = change(key, own.version, phone=PHONE, same_phone_is_known=True)
    later = perform(customers.update, sales, shared)
    again = perform(customers.update, sales, change(key, later.version, phone=PHONE, city="杭州"))
    assert again.version == later.version + 1


def test_two_who_give_two_files_one_phone_wait_for_each_other(dealer: Dealer):
    first, second = dealer.customer("王小明"), dealer.customer("单雪梅")
    sales = dealer.caller("sales")
    with ThreadPoolExecutor(1) as colleague:
        with write_transaction() as session:
            customers.update(session, identify(session, sales), change(first, phone=PHONE))
            session.flush()
            late = colleague.submit(perform, customers.update, sales, change(second, phone=PHONE))
            time.sleep(0.3)
        with pytest.raises(PhoneKnown):
            late.result()


def test_the_second_to_save_is_told(dealer: Dealer):
    key = dealer.customer("王小明")
    perform(customers.update, dealer.caller("sales"), change(key, city="杭州"))
    with pytest.raises(StaleRecord):
        perform(customers.update, dealer.caller("manager"), change(key, city="宁波"))
    assert dealer.row(Customer, key).city == "杭州"
    perform(customers.update, dealer.caller("manager"), change(key, 2, city="宁波"))


def test_saving_what_is_there_changes_nothing(dealer: Dealer):
    key = dealer.customer("王小明")
    receipt = perform(customers.update, dealer.caller("sales"), change(key, name="王小明"))
    assert receipt.version == 1
    assert fetch(customers.history, dealer.caller("sales"), key) == []


def test_a_touch_does_not_make_an_open_form_stale(dealer: Dealer):
    key = dealer.customer("王小明")
    form = ask(customers.RecordTouch, key, kind=TouchKind.CALL, summary="问保养价格")
    perform(customers.record_touch, dealer.caller("service"), form)
    assert perform(customers.update, dealer.caller("sales"), change(key, city="杭州")).version == 2


def test_nobody_edits_anothers_file(dealer: Dealer):
    key = dealer.customer("同事客户", owner="service")
    for who in ("sales", "club", "admin", "guest"):
        with pytest.raises((NotPermitted, NotFound)):
            perform(customers.update, dealer.caller(who), change(key, city="杭州"))
    assert dealer.row(Customer, key).city == ""
    denied = [row for row in dealer.rows(AuditEntry) if row.action == "access:denied"]
    assert len(denied) >= 2


def test_the_pool_is_everyones_of_the_store(dealer: Dealer):
    key = dealer.customer("公海客户", owner=None)
    perform(customers.update, dealer.caller("sales"), change(key, city="杭州"))
    with pytest.raises(NotFound):
        perform(customers.update, dealer.caller("sales2"), change(key, 2, city="宁波"))


# ---- handing on


def test_a_file_goes_to_another_store_with_all_that_is_on_it(dealer: Dealer):
    key = dealer.customer("搬家客户")
    car = dealer.vehicle(key)
    touch = dealer.touch(key)
    order = dealer.order(key)
    form = customers.AssignCustomer(
        request_id=uuid4(),
        customer_id=key,
        version=1,
        store_id=2,
        owner_id=dealer.user_id("sales2"),
        reason="客户搬到宁波",
    )
    with pytest.raises(NotPermitted):
        perform(customers.assign, dealer.caller("sales"), form)
    with pytest.raises(NotPermitted):
        perform(customers.assign, dealer.caller("manager"), form)
    perform(customers.assign, dealer.caller("steward"), form)
    for model, row in ((Vehicle, car), (Touch, touch), (OrderRow, order)):
        assert dealer.row(model, row).store_id == 2, model
    assert names(fetch(customers.page, dealer.caller("sales"))) == []
    assert names(fetch(customers.page, dealer.caller("sales2"), Filters(text="搬家"))) == [
        "搬家客户"
    ]


def hand_on(dealer: Dealer, key: int, *, store: int, owner: str, by: str = "steward") -> None:
    form = customers.AssignCustomer(
        request_id=uuid4(),
        customer_id=key,
        version=dealer.row(Customer, key).version,
        store_id=store,
        owner_id=dealer.user_id(owner),
        reason="客户搬到宁波",
    )
    perform(customers.assign, dealer.caller(by), form)


def test_both_stores_read_that_a_file_was_handed_on(dealer: Dealer):
    key = dealer.customer("搬家客户", number="T0000777")

    left_by = None

    def told(who):
        page = fetch(audits.page, dealer.caller(who), audits.AuditFilters())
        lines = [line for line in page.lines if line.action == "customers:assigned"]
        named = "" if who == left_by else "T0000777 搬家客户"
        assert {line.about for line in lines} <= {named}
        assert {line.subject_id for line in lines} <= {key}
        return [(line.reason, line.changes, line.details) for line in lines]

    hand_on(dealer, key, store=1, owner="service")
    [(_, within, _)] = told("manager")
    assert (within, told("manager2")) == ([("owner_id", "sales 某", "service 某")], [])
    hand_on(dealer, key, store=2, owner="sales2")
    left_by = "manager"
    left = ("客户搬到宁波", [], {"store": "宁波江北店", "customer": "T0000777"})
    assert told("manager") == [left, ("客户搬到宁波", within, {})]
    [(reason, came, _)] = told("manager2")
    assert (reason, came[0]) == ("客户搬到宁波", ("store_id", "杭州西湖店", "宁波江北店"))
    fields = [entry.field for entry in fetch(customers.history, dealer.caller("manager2"), key)]
    assert sorted(fields) == ["owner_id", "owner_id", "store_id"]


def test_drafts_of_whom_the_file_was_taken_from_go(dealer: Dealer):
    key, other = dealer.customer("搬家客户"), dealer.customer("留下的客户")
    forms = [f"customers.{deed}:{at}" for deed in ("update", "touch") for at in (key, other)]
    for who in ("sales", "service", "manager", "director", "sales2"):
        for name in (*forms, "customers.create"):
            draft = drafts.KeepDraft(form=name, values={"phone": PHONE})
            perform(drafts.keep, dealer.caller(who), draft)

    def kept(who):
        return {name for name in forms if fetch(drafts.kept, dealer.caller(who), name)}

    update, _, touch, _ = forms
    hand_on(dealer, key, store=1, owner="service")
    assert kept("sales") == set(forms) - {update}  # he sees the file, masked
    assert kept("service") == kept("manager") == kept("director") == set(forms)
    hand_on(dealer, key, store=2, owner="sales2")
    gone = set(forms) - {update, touch}
    assert kept("sales") == kept("service") == kept("manager") == gone
    assert kept("director") == set(forms)
    assert fetch(drafts.kept, dealer.caller("sales"), "customers.create") is not None


# ---- touches, consents


def test_touches_have_their_bounds(dealer: Dealer):
    key = dealer.customer("王小明")
    sales = dealer.caller("sales")
    future = clock.now() + timedelta(hours=1)
    with pytest.raises(TouchInFuture):
        perform(
            customers.record_touch,
            sales,
            ask(customers.RecordTouch, key, kind="call", summary="打电话", at=future),
        )
    with pytest.raises(NextContactPast):
        perform(
            customers.record_touch,
            sales,
            ask(
                customers.RecordTouch,
                key,
                kind="call",
                summary="打电话",
                next_contact_on=clock.today() - timedelta(days=1),
            ),
        )
    perform(
        customers.record_touch,
        sales,
        ask(
            customers.RecordTouch,
            key,
            kind="call",
            summary="约周五到店",
            next_contact_on=clock.today(),
        ),
    )
    file = fetch(customers.file, sales, key)
    assert file.actions[0].msgid == "Contact as promised"
    assert fetch(customers.page, sales).rows[0].last_touch_at is not None


def test_consent_is_withdrawn_once_and_kept(dealer: Dealer):
    key = dealer.customer("王小明")
    sales = dealer.caller("sales")
    given = perform(
        customers.give_consent, sales, ask(customers.GiveConsent, key, purpose="service_calls")
    )
    assert "service_consent" not in fetch(customers.file, sales, key).missing
    form = ask(customers.WithdrawConsent, key, consent_id=given.id, reason="客户来电要求")
    perform(customers.withdraw_consent, sales, form)
    file = fetch(customers.file, sales, key)
    assert file.consents[0].withdrawn_at is not None
    assert "service_consent" in file.missing
    with pytest.raises(AlreadyWithdrawn):
        perform(
            customers.withdraw_consent,
            sales,
            ask(customers.WithdrawConsent, key, consent_id=given.id, reason="再来一次"),
        )
    other = dealer.customer("李四")
    with pytest.raises(InvalidInput):
        perform(
            customers.withdraw_consent,
            sales,
            ask(customers.WithdrawConsent, other, consent_id=given.id, reason="别人的同意"),
        )


# ---- cars


def test_a_car_sold_on_keeps_both_owners(dealer: Dealer):
    first, second = dealer.customer("前车主"), dealer.customer("新车主")
    sales = dealer.caller("sales")
    perform(
        customers.add_vehicle,
        sales,
        ask(customers.AddVehicle, first, vin=VIN.lower(), plate="浙A·12345", model="A7"),
    )
    with pytest.raises(CarOwned):
        perform(customers.add_vehicle, sales, ask(customers.AddVehicle, second, vin=VIN))
    sold = ask(customers.AddVehicle, second, vin=VIN, former_owner_ends=True)
    perform(customers.add_vehicle, sales, sold)
    file = fetch(customers.file, sales, second)
    assert {(p.name, p.ended_on is None) for p in file.vehicles[0].people} == {
        ("前车主", False),
        ("新车主", True),
    }
    assert file.vehicles[0].values["plate"] == "浙A12345"
    assert len(dealer.rows(Vehicle)) == 1
    counts = {row.customer_id: row.vehicles for row in dealer.rows(CustomerSummary)}
    assert counts == {first: 0, second: 1}
    with pytest.raises(CarHere):
        perform(customers.add_vehicle, sales, ask(customers.AddVehicle, second, vin=VIN))
    with pytest.raises(NameTheCar):
        perform(customers.add_vehicle, sales, ask(customers.AddVehicle, second))


def test_a_car_of_another_store_is_said_and_not_shown(dealer: Dealer):
    theirs = dealer.customer("外店客户", store=2, owner="sales2")
    dealer.vehicle(theirs, vin=VIN)
    mine = dealer.customer("王小明")
    with pytest.raises(KnownElsewhere):
        perform(
            customers.add_vehicle, dealer.caller("sales"), ask(customers.AddVehicle, mine, vin=VIN)
        )


def test_a_driver_joins_and_leaves_and_others_are_counted(dealer: Dealer):
    owner = dealer.customer("车主")
    driver = dealer.customer("司机")
    car = dealer.vehicle(owner, vin=VIN)
    manager = dealer.caller("manager")
    perform(
        customers.add_vehicle,
        manager,
        ask(customers.AddVehicle, driver, vin=VIN, role=OwnershipRole.DRIVER),
    )
    [vehicle] = fetch(customers.file, manager, driver).vehicles
    assert {person.name for person in vehicle.people} == {"车主", "司机"}
    mine = next(person for person in vehicle.people if person.name == "司机")
    perform(
        customers.end_ownership,
        manager,
        ask(
            customers.EndOwnership,
            driver,
            ownership_id=mine.ownership_id,
            ended_on=clock.today(),
            reason="不再开这辆车",
        ),
    )
    assert not fetch(customers.file, manager, driver).vehicles[0].is_current
    assert dealer.row(Vehicle, car).version == 1


def test_a_car_is_masked_by_whose_it_is_not_by_the_file_it_stands_on(dealer: Dealer):
    owner = dealer.customer("车主", owner="service")
    dealer.vehicle(owner, vin=VIN, plate="浙A12345")
    driver = dealer.customer("司机", phone="+8613857116208")
    dealer.vehicle(driver, plate="浙A66666")
    sales = dealer.caller("sales")
    join = ask(customers.AddVehicle, driver, plate="浙A12345", role=OwnershipRole.DRIVER)
    perform(customers.add_vehicle, sales, join)

    def plates(who, key=driver):
        file = fetch(customers.file, dealer.caller(who), key)
        return {car.values["plate"] for car in file.vehicles}, file.masked

    assert plates("sales") == ({"浙A****45", "浙A66666"}, {"vin", "plate"})
    theirs, mine = sorted(
        fetch(customers.file, sales, driver).vehicles, key=lambda car: car.values["plate"]
    )
    assert (theirs.values["vin"], theirs.masked) == (f"****{VIN[-6:]}", {"vin", "plate"})
    assert mine.masked == frozenset()
    assert plates("manager") == ({"浙A12345", "浙A66666"}, frozenset())
    assert plates("service")[0] == {"浙A12345", "浙A****66"}
    assert plates("service", owner) == ({"浙A12345"}, frozenset())
    for field in ("phone", "brand"):
        with pytest.raises(NotAMaskedField):
            form = ask(customers.RevealField, driver, field=field, reason="核对车辆")
            perform(customers.reveal, sales, form)
    form = ask(customers.RevealField, driver, field="plate", reason="核对车辆")
    perform(customers.reveal, sales, form)
    assert plates("sales") == ({"浙A12345", "浙A66666"}, {"vin"})
    blind = ask(customers.UpdateVehicle, driver, vehicle_id=theirs.id, version=1, vin=VIN)
    with pytest.raises(NotPermitted):
        perform(customers.update_vehicle, sales, blind)


def test_a_cars_data_are_corrected_with_the_same_care(dealer: Dealer):
    key = dealer.customer("王小明")
    car = dealer.vehicle(key, vin=VIN)
    other = dealer.vehicle(key)
    sales = dealer.caller("sales")

    def correct(vehicle, version, **values):
        form = ask(customers.UpdateVehicle, key, vehicle_id=vehicle, version=version, **values)
        return perform(customers.update_vehicle, sales, form)

    assert correct(car, 1, odometer_km="12000", plate="浙AD12345").version == 2
    with pytest.raises(StaleRecord):
        correct(car, 1, odometer_km=13000)
    with pytest.raises(VinTaken):
        correct(other, 1, vin=VIN)
    assert names(fetch(customers.page, sales, Filters(text="AD12345"))) == ["王小明"]
    stranger = dealer.customer("李四")
    form = ask(customers.UpdateVehicle, stranger, vehicle_id=car, version=2, odometer_km=1)
    with pytest.raises(NotPermitted):
        perform(customers.update_vehicle, sales, form)
