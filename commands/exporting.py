"""`export`: what leaves the house from the host."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from commands.speaking import acting, language, refuse, say, tell, warn
from services import complaints, decks, reports
from services.core.errors import AppError
from services.core.run import perform
from services.core.words import N_

group = typer.Typer(no_args_is_help=True, help="Take along what the department shows.")


def join(app: typer.Typer) -> None:
    app.add_typer(group, name="export")
    group.command("complaints-deck")(complaints_deck)


def complaints_deck(
    month: Annotated[str, typer.Option(help="YYYY-MM; it must be over")],
    out: Annotated[Path, typer.Option(help="the folder that the files are put into")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The month's presentation (.pptx and .pdf) and its ledger (.xlsx), frozen when first made."""
    caller = acting(None)
    try:
        slides, paper = _asked(month, "pptx"), _asked(month, "pdf")
        decks.freeze_month(caller, month)
        files = [perform(decks.take, caller, slides)]
        try:
            files.append(perform(decks.take, caller, paper))
        except reports.NoPango as error:
            warn(error.msgid)
        told = "en" if language() == "en" else "zh_CN"
        number = complaints.numbers_of(month)
        ledger = complaints.ExportLedger(language=told, number=number)
        files.append(perform(complaints.export_ledger, caller, ledger))
    except ValidationError:
        warn(N_("Name the month as YYYY-MM"))
        raise typer.Exit(2) from None
    except AppError as error:
        refuse(error)
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        (out / file.name).write_bytes(file.data)
    if as_json:
        tell({file.name: sha256(file.data).hexdigest() for file in files})
    else:
        for file in files:
            say(N_("{file}: {digest}"), file=out / file.name, digest=sha256(file.data).hexdigest())


def _asked(month: str, kind: str) -> decks.TakeDeck:
    values = {"month": month, "kind": kind, "language": language()}
    return decks.TakeDeck.model_validate(values)
