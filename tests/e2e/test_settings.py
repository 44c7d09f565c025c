"""A parameter's drawer in a real browser: a click into a row takes back what it decided."""

from datetime import timedelta
from uuid import uuid4

from playwright.sync_api import expect

from db.models import ParameterValue
from services import settings
from services.core import clock, parameters
from services.core.run import perform
from tests.browser import settled
from tests.e2e.server import Live, at_live, live  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in
from tests.e2e.test_notices import pick

ROW = 2
"""Of the days for which ended long work is kept, among the records."""


def test_a_value_to_come_is_withdrawn_from_its_row(at_live: Live):  # noqa: F811
    form = settings.ChangeSetting(
        request_id=uuid4(),
        key=parameters.JOB_DAYS,
        value="45",
        from_on=clock.today() + timedelta(days=3),
        reason="误录",
    )
    perform(settings.change, at_live.dealer.caller("director"), form)
    with signed_in(at_live, "director") as [page]:
        page.goto(f"{at_live.url}/settings")
        settled(page)
        pick(page, 5, row=ROW)
        drawer = page.get_by_role("dialog", name="Days for which ended long work is kept")
        drawer.get_by_role("tab", name="History").click()
        settled(page)
        pick(page, 0, row=1, within=drawer)
        undo = drawer.get_by_role("button", name="Withdraw the value from")
        expect(undo).to_be_visible()
        settled(page)
        drawer.get_by_role("tabpanel").last.get_by_role("textbox", name="Reason").fill("错了")
        page.keyboard.press("Tab")
        settled(page)
        undo.click()
        expect(page.get_by_text("Withdrawn. What held before goes on")).to_be_visible()
    [row] = at_live.dealer.rows(ParameterValue)
    assert row.withdrawn_at is not None
