"""`migrate`: the database brought to this program's version."""

import typer
from sqlalchemy.exc import ProgrammingError

from commands.speaking import say
from db.migrate import upgrade
from db.place import database_url, described
from services.core.words import N_

MISSING_RIGHT = "42501"
"""PostgreSQL's own words then say which right is missing, and ours how it is given."""


def join(app: typer.Typer) -> None:
    app.command()(migrate)


def migrate() -> None:
    """Bring the database to this program's version."""
    say(N_("Database: {url}"), url=described(database_url()))
    try:
        upgrade(database_url())
    except ProgrammingError as refusal:
        if getattr(refusal.orig, "sqlstate", None) != MISSING_RIGHT:
            raise
        typer.echo(str(refusal.orig), err=True)
        raise typer.Exit(2) from None
