"""What the server answers beside the pages: the cookie, files, and whether it is well."""

import hmac
from collections.abc import Callable
from typing import Final

from anyio import to_thread
from pydantic import SecretStr
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from db.engine import engine
from server import downloads
from server.gate import is_live, is_secure, token_of
from services import attempts, sessions
from services.core import limits, run
from services.core.access import System
from services.core.errors import AppError, SignedOut

OURS: Final = "crm"
"""`X-Requested-With` of our own script; a foreign page cannot send it without asking first."""
NO_CONTENT: Final = 204
LONGEST_TICKET: Final = 100
TICKETS_A_MINUTE: Final = 300
"""From one address, which may be that of a whole dealer: more than one processor can sign in."""
DOOR: Final = System("sign-in")


async def session(request: Request) -> Response:
    """POST: a ticket for the cookie. GET: whether the browser keeps the cookie of a ticket.
    DELETE: take away the cookie of a session that has ended."""
    if request.headers.get("x-requested-with") != OURS:
        return PlainTextResponse("This is for the application's own pages.", 403)
    work: dict[str, Callable[[Request], Response]] = {"POST": _give_cookie, "DELETE": _take_cookie}
    return await to_thread.run_sync(work.get(request.method, _tell_cookie), request)


def _ticket_of(request: Request) -> str:
    return request.headers.get("x-ticket", "")[:LONGEST_TICKET]


def _is_kept(request: Request) -> bool:
    """Whether the cookie came with the request that its ticket gives."""
    token = sessions.token_of(_ticket_of(request))
    return hmac.compare_digest(token.encode(), token_of(request).encode("utf-8", "replace"))


def _tell_cookie(request: Request) -> Response:
    if _is_kept(request):
        return Response(status_code=NO_CONTENT)
    return PlainTextResponse("The cookie of this ticket was not sent.", 401)


def _redeemed(request: Request) -> str:
    """The token for the ticket. Invented tickets are told by reading, and so queue for nothing."""
    form = sessions.Redeem(ticket=SecretStr(_ticket_of(request)))
    place = attempts.place_of(request.client.host if request.client else None)
    limits.count("sessions.redeem", place, most=TICKETS_A_MINUTE, per_seconds=60)
    if not run.fetch(sessions.is_redeemable, DOOR, form):
        raise SignedOut
    return run.perform(sessions.redeem, DOOR, form)


def _give_cookie(request: Request) -> Response:
    if _is_kept(request):  # the answer to an earlier request was lost on its way to the page
        return Response(status_code=NO_CONTENT)
    try:
        token = _redeemed(request)
    except SignedOut:
        return PlainTextResponse("The ticket is spent, late or unknown.", 403)
    except limits.TooOften:
        return PlainTextResponse("Too many tickets from one address.", 429)
    except AppError:
        return PlainTextResponse("The database cannot be reached.", 503)
    answer = Response(status_code=NO_CONTENT)
    secure = is_secure(request)
    answer.set_cookie(
        sessions.cookie_name(secure=secure),
        token,
        max_age=round(sessions.ABSOLUTE.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def _take_cookie(request: Request) -> Response:
    """A live session is left alone: it may be another one, opened in another tab meanwhile."""
    try:
        if is_live(token_of(request)):
            return PlainTextResponse("This session is alive.", 409)
    except AppError:
        return PlainTextResponse("The database cannot be reached.", 503)
    answer = Response(status_code=NO_CONTENT)
    secure = is_secure(request)
    answer.delete_cookie(
        sessions.cookie_name(secure=secure), "/", secure=secure, httponly=True, samesite="lax"
    )
    return answer


async def alive(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def ready(_request: Request) -> Response:
    """The process can work: its database answers."""
    is_well = await to_thread.run_sync(_database_answers)
    return PlainTextResponse("ok" if is_well else "no database", 200 if is_well else 503)


def _database_answers() -> bool:
    try:
        with engine().execution_options(reading=True).connect() as connection:
            return bool(connection.execute(select(1)).scalar_one())
    except Exception:  # noqa: BLE001 - whatever it is, we are not ready
        return False


ROUTES: Final = [
    Route("/auth/session", session, methods=["GET", "POST", "DELETE"]),
    *downloads.ROUTES,
    Route("/livez", alive),
    Route("/readyz", ready),
]
