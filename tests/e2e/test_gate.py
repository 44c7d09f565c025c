"""What the server hands to strangers, to the signed-out, and to other sites: nothing.

On a real server (ASVS 3.2.2, 3.3.1-3.3.4, 3.4.3, 3.4.6, 3.5.1, 7.4.1, 8.3.1, 14.3.2).
"""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from streamlit.runtime.pages_manager import PagesManager
from websockets.exceptions import InvalidStatus

from db.engine import write_transaction
from db.models import User
from pages.components.menu import ENTRIES
from server.routes import TICKETS_A_MINUTE
from services import sessions, users
from services.core import run
from services.core.access import SignedIn
from tests.conftest import Templates
from tests.e2e.asking import ask
from tests.e2e.server import Live, Server, at_live, live, on_both
from tests.e2e.wsclient import Tab, answered, pressed, typed
from tests.services.test_sessions import come_in

__all__ = ["at_live", "live"]


SHELL = b'<div id="root">'


def is_sign_in(tab: Tab) -> bool:
    """Whether a tab shows the sign-in and nothing else."""
    labels = [field.label for field in tab.elements("text_input")]
    others = [kind for kind in ("arrow_data_frame", "metric", "table") if tab.elements(kind)]
    return labels == ["User name", "Password"] and not others and "Sign out" not in tab.said()


def test_the_first_visitor_after_a_start_sees_the_sign_in(at_live: Live) -> None:
    at_live.server.restart()
    for address in ["users", *(entry.address for entry in ENTRIES), ""]:
        with Tab(at_live.port, page=address) as tab:
            tab.run()
            assert is_sign_in(tab), address
            for name in ("director", "manager2", "杭州西湖店"):
                assert name not in tab.said()


def test_a_stranger_cannot_ask_for_more_by_message(at_live: Live) -> None:
    with Tab(at_live.port) as tab:
        tab.run()
        for entry in ENTRIES:
            tab.run(page=entry.address)
            assert is_sign_in(tab)
            tab.run(page=entry.script)
            assert is_sign_in(tab)
        tab.run(page_hash="0" * 32)
        assert is_sign_in(tab)


def test_pages_do_not_run_without_their_frame(at_live: Live) -> None:
    """Streamlit's own search for pages stays off; an upgrade that renames the switch fails."""
    assert "uses_pages_directory" in PagesManager.__dict__
    import app

    assert app.PagesManager.uses_pages_directory is False
    assert list((app.HERE / "pages").glob("*.py")) == [app.HERE / "pages" / "__init__.py"]


@pytest.mark.parametrize("path", ["/", *(f"/{entry.address}" for entry in ENTRIES)])
def test_a_page_is_an_empty_shell(at_live: Live, path: str) -> None:
    answer = ask(at_live.url + path)
    assert answer.status == 200
    assert SHELL in answer.body
    assert b"Customers" not in answer.body


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/livez", 200),
        ("/readyz", 200),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/app/static/icon.svg", 200),
        ("/media/0123456789abcdef.csv", 401),
        ("/media/../media/x.csv", 401),
        ("/_stcore/upload_file/a/b", 401),
        ("/_stcore/anything", 401),
        ("/users/anything", 401),
        ("/.streamlit/config.toml", 401),
        ("/_stcore/metrics", 404),
        ("/_stcore/script-health-check", 404),
        ("/_stcore/agent/mcp", 404),
        ("/users/_stcore/metrics", 404),
        ("/oauth2callback", 404),
        ("/auth/login", 404),
        ("/auth/logout", 404),
    ],
)
def test_what_a_stranger_may_fetch(at_live: Live, path: str, status: int) -> None:
    assert ask(at_live.url + path).status == status


def test_metrics_are_closed_for_everyone(at_live: Live) -> None:
    token = come_in("admin").token
    assert ask(f"{at_live.url}/_stcore/metrics", token=token).status == 404
    assert ask(f"{at_live.url}/media/nothing.csv", token=token).status == 404


def test_an_address_that_would_stay_blank_is_nothing(at_live: Live) -> None:
    """Streamlit answers with its empty page, whose scripts it then asks for at the wrong place."""
    token = come_in("director").token
    assert ask(f"{at_live.url}/customers/12", token=token).status == 404
    assert ask(f"{at_live.url}/customers", token=token).status == 200


@pytest.mark.parametrize("path", ["/", "/users", "/livez", "/media/x.csv", "/_stcore/health"])
def test_every_answer_is_dressed(at_live: Live, path: str) -> None:
    headers = ask(at_live.url + path).headers
    policy = headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts is not None
    assert "unsafe-inline" not in scripts[1]
    assert "'unsafe-eval'" not in scripts[1]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    if path.startswith(("/media", "/_stcore")):
        assert headers["cache-control"] == "no-store"


def test_other_names_and_other_sites_are_refused(at_live: Live) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", ""):
        assert ask(at_live.url, Host=host).status in {400, 421}
    assert ask(at_live.url, Host="localhost:1").status == 200
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{at_live.port + 1}"):
        with pytest.raises(InvalidStatus), Tab(at_live.port, origin=origin):
            pass
        answer = ask(
            f"{at_live.url}/auth/session", method="POST", Origin=origin, X_Requested_With="crm"
        )
        assert answer.status == 403
    with pytest.raises(InvalidStatus), Tab(at_live.port, headers={"Host": "evil.example"}):
        pass


# ---- the cookie


@on_both
def test_a_sign_in_by_message_and_its_cookie(at_live: Live) -> None:
    with Tab(at_live.port, page="profile") as tab:
        tab.run()
        name, password = tab.elements("text_input")
        [send] = [b for b in tab.elements("button") if b.is_form_submitter]
        tab.run(typed(name.id, "club"), typed(password.id, "Violet-Harbour-42"), pressed(send.id))
        assert "Sign out" not in tab.said()
        [carrier] = tab.elements("bidi_component")
        ticket = json.loads(carrier.json)["ticket"]
        url = f"{at_live.url}/auth/session"
        assert ask(url, X_Ticket=ticket, X_Requested_With="crm").status == 401
        tab.run(answered(carrier.id, "401"))
        assert "profile" in tab.pages()
        assert "users" not in tab.pages()
    assert ask(url, method="POST", X_Ticket=ticket).status == 403
    answer = ask(url, method="POST", X_Ticket=ticket, X_Requested_With="crm")
    assert answer.status == 204
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert ask(url, method="POST", X_Ticket=ticket, X_Requested_With="crm").status == 403
    token = cookie.partition("=")[2].partition(";")[0]
    kept = {"token": token, "X_Ticket": ticket, "X_Requested_With": "crm"}
    assert ask(url, **kept).status == 204
    assert ask(url, method="POST", **kept).status == 204
    assert ask(url, **{**kept, "X_Ticket": "another"}).status == 401
    assert ask(url, **{**kept, "token": "another"}).status == 401
    with Tab(at_live.port, cookies={"crm": token}) as tab:
        tab.run()
        assert "profile" in tab.pages()
    assert ask(url, method="DELETE", token=token, X_Requested_With="crm").status == 409
    run.perform(sessions.end, SignedIn(sessions.digest(token)), sessions.Nothing())
    gone = ask(url, method="DELETE", token=token, X_Requested_With="crm")
    assert gone.status == 204
    assert "Max-Age=0" in gone.headers["set-cookie"]


def test_invented_tickets_do_not_queue_with_those_who_write(at_live: Live) -> None:
    """Somebody writes for as long as this takes; a real ticket waits for him, garbage does not."""
    url, ours = f"{at_live.url}/auth/session", {"X_Requested_With": "crm"}
    ticket = come_in("club").ticket
    with ThreadPoolExecutor(1) as other:
        with write_transaction():
            begun = time.monotonic()
            for number in range(20):
                assert ask(url, method="POST", X_Ticket=f"x{number}", **ours).status == 403
            took = time.monotonic() - begun
            real = other.submit(ask, url, method="POST", X_Ticket=ticket, **ours)
            with pytest.raises(TimeoutError):
                real.result(timeout=1)
        assert real.result(timeout=20).status == 204
    assert took < 10


def test_one_address_may_not_try_tickets_for_ever(at_live: Live) -> None:
    url = f"{at_live.url}/auth/session"
    he = {"X_Requested_With": "crm", "X_Forwarded_For": "203.0.113.77"}
    statuses = [
        ask(url, method="POST", X_Ticket=f"x{number}", **he).status
        for number in range(TICKETS_A_MINUTE + 5)
    ]
    assert statuses == [403] * TICKETS_A_MINUTE + [429] * 5
    ticket = come_in("club").ticket
    assert ask(url, method="POST", X_Ticket=ticket, **he).status == 429
    assert ask(url, method="POST", X_Ticket=ticket, X_Requested_With="crm").status == 204


def test_behind_https_the_browser_guards_the_cookie(at_live: Live) -> None:
    answer = ask(
        f"{at_live.url}/auth/session",
        method="POST",
        X_Ticket=come_in("club").ticket,
        X_Requested_With="crm",
        X_Forwarded_Proto="https",
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-crm=")
    assert "Secure" in cookie
    assert answer.headers["strict-transport-security"]


def test_a_session_outlives_the_server(at_live: Live) -> None:
    token = come_in("steward").token
    at_live.server.restart()
    with Tab(at_live.port, page="profile", cookies={"crm": token}) as tab:
        tab.run()
        assert "steward" in tab.said()


def test_what_must_be_changed_comes_first(at_live: Live) -> None:
    form = users.ResetPassword.model_validate(
        {"request_id": uuid4(), "id": at_live.dealer.user_id("guest"), "password": "Old-Oak-1234"}
    )
    run.perform(users.reset_password, at_live.dealer.caller("admin"), form)
    token = come_in("guest", "Old-Oak-1234").token
    for address in ("profile", "users", ""):
        with Tab(at_live.port, page=address, cookies={"crm": token}) as tab:
            tab.run()
            labels = [field.label for field in tab.elements("text_input")]
            assert labels == ["Present password", "New password", "New password again"]


# ---- a session that has ended


@pytest.fixture(scope="module")
def probe(
    live: Live, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same gate, around a page with a fragment, a callback, a file and an upload."""
    folder = tmp_path_factory.mktemp("probe")
    server = Server(
        folder / "server.log",
        environment=live.server.environment,
        script="tests/e2e/probe/app.py",
    )
    server.start()
    yield server
    server.stop()


@on_both
def test_access_ends_at_once_everywhere(at_live: Live, probe: Server) -> None:
    opened = come_in("service")
    with Tab(probe.port, cookies={"crm": opened.token}) as tab:
        tab.run()
        assert "SECRET-PAGE" in tab.said()
        [fragment] = tab.fragments()
        buttons = {button.label: button.id for button in tab.elements("button")}
        [file] = [d.url for d in tab.elements("download_button")]
        tab.run(fragment=fragment)
        assert "SECRET-PART" in tab.said()
        assert ask(probe.url + file, token=opened.token).body == b"SECRET-FILE"
        assert ask(probe.url + file).status == 401
        upload = f"{probe.url}/_stcore/upload_file/{tab.session_id or 'x'}/1"
        assert ask(upload, method="DELETE", token=opened.token).status != 401

        run.perform(sessions.end, SignedIn(sessions.digest(opened.token)), sessions.Nothing())

        assert ask(probe.url + file, token=opened.token).status == 401
        assert ask(upload, method="PUT", body=b"x", token=opened.token).status == 401
        tab.run(fragment=fragment)
        assert "SECRET" not in tab.said()
        tab.run(pressed(buttons["speak"]))
        assert "STRANGER" in tab.said()
        assert "SECRET" not in tab.said()
        tab.run(fragment=fragment)
        assert "SECRET" not in tab.said()
    service = at_live.dealer.row(User, at_live.dealer.user_id("service"))
    assert service.language is None


@on_both
def test_a_callback_does_work_while_one_is_signed_in(at_live: Live, probe: Server) -> None:
    """So that the test above cannot pass for want of a callback."""
    with Tab(probe.port, cookies={"crm": come_in("data").token}) as tab:
        tab.run()
        [speak] = [b.id for b in tab.elements("button") if b.label == "speak"]
        tab.run(pressed(speak))
    assert at_live.dealer.row(User, at_live.dealer.user_id("data")).language == "en"


@pytest.mark.parametrize("place", ["page", "fragment", "callback"])
@pytest.mark.parametrize(
    ("locale", "words"),
    [("en-US", "Something broke. Tell your administrator"), ("zh-CN", "系统出错了")],
)
def test_what_breaks_is_told_by_its_number_and_written_down_without_its_text(
    at_live: Live, probe: Server, place: str, locale: str, words: str
) -> None:
    with Tab(probe.port, cookies={"crm": come_in("steward").token}, locale=locale) as tab:
        tab.run()
        [button] = [b for b in tab.elements("button") if b.label == f"break the {place}"]
        [fragment] = tab.fragments()
        tab.run(pressed(button.id), fragment=fragment if place == "fragment" else "")
        [alert] = tab.elements("alert")
        assert words in alert.body
        [number] = re.findall(r"[0-9a-f]{8}", alert.body)
        assert tab.elements("exception") == []
        assert "ValueError" not in tab.said()
        assert "SECRET-NAME" not in tab.said()
    log = probe.log.read_text("utf-8")
    [told] = re.findall(rf"incident {number}\n(.*?)ValueError", log, re.DOTALL)
    assert "probe/main.py" in told
    assert "SECRET-NAME" not in log


@on_both
def test_a_disabled_account_is_out_with_the_next_run(at_live: Live) -> None:
    token = come_in("sales2").token
    with Tab(at_live.port, page="profile", cookies={"crm": token}) as tab:
        tab.run()
        assert "sales2" in tab.said()
        row = at_live.dealer.row(User, at_live.dealer.user_id("sales2"))
        off = users.SwitchUser(request_id=uuid4(), id=row.id, version=row.version, is_active=False)
        run.perform(users.switch, at_live.dealer.caller("admin"), off)
        tab.run()
        assert is_sign_in(tab)
