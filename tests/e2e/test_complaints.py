"""The complaint ledger in a real browser: taken by keyboard, led on, closed."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from db.models import (
    Complaint,
    ComplaintEvent,
    ComplaintFile,
    EventKind,
    Remedy,
    RemedyKind,
    Stage,
)
from services.core import clock
from tests.browser import settled
from tests.e2e.server import Live, at_live, live, on_both  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in
from tests.services.complaint_deeds import register
from tests.services.papers import HTML, JPEG

KEYED = "修了三次还是异响"


@pytest.fixture
def caller(at_live: Live) -> int:  # noqa: F811
    return at_live.dealer.customer("程思远", owner="service", phone="+8613857116209")


@on_both
def test_taken_by_keyboard_while_the_customer_speaks(at_live: Live, caller: int):  # noqa: F811
    with signed_in(at_live, "service") as [page]:
        page.goto(f"{at_live.url}/complaints")
        expect(page.get_by_role("button", name="Register")).to_be_visible()
        settled(page)
        page.keyboard.press("Alt+n")
        drawer = page.get_by_role("dialog", name="Register a complaint")
        expect(drawer.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("程思远")
        found = drawer.get_by_role("button", name="程思远")
        expect(found).to_be_visible()
        settled(page)
        found.press("Enter")
        words = drawer.get_by_role("textbox", name="What the customer says")
        expect(words).to_be_focused()
        page.keyboard.type(KEYED)
        settled(page)
        category = drawer.get_by_role("combobox", name="Category")
        category.focus()
        page.keyboard.type("Repeat repair")
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        settled(page)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Registered as").first).to_be_visible()
        expect(page.get_by_text(KEYED)).to_be_visible()
    [row] = [one for one in at_live.dealer.rows(Complaint) if one.customer_id == caller]
    me = at_live.dealer.user_id("service")
    assert (row.first_responder_id, row.handler_id) == (me, me)
    assert (row.words, row.number[:3]) == (KEYED, "TS-")


def test_a_refusal_comes_into_sight_and_a_reload_takes_no_word_along(at_live: Live):  # noqa: F811
    with signed_in(at_live, "service") as [page]:
        page.goto(f"{at_live.url}/complaints")
        expect(page.get_by_role("button", name="Register")).to_be_visible()
        settled(page)
        drawer = page.get_by_role("dialog", name="Register a complaint")
        words = drawer.get_by_role("textbox", name="What the customer says")
        for _twice in range(2):  # the same refusal again, while one looks at the top
            page.keyboard.press("Alt+n")
            expect(drawer.get_by_role("searchbox")).to_be_focused()
            page.keyboard.press("Control+Enter")
            refusal = drawer.get_by_text("This must be filled in").first
            expect(refusal).to_be_in_viewport()
            words.fill("")
            words.focus()
            settled(page)
            page.keyboard.press("Escape")
            expect(drawer).to_have_count(0)
            settled(page)
        page.keyboard.press("Alt+n")
        expect(drawer.get_by_role("searchbox")).to_be_focused()
        words.focus()
        page.keyboard.type(KEYED)
        expect(words).to_be_focused()
        expect(drawer.get_by_role("button", name="Start over")).to_be_visible()  # it was kept
        expect(words).to_be_focused()
        page.keyboard.type("！")
        page.reload()
        expect(page.get_by_role("button", name="Register")).to_be_visible()
        settled(page)
        page.keyboard.press("Alt+n")
        expect(words).to_have_value(KEYED)


@on_both
def test_the_next_deed_is_one_key_away(at_live: Live, caller: int):  # noqa: F811
    taken = register(at_live.dealer, customer_id=caller)
    with signed_in(at_live, "service") as [page]:
        page.goto(f"{at_live.url}/complaints?id={taken.id}")
        expect(page.get_by_role("button", name="Tell the customer the number")).to_be_visible()
        settled(page)
        page.keyboard.press("Alt+n")
        drawer = page.get_by_role("dialog", name=f"Tell the customer the number · {taken.number}")
        expect(drawer.get_by_role("textbox")).to_be_focused()
        page.keyboard.type("六点前回电")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Written down for").first).to_be_visible()
        expect(page.get_by_text("六点前回电")).to_be_visible()
        expect(page.get_by_role("button", name="Sort")).to_be_visible()
    events = at_live.dealer.rows(ComplaintEvent)
    kinds = [one.kind for one in events if one.complaint_id == taken.id]
    assert kinds == [EventKind.REGISTERED, EventKind.ACKNOWLEDGED]
    assert at_live.dealer.row(Complaint, taken.id).stage is Stage.ACKNOWLEDGED


@on_both
def test_by_when_he_hears_from_us_is_promised_by_keyboard(at_live: Live, caller: int):  # noqa: F811
    taken = register(at_live.dealer, customer_id=caller, received_at=clock.now())
    with signed_in(at_live, "service") as [page]:
        page.goto(f"{at_live.url}/complaints?id={taken.id}")
        expect(page.get_by_role("button", name="Tell the customer the number")).to_be_visible()
        settled(page)
        page.keyboard.press("Alt+n")
        drawer = page.get_by_role("dialog", name=f"Tell the customer the number · {taken.number}")
        expect(drawer.get_by_role("textbox")).to_be_focused()
        page.keyboard.type("六点前回电")
        hour = drawer.get_by_role("button", name="In one working hour")
        for _steps in range(4):  # the earlier ones stand before it
            page.keyboard.press("Tab")
            if hour.evaluate("button => button === document.activeElement"):
                break
        page.keyboard.press("Enter")
        settled(page)
        expect(drawer.get_by_role("textbox")).to_have_value("六点前回电")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Written down for").first).to_be_visible()
    row = at_live.dealer.row(Complaint, taken.id)
    assert row.stage is Stage.ACKNOWLEDGED
    assert row.promised_at is not None
    assert row.promised_at > clock.now()


@on_both
def test_whoever_was_outrun_sees_what_happened_and_keeps_his_words(at_live: Live, caller: int):  # noqa: F811
    taken = register(at_live.dealer, customer_id=caller)
    with signed_in(at_live, "service", "manager") as pages:
        for page in pages:
            page.goto(f"{at_live.url}/complaints?id={taken.id}")
            expect(page.get_by_role("button", name="More")).to_be_visible()
            settled(page)
            page.get_by_role("button", name="More").click()
            page.get_by_text("Change the level").click()
            drawer = page.get_by_role("dialog", name=f"Change the level · {taken.number}")
            reason = drawer.get_by_role("textbox", name="Reason")
            expect(reason).to_be_focused()
            page.keyboard.type("客户情绪激动")
            settled(page)
            drawer.get_by_role("combobox", name="Urgency").click()
            page.get_by_role("option", name="Urgent", exact=True).click()
            settled(page)
        slow, fast = pages
        fast.keyboard.press("Control+Enter")
        expect(fast.get_by_text("Written down for").first).to_be_visible()
        slow.keyboard.press("Control+Enter")
        slow.get_by_role("button", name="Show it as it is now").click()
        expect(slow.get_by_role("dialog")).to_have_count(0)
        expect(slow.get_by_text("客户情绪激动")).to_be_visible()  # what the other one did
        settled(slow)
        slow.get_by_role("button", name="More").click()
        slow.get_by_text("Change the level").click()
        drawer = slow.get_by_role("dialog", name=f"Change the level · {taken.number}")
        expect(drawer.get_by_role("textbox", name="Reason")).to_have_value("客户情绪激动")
        expect(drawer.get_by_role("button", name="Show it as it is now")).to_have_count(0)


@on_both
def test_what_must_be_chosen_is_a_tab_after_the_words(at_live: Live, caller: int):  # noqa: F811
    taken = register(at_live.dealer, customer_id=caller)
    with signed_in(at_live, "service") as [page]:
        page.goto(f"{at_live.url}/complaints?id={taken.id}")
        page.get_by_role("button", name="More").click()
        page.get_by_text("Promise a remedy").click()
        drawer = page.get_by_role("dialog", name=f"Promise a remedy · {taken.number}")
        expect(drawer.get_by_role("textbox")).to_be_focused()
        page.keyboard.type("更换左前门卡扣")
        hint = page.get_by_text("Press Ctrl+Enter to apply")  # it sends here
        expect(hint).to_be_attached()
        expect(hint).to_be_hidden()
        page.keyboard.press("Tab")
        expect(drawer.get_by_role("combobox")).to_be_focused()
        page.keyboard.type("Repair")
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        settled(page)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Written down for").first).to_be_visible()
    [remedy] = at_live.dealer.rows(Remedy)
    assert (remedy.complaint_id, remedy.kind) == (taken.id, RemedyKind.REPAIR)


@on_both
def test_papers_go_in_and_come_out_as_they_were(at_live: Live, caller: int, tmp_path: Path):  # noqa: F811
    photo, liar = tmp_path / "划痕 <1>.jpg", tmp_path / "网页.png"
    photo.write_bytes(JPEG)
    liar.write_bytes(HTML)
    taken = register(at_live.dealer, customer_id=caller)
    with signed_in(at_live, "service") as [page]:
        page.goto(f"{at_live.url}/complaints?id={taken.id}")
        page.get_by_role("button", name="More").click()
        page.get_by_text("Add papers and pictures").click()
        drawer = page.get_by_role("dialog", name=f"Add papers and pictures · {taken.number}")
        drawer.locator("input[type=file]").set_input_files([photo, liar])
        expect(drawer.get_by_text("网页.png")).to_be_visible()
        settled(page)
        send = drawer.get_by_role("button", name="Add papers and pictures")
        send.click()
        expect(drawer.get_by_text("is not what its name says")).to_be_visible()
        drawer.locator("[data-testid=stFileChip]", has_text="网页").get_by_role("button").click()
        expect(drawer.get_by_text("网页.png", exact=True)).to_have_count(0)
        settled(page)
        send.dblclick()
        expect(drawer).to_have_count(0)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()
        assert download.value.path().read_bytes() == JPEG
    [row] = at_live.dealer.rows(ComplaintFile)
    assert (row.name, row.complaint_id) == (photo.name, taken.id)
