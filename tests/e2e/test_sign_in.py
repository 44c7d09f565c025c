"""Signing in and out as people do it, in Chromium."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from db.models import SignInTicket, User
from services import users
from services.core import clock, run
from tests.browser import launch, settled, visitor
from tests.dealer import PASSWORD
from tests.e2e.server import Live, Server, at_live, live
from tests.services.test_sessions import come_in

__all__ = ["at_live", "live"]

PATIENCE = 20_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = launch(playwright)
        yield browser
        browser.close()


Person = Callable[..., Any]


@pytest.fixture
def person(at_live: Live, chromium: Browser) -> Person:
    """A browser: `with person() as (context, page):`. A script stopped by the policy fails."""

    @contextmanager
    def begin(locale: str = "en-US", **options: Any) -> Iterator[tuple[BrowserContext, Page]]:
        stopped: list[str] = []
        with visitor(chromium, locale=locale, **options) as context:
            context.set_default_timeout(PATIENCE)
            context.on(
                "console",
                lambda said: (
                    stopped.append(said.text) if "Content Security Policy" in said.text else None
                ),
            )
            yield context, context.new_page()
        assert stopped == []

    return begin


def fill(page: Page, username: str, password: str = PASSWORD) -> None:
    page.get_by_role("textbox", name="User name").fill(username)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in(page: Page, url: str, username: str, password: str = PASSWORD) -> None:
    page.goto(url)
    fill(page, username, password)
    out = page.get_by_role("button", name="Sign out", exact=True)
    expect(out).to_be_visible(timeout=PATIENCE)


def expect_form(page: Page) -> None:
    expect(page.get_by_role("textbox", name="Password", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def expect_profile(page: Page, username: str) -> None:
    expect(page.get_by_role("heading", name="My profile")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(username, exact=True).first).to_be_visible()


def test_a_deep_link_survives_the_sign_in_f5_a_new_tab_and_a_restart(
    at_live: Live, person: Person
) -> None:
    link = f"{at_live.url}/profile?from=chat"
    with person() as (context, page):
        sign_in(page, link, "steward")
        expect_profile(page, "steward")
        assert page.url == link
        expect_cookie(context)
        page.reload()
        expect_profile(page, "steward")
        second = context.new_page()
        second.goto(link)
        expect_profile(second, "steward")
        at_live.server.restart()
        page.reload()
        expect_profile(page, "steward")
        assert page.url == link


def expect_cookie(context: BrowserContext) -> None:
    """The browser holds the session where no script can read it."""
    page = context.pages[0]
    [cookie] = [one for one in context.cookies() if one["name"] == "crm"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert "crm=" not in page.evaluate("document.cookie")


# ---- between the password and the cookie

CARRIED = "**/auth/session"


def hold(page: Page) -> Callable[[], None]:
    """Let the requests for the cookie wait until the answer is called."""
    held: list[Route] = []
    opened = threading.Event()

    def keep(route: Route) -> None:
        if opened.is_set():
            route.continue_()
        else:
            held.append(route)

    def release() -> None:
        opened.set()
        for route in held:
            route.continue_()

    page.route(CARRIED, keep)
    return release


def test_nothing_is_shown_before_the_browser_holds_the_cookie(
    at_live: Live, person: Person
) -> None:
    link = f"{at_live.url}/profile?from=chat"
    with person() as (context, page):
        release = hold(page)
        page.goto(link)
        fill(page, "steward")
        expect(page.get_by_text("Signing in…")).to_be_visible()
        expect(page.get_by_text("Customer care for the dealer group")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_count(0)
        assert page.get_by_role("heading", name="My profile").count() == 0
        assert page.get_by_role("button", name="Sign out").count() == 0
        assert cookies_of(context) == []
        release()
        page.get_by_role("heading", name="My profile").wait_for()
        page.reload()  # as soon as there is anything to see
        expect_profile(page, "steward")
        assert page.url == link
        assert cookies_of(context)


def cookies_of(context: BrowserContext) -> list[Any]:
    return [cookie for cookie in context.cookies() if cookie["name"] == "crm"]


@pytest.mark.parametrize(
    ("locale", "fields", "says", "again", "out"),
    [
        (
            "en-US",
            ("User name", "Password", "Sign in"),
            "The sign-in could not be completed",
            "Try again",
            "Sign out",
        ),
        ("zh-CN", ("用户名", "密码", "登录"), "登录未能完成", "重试", "退出登录"),
    ],
)
def test_a_cookie_that_the_server_cannot_give_is_asked_for_again(
    at_live: Live,
    person: Person,
    locale: str,
    fields: tuple[str, ...],
    says: str,
    again: str,
    out: str,
) -> None:
    name, password, send = fields
    with person(locale) as (context, page):
        page.route(CARRIED, lambda route: route.fulfill(status=503))
        page.goto(f"{at_live.url}/profile")
        page.get_by_role("textbox", name=name).fill("steward")
        page.get_by_role("textbox", name=password).fill(PASSWORD)
        page.get_by_role("button", name=send, exact=True).click()
        expect(page.get_by_text(says)).to_be_visible()
        with page.expect_response(CARRIED):
            page.get_by_role("button", name=again).click()
        expect(page.get_by_text(says)).to_be_visible()
        assert cookies_of(context) == []
        page.unroute(CARRIED)
        page.get_by_role("button", name=again).click()
        expect(page.get_by_role("button", name=out, exact=True).first).to_be_visible()
        assert cookies_of(context)


def test_an_answer_that_is_lost_on_its_way_spends_no_sign_in(at_live: Live, person: Person) -> None:
    """The ticket is spent and the cookie is there; the page could not know."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    with person() as (_context, page):
        page.route(CARRIED, lose)
        page.goto(f"{at_live.url}/profile")
        fill(page, "steward")
        expect(page.get_by_text("could not be completed")).to_be_visible()
        assert at_live.dealer.rows(SignInTicket) == []
        page.unroute(CARRIED)
        page.get_by_role("button", name="Try again").click()
        expect_profile(page, "steward")
        page.reload()
        expect_profile(page, "steward")


def test_a_browser_that_keeps_no_cookies_comes_in_with_a_warning(
    at_live: Live, person: Person
) -> None:
    def forget(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=204)
        else:
            route.continue_()

    with person() as (_context, page):
        page.route(CARRIED, forget)
        page.goto(f"{at_live.url}/profile")
        fill(page, "steward")
        expect_profile(page, "steward")
        expect(page.get_by_text("This browser keeps no cookies")).to_be_visible()
        page.reload()
        expect(page.get_by_role("textbox", name="User name")).to_be_visible()


def test_a_ticket_that_comes_too_late_leads_back_to_the_form(at_live: Live, person: Person) -> None:
    with person() as (_context, page):
        release = hold(page)
        page.goto(f"{at_live.url}/profile")
        fill(page, "steward")
        expect(page.get_by_text("Signing in…")).to_be_visible()
        tickets = at_live.dealer.rows(SignInTicket)
        for ticket in tickets:
            ticket.expires_at = clock.now()
        at_live.dealer.add(*tickets)
        release()
        expect(page.get_by_text("took too long")).to_be_visible()
        page.get_by_role("button", name="Back to the sign-in").click()
        expect_form(page)
        fill(page, "steward")
        expect_profile(page, "steward")


# ---- going out


def test_signing_out_ends_all_tabs_and_takes_the_cookie(at_live: Live, person: Person) -> None:
    with person() as (context, page):
        sign_in(page, f"{at_live.url}/profile", "data")
        page.reload()
        expect_profile(page, "data")
        second = context.new_page()
        second.goto(f"{at_live.url}/profile")
        expect_profile(second, "data")
        with page.expect_response(
            lambda answer: "/auth/session" in answer.url and answer.request.method == "DELETE"
        ) as taken:
            page.get_by_role("button", name="Sign out", exact=True).click()
        assert taken.value.status == 204
        expect_form(page)
        assert [one for one in context.cookies() if one["name"] == "crm"] == []
        second.get_by_role("button", name="Change the password").click()
        expect_form(second)
        page.goto(f"{at_live.url}/users")
        expect_form(page)


def test_a_disabled_account_is_out_with_the_next_click(at_live: Live, person: Person) -> None:
    with person() as (_context, page):
        sign_in(page, f"{at_live.url}/profile", "guest")
        row = at_live.dealer.row(User, at_live.dealer.user_id("guest"))
        off = users.SwitchUser(request_id=uuid4(), id=row.id, version=row.version, is_active=False)
        run.perform(users.switch, at_live.dealer.caller("admin"), off)
        page.get_by_role("button", name="Change the password").click()
        expect_form(page)
        fill(page, "guest")
        expect(page.get_by_text("The user name or the password is wrong")).to_be_visible()


def test_a_wrong_password_is_told_in_both_languages(at_live: Live, person: Person) -> None:
    with person("zh-CN") as (_context, page):
        page.goto(at_live.url)
        page.get_by_role("textbox", name="用户名").fill("club")
        page.get_by_role("textbox", name="密码").fill("wrong")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_text("用户名或密码不正确")).to_be_visible()
        page.get_by_text("English", exact=True).click()
        fill(page, "club", "wrong again")
        expect(page.get_by_text("The user name or the password is wrong")).to_be_visible()
        fill(page, "club")
        expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()


def test_a_one_time_password_must_be_changed_first(at_live: Live, person: Person) -> None:
    made, mine = "Old-Oak-Harbour-19", "Paper-Mountain-77"
    form = users.ResetPassword.model_validate(
        {"request_id": uuid4(), "id": at_live.dealer.user_id("club_manager"), "password": made}
    )
    run.perform(users.reset_password, at_live.dealer.caller("admin"), form)
    with person() as (_context, page):
        sign_in(page, f"{at_live.url}/profile", "club_manager", made)
        expect(page.get_by_text("works once")).to_be_visible()
        expect(page.get_by_role("link", name="My profile")).to_have_count(0)
        change_password(page, made, made)
        expect(page.get_by_text("The new password is the present one")).to_be_visible()
        change_password(page, made, mine)
        expect_profile(page, "club_manager")
        page.reload()
        expect_profile(page, "club_manager")


def change_password(page: Page, present: str, new: str) -> None:
    page.get_by_role("textbox", name="Present password").fill(present)
    page.get_by_role("textbox", name="New password", exact=True).fill(new)
    page.get_by_role("textbox", name="New password again").fill(new)
    page.get_by_role("button", name="Change the password").click()


def test_an_administrator_creates_someone_who_comes_in(at_live: Live, person: Person) -> None:
    with person() as (_context, page):
        sign_in(page, f"{at_live.url}/users", "admin")
        page.get_by_role("button", name="New user").click()
        drawer = page.get_by_role("dialog")
        drawer.get_by_role("textbox", name="User name").fill("zhao.min")
        drawer.get_by_role("textbox", name="Name", exact=True).fill("赵敏")
        drawer.get_by_role("combobox", name="Role").click()
        page.get_by_role("option", name="Director").click()
        drawer.get_by_role("button", name="Create").click()
        expect(drawer.get_by_text("It is shown only now")).to_be_visible()
        password = drawer.get_by_test_id("stCode").inner_text().strip()
        drawer.get_by_role("button", name="Done").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        with person() as (_other, theirs):
            sign_in(theirs, at_live.url, "zhao.min", password)
            expect(theirs.get_by_text("Welcome, 赵敏")).to_be_visible()


def test_charts_and_uploads_work_under_the_policy(
    at_live: Live, person: Person, tmp_path: Path
) -> None:
    """`person` fails if the policy stopped a script."""
    server = Server(
        tmp_path / "probe.log",
        environment=at_live.server.environment,
        script="tests/e2e/probe/app.py",
    ).start()
    try:
        with person() as (context, page):
            token = come_in("service").token
            context.add_cookies([{"name": "crm", "value": token, "url": server.url}])
            page.goto(server.url)
            expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
            with page.expect_download() as fetched:
                page.get_by_role("button", name="file", exact=True).click()
            assert Path(fetched.value.path()).read_bytes() == b"SECRET-FILE"
            settled(page)  # the click runs the page again
            with page.expect_response(lambda answer: "/upload_file/" in answer.url) as handed:
                page.locator("input[type=file]").set_input_files(
                    {"name": "a.txt", "mimeType": "text/plain", "buffer": b"paper"}
                )
            assert handed.value.status == 204
            expect(page.get_by_text("a.txt")).to_be_visible()
    finally:
        server.stop()
