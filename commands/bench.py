"""`bench`: speed and load beside their own floors. It needs the packages of `make dev`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.speaking import language, say, warn
from db.demo import SIZES
from services.core.words import N_, translate

MISSED = 1
NEEDED = 2


def join(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    json_file: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="write every figure here")
    ] = None,
    size: Annotated[list[str] | None, typer.Option(help="small, large or huge; repeatable")] = None,
    database: Annotated[
        list[str] | None, typer.Option(help="sqlite or postgresql; repeatable")
    ] = None,
    people: Annotated[int, typer.Option(min=1, help="how many work at once")] = 50,
    rows: Annotated[int, typer.Option(min=1, help="how many an import brings")] = 50_000,
    quick: Annotated[bool, typer.Option("--quick", help="fewer repetitions, less sure")] = False,
) -> None:
    """Measure speed and load on databases of its own; status 1 when a goal is missed."""
    try:
        from bench import dealers, report, running
    except ModuleNotFoundError as missing:
        warn(N_("The bench needs {package}. Run `make dev` first"), package=missing.name)
        raise typer.Exit(NEEDED) from None
    wish = running.Wish(
        databases=_known(database or list(dealers.DATABASES), list(dealers.DATABASES)),
        sizes=_known(size or ["small"], list(SIZES)),
        people=people,
        import_rows=rows,
    )
    outcome = running.run(
        running.quickly(wish) if quick else wish,
        lambda on, of: say(N_("Measuring {size} on {database} …"), size=of, database=on),
    )
    if json_file is not None:
        text = json.dumps(report.facts(outcome), ensure_ascii=False, indent=1)
        json_file.write_text(text + "\n", "utf-8")
    for line in report.lines(outcome, lambda *a, **k: translate(language(), *a, **k)):
        typer.echo(line)
    raise typer.Exit(MISSED if outcome.missed else 0)


def _known(wanted: list[str], known: list[str]) -> list[str]:
    for name in wanted:
        if name not in known:
            warn(N_("There is no {name}. There are: {known}"), name=name, known=", ".join(known))
            raise typer.Exit(NEEDED)
    return list(dict.fromkeys(wanted))
