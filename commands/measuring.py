"""`kpi`: one figure of the dictionary, with what it is made of."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from commands.speaking import acting, language, refuse, say, tell, the_store, warn
from services import kpi as figures
from services.core.errors import AppError
from services.core.run import fetch
from services.core.words import N_, translate

DAY = ["%Y-%m-%d"]


def join(app: typer.Typer) -> None:
    app.command()(kpi)


def kpi(
    code: Annotated[str | None, typer.Argument(help="such as SLA; without it the list")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=DAY)] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=DAY)] = None,
    store: Annotated[str, typer.Option(help="the store's code; without it all stores")] = "",
    username: Annotated[str | None, typer.Option("--as", help="as this user sees it")] = None,
    as_list: Annotated[bool, typer.Option("--list", help="the dictionary of metrics")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Tell a metric for the days from --from to --to; status 2 when it is refused."""
    caller = acting(username)
    try:
        if code is None or as_list:
            _tell_all(fetch(figures.dictionary, caller), as_json=as_json)
            return
        if since is None or until is None:
            warn(N_("Name the days with --from and --to"))
            raise typer.Exit(2)
        days = since.date(), until.date()
        store_id = the_store(caller, store) if store else None
        [found] = fetch(figures.figures, caller, (code.upper(),), *days, store_id)
    except AppError as error:
        refuse(error)
    facts = _facts(found, *days, store)
    if as_json:
        tell(facts)
    else:
        for name, value in facts.items():
            say(N_("{name}: {value}"), name=name, value="–" if value is None else value)


def _facts(found: figures.Measured, since: date, until: date, store: str) -> dict[str, Any]:
    """What is told of a figure: shares from 0 to 1, times in working hours, money in yuan."""
    figure = found.figure
    return {
        "code": found.metric.code,
        "name": translate(language(), found.metric.label),
        "formula": translate(language(), found.metric.formula),
        "from": since,
        "to": until,
        "store": store or None,
        "unit": found.metric.unit.value,
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        **figure.parts,
    }


def _tell_all(known: list[figures.MetricLine], *, as_json: bool) -> None:
    lines = [
        {
            "code": line.code,
            "name": translate(language(), line.label),
            "formula": translate(language(), line.formula),
            "unit": line.unit.value,
            "better": line.better.value,
        }
        for line in known
    ]
    if as_json:
        tell(lines)
    else:
        for line in lines:
            say(N_("{code}: {name}. {formula}"), **line)
