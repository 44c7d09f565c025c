"""The board of the visit plan in a real browser: cards carried by mouse and by keyboard."""

from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from db.models import VisitTask
from services.core import clock
from tests.browser import settled
from tests.e2e.server import Live, at_live, live, on_both  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in
from tests.services.test_visits import planned


def next_week(weekday: int) -> date:
    """0 Monday … of the week after this one: no day of it has passed."""
    today = clock.today()
    return today + timedelta(days=7 - today.weekday() + weekday)


TUESDAY, WEDNESDAY, THURSDAY = (next_week(n) for n in (1, 2, 3))


def open_week(page: Page, url: str) -> None:
    page.goto(f"{url}/visits?view=week&week={next_week(0)}")
    expect(page.locator(".board")).to_be_visible()
    settled(page)


def cell(page: Page, day: date, who: int) -> Locator:
    return page.locator(f'.cell[data-col="{day}"][data-row="p{who}"]')


def drag(page: Page, card: Locator, to: Locator) -> None:
    card.scroll_into_view_if_needed()
    begin, end = card.bounding_box(), to.bounding_box()
    assert begin
    assert end
    page.mouse.move(begin["x"] + 20, begin["y"] + 10)
    page.mouse.down()
    page.mouse.move(begin["x"] + 40, begin["y"] + 20, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    expect(page.locator(".cell.over")).to_have_count(1)
    page.mouse.up()


@on_both
def test_dragged_to_another_person_and_taken_back(at_live: Live):  # noqa: F811
    dealer = at_live.dealer
    customer = dealer.customer("安若拖", owner="service")
    task = planned(dealer, customer_id=customer, due_on=WEDNESDAY)
    sales, service = dealer.user_id("sales"), dealer.user_id("service")
    with signed_in(at_live, "manager") as [page]:
        open_week(page, at_live.url)
        card = page.locator(".card", has_text="安若拖")
        drag(page, card, cell(page, TUESDAY, sales))
        expect(page.get_by_text(f"{TUESDAY}").first).to_be_visible()
        expect(cell(page, TUESDAY, sales).locator(".card", has_text="安若拖")).to_be_visible()
        expect(page.locator(".card.waiting")).to_have_count(0)
        moved = dealer.row(VisitTask, task)
        assert (moved.owner_id, moved.due_from) == (sales, TUESDAY)
        settled(page)
        page.keyboard.press("Control+z")
        expect(cell(page, WEDNESDAY, service).locator(".card", has_text="安若拖")).to_be_visible()
    back = dealer.row(VisitTask, task)
    assert (back.owner_id, back.due_from, back.rescheduled) == (service, WEDNESDAY, 0)


@on_both
def test_carried_by_keyboard_and_later_with_a_reason(at_live: Live):  # noqa: F811
    dealer = at_live.dealer
    customer = dealer.customer("安若键", owner="service")
    task = planned(dealer, customer_id=customer, due_on=TUESDAY)
    service = dealer.user_id("service")
    with signed_in(at_live, "service") as [page]:
        open_week(page, at_live.url)
        card = page.locator(".card", has_text="安若键")
        card.focus()
        page.keyboard.press("m")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        expect(page.locator(".carrying")).to_have_count(0)
        expect(page.get_by_role("dialog")).to_have_count(0)
        card.focus()
        page.keyboard.down("Alt")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(page.locator(".cell.over")).to_have_attribute("data-col", str(THURSDAY))
        page.keyboard.up("Alt")
        drawer = page.get_by_role("dialog", name="Why is it made later?")
        expect(drawer.get_by_role("textbox")).to_be_focused()
        expect(cell(page, TUESDAY, service).locator(".card", has_text="安若键")).to_be_visible()
        page.keyboard.type("客户出差")
        page.keyboard.press("Control+Enter")
        expect(cell(page, THURSDAY, service).locator(".card", has_text="安若键")).to_be_visible()
    moved = dealer.row(VisitTask, task)
    assert (moved.due_from, moved.due_to, moved.rescheduled) == (THURSDAY, THURSDAY, 1)


def test_the_slower_of_two_is_told_and_sees_where_it_is(at_live: Live):  # noqa: F811
    dealer = at_live.dealer
    customer = dealer.customer("安若争", owner="service")
    planned(dealer, customer_id=customer, due_on=WEDNESDAY)
    sales, service = dealer.user_id("sales"), dealer.user_id("service")
    with signed_in(at_live, "manager", "director") as [first, second]:
        for page in (first, second):
            open_week(page, at_live.url)
        drag(first, first.locator(".card", has_text="安若争"), cell(first, TUESDAY, sales))
        expect(cell(first, TUESDAY, sales).locator(".card", has_text="安若争")).to_be_visible()
        expect(first.locator(".card.waiting")).to_have_count(0)
        drag(second, second.locator(".card", has_text="安若争"), cell(second, TUESDAY, service))
        expect(second.get_by_text("moved this contact meanwhile").first).to_be_visible()
        expect(cell(second, TUESDAY, sales).locator(".card", has_text="安若争")).to_be_visible()


def test_a_click_opens_a_card_and_the_call_from_there(at_live: Live):  # noqa: F811
    dealer = at_live.dealer
    customer = dealer.customer("安若开", owner="service")
    task = planned(dealer, customer_id=customer, due_on=WEDNESDAY)
    with signed_in(at_live, "service") as [page]:
        open_week(page, at_live.url)
        page.locator(".card", has_text="安若开").click()
        drawer = page.get_by_role("dialog", name="Contact · 安若开")
        expect(drawer).to_be_visible()
        settled(page)
        drawer.get_by_role("button", name="Open the call").click()
        page.wait_for_url(f"**task={task}**")
        expect(page.get_by_text("What came of it")).to_be_visible()
