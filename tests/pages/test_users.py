"""The users page: opens for those who may, and an administrator's drawers on it."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.dealer import Dealer
from tests.pages.visit import ROOT, texts, visit

PAGE = "admin/users.py"


@pytest.mark.parametrize(
    ("username", "sees", "manages"),
    [("admin", 12, True), ("director", 12, False), ("manager2", 2, False)],
)
def test_who_sees_whom(dealer: Dealer, username: str, sees: int, manages: bool) -> None:
    app = visit(dealer, username, PAGE)
    assert not app.exception
    [table] = app.dataframe
    assert len(table.value) == sees
    assert bool([button for button in app.button if button.key == "new"]) is manages


@pytest.mark.parametrize("username", ["sales", "steward", "club_manager", "guest"])
def test_others_have_no_such_page(dealer: Dealer, username: str) -> None:
    app = visit(dealer, username)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(str(ROOT / "pages" / PAGE)).run()


@pytest.mark.parametrize(("language", "words"), [("en", "Nobody fits"), ("zh_CN", "没有")])
def test_nobody_fits(dealer: Dealer, language: str, words: str) -> None:
    app = visit(dealer, "admin", PAGE, language=language)
    search(app, "zzzz")
    assert not app.dataframe
    assert words in texts(app)


def search(app: AppTest, part: str) -> None:
    [box] = [field for field in app.text_input if field.key == "users:like"]
    box.set_value(part).run()


def test_search_by_part_of_a_name(dealer: Dealer) -> None:
    app = visit(dealer, "admin", PAGE, language="en")
    search(app, "sales")
    assert set(app.dataframe[0].value["username"]) == {"sales", "sales2"}
