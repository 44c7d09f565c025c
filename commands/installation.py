"""`init` and `demo`: what a new database becomes."""

from datetime import date
from typing import Annotated
from uuid import uuid4

import typer
from pydantic import SecretStr, ValidationError

from commands.migration import migrate
from commands.speaking import acting, refuse, say, tell, warn
from db import demo as dealer
from db.place import database_url
from services import installation, passwords, sweeping, visits
from services.core import clock
from services.core.errors import AppError
from services.core.run import fetch, perform
from services.core.words import N_


def join(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(demo)


def init(
    username: Annotated[str, typer.Option(prompt=True)],
    name: Annotated[str, typer.Option(prompt=True)],
    store_code: Annotated[str, typer.Option(prompt=True)],
    store_name: Annotated[str, typer.Option(prompt=True)],
    city: Annotated[str, typer.Option()] = "",
) -> None:
    """Prepare a real deployment: the first store, the first administrator, a one-time password."""
    migrate()
    password = passwords.one_time()
    try:
        form = installation.FoundInstallation(
            username=username,
            name=name,
            password=SecretStr(password),
            store_code=store_code,
            store_name=store_name,
            city=city,
        )
        perform(installation.found, acting(None), form)
    except ValidationError as refused:
        for error in refused.errors(include_input=False, include_url=False):
            warn(N_("{field}: {reason}"), field=error["loc"][0], reason=error["msg"])
        raise typer.Exit(2) from None
    except AppError as error:
        refuse(error)
    say(N_("User name: {username}"), username=form.username)
    say(N_("One-time password: {password}"), password=password)
    say(N_("It must be changed at the first sign-in. Start with `make run`."))


def demo(
    size: Annotated[str, typer.Option(help="small, large or huge")] = "small",
    as_of: Annotated[str | None, typer.Option(help="the dealer's today, YYYY-MM-DD")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Fill an empty database with the demonstration dealer."""
    migrate()
    summary = fill(size, date.fromisoformat(as_of) if as_of else None)
    if as_json:
        tell(summary)


def fill(size: str, as_of: date | None) -> dict[str, int]:
    """Load the dealer and write it into the audit; returns the rows of each table. The clocks of
    its open complaints are looked at once, because the wall is sorted by when they are due, and
    contacts are planned."""
    say(N_("Making the demonstration dealer ({size}) …"), size=size)
    try:
        summary = dealer.load(database_url(), size=size, as_of=as_of)
    except dealer.DemoRefused as refusal:
        warn(str(refusal))
        raise typer.Exit(2) from None
    counts, recipe = dict(summary.counts), summary.recipe
    perform(
        installation.note_loading,
        acting(None),
        installation.NoteLoading(
            size=size,
            counts=counts,
            recipe={name: getattr(recipe, name) for name in ("customers", "stores", "seed")},
            as_of=recipe.as_of.isoformat(),
            truth=summary.truth,
        ),
    )
    rules_of_contact()
    for duty in ("complaints", "visits"):
        sweeping.DUTIES[duty].do(acting(None))
    return counts


def rules_of_contact() -> None:
    """The delivered rules of contacts hold from today on, so that the visit plan is not empty."""
    perform(visits.adopt, acting(None), visits.AdoptCadences(request_id=uuid4()))
    drafts = [
        rule
        for rule in fetch(visits.cadences, acting(None))
        if rule.state is visits.CadenceState.DRAFT
    ]
    for rule in drafts:
        form = visits.ApproveCadence(
            request_id=uuid4(), cadence_id=rule.id, version=rule.version, from_on=clock.today()
        )
        perform(visits.approve, acting(None), form)
