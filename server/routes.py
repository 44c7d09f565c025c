"""What the server answers beside the pages: the session's cookie, and whether it is well."""

from typing import Final

from anyio import to_thread
from pydantic import SecretStr
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from db.engine import engine
from server.gate import is_live, is_secure, token_of
from services import sessions
from services.core import run
from services.core.access import System
from services.core.errors import AppError, SignedOut

OURS: Final = "crm"
"""`X-Requested-With` of our own script; a foreign page cannot send it without asking first."""
NO_CONTENT: Final = 204
LONGEST_TICKET: Final = 100


async def session(request: Request) -> Response:
    """POST: a ticket for the cookie. DELETE: take away the cookie of a session that has ended."""
    if request.headers.get("x-requested-with") != OURS:
        return PlainTextResponse("This is for the application's own pages.", 403)
    work = _give_cookie if request.method == "POST" else _take_cookie
    return await to_thread.run_sync(work, request)


def _give_cookie(request: Request) -> Response:
    ticket = request.headers.get("x-ticket", "")[:LONGEST_TICKET]
    try:
        token = run.perform(
            sessions.redeem, System("sign-in"), sessions.Redeem(ticket=SecretStr(ticket))
        )
    except SignedOut:
        return PlainTextResponse("The ticket is spent, late or unknown.", 403)
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
    Route("/auth/session", session, methods=["POST", "DELETE"]),
    Route("/livez", alive),
    Route("/readyz", ready),
]
