"""Bringing a database to the present schema, and saying whether it is there."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import db.headings
import db.models
import db.triggers  # noqa: F401 - completes the metadata
from db.engine import engine_for, write_turn
from db.types import metadata

FOLDER = Path(__file__).parent / "migrations"


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """What Alembic should compare: the search mirror is made by triggers' DDL, not by tables."""
    return not (
        name is not None
        and (
            (kind == "table" and name.startswith("customer_grams"))
            or (kind == "index" and name == "ix_customer_summaries_grams")
        )
    )


def config(engine: Engine) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s")
    settings.attributes["engine"] = engine
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database; of several processes one does it, the others find it done."""
    engine = engine_for(url)
    with write_turn(engine):
        command.upgrade(config(engine), revision)


def downgrade(url: str, revision: str) -> None:
    engine = engine_for(url)
    with write_turn(engine):
        command.downgrade(config(engine), revision)


def is_current(url: str) -> bool:
    """Whether the database stands at the newest revision."""
    engine = engine_for(url)
    newest = ScriptDirectory.from_config(config(engine)).get_current_head()
    with engine.execution_options(reading=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def draft(url: str, slug: str) -> None:
    """Write a new revision from the difference between the tables and the code."""
    command.revision(config(engine_for(url)), slug, autogenerate=True)


def drift(url: str) -> list[object]:
    """What tables and indexes differ between a migrated database and the code; [] is right."""
    with engine_for(url).execution_options(reading=True).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "target_metadata": metadata, "include_name": is_ours},
        )
        return list(compare_metadata(context, metadata))
