"""How Alembic reaches the database: one connection, one lock, foreign keys off for SQLite's batch
mode (which drops and recreates tables) and checked afterwards."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection, Engine, text
from sqlmodel import AutoString

from db.migrate import is_ours
from db.types import UtcDateTime, metadata

ADVISORY_LOCK = 815


def plain_types(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Migrations are frozen: they name SQLAlchemy's own types, never the application's."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, AutoString):
        return f"sa.String(length={thing.length})" if thing.length else "sa.String()"
    if kind == "type" and isinstance(thing, JSON):
        return "JSON"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain_types,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_sqlite(engine: Engine) -> None:
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            run(connection)
            connection.commit()
            broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        finally:
            raw.execute("PRAGMA foreign_keys=ON")
    if broken:
        raise RuntimeError(f"foreign keys broken: {broken[:5]}")


def migrate_postgres(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
        try:
            run(connection)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()


bind = context.config.attributes["engine"]
(migrate_sqlite if bind.dialect.name == "sqlite" else migrate_postgres)(bind)
