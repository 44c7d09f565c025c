"""`verify`: every invariant of the data, proven anew; `seal-audit`: what makes the audit's hold."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands.speaking import acting, refuse, say, tell, warn
from services import sealing, verification
from services.core import heads
from services.core.errors import AppError
from services.core.run import fetch
from services.core.words import N_


def join(app: typer.Typer) -> None:
    app.command()(verify)
    app.command()(seal_audit)


def verify(
    part: Annotated[str | None, typer.Argument(help="one part; without it all")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    heads_file: Annotated[
        Path | None,
        typer.Option("--heads", exists=True, dir_okay=False, help="heads kept elsewhere"),
    ] = None,
) -> None:
    """Prove the audit and every invariant; status 1 when one is broken."""
    caller = acting(None)
    known = fetch(verification.parts, caller)
    if part is not None and part not in known:
        warn(N_("There is no part {part}. Parts: {known}"), part=part, known=", ".join(known))
        raise typer.Exit(2)
    try:
        # Read before the database is: whatever is noted by now was committed.
        told = heads.read(heads_file or heads.own_file())
        names = [part] if part else known
        findings = [fetch(verification.verify, caller, name, told) for name in names]
    except AppError as error:
        refuse(error)
    if as_json:
        tell({finding.part: asdict(finding) for finding in findings})
    else:
        for finding in findings:
            say(
                N_("{part}: {checked} checked, {wrong} wrong"),
                part=finding.part,
                checked=finding.checked,
                wrong=finding.wrong,
            )
            for offence in finding.first:
                say(N_("  {table} {id}: {says}"), **asdict(offence))
    if any(finding.wrong for finding in findings):
        raise typer.Exit(1)


def seal_audit(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Seal the audit entries since the last time, and note the head in the data folder."""
    try:
        done = sealing.seal_all(acting(None))
    except AppError as error:
        refuse(error)
    if as_json:
        tell({"sealed": done.entries, "head": asdict(done.head) if done.head else None})
    else:
        say(N_("Audit entries sealed: {count}"), count=done.entries)
