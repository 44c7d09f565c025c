"""What the launcher decides before anyone comes: the database, the names it answers to, headers."""

import asyncio
import gc
import socket
from pathlib import Path

import pytest
import streamlit as st
from streamlit.logger import get_logger

import app
from pages.components import troubles
from server import gate
from server.addresses import allowed_hosts, is_allowed_host, is_same_origin
from server.sockets import send_at_once


def test_a_database_that_is_not_migrated_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{tmp_path}/empty.sqlite")
    with pytest.raises(SystemExit):
        app.check_database()
    assert "manage.py" in caplog.text


def test_a_database_that_does_not_answer_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CRM_DATABASE_URL", "postgresql://crm:geheim@127.0.0.1:1/none")
    with pytest.raises(SystemExit):
        app.check_database()
    assert "cannot be reached" in caplog.text
    assert "geheim" not in caplog.text


def test_a_migrated_database_lets_it_start(database: str) -> None:
    app.check_database()


def test_what_is_loaded_before_the_first_visitor_is_not_collected_after_each_run(
    database: str,
) -> None:
    async def start() -> int:
        async with app.lifespan(None):
            return gc.get_freeze_count()

    try:
        assert asyncio.run(start()) > 50_000
    finally:
        gc.unfreeze()


def sends_at_once(*, mended: bool) -> bool:
    """Whether what is accepted on a socket like Streamlit's sends without waiting."""

    async def accepted() -> bool:
        loop = asyncio.get_running_loop()
        if mended:
            send_at_once(loop)
        found: asyncio.Future[socket.socket] = loop.create_future()

        class Accepting(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                found.set_result(transport.get_extra_info("socket"))

        with socket.socket(socket.AF_INET) as listening:
            listening.bind(("127.0.0.1", 0))
            async with await loop.create_server(Accepting, sock=listening):
                _, writer = await asyncio.open_connection(*listening.getsockname())
                at_once = (await found).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                writer.close()
                return bool(at_once)

    return asyncio.run(accepted())


def test_a_message_does_not_wait_for_the_receipt_of_the_one_before() -> None:
    assert sends_at_once(mended=True)


def test_asyncio_does_not_see_to_that_itself() -> None:
    """When it does, `server.sockets` is no longer needed."""
    assert not sends_at_once(mended=False)


def test_the_gate_stands_before_everything() -> None:
    assert [each.cls for each in app.app._user_middleware] == [gate.Gate]


def test_what_breaks_on_a_page_is_told_in_our_words() -> None:
    assert app.app._on_script_error is troubles.broken
    assert st.get_option("logger.enableRich") is False
    assert get_logger("streamlit.error_util").filters


@pytest.mark.parametrize(
    ("host", "passes"),
    [
        ("localhost:8501", True),
        ("127.0.0.1:8501", True),
        ("192.168.7.9", True),
        ("[::1]:8501", True),
        ("care.dealer.example", True),
        ("CARE.dealer.example.:443", True),
        ("hz.care.example", True),
        ("care.example", False),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost@evil.example", False),
        ("evil.example/localhost", False),
        ("", False),
        ("a b", False),
        ("localhost:99999999", False),
    ],
)
def test_names(monkeypatch: pytest.MonkeyPatch, host: str, passes: bool) -> None:
    monkeypatch.setenv("CRM_ALLOWED_HOSTS", "care.dealer.example, *.care.example")
    assert is_allowed_host(host, allowed_hosts()) is passes


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        (None, True),
        ("http://localhost:8501", True),
        ("https://localhost:8501", True),
        ("http://localhost:8502", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_origins(origin: str | None, same: bool) -> None:
    assert is_same_origin(origin, "localhost:8501") is same


def test_only_older_components_may_be_framed_and_only_by_us() -> None:
    assert "frame-ancestors 'self'" in gate.policy("x", "/component/a/index.html", secure=False)
    assert "frame-ancestors 'none'" in gate.policy("x", "/customers", secure=False)
    assert "connect-src 'self' wss://x;" in gate.policy("x", "/", secure=True)


def test_the_scripts_of_the_shell_are_known_by_their_hash() -> None:
    """An upgrade of Streamlit may bring others: the policy then follows, and this shows it."""
    page = (Path(gate.get_static_dir()) / "index.html").read_text("utf-8")
    assert page.count("<script>") == gate._inline_scripts().count("'sha256-")
