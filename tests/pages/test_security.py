"""What a tab keeps, and for whom (ASVS 7.2.4, 14.3.1, 16.2.5)."""

import logging

import pytest
from streamlit.testing.v1 import AppTest

from db.models import Draft
from services import drafts
from tests.dealer import Dealer
from tests.pages.visit import token_of, visit

PAGE = "care/customers.py"
SECRET = "owes 13857116208"
LEFT = "draft:customers.create"


def keep_secret(app: AppTest) -> None:
    app.session_state[LEFT] = {"typed": {"note": SECRET}, "ground": {}}


def test_what_one_left_in_a_tab_is_not_there_for_the_next(dealer: Dealer) -> None:
    app = visit(dealer, "sales", PAGE)
    keep_secret(app)
    app.run()
    assert LEFT in app.session_state
    app.session_state["token"] = token_of(dealer, "service")  # as a new cookie would
    app.run()
    assert not app.exception
    assert LEFT not in app.session_state
    assert app.session_state["whose"] == dealer.user_id("service")


def test_what_one_left_is_gone_when_his_session_is_over(dealer: Dealer) -> None:
    app = visit(dealer, "sales", PAGE, language="en")
    keep_secret(app)
    app.session_state["token"] = "over"
    app.run()
    assert not app.exception
    assert LEFT not in app.session_state
    assert app.session_state["language"] == "en"


def test_too_long_a_draft_neither_breaks_the_page_nor_reaches_the_log(
    dealer: Dealer, caplog: pytest.LogCaptureFixture
) -> None:
    app = visit(dealer, "sales", PAGE, language="en")
    [new] = [button for button in app.button if button.label == "New customer"]
    new.click().run()
    [note] = [area for area in app.text_area if area.label.startswith("Note")]
    with caplog.at_level(logging.WARNING):
        note.set_value(SECRET * (drafts.LONGEST // len(SECRET) + 1)).run()
    assert not app.exception
    assert "keep: ValidationError" in caplog.text
    assert SECRET not in caplog.text
    assert dealer.rows(Draft) == []
