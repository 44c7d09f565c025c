"""A visit form in the customer's yard: on a phone, with a photo, through a lost page."""

from uuid import uuid4

from playwright.sync_api import expect, sync_playwright

from db.models import TaskState, VisitForm, VisitKind, VisitPaper, VisitTask
from services import visits
from services.core import clock
from services.core.run import perform
from services.visits import ANSWERS
from tests.browser import launch, settled
from tests.dealer import PASSWORD
from tests.e2e.server import Live, at_live, live, on_both  # noqa: F401 - fixtures
from tests.services.test_visit_forms import ANSWERS as WORDS

LABELS = {
    "needs": "What the customer needs",
    "rivals": "What competitors do better",
    "gap": "Where we fall short",
    "improvement": "What we do better next",
    "feedback": "What the customer says",
    "strategy": "How we serve him next",
}
PHONE = {"width": 390, "height": 844}


def test_a_form_with_a_photo_is_written_on_a_phone(at_live: Live):  # noqa: F811
    dealer = at_live.dealer
    wanted = visits.PlanContact(
        request_id=uuid4(),
        customer_id=dealer.customer("物流公司", owner="sales"),
        kind=VisitKind.VISIT,
        due_on=clock.today(),
        purpose="谈年底换车",
        owner_id=dealer.user_id("sales"),
    )
    task = perform(visits.plan, dealer.caller("sales"), wanted).id
    photo = {"name": "yard.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff yard"}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            context = browser.new_context(locale="en-GB", viewport=PHONE, has_touch=True)
            page = context.new_page()
            page.goto(at_live.url)
            page.get_by_role("textbox", name="User name").fill("sales")
            page.get_by_role("textbox", name="Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            settled(page)
            page.get_by_role("heading", name="Customers").first.wait_for()
            page.goto(f"{at_live.url}/visits?task={task}")
            for name in ANSWERS:
                field = page.get_by_role("textbox", name=LABELS[name])
                field.wait_for()
                field.fill(WORDS[name])
                field.press("Tab")
                settled(page)
            expect(page.get_by_text("worth 12 of 12 points")).to_be_visible()
            page.reload()
            expect(page.get_by_role("textbox", name=LABELS["gap"])).to_have_value(WORDS["gap"])
            settled(page)
            for label, words in (
                ("Where we met", "城东物流园"),
                ("Whom we met", "车队队长"),
                ("Why nothing more follows", "车队已解散"),
            ):
                field = page.get_by_role("textbox", name=label)
                field.fill(words)
                field.press("Tab")
                settled(page)
            page.locator("input[type=file]").set_input_files(photo)
            expect(page.get_by_text("yard.jpg")).to_be_visible()
            settled(page)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"]
            page.get_by_role("button", name="Hand in the form").click()
            expect(page.get_by_text("is written: 12 of 12 points")).to_be_visible()
        finally:
            browser.close()
    assert dealer.row(VisitTask, task).state is TaskState.DONE
    assert [row.quality for row in dealer.rows(VisitForm)] == [12]
    assert [row.name for row in dealer.rows(VisitPaper)] == ["yard.jpg"]
