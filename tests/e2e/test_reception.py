"""The reception in a real browser: a call, its caller found by his number, an appointment."""

import pytest
from playwright.sync_api import expect

from db.models import Appointment, Bay, InboundCall
from tests.browser import settled
from tests.e2e.server import Live, at_live, live, on_both  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in
from tests.services.matrix_examples import open_at

KEYED = "想约个保养"


@pytest.fixture
def caller(at_live: Live) -> int:  # noqa: F811
    at_live.dealer.add(Bay(store_id=1, name="快修9号"))
    return at_live.dealer.customer("邵青山", owner="service", phone="+8613857116777")


@on_both
def test_a_call_becomes_an_appointment_by_keyboard(at_live: Live, caller: int):  # noqa: F811
    with signed_in(at_live, "service") as [page]:
        page.goto(f"{at_live.url}/inbound")
        box = page.get_by_role("searchbox", name="Caller")
        expect(box).to_be_visible()
        settled(page)
        box.focus()
        page.keyboard.type("13857116777")
        found = page.get_by_role("button", name="邵青山")
        expect(found).to_be_visible()
        settled(page)
        found.press("Enter")
        expect(page.get_by_role("button", name="Somebody else")).to_be_visible()
        settled(page)
        _choose(page, page, "What is wanted", "An appointment")
        words = page.get_by_role("textbox", name="What he says")
        words.focus()
        page.keyboard.type(KEYED)
        settled(page)
        page.keyboard.press("Control+Enter")
        drawer = page.get_by_role("dialog", name="Book an appointment")
        expect(drawer.get_by_text("邵青山")).to_be_visible()
        settled(page)
        _choose(page, drawer, "Bay", "快修9号")
        day = open_at(10).astimezone().date()
        _type_day(page, drawer, f"{day:%Y%m%d}")
        _choose(page, drawer, "Free times", "10:00")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Booked for").first).to_be_visible()
    [row] = [one for one in at_live.dealer.rows(Appointment) if one.customer_id == caller]
    [call] = [one for one in at_live.dealer.rows(InboundCall) if one.customer_id == caller]
    assert (row.starts_at, call.words, call.appointment_id) == (open_at(10), KEYED, row.id)
    assert call.answered_at is not None


def _type_day(page, drawer, digits: str) -> None:
    """Once more where the answer to the choice before came in between, on a slow machine."""
    parts = drawer.get_by_role("spinbutton")
    for _attempt in range(3):
        parts.first.focus()
        page.keyboard.type(digits)
        page.keyboard.press("Escape")
        settled(page)
        if "".join(parts.all_inner_texts()) == digits:
            return
    assert "".join(parts.all_inner_texts()) == digits


def _choose(page, drawer, name: str, option: str) -> None:
    drawer.get_by_role("combobox", name=name).focus()
    page.keyboard.type(option)
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    settled(page)
