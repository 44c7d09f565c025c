"""Plain HTTP, as anyone may speak it."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def ask(
    url: str,
    *,
    method: str = "GET",
    token: str = "",
    body: bytes | None = None,
    **headers: str,
) -> Answer:
    """One request; header names with _ for -. `token` goes into the session's cookie."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["Cookie"] = "; ".join(filter(None, (f"crm={token}", sent.pop("Cookie", ""))))
    request = urllib.request.Request(url, data=body, method=method, headers=sent)  # noqa: S310
    try:
        with _opener.open(request, timeout=20) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())
