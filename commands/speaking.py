"""How commands speak and end: the host's language, facts as JSON, honest statuses."""

import getpass
import json
import os
import sys
from typing import Any, NoReturn

import typer

from services import stores
from services.core.access import Caller, Named, System
from services.core.audit import plain
from services.core.errors import AppError
from services.core.run import fetch
from services.core.words import N_, choose_language, translate


def language() -> str:
    """`CRM_LANGUAGE`, else the host's, else Chinese."""
    return choose_language(os.environ.get("CRM_LANGUAGE"), os.environ.get("LANG", "").split(".")[0])


def say(msgid: str, **params: object) -> None:
    typer.echo(translate(language(), msgid, **params))


def warn(msgid: str, **params: object) -> None:
    typer.echo(translate(language(), msgid, **params), err=True)


def tell(facts: Any) -> None:
    """Facts for another program, on one line."""
    sys.stdout.write(json.dumps(plain(facts), ensure_ascii=False) + "\n")


def refuse(error: AppError) -> NoReturn:
    """Say why not, and end with status 2."""
    warn(error.msgid, **error.params)
    raise typer.Exit(2)


def acting(username: str | None) -> Caller:
    """On whose behalf: a user's with `--as`, else the system's; the host's user is the source."""
    source = f"os:{getpass.getuser()}"
    return Named(username, source) if username else System(source)


def the_store(caller: Caller, code: str) -> int:
    """The store with this code; ends with status 2 where there is none."""
    known = {store.code.casefold(): store.id for store in fetch(stores.lines, caller)}
    if code.casefold() not in known:
        codes = ", ".join(sorted(name.upper() for name in known))
        warn(N_("Name a store with --store: {codes}"), codes=codes)
        raise typer.Exit(2)
    return known[code.casefold()]
