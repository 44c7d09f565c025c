"""Named people, the mailbox and a mail in the form, as people see them."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from streamlit.testing.v1 import AppTest

from db.models import Complaint, ComplaintChannel, ComplaintFile, Draft, MailboxCheck, PostDuty
from services.core import clock
from tests.dealer import Dealer
from tests.pages.test_complaint_registering import FORM, again, opened
from tests.pages.test_complaints import button, field, in_menu
from tests.pages.visit import texts, visit
from tests.services.complaint_deeds import FRIDAY, heading, triaged
from tests.services.papers import HTML

POSTS, LEDGER = "admin/posts.py", "care/complaints.py"


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Answers in public"), ("zh_CN", "发言人（对外答复）")]
)
def test_the_duties_are_told_with_their_people(dealer: Dealer, language: str, words: str):
    dealer.named(PostDuty.SPOKESPERSON, "director")
    app = visit(dealer, "director", POSTS, language=language)
    assert not app.exception
    said = texts(app)
    assert words in said
    assert "director 某" in said


def test_who_minds_the_hotline_stands_above_the_ledger(dealer: Dealer):
    app = visit(dealer, "service", LEDGER, language="en")
    assert "On the hotline" not in texts(app)
    dealer.named(PostDuty.HOTLINE, "steward")
    dealer.named(PostDuty.HOTLINE, "sales", store=1)
    assert "On the hotline today: sales 某" in texts(app.run())


def test_a_look_into_the_mailbox_is_two_numbers_and_a_button(dealer: Dealer):
    dealer.named(PostDuty.MAILBOX, "service", days=1)
    app = visit(dealer, "service", LEDGER, language="en", view="mailbox")
    assert "Not checked in time" in texts(app)
    field(app, "number_input", "mailbox.check:new_count").set_value(4)
    field(app, "number_input", "mailbox.check:made_count").set_value(1)
    button(app, "mailbox.check:send").click().run()
    assert not app.exception
    [row] = dealer.rows(MailboxCheck)
    assert (row.new_count, row.made_count, row.user_id) == (4, 1, dealer.user_id("service"))
    assert "Checked today" in texts(app)


def test_who_takes_no_complaints_sees_no_mailbox(dealer: Dealer):
    app = visit(dealer, "guest", LEDGER, language="en", view="mailbox")
    assert "Company mailbox" not in texts(app)


def test_the_picker_offers_those_named(dealer: Dealer):
    key = triaged(dealer)
    app = visit(dealer, "manager", LEDGER, language="en", id=str(key))
    in_menu(app, "flag").run()
    assert "Nobody is named to answer in public" in texts(app)
    dealer.named(PostDuty.SPOKESPERSON, "director")
    in_menu(app, "flag").run()
    assert field(app, "selectbox", f"complaints.flag:{key}:spokesperson_id").options == [
        "director 某"
    ]


# ---- a mail in the form


def mail(text: str = "空调一直在响") -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "王小明 <wang@example.cn>", "异响"
    made["Date"] = FRIDAY - timedelta(hours=3)
    made.set_content(text)
    return bytes(made)


def brought(app: AppTest, content: bytes) -> AppTest:
    opened(app)
    app.file_uploader[0].set_value(("a.eml", content, "message/rfc822")).run()
    assert not app.exception
    return app


def begun(dealer: Dealer) -> AppTest:
    app = visit(dealer, "service", LEDGER, language="en")
    opened(app).run()
    return app


def words(app: AppTest) -> str:
    return str(field(app, "text_area", f"{FORM}:words:").value)


def test_a_mail_fills_in_the_form_and_becomes_a_paper(dealer: Dealer):
    app = brought(begun(dealer), mail())
    assert words(app) == "异响\n\n空调一直在响"
    assert field(app, "text_input", f"{FORM}:person:").value == "王小明"
    assert "from then on the clocks run" in texts(app)
    opened(app)
    category = str(heading(dealer, "service.repair.repeat"))
    field(app, "selectbox", f"{FORM}:category_id:").set_value(category).run()
    opened(app)
    button(app, f"{FORM}:send").click().run()
    assert not app.exception
    [row] = dealer.rows(Complaint)
    assert (row.channel, row.received_at) == (
        ComplaintChannel.EMAIL,
        FRIDAY - timedelta(hours=3),
    )
    assert [one.name for one in dealer.rows(ComplaintFile)] == ["a.eml"]


def test_what_it_filled_in_survives_f5_and_its_file_is_asked_for_again(dealer: Dealer):
    app = brought(begun(dealer), mail())
    opened(app)
    field(app, "text_area", f"{FORM}:words:").set_value("corrected").run()
    app = again(dealer)
    assert words(app) == "corrected"
    assert "choose it again" in texts(app)
    brought(app, mail())
    assert words(app) == "corrected"
    assert "choose it again" not in texts(app)
    brought(app, mail("another"))
    assert words(app) == "corrected\n\n异响\n\nanother"


def test_a_file_that_is_no_mail_leaves_the_form_as_it_was(dealer: Dealer):
    app = brought(begun(dealer), HTML)
    assert words(app) == ""
    assert "is not what its name says" in app.error[0].value
    assert dealer.rows(Draft) == []


def test_the_end_that_was_cut_off_is_told(dealer: Dealer):
    app = brought(begun(dealer), mail("响" * 20_000))
    assert "longer than this field" in texts(app)
    assert words(app).endswith("[…]")


def test_whose_address_it_is_stands_as_the_caller(dealer: Dealer):
    dealer.customer("程思远", owner="service", email="wang@example.cn")
    assert "程思远" in texts(brought(begun(dealer), mail()))
