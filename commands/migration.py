"""`migrate`: the database brought to this program's version."""

import typer

from commands.speaking import say
from db.migrate import upgrade
from db.place import database_url, described
from services.core.words import N_


def join(app: typer.Typer) -> None:
    app.command()(migrate)


def migrate() -> None:
    """Bring the database to this program's version."""
    say(N_("Database: {url}"), url=described(database_url()))
    upgrade(database_url())
