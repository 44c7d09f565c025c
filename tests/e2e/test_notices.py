"""The bell in real browsers: one asks, another agrees, both are told, once."""

from datetime import timedelta
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from db.models import Approval, ApprovalState, Notice
from pages.components.tables import ROW_PX
from services import approvals, settings
from services.core import clock, parameters
from services.core.run import fetch, perform
from tests.browser import settled
from tests.e2e.server import Live, at_live, by_day, live, on_both  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in
from tests.services.complaint_deeds import laid

WHAT = "Masked fields that a manager may show"
OTHERS = "Masked fields that anyone else may show"


def bell(page: Page) -> Locator:
    return page.locator(".st-key-bell").get_by_role("button")


def opened(page: Page) -> Locator:
    """The opened bell, with everything that it has to say."""
    bell(page).click()
    told = page.get_by_role("dialog")
    expect(told.get_by_role("button", name="All notices")).to_be_visible()
    settled(page)
    return told


def number(page: Page) -> Locator:
    """The red number of what is new; it is nowhere while nothing is."""
    return bell(page).locator(".stMarkdownBadge")


def pick(page: Page, table: int, row: int, *, within: Locator | None = None) -> None:
    """Click the `row`th row (from 1) of the page's `table`th table (from 0), or of a part's; its
    cells are painted, and what is above it may still be coming."""
    tables = (within or page).get_by_test_id("stDataFrame")
    cells = tables.nth(table).locator("canvas").first
    cells.locator(f"tr >> nth={row}").wait_for(state="attached")
    cells.scroll_into_view_if_needed()
    before, place = None, cells.bounding_box()
    while place != before:
        page.wait_for_timeout(200)
        before, place = place, cells.bounding_box()
    assert place is not None
    x, y = place["x"] + 60, place["y"] + (row + 0.5) * ROW_PX
    page.mouse.move(x, y - 6)  # the table wants to see the pointer come
    page.mouse.click(x, y, delay=60)


def asked(of: Live, who: str) -> int:
    """`who` has asked for a change, of a value that is not used elsewhere here; its number."""
    used = {row.form["value"] for row in of.dealer.rows(Approval)}
    value = next(str(each) for each in range(100, 200) if str(each) not in used)
    form = settings.ChangeSetting(
        request_id=uuid4(),
        key=parameters.REVEALS_OF_MANAGER,
        value=value,
        from_on=clock.today() + timedelta(days=len(used) + 2),
        reason="too many were shown",
    )
    outcome = perform(settings.change, of.dealer.caller(who), form)
    assert outcome.asked is not None
    return outcome.asked.approval_id


def decided(of: Live, key: str) -> list[tuple[str, str, str]]:
    """What was decided on a parameter: the value, by whom, agreed to by whom."""
    found = fetch(settings.history, of.dealer.caller("admin"), key)
    return [(str(one.value), one.author, one.approved_by) for one in found]


@on_both
def test_asked_by_one_and_agreed_to_by_another_from_his_bell(by_day: Live):  # noqa: F811
    with signed_in(by_day, "manager", "director") as [manager, director]:
        expect(number(director)).to_have_count(0)
        manager.goto(f"{by_day.url}/settings")
        settled(manager)
        pick(manager, 0, row=3)
        drawer = manager.get_by_role("dialog", name=OTHERS)
        drawer.get_by_role("textbox", name="Value").fill("150")
        drawer.get_by_role("textbox", name="Reason").fill("too many were shown")
        settled(manager)
        drawer.get_by_role("button", name="Send for approval").click()
        expect(manager.get_by_text("People who may answer: 2")).to_be_visible()
        assert decided(by_day, parameters.REVEALS_OF_OTHERS) == []

        director.goto(f"{by_day.url}/audit")
        expect(number(director)).to_have_text("1")
        expect(bell(director)).to_have_accessible_name("Notices, 1 of them new")
        settled(director)
        bell(director).press("Enter")
        line = director.get_by_role("button", name=f"manager 某 asks for approval: {OTHERS}")
        expect(line).to_be_focused()
        settled(director)
        director.keyboard.press("Enter")
        request = director.get_by_role("dialog", name="Change of a parameter · manager 某")
        expect(request.get_by_text("too many were shown")).to_be_visible()
        expect(request.get_by_role("textbox", name="Answer")).to_be_focused()
        settled(director)
        director.keyboard.type("agreed for a month")
        director.keyboard.press("Tab")
        expect(request.get_by_role("button", name="Agree")).to_be_focused()
        director.keyboard.press("Enter")
        expect(director.get_by_text("Agreed. It is done")).to_be_visible()
        expect(number(director)).to_have_count(0)
    assert decided(by_day, parameters.REVEALS_OF_OTHERS) == [("150", "manager 某", "director 某")]
    me = by_day.dealer.user_id("manager")
    [row] = [row for row in by_day.dealer.rows(Approval) if row.asked_by_id == me]
    assert (row.state, row.answer) == (ApprovalState.GRANTED, "agreed for a month")
    asked_of = [each for each in by_day.dealer.rows(Notice) if each.cause == f"approval:{row.id}"]
    assert {each.user_id for each in asked_of} == {
        by_day.dealer.user_id(who) for who in ("director", "admin")
    }
    assert None not in [each.acted_at for each in asked_of]  # nobody is asked any more


def test_the_answer_is_new_until_it_was_shown_and_stands_there_until_it_is_settled(by_day: Live):  # noqa: F811
    key = asked(by_day, "steward")
    answer = approvals.DecideApproval(request_id=uuid4(), approval_id=key, is_granted=True)
    perform(approvals.decide, by_day.dealer.caller("director"), answer)
    with signed_in(by_day, "steward") as [page]:
        expect(number(page)).to_have_text("1")
        line = opened(page).get_by_role("button", name=f"Granted: {WHAT}")
        expect(line).to_be_visible()
        page.reload()
        settled(page)
        expect(number(page)).to_have_count(0)
        told = opened(page)
        expect(line).to_be_visible()
        page.mouse.click(20, 400)  # beside it, into the menu
        expect(told).to_have_count(0)
        page.get_by_role("link", name="My profile").click()
        expect(page.get_by_role("heading", name="My profile")).to_be_visible()
        settled(page)
        opened(page)
        told.locator("[class*=st-key-bell-close]").get_by_role("button").click()
        expect(told.get_by_text("Nothing new")).to_be_visible()
        expect(line).to_have_count(0)
        page.reload()
        settled(page)
        expect(opened(page).get_by_text("Nothing new")).to_be_visible()
    me = by_day.dealer.user_id("steward")
    [notice] = [row for row in by_day.dealer.rows(Notice) if row.user_id == me]
    assert notice.seen_at < notice.acted_at


def test_back_from_what_a_notice_led_to_opens_no_other_record(by_day: Live):  # noqa: F811
    dealer = by_day.dealer
    here, now = dealer.customer("欧阳小明"), clock.now()
    key = laid(dealer, "TS-202605-0777")
    told = {"person": "Wang", "number": "TS-202605-0777", "complaint": key}
    dealer.add(
        Notice(
            user_id=dealer.user_id("data"), cause="back", kind="complaint_given", params=told,
            created_at=now, show_at=now,
        )
    )  # fmt: skip
    file, case = f"{by_day.url}/customers?id={here}", f"{by_day.url}/complaints?id={key}"
    with signed_in(by_day, "data") as [page]:
        page.goto(file)
        expect(page.get_by_text("欧阳小明").first).to_be_visible()
        settled(page)
        opened(page).get_by_role("button", name="TS-202605-0777").click()
        expect(page).to_have_url(case)
        settled(page)
        page.go_back()
        settled(page)
        assert page.url == file
        expect(page.get_by_text("欧阳小明").first).to_be_visible()


def test_nobody_is_offered_to_agree_to_his_own_request(by_day: Live):  # noqa: F811
    key = asked(by_day, "director")
    with signed_in(by_day, "director", "admin") as [director, admin]:
        for page in (director, admin):
            page.goto(f"{by_day.url}/approvals?approval={key}")
        other = admin.get_by_role("dialog", name="Change of a parameter · director 某")
        expect(other.get_by_role("button", name="Agree")).to_be_visible()
        own = director.get_by_role("dialog", name="Change of a parameter · director 某")
        expect(own.get_by_text("Somebody else answers it")).to_be_visible()
        settled(director)
        for word in ("Agree", "Refuse"):
            expect(own.get_by_role("button", name=word)).to_have_count(0)
        own.get_by_role("button", name="Take the request back").click()
        expect(director.get_by_text("The request was taken back")).to_be_visible()
    assert by_day.dealer.row(Approval, key).state is ApprovalState.WITHDRAWN


def test_who_answers_too_late_sees_what_the_other_answered(by_day: Live):  # noqa: F811
    key = asked(by_day, "steward")
    with signed_in(by_day, "director") as [page]:
        page.goto(f"{by_day.url}/approvals?approval={key}")
        drawer = page.get_by_role("dialog", name="Change of a parameter · steward 某")
        expect(drawer.get_by_role("button", name="Agree")).to_be_visible()
        settled(page)
        refusal = approvals.DecideApproval(
            request_id=uuid4(), approval_id=key, is_granted=False, answer="not before spring"
        )
        perform(approvals.decide, by_day.dealer.caller("admin"), refusal)
        drawer.get_by_role("button", name="Agree").click()
        expect(drawer.get_by_text("answered, withdrawn or expired meanwhile")).to_be_visible()
        expect(drawer.get_by_text("not before spring")).to_be_visible()
        expect(drawer.get_by_role("button", name="Agree")).to_have_count(0)
    assert by_day.dealer.row(Approval, key).state is ApprovalState.REFUSED
