"""Links to pages that are not the reader's, or nobody's: our words and a way back, in a browser."""

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import launch, settled
from tests.dealer import PASSWORD
from tests.e2e.server import Live, at_live, live  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in


def said(page: Page, heading: str) -> str:
    """All that the page says, once it has nothing more to say; no box stands above it."""
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    return page.get_by_role("main").inner_text()


def test_a_page_of_others_says_so_and_nothing_of_what_is_there(at_live: Live):  # noqa: F811
    key = at_live.dealer.customer("王小明")
    heading = "You do not have the right to open this page"
    with signed_in(at_live, "guest") as [page]:
        page.goto(f"{at_live.url}/customers?id={key}")
        of_one = said(page, heading)
        assert page.url == f"{at_live.url}/customers?id={key}"
        page.goto(f"{at_live.url}/customers?id={key + 1}")
        assert said(page, heading) == of_one
        page.goto(f"{at_live.url}/audit")
        assert said(page, heading) == of_one
        page.get_by_text("中文").click()
        said(page, "您没有打开此页面的权限")
        page.get_by_role("button", name="返回我的首页").click()
        said(page, "投诉")
        assert page.url == f"{at_live.url}/complaints"


def test_an_address_of_nothing_says_so_also_after_the_sign_in(at_live: Live):  # noqa: F811
    link = f"{at_live.url}/custmers"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(locale="en-GB")
        page.goto(link)
        page.get_by_role("textbox", name="User name").fill("sales")
        settled(page)
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        said(page, "There is no page at this address")
        assert page.url == link
        page.goto(f"{at_live.url}/superusers")  # it ends like a page's
        said(page, "There is no page at this address")
        page.get_by_role("button", name="Back to my first page").click()
        said(page, "Customers")
        assert page.url == f"{at_live.url}/customers"
        browser.close()
