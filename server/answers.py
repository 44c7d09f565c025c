"""What the server says in plain text, in the language of whoever asked."""

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from services.core.words import N_, choose_language, translate

ELSEWHERE: Final = N_("This request came from another site")


def language_of(visit: HTTPConnection) -> str:
    """What the link asks for (`?language=`), else the browser's first wish, else Chinese."""
    wish = visit.headers.get("accept-language", "").split(",")[0].partition(";")[0].strip()
    return choose_language(visit.query_params.get("language"), wish)


def say(visit: HTTPConnection, status: int, msgid: str, **params: object) -> PlainTextResponse:
    """A short page without anything around it."""
    language = language_of(visit)
    words = translate(language, msgid, **params)
    tongue = {"content-language": language.replace("_", "-"), "vary": "accept-language"}
    return PlainTextResponse(words, status, tongue)
