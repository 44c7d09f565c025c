"""`sweep`: everything that is due, for the host's scheduler or by hand."""

from dataclasses import asdict
from typing import Annotated

import typer

from commands.speaking import acting, language, refuse, say, tell, warn
from services import sweeping
from services.core.errors import AppError
from services.core.words import N_, translate

PATIENCE = 600.0
"""Seconds for which it waits for another process that sweeps."""


def join(app: typer.Typer) -> None:
    app.command()(sweep)


def sweep(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Do what is due; any number of times does it once. Status 1 when a part of it failed."""
    try:
        done = sweeping.sweep(acting(None), patience=PATIENCE)
    except AppError as error:
        refuse(error)
    if as_json:
        tell(asdict(done))
    else:
        for name, count in done.changed.items():
            label = translate(language(), sweeping.DUTIES[name].label)
            say(N_("{what}: {count}"), what=label, count=count)
    for name, incident in done.failed.items():
        label = translate(language(), sweeping.DUTIES[name].label)
        warn(N_("{what}: failed, incident {incident}"), what=label, incident=incident)
    if done.failed:
        raise typer.Exit(1)
