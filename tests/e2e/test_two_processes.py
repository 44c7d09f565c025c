"""Two processes of the application on one PostgreSQL: one session and one draft in both."""

import pytest
from playwright.sync_api import expect, sync_playwright

from db.models import Customer, UserSession
from services import users
from services.core.run import perform
from tests.browser import launch, settled
from tests.e2e.server import Live, Server, at_live, live  # noqa: F401 - fixtures
from tests.e2e.test_customers import _enter


@pytest.mark.parametrize("live", ["postgres"], indirect=True, scope="module")
def test_sign_in_draft_and_revocation_hold_in_both(at_live: Live, tmp_path):  # noqa: F811
    key = at_live.dealer.customer("两地客户")
    other = Server(tmp_path / "other.log", environment=at_live.server.environment).start()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            page = _enter(at_live, browser, "sales")
            page.goto(f"{at_live.url}/customers?id={key}&edit=1")
            settled(page)
            page.get_by_role("textbox", name="City").fill("舟山")
            page.get_by_role("textbox", name="City").press("Tab")
            settled(page)

            # The other process knows the cookie and the draft, and saves it.
            page.goto(f"{other.url}/customers?id={key}&edit=1")
            expect(page.get_by_role("textbox", name="City")).to_have_value("舟山")
            settled(page)
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_role("button", name="Record touch")).to_be_visible()
            assert at_live.dealer.row(Customer, key).city == "舟山"

            # Ended from elsewhere, the session is dead in both with the next click.
            [session] = [row for row in at_live.dealer.rows(UserSession) if row.ended_at is None]
            end = users.EndSessions(
                request_id="6b1f9b1e-7e9f-4f8e-9a52-0f2a1f3f7f01",
                id=at_live.dealer.user_id("sales"),
                session_id=session.id,
            )
            perform(users.end_sessions, at_live.dealer.caller("admin"), end)
            page.get_by_role("button", name="Record touch").click()
            expect(page.get_by_role("textbox", name="User name")).to_be_visible()
            page.goto(f"{at_live.url}/customers?id={key}")
            expect(page.get_by_role("textbox", name="User name")).to_be_visible()
            expect(page.get_by_text("两地客户")).to_have_count(0)
            browser.close()
    finally:
        other.stop()
