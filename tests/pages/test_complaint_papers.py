"""The papers of a complaint as people see them: added in a drawer, also while registering, listed
with a link each; refused in words."""

import pytest
from streamlit.testing.v1 import AppTest

from db.models import Complaint, ComplaintFile, StoredFile
from services.core import clock
from tests.dealer import Dealer
from tests.pages.test_complaints import PAGE, button, field, in_menu
from tests.pages.visit import texts, visit
from tests.services.complaint_deeds import FRIDAY, heading, triaged
from tests.services.papers import JPEG, LIARS, PDF
from tests.services.test_complaint_filing import LETTER, PHOTO, add

NAME = "划痕 *1* <b>.jpg"
"""What markdown and HTML would make something else of."""


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def send_papers(app: AppTest, key: int, *papers: tuple[str, bytes]) -> None:
    in_menu(app, "attach_file").run()
    in_menu(app, "attach_file")
    [box] = app.file_uploader
    box.set_value([(name, content, "text/html") for name, content in papers])
    button(app, f"complaints.add_files:{key}:send").click().run()


def test_papers_are_added_in_a_drawer_and_listed(dealer: Dealer):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    assert "Papers and pictures" not in texts(app)
    send_papers(app, key, (NAME, JPEG), ("投诉信.pdf", PDF))
    assert not app.exception
    assert app.toast[0].value == "Written down for TS\\-202606\\-0001"
    assert [one.name for one in dealer.rows(ComplaintFile)] == [NAME, "投诉信.pdf"]
    said = texts(app)
    for words in ("划痕 \\*1\\* \\<b\\>\\.jpg", "1 KB", "service 某", "Paper added"):
        assert words in said
    links = [each.proto.url for each in app.get("link_button") if "papers" in each.proto.url]
    keys = [one.id for one in dealer.rows(ComplaintFile)]
    assert links == [f"/files/complaints/papers/{one}?language=en" for one in keys]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "is not what its name says"), ("zh_CN", "内容与扩展名不符")]
)
def test_what_is_not_what_its_name_says_is_refused_in_words(
    dealer: Dealer, language: str, words: str
):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language=language, id=str(key))
    liar = "a page.png"
    send_papers(app, key, ("a.jpg", JPEG), (liar, LIARS[liar]))
    assert not app.exception
    assert words in app.error[0].value
    assert "a page\\.png" in app.error[0].value
    assert dealer.rows(ComplaintFile) == dealer.rows(StoredFile) == []


@pytest.mark.parametrize(("language", "words"), [("en", "must be filled"), ("zh_CN", "必填")])
def test_nothing_chosen_is_said_so(dealer: Dealer, language: str, words: str):
    key = triaged(dealer)
    app = visit(dealer, "service", PAGE, language=language, id=str(key))
    send_papers(app, key)
    assert words in app.error[0].value


def fill(app: AppTest, dealer: Dealer, *papers: tuple[str, bytes]) -> None:
    """The test has no fragments: each run meets the click that opens the drawer."""
    field(app, "text_input", "complaints.register:person").set_value("李女士")
    field(app, "text_area", "complaints.register:words").set_value("修了三次还是异响")
    category = str(heading(dealer, "service.repair.repeat"))
    field(app, "selectbox", "complaints.register:category_id").set_value(category)
    box = app.file_uploader[-1]  # above is that for a mail
    box.set_value([(name, content, "image/jpeg") for name, content in papers])
    button(app, "complaints.register:send").click()


def register(app: AppTest) -> AppTest:
    opening, *_ = [each for each in app.button if each.label == "Register"]
    return opening.click()


@pytest.mark.parametrize(("name", "is_taken"), [("a.jpg", True), ("a.png", False)])
def test_a_complaint_is_registered_with_its_papers_or_not_at_all(
    dealer: Dealer, name: str, *, is_taken: bool
):
    app = visit(dealer, "service", PAGE, language="en")
    register(app).run()
    register(app)
    fill(app, dealer, (name, JPEG))
    app.run()
    assert not app.exception
    assert len(dealer.rows(Complaint)) == len(dealer.rows(ComplaintFile)) == int(is_taken)
    if not is_taken:
        assert "is not what its name says" in app.error[0].value


def test_who_only_looks_takes_them_along_and_adds_none(dealer: Dealer):
    key = triaged(dealer, customer_id=dealer.customer("会员", is_member=True))
    add(dealer, key, PHOTO, LETTER)
    app = visit(dealer, "club", PAGE, language="en", id=str(key))
    assert not app.exception
    assert len([each for each in app.get("link_button") if "papers" in each.proto.url]) == 2
    assert not app.menu_button
