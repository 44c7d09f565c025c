"""From where and under which names the application may be spoken to."""

import os
import re
import socket
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


def allowed_hosts() -> frozenset[str]:
    """`CRM_ALLOWED_HOSTS` (names with commas between, `*.example.com` for all below), and ours."""
    named = os.environ.get("CRM_ALLOWED_HOSTS", "")
    ours = {"localhost", socket.gethostname().lower()}
    return frozenset({name.strip().lower() for name in named.split(",") if name.strip()} | ours)


def is_allowed_host(host: str, allowed: frozenset[str]) -> bool:
    """Whether a `Host` header names this server.

    A page of a stranger that points its own name at our address (DNS rebinding) is refused: it
    needs a name, so bare addresses always pass.
    """
    if not _HOST.fullmatch(host):
        return False
    name = (_split(f"//{host}").hostname or "").lower().rstrip(".")
    try:
        ip_address(name)
    except ValueError:
        return name in allowed or any(
            entry.startswith("*.") and name.endswith(entry[1:]) for entry in allowed
        )
    return True


def is_same_origin(origin: str | None, host: str) -> bool:
    """Whether a request comes from our own pages; browsers name the origin, other clients may not.

    Schemes are not compared: a proxy in front of us may speak https to the browser.
    """
    return origin is None or _split(origin).netloc.lower() == host.lower()


def _split(url: str) -> SplitResult:
    """The parts of an address; all empty for what is none, such as `http://[`."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
