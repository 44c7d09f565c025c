"""`verify`: every invariant of the data, proven anew."""

from dataclasses import asdict
from typing import Annotated

import typer

from commands.speaking import acting, say, tell, warn
from services import verification
from services.core.run import fetch
from services.core.words import N_


def join(app: typer.Typer) -> None:
    app.command()(verify)


def verify(
    part: Annotated[str | None, typer.Argument(help="one part; without it all")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Prove the audit and every invariant; status 1 when one is broken."""
    caller = acting(None)
    known = fetch(verification.parts, caller)
    if part is not None and part not in known:
        warn(N_("There is no part {part}. Parts: {known}"), part=part, known=", ".join(known))
        raise typer.Exit(2)
    findings = [fetch(verification.verify, caller, name) for name in ([part] if part else known)]
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
