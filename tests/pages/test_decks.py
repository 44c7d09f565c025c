"""The page of the monthly presentations: slides, comments, signature, two people at once."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from db.models import ComplaintDeck
from services import decks
from services.core import clock
from services.core.access import System
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.visit import texts, visit

PAGE = "care/decks.py"
JUNE = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: JUNE)


@pytest.fixture
def frozen(dealer: Dealer) -> None:
    decks.freeze_month(System("tests"), "2026-05")


def press(app: AppTest, label: str) -> AppTest:
    [button] = [each for each in app.button if each.label == label]
    return button.click().run()


def write(app: AppTest, words: str) -> AppTest:
    app.text_area[0].set_value(words)
    return press(app, "Save")


@pytest.mark.parametrize(
    ("language", "empty"), [("en", "No presentation yet"), ("zh_CN", "还没有演示文稿")]
)
def test_without_a_presentation_it_says_when_one_comes(dealer: Dealer, language: str, empty: str):
    app = visit(dealer, "director", PAGE, language=language)
    assert not app.exception
    assert empty in texts(app)


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("who", "writes", "signs"),
    [("director", True, True), ("manager", True, False), ("steward", False, False)],
)
def test_each_finds_what_is_his_to_do(dealer: Dealer, who: str, *, writes: bool, signs: bool):
    app = visit(dealer, who, PAGE, language="en")
    assert not app.exception
    assert bool(app.text_area) == writes
    assert ("Sign" in {each.label for each in app.button}) == signs
    links = [each.proto.url.split("?")[0] for each in app.get("link_button")]
    assert links == [
        "/files/decks/2026-05.pptx",
        "/files/decks/2026-05.pdf",
        "/files/complaints/ledger.xlsx",
    ]


@pytest.mark.usefixtures("frozen")
def test_slides_are_turned_round_and_round(dealer: Dealer):
    app = visit(dealer, "steward", PAGE, language="en")
    assert "1 of 11" in texts(app)
    assert "11 of 11" in texts(press(app, "Previous slide"))
    assert "1 of 11" in texts(press(app, "Next slide"))


@pytest.mark.usefixtures("frozen")
def test_a_comment_is_kept_and_signing_says_what_it_means(dealer: Dealer):
    app = write(visit(dealer, "director", PAGE, language="en"), "Rain and hail")
    assert not app.error
    assert dealer.rows(ComplaintDeck)[0].about_month == "Rain and hail"
    assert "you answer for the figures" in texts(app.button(key="deck:sign").click().run())


@pytest.mark.usefixtures("frozen")
def test_signed_it_shows_by_whom_and_takes_no_more_words(dealer: Dealer):
    form = decks.SignDeck(request_id=uuid4(), month="2026-05", version=1)
    perform(decks.sign, dealer.caller("director"), form)
    app = visit(dealer, "director", PAGE, language="en")
    assert not app.text_area
    assert "director 某" in texts(app)
    assert "Sign" not in {each.label for each in app.button}


@pytest.mark.usefixtures("frozen")
def test_of_two_editors_the_second_keeps_his_words(dealer: Dealer):
    app = visit(dealer, "director", PAGE, language="en")
    form = decks.CommentDeck(
        request_id=uuid4(), month="2026-05", version=1, about_month="theirs", about_decisions=""
    )
    perform(decks.comment, dealer.caller("manager"), form)
    app = write(app, "mine")
    assert "Someone else" in app.error[0].value
    assert app.dataframe[0].value["theirs"].fillna("").tolist() == ["theirs", ""]
    assert app.text_area[0].value == "mine"
    app = press(press(app, "Go on with my words in place of theirs"), "Save")
    assert not app.error
    assert dealer.rows(ComplaintDeck)[0].about_month == "mine"
