"""The rules sheet, the letter of an apology, whoever is sent to a customer, as people see them."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from db.models import (
    Complaint,
    ComplaintFile,
    ComplaintStep,
    DemandKind,
    Draft,
    Heading,
    RemedyKind,
)
from services.complaints import Severity
from services.core import clock
from tests.dealer import Dealer
from tests.pages.test_complaint_registering import FORM, LEDGER, begun, opened
from tests.pages.test_complaints import BEHOLDERS, DESKS, button, field
from tests.pages.visit import texts, visit
from tests.services.complaint_deeds import FRIDAY, investigated, register, triaged
from tests.services.test_complaint_remedies import offer

LETTER = "complaints.file_letter"


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


# ---- the rules


@pytest.mark.parametrize("who", [*DESKS, *BEHOLDERS])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "4 working hours"), ("zh_CN", "4 工作小时")]
)
def test_whoever_may_see_complaints_reads_the_rules(
    dealer: Dealer, who: str, language: str, words: str
):
    app = visit(dealer, who, LEDGER, language=language, view="rules")
    assert not app.exception
    assert words in " ".join([texts(app), *(str(one.value) for one in app.table)])
    [link] = [each for each in app.get("link_button") if "/rules/" in each.proto.url]
    assert "/files/complaints/rules/2026-06-05/" in link.proto.url


@pytest.mark.parametrize("on", ["2026-13-40", "x", "1800-01-01", "9999-12-31", "<b>"])
def test_nonsense_is_no_day_and_means_today(dealer: Dealer, on: str):
    app = visit(dealer, "manager", LEDGER, language="en", view="rules", on=on)
    assert not app.exception
    assert "as of 2026\\-06\\-05" in texts(app)


# ---- the letter


def lettered(dealer: Dealer) -> int:
    key = triaged(dealer)
    investigated(dealer, key)
    offer(dealer, key, kind=RemedyKind.WRITTEN_APOLOGY)
    return key


def drawer(app: AppTest) -> AppTest:
    return button(app, "complaints:letter:1").click()


def test_a_letter_is_drafted_changed_and_made(dealer: Dealer):
    app = visit(dealer, "service", LEDGER, language="en", id=str(lettered(dealer)))
    drawer(app).run()
    words = field(app, "text_area", f"{LETTER}:")
    assert words.value.startswith("尊敬的李女士：")
    drawer(app)
    words.set_value("尊敬的李女士：\n我们上门道歉。").run()
    [draft] = dealer.rows(Draft)
    assert draft.values["typed"]["words"].endswith("我们上门道歉。")
    drawer(app)
    [send] = [each for each in app.button if (each.key or "").startswith(f"{LETTER}:")][:1]
    send.click().run()
    assert not app.exception
    [file] = dealer.rows(ComplaintFile)
    assert file.name.startswith("致歉信 TS-202606-0001")
    assert dealer.rows(Draft) == []


def test_who_has_it_not_in_his_hands_writes_none(dealer: Dealer):
    app = visit(dealer, "sales", LEDGER, language="en", id=str(lettered(dealer)))
    assert not [each for each in app.button if each.key == "complaints:letter:1"]


# ---- taking the call


def test_whoever_he_is_the_customer_of_is_sent(dealer: Dealer):
    dealer.customer("程思远", owner="sales")
    app = begun(dealer, "程思远")
    opened(app)
    field(app, "checkbox", f"{FORM}:is_unsolved:").check().run()
    assert field(app, "selectbox", f"{FORM}:errand_id:").value == str(dealer.user_id("sales"))
    opened(app)
    field(app, "text_area", f"{FORM}:words:").set_value("异响")
    field(app, "selectbox", f"{FORM}:demand_kind:").set_value("repair")
    category = next(one.id for one in dealer.rows(Heading) if one.code == "service.repair.repeat")
    field(app, "selectbox", f"{FORM}:category_id:").set_value(str(category))
    button(app, f"{FORM}:send").click().run()
    assert not app.exception
    [row], [step] = dealer.rows(Complaint), dealer.rows(ComplaintStep)
    assert row.demand_kind is DemandKind.REPAIR
    assert (step.asked_of_id, step.is_errand) == (dealer.user_id("sales"), True)


def test_nobody_chosen_is_said_and_nothing_sent(dealer: Dealer):
    dealer.customer("程思远", owner=None)
    app = begun(dealer, "程思远")
    opened(app)
    field(app, "checkbox", f"{FORM}:is_unsolved:").check().run()
    opened(app)
    button(app, f"{FORM}:send").click().run()
    assert [each.value for each in app.warning] == ["Choose who turns to the customer"]
    assert dealer.rows(Complaint) == []


def test_one_click_says_that_he_is_on_it(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    link = "https://forum.example.com/t/158"
    key = register(dealer, errand_id=dealer.user_id("guest"), address="文三路 1 号", link=link).id
    monkeypatch.setattr(clock, "now", lambda: FRIDAY + timedelta(minutes=7))
    app = visit(dealer, "guest", LEDGER, language="en", id=str(key))
    [take] = [each for each in app.button if (each.key or "").startswith("complaints.take_step:")]
    take.click().run()
    assert not app.exception
    assert "taken up 17\\:57" in texts(app)
    [step] = dealer.rows(ComplaintStep)
    assert step.taken_at == FRIDAY + timedelta(minutes=7)
    [out] = [each for each in app.get("link_button") if each.proto.url == link]
    assert out.proto.label == "Open where it stands"
    board = visit(dealer, "manager", LEDGER, language="en", view="departments")
    assert board.dataframe[-1].value["taken"].tolist() == ["17:57"]


def test_a_dispute_is_a_chip_and_a_filter(dealer: Dealer):
    quarrel = register(dealer, is_dispute=True, severity=Severity.L2)
    register(dealer)
    app = visit(dealer, "manager", LEDGER, language="en", id=str(quarrel.id))
    assert ":material/balance: Dispute" in texts(app)
    app = visit(dealer, "director", LEDGER, language="en", view="all", mark="dispute")
    assert app.dataframe[0].value["number"].tolist() == [quarrel.number]
