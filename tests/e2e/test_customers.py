"""A specialist's minutes with a customer's file in a real browser, keyboard first."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from db.models import Customer, Touch
from tests.browser import launch, settled
from tests.dealer import PASSWORD
from tests.e2e.server import Live, at_live, live, on_both  # noqa: F401 - fixtures


@contextmanager
def signed_in(live: Live, *people: str) -> Iterator[list[Page]]:  # noqa: F811
    """A browser of his own for each of `people`, at the first page after the sign-in."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            yield [_enter(live, browser, who) for who in people]
        finally:
            browser.close()


def _enter(live: Live, browser, who: str) -> Page:  # noqa: F811
    context = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(live.url)
    page.get_by_role("textbox", name="User name").fill(who)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    settled(page)
    return page


@on_both
def test_found_as_one_types_and_touched_by_keyboard_once(at_live: Live):  # noqa: F811
    key = at_live.dealer.customer("欧阳小明", phone="+8613857116208")
    with signed_in(at_live, "sales") as [page]:
        page.locator("input[type=search]").press_sequentially("小明", delay=60)
        expect(page.get_by_text("1 matches")).to_be_visible()
        page.goto(f"{at_live.url}/customers?id={key}")
        expect(page.get_by_text("138 5711 6208").first).to_be_visible()
        settled(page)
        page.keyboard.press("Alt+t")
        words = page.get_by_role("textbox", name="Summary")
        words.wait_for()
        words.fill("约周五到店试驾")
        words.press("Tab")
        save = page.get_by_role("button", name="Save")
        save.dblclick()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_text("约周五到店试驾")).to_be_visible()
        page.wait_for_timeout(500)
    touches = [row for row in at_live.dealer.rows(Touch) if row.customer_id == key]
    assert [row.summary for row in touches] == ["约周五到店试驾"]


def test_f5_in_a_long_form_loses_nothing(at_live: Live):  # noqa: F811
    key = at_live.dealer.customer("草稿客户")
    with signed_in(at_live, "service", "manager") as [_mine, page]:
        page.goto(f"{at_live.url}/customers?id={key}&edit=1")
        city = page.get_by_role("textbox", name="City")
        city.wait_for()
        city.fill("宁波")
        city.press("Tab")
        settled(page)
        page.reload()
        expect(page.get_by_role("textbox", name="City")).to_have_value("宁波")
        expect(page.get_by_text("is back")).to_be_visible()
        settled(page)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Edit 草稿客户")).to_have_count(0)
    assert at_live.dealer.row(Customer, key).city == "宁波"


def test_two_people_on_one_file_lose_nothing(at_live: Live):  # noqa: F811
    key = at_live.dealer.customer("两人客户")
    with signed_in(at_live, "sales", "steward") as [one, two]:
        for page in (one, two):
            page.goto(f"{at_live.url}/customers?id={key}&edit=1")
            page.get_by_role("textbox", name="City").wait_for()
        for page, city in ((one, "杭州"), (two, "宁波")):
            page.get_by_role("textbox", name="City").fill(city)
            page.get_by_role("textbox", name="City").press("Tab")
            settled(page)
            page.get_by_role("button", name="Save").click()
            settled(page)
        expect(two.get_by_text("Someone else has changed")).to_be_visible()
        expect(two.get_by_role("textbox", name="City")).to_have_value("宁波")
        two.get_by_role("button", name="Go on").click()
        settled(two)
        two.get_by_role("button", name="Save").click()
        expect(two.get_by_role("button", name="Record touch")).to_be_visible()
    assert at_live.dealer.row(Customer, key).city == "宁波"


def test_the_back_button_leads_back_to_the_list(at_live: Live):  # noqa: F811
    key = at_live.dealer.customer("返回客户")
    with signed_in(at_live, "sales") as [page]:
        page.goto(f"{at_live.url}/customers?id={key}")
        page.get_by_role("button", name="All customers").click()
        expect(page.locator("input[type=search]")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("button", name="Record touch")).to_be_visible()


def test_anothers_link_shows_nothing(at_live: Live):  # noqa: F811
    key = at_live.dealer.customer("外店客户", store=2, owner="sales2")
    with signed_in(at_live, "sales") as [page]:
        page.goto(f"{at_live.url}/customers?id={key}")
        expect(page.get_by_text("does not exist")).to_be_visible()
        expect(page.get_by_text("外店客户")).to_have_count(0)


def test_a_click_anywhere_in_a_row_opens_the_file_and_the_list_stays_as_it_was(at_live: Live):  # noqa: F811
    at_live.dealer.customer("王小明")
    at_live.dealer.customer("王大勇", owner="service")
    with signed_in(at_live, "manager") as [page]:
        page.locator("input[type=search]").press_sequentially("王大", delay=60)
        expect(page.get_by_text("1 matches")).to_be_visible()
        page.goto(f"{at_live.url}/customers?order=untouched")
        page.locator("input[type=search]").press_sequentially("王大", delay=60)
        expect(page.get_by_text("1 matches")).to_be_visible()
        settled(page)
        table = page.get_by_test_id("stDataFrame").locator("canvas").first.bounding_box()
        assert table is not None
        page.mouse.move(table["x"] + 180, table["y"] + 40)
        page.mouse.click(table["x"] + 180, table["y"] + 46, delay=60)
        expect(page.get_by_role("button", name="Record touch")).to_be_visible()
        expect(page.get_by_role("heading", name="王大勇")).to_be_visible()
        page.keyboard.press("Alt+l")
        expect(page.get_by_text("1 matches")).to_be_visible()
        assert "order=untouched" in page.url
        assert page.locator("input[type=search]").input_value() == "王大"


def test_a_list_is_worked_through_by_keyboard(at_live: Live):  # noqa: F811
    for number in range(3):
        at_live.dealer.customer(f"逐个客户{number}")
    with signed_in(at_live, "sales") as [page]:
        page.keyboard.press("Alt+j")
        for place, name in enumerate(("逐个客户2", "逐个客户1"), start=1):
            expect(page.get_by_text(f"{place} / ")).to_be_visible()
            expect(page.get_by_role("heading", name=name)).to_be_visible()
            settled(page)
            page.keyboard.press("Alt+t")
            expect(page.get_by_role("textbox", name="Summary")).to_be_focused()
            page.keyboard.type("车况良好")
            for key in ("Tab", "Tab"):
                page.keyboard.press(key)
            page.keyboard.type("20991231")  # out of a date, too, one saves at once
            page.keyboard.press("Control+Enter")
            expect(page.get_by_role("dialog")).to_have_count(0)
            settled(page)
            page.keyboard.press("Alt+j")
        expect(page.get_by_role("heading", name="逐个客户0")).to_be_visible()
        settled(page)
        page.keyboard.press("Alt+k")
        expect(page.get_by_role("heading", name="逐个客户1")).to_be_visible()
    touched = [(row.summary, str(row.next_contact_on)) for row in at_live.dealer.rows(Touch)]
    assert touched[-2:] == [("车况良好", "2099-12-31")] * 2


def test_a_slash_leads_to_the_search_and_is_a_slash_where_one_types(at_live: Live):  # noqa: F811
    with signed_in(at_live, "sales") as [page]:
        page.keyboard.press("/")
        search = page.locator("input[type=search]")
        expect(search).to_be_focused()
        page.keyboard.type("a/b")
        expect(search).to_have_value("a/b")
