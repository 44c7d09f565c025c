"""The gate before everything the server hands out.

Streamlit serves the files of a page (`/media`), takes uploads and tells its metrics to anyone who
asks. Here a stranger gets the empty shell of the page, its scripts and fonts, the health checks and
the websocket, on which a stranger's visit runs the sign-in and nothing else. All the rest needs a
live session, asked of the database for each request. What is not listed is closed.
"""

import hashlib
import re
from base64 import b64encode
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from server.addresses import allowed_hosts, is_allowed_host, is_same_origin
from server.answers import ELSEWHERE, say
from services import sessions
from services.core import run
from services.core.access import SignedIn
from services.core.errors import AppError, NotFound, SignedOut, Unavailable
from services.core.words import N_

SOCKET: Final = "/_stcore/stream"
CLOSED: Final = (
    "/_stcore/metrics",
    "/_stcore/script-health-check",
    "/_stcore/agent",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback",
)
"""Ways in of Streamlit's own that we do not use: shut for everyone."""
OPEN: Final = frozenset(
    {
        "/",
        "/_stcore/health",
        "/_stcore/host-config",
        "/auth/session",
        "/favicon.png",
        "/livez",
        "/manifest.json",
        "/readyz",
    }
)
ASSETS: Final = ("/static/", "/app/static/", "/component/", "/_stcore/bidi-components/")
"""Scripts, styles and fonts: the same for everyone, nobody's data."""
SHELL: Final = re.compile(r"/[a-z][a-z0-9_-]*")
"""A page's address: the answer is the same empty page for all."""
SERVED: Final = ("/media/", "/files/", "/_stcore/")
"""What a live session opens. Anywhere else Streamlit would answer with a page that stays blank."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
UNCACHED: Final = ("/media/", "/files/", "/_stcore/", "/auth/")
BAD_HOST: Final = 421
TOO_LATE: Final = 1008
"""Websocket: policy violation."""


class Gate:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.hosts = allowed_hosts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        visit = HTTPConnection(scope)
        status = await self._refusal(visit)
        if scope["type"] == "websocket":
            if status:
                await receive()
                await send({"type": "websocket.close", "code": TOO_LATE})
            else:
                await self.app(scope, receive, send)
            return
        dressed = _with_headers(scope, send)
        if status:
            await say(visit, status, _SAYS[status])(scope, receive, dressed)
        else:
            await self.app(scope, receive, dressed)

    async def _refusal(self, visit: HTTPConnection) -> int:
        """The status to refuse with, or 0."""
        host, path = visit.headers.get("host", ""), visit.scope["path"]
        if not is_allowed_host(host, self.hosts):
            return BAD_HOST
        is_socket = visit.scope["type"] == "websocket"
        acts = is_socket or visit.scope["method"] not in SAFE
        if acts and not is_same_origin(visit.headers.get("origin"), host):
            return 403
        if path.startswith(CLOSED) or path.find("/_stcore/") > 0:
            return 404  # the last: what a page at /users asks before it asks at the root
        if is_socket:
            return 0 if path == SOCKET else 404
        if path in OPEN or path.startswith(ASSETS) or SHELL.fullmatch(path):
            return 0
        status = await to_thread.run_sync(_status_of, token_of(visit))
        return status or (0 if path.startswith(SERVED) else 404)


def token_of(visit: HTTPConnection) -> str:
    """What the browser's session cookie says; empty without one."""
    return visit.cookies.get(sessions.cookie_name(secure=is_secure(visit)), "")


def is_secure(visit: HTTPConnection) -> bool:
    """Whether the browser came by https, also through a proxy that the server trusts."""
    return visit.url.scheme in {"https", "wss"}


def is_live(token: str) -> bool:
    """Whether the token opens doors now. Raises AppError when the database cannot say."""
    if not token:
        return False
    try:
        run.fetch(sessions.current, SignedIn(sessions.digest(token)))
    except SignedOut:
        return False
    return True


def _status_of(token: str) -> int:
    try:
        return 0 if is_live(token) else 401
    except AppError:
        return 503


_SAYS: Final = {
    401: SignedOut.msgid,
    403: ELSEWHERE,
    404: NotFound.msgid,
    BAD_HOST: N_("This server does not go by that name"),
    503: Unavailable.msgid,
}


# ---- headers


def _inline_scripts() -> str:
    """The hashes of the scripts that stand in Streamlit's own page, as the policy wants them."""
    page = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = (b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


_INLINE: Final = _inline_scripts()


def policy(host: str, path: str, *, secure: bool) -> str:
    """The content security policy: everything from here, nothing in a stranger's frame.

    `wasm-unsafe-eval` and `blob:` are what Streamlit's own scripts and workers need; inline styles
    are how it draws. Components of the older kind live in a frame of our own page.
    """
    socket = f"{'wss' if secure else 'ws'}://{host}"
    framed = "'self'" if path.startswith("/component/") else "'none'"
    rules = (
        "default-src 'self'",
        f"script-src 'self' 'wasm-unsafe-eval' blob: {_INLINE}".rstrip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        f"connect-src 'self' {socket}",
        "frame-src 'self'",
        f"frame-ancestors {framed}",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
    return "; ".join(rules)


def _with_headers(scope: Scope, send: Send) -> Send:
    visit = HTTPConnection(scope)
    secure, path = is_secure(visit), scope["path"]
    host = visit.headers.get("host", "")
    host = host if is_allowed_host(host, allowed_hosts()) else ""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = policy(host, path, secure=secure)
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "same-origin"
            headers["cross-origin-opener-policy"] = "same-origin"
            headers["permissions-policy"] = "camera=(), geolocation=(), microphone=()"
            if secure:
                headers["strict-transport-security"] = "max-age=31536000"
            if path.startswith(UNCACHED) and not path.startswith(ASSETS):
                headers["cache-control"] = "no-store"
        await send(message)

    return dressed
