"""Rows of which there may be one: added if it is not there yet, on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import SQLColumnExpression
from sqlmodel import Session

from db.engine import BEYOND_SCOPE
from db.types import Base


def add_once(
    session: Session,
    model: type[Base],
    rows: Sequence[dict[str, Any]],
    returning: SQLColumnExpression[Any],
) -> list[Any]:
    """Add those of `rows` that break no unique index; returns `returning` of the added ones.

    Whoever adds the same at once waits for the first one's transaction. The rows name every column
    without a default of the database's own.
    """
    if not rows:
        return []
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # Not rowcount: it is -1 on PostgreSQL, whatever came of it.
    # One row by itself: a statement of several is compiled anew each time.
    values = rows[0] if len(rows) == 1 else list(rows)
    added = insert(model).values(values).on_conflict_do_nothing().returning(returning)
    return list(session.execute(added, execution_options={BEYOND_SCOPE: True}).scalars())
