"""Files that leave the house: each through the door, for whom it is, and once.

Streamlit would keep a page's file in its own store and give it to anyone signed in who knows the
address. Here the address names the record, and whoever asks is asked for his right again. A file
is a row of `WRITTEN_DOWN` or of `OPEN`; the names in its address are what its service takes, and
behind the question mark may stand what its form has besides.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from anyio import to_thread
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.answers import ELSEWHERE, language_of, say
from server.gate import token_of
from services import (
    appointments,
    complaints,
    decks,
    imports,
    sessions,
    visit_reports,
    visits,
)
from services.core import incidents, run
from services.core.access import SignedIn
from services.core.errors import AppError, Conflict, InvalidInput, NotFound, NotPermitted, SignedOut
from services.core.export import MEDIA_TYPES, File
from services.core.inputs import Input
from services.core.uploads import BY_SUFFIX, suffix_of

WRITTEN_DOWN: Final[Mapping[str, tuple[run.Command[Any, File], type[Input]]]] = {
    "/files/appointments.xlsx": (appointments.export_list, appointments.ExportAppointments),
    "/files/complaints/ledger.xlsx": (complaints.export_ledger, complaints.ExportLedger),
    "/files/complaints/{complaint_id}/log.pdf": (complaints.log, complaints.TakeLog),
    "/files/complaints/papers/{file_id}": (complaints.take_file, complaints.TakeFile),
    "/files/decks/{month}.{kind}": (decks.take, decks.TakeDeck),
    "/files/visits/report.{kind}": (visit_reports.take, visit_reports.TakeReport),
    "/files/imports/{batch_id}/wrong-rows.xlsx": (imports.wrong_rows, imports.ExportWrongRows),
    "/files/visits/contacts.xlsx": (visits.export_tasks, visits.ExportTasks),
    "/files/visits/forms/{form_id}/form.pdf": (visits.take_form, visits.TakeForm),
    "/files/visits/papers/{file_id}": (visits.take_paper, visits.TakePaper),
}
"""What somebody's data stands in: made by a command, which writes down who took it."""
OPEN: Final[Mapping[str, run.Query[..., File]]] = {
    "/files/complaints/rules/{on}/{store}.pdf": complaints.rules_file,
    "/files/imports/templates/{kind}.xlsx": imports.template,
}
"""What holds no data: made by a query."""

OWN_PAGES: Final = frozenset({None, "same-origin", "none"})
"""`Sec-Fetch-Site` of a click on our pages, of a typed address, and of what is no browser."""


Make = Callable[[SignedIn, Request], File]


def _route(path: str, make: Make) -> Route:
    async def hand_out(request: Request) -> Response:
        if request.headers.get("sec-fetch-site") not in OWN_PAGES:
            return say(request, 403, ELSEWHERE)
        return await to_thread.run_sync(_answer, request, make)

    return Route(path, hand_out, methods=["GET"])


def _answer(request: Request, make: Make) -> Response:
    caller = SignedIn(sessions.digest(token_of(request)))
    try:
        file = make(caller, request)
    except SignedOut as error:
        return say(request, 401, error.msgid)
    except (NotFound, NotPermitted, InvalidInput, ValidationError):
        return say(request, 404, NotFound.msgid)
    except Conflict as error:
        return say(request, 409, error.msgid, **error.params)
    except AppError as error:
        return say(request, 503, error.msgid, **error.params)
    except Exception as bug:  # noqa: BLE001 - the server would log its text
        return say(request, 500, incidents.UNEXPECTED, incident=incidents.note(bug))
    return Response(
        file.data,
        media_type=_media_type(suffix_of(file.name)),
        headers={"content-disposition": disposition(file.name)},
    )


def _media_type(suffix: str) -> str:
    """Of what we make, or of what somebody brought."""
    return MEDIA_TYPES.get(suffix) or BY_SUFFIX[suffix].media_type


def disposition(name: str) -> str:
    """To be saved under `name`: in any script (RFC 5987), and in plain letters for the old."""
    suffix = suffix_of(name)
    return f"attachment; filename=\"file.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"


def _written_down(command: run.Command[Any, File], form: type[Input]) -> Make:
    def make(caller: SignedIn, request: Request) -> File:
        told = {**request.query_params, **_named(request)}
        known = {name: value for name, value in told.items() if name in form.model_fields}
        return run.perform(command, caller, form.model_validate(known))

    return make


def _open(query: run.Query[..., File]) -> Make:
    return lambda caller, request: run.fetch(query, caller, **_named(request))


def _named(request: Request) -> dict[str, Any]:
    return {**request.path_params, "language": language_of(request)}


async def _nothing(request: Request) -> Response:
    return say(request, 404, NotFound.msgid)


ROUTES: Final = [
    *(_route(path, _written_down(*made)) for path, made in WRITTEN_DOWN.items()),
    *(_route(path, _open(query)) for path, query in OPEN.items()),
    Route("/files/{rest:path}", _nothing),  # else Streamlit would answer with its empty page
]
