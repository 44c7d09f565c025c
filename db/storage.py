"""Where the content of files lies: in a table, under its SHA-256 (decision 0021).

The only place that knows; a folder or a store of objects could take its place behind the same two
functions.
"""

import hashlib

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from db.engine import BEYOND_SCOPE
from db.models import StoredFile


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep(session: Session, content: bytes) -> str:
    """Store a content in this transaction, unless it is there; returns its digest.

    Asks nothing back and names no column: whoever stores a file may not be able to see that
    somebody else had stored it before.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = {"sha256": digest_of(content), "size": len(content), "content": content}
    table = StoredFile.__table__  # type: ignore[attr-defined]
    added = insert(table).values(row).on_conflict_do_nothing()
    session.execute(added, execution_options={BEYOND_SCOPE: True})
    return str(row["sha256"])


def content_of(session: Session, sha256: str) -> bytes | None:
    """The content, where a record in the actor's sight holds it."""
    query = select(col(StoredFile.content)).where(col(StoredFile.sha256) == sha256)
    return session.execute(query).scalar_one_or_none()
