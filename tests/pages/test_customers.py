"""The customers page: opens for each role, does its deeds, words its errors, refuses strangers."""

import pytest

from db.models import Customer, Draft
from services import customers
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.test_customers import change

PAGE = "care/customers.py"


def button(app, words):
    [found] = [each for each in app.button if words in each.label]
    return found


def widget(app, kind, part):
    [found] = [each for each in getattr(app, kind) if f":{part}:" in (each.key or "")]
    return found


@pytest.mark.parametrize(
    ("who", "sees", "not_"),
    [
        ("director", ["本店客户", "外店客户"], []),
        ("manager", ["本店客户"], ["外店客户"]),
        ("sales", ["本店客户"], ["外店客户"]),
        ("club", ["会员客户"], ["本店客户", "外店客户"]),
    ],
)
def test_each_role_sees_its_list(dealer: Dealer, who, sees, not_):
    dealer.customer("本店客户", owner="service")
    dealer.customer("会员客户", owner="service", is_member=True)
    dealer.customer("外店客户", store=2, owner="sales2")
    app = visit(dealer, who, PAGE)
    assert not app.exception
    shown = texts(app)
    assert all(name in shown for name in sees)
    assert not any(name in shown for name in not_)


@pytest.mark.parametrize("who", ["admin", "guest"])
def test_who_has_no_customers_finds_no_page(dealer: Dealer, who):
    dealer.customer("本店客户")
    with pytest.raises(ValueError, match="page"):
        visit(dealer, who, PAGE)


def test_a_stranger_meets_the_sign_in(dealer: Dealer):
    dealer.customer("本店客户")
    app = visit(dealer, None)
    assert "本店客户" not in texts(app)
    assert app.text_input


@pytest.mark.parametrize(("language", "words"), [("zh_CN", "不存在"), ("en", "does not exist")])
def test_what_is_not_there_is_said_in_the_readers_language(dealer: Dealer, language, words):
    theirs = dealer.customer("外店客户", store=2, owner="sales2")
    app = visit(dealer, "sales", PAGE, language=language, id=str(theirs))
    assert words in app.error[0].value
    assert "外店客户" not in texts(app)


@pytest.mark.parametrize("code", ["x", "-1", "0", "9" * 30, "1;drop", "١"])
def test_a_broken_address_is_answered_like_an_absent_record(dealer: Dealer, code):
    app = visit(dealer, "sales", PAGE, language="en", id=code)
    assert not app.exception
    assert "does not exist" in app.error[0].value


def test_the_file_shows_gaps_and_masks(dealer: Dealer):
    key = dealer.customer("同事客户", owner="service", phone="+8613857116208")
    app = visit(dealer, "sales", PAGE, language="en", id=str(key))
    shown = texts(app)
    assert "138 **** 6208" in shown.replace("\\", "")
    assert "57116208" not in shown
    assert "Missing in this file" in shown
    assert not [each for each in app.button if each.label == "Edit"]


def test_a_correction_is_saved_and_a_refusal_keeps_what_was_typed(dealer: Dealer):
    key = dealer.customer("王小明")
    app = visit(dealer, "sales", PAGE, language="en", id=str(key), edit="1")
    widget(app, "text_input", "phone").set_value("123").run()
    widget(app, "text_input", "city").set_value("杭州").run()
    button(app, "Save").click().run()
    assert "Phone" in app.error[0].value
    assert widget(app, "text_input", "phone").value == "123"
    widget(app, "text_input", "phone").set_value("13857116208").run()
    button(app, "Save").click().run()
    assert not app.exception
    row = dealer.row(Customer, key)
    assert (row.phone, row.city) == ("+8613857116208", "杭州")
    assert dealer.rows(Draft) == []


def test_a_draft_survives_a_new_browser(dealer: Dealer):
    key = dealer.customer("王小明")
    app = visit(dealer, "sales", PAGE, language="en", id=str(key), edit="1")
    widget(app, "text_input", "city").set_value("杭州").run()
    widget(app, "date_input", "birthday").set_value("1990-02-03").run()
    again = visit(dealer, "manager", PAGE, language="en", id=str(key), edit="1")
    assert widget(again, "text_input", "city").value == ""  # another person's draft is his own
    app = visit_again(dealer, key)
    assert widget(app, "text_input", "city").value == "杭州"
    assert str(widget(app, "date_input", "birthday").value) == "1990-02-03"
    button(app, "Save").click().run()
    assert dealer.row(Customer, key).city == "杭州"


def test_a_gap_leads_to_the_form_that_fills_it(dealer: Dealer):
    key = dealer.customer("王小明", lifecycle="existing")
    app = visit(dealer, "sales", PAGE, language="en", id=str(key))
    labels = [each.label for each in app.button if each.label.startswith("Fill in")]
    assert [("Address" in label, "VIN" in label) for label in labels][:2] == [
        (True, False),
        (False, True),
    ]
    button(app, "Address").click().run()
    assert app.query_params["edit"] == "1"
    assert "Missing in this file" in texts(app)
    keys = [each.key for each in app.text_input]
    assert keys.index(widget(app, "text_input", "province").key) < keys.index(
        widget(app, "text_input", "name").key
    )


def test_working_through_goes_on_past_the_end_of_a_page(dealer: Dealer, monkeypatch):
    monkeypatch.setattr("services.customers.listing.PAGE", 2)
    keys = [dealer.customer(f"客户{number}") for number in range(3)]
    app = visit(dealer, "sales", PAGE, language="en")
    button(app, "Work through").click().run()
    seen = [app.query_params["id"]]
    for _turn in range(2):
        button(app, "Next").click().run()
        seen.append(app.query_params["id"])
    assert seen == [str(key) for key in reversed(keys)]
    assert button(app, "Next").disabled
    button(app, "Previous").click().run()
    assert app.query_params["id"] == str(keys[1])


def visit_again(dealer: Dealer, key: int):
    """The same person in another browser: a new session, the old draft."""
    from streamlit.testing.v1 import AppTest

    from tests.pages.visit import ROOT

    app = AppTest.from_file(str(ROOT / "main.py"), default_timeout=30)
    app.session_state["language"] = "en"
    app.session_state["token"] = "token-of-sales"
    app.session_state["language_of"] = dealer.user_id("sales")
    app.run()
    app.switch_page(str(ROOT / "pages" / PAGE))
    app.query_params["id"] = str(key)
    app.query_params["edit"] = "1"
    return app.run()


def test_the_second_to_save_sees_three_values_and_keeps_his(dealer: Dealer):
    key = dealer.customer("王小明", city="绍兴", employer="旧公司")
    app = visit(dealer, "sales", PAGE, language="en", id=str(key), edit="1")
    widget(app, "text_input", "city").set_value("宁波").run()
    theirs = change(key, city="杭州", employer="新公司")
    perform(customers.update, dealer.caller("manager"), theirs)
    button(app, "Save").click().run()
    table = app.dataframe[0].value
    line = table[table["field"] == "City"].iloc[0]
    assert (line["was"], line["theirs"], line["yours"]) == ("绍兴", "杭州", "宁波")
    assert dealer.row(Customer, key).city == "杭州"
    button(app, "Go on").click().run()
    assert widget(app, "text_input", "city").value == "宁波"
    assert widget(app, "text_input", "employer").value == "新公司"
    button(app, "Save").click().run()
    row = dealer.row(Customer, key)
    assert (row.city, row.employer) == ("宁波", "新公司")
