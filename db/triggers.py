"""What the database itself guards, beyond tables: append-only rows and the search mirror.

Attached to `create_all`; the migrations carry their own frozen copies, and a test compares the two
schemas whole, because Alembic sees neither triggers nor virtual tables.
"""

from typing import Any

from sqlalchemy import Connection, MetaData, event

from db.types import metadata

APPEND_ONLY = (
    *(
        "audit_entries",
        "audit_blocks",
        "complaint_events",
        "complaint_files",
        "deck_files",
        "mailbox_checks",
        "posts",
        "stored_files",
    ),
)

SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE customer_grams USING fts5(
        grams, content='customer_summaries', content_rowid='customer_id', detail=none,
        tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER customer_grams_insert AFTER INSERT ON customer_summaries BEGIN
        INSERT INTO customer_grams(rowid, grams) VALUES (new.customer_id, new.grams); END""",
    """CREATE TRIGGER customer_grams_delete AFTER DELETE ON customer_summaries BEGIN
        INSERT INTO customer_grams(customer_grams, rowid, grams)
        VALUES ('delete', old.customer_id, old.grams); END""",
    """CREATE TRIGGER customer_grams_update AFTER UPDATE OF grams ON customer_summaries BEGIN
        INSERT INTO customer_grams(customer_grams, rowid, grams)
        VALUES ('delete', old.customer_id, old.grams);
        INSERT INTO customer_grams(rowid, grams) VALUES (new.customer_id, new.grams); END""",
)
POSTGRES_SEARCH = (
    """CREATE INDEX ix_customer_summaries_grams ON customer_summaries
        USING gin (string_to_array(grams, ' ')) WITH (fastupdate = off)""",
)


def _append_only(dialect: str, table: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"""CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
            for deed in ("UPDATE", "DELETE")
        ]
    return [
        f"""CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = '23001'; END $$""",
        f"""CREATE TRIGGER {table}_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()""",
    ]


def statements(dialect: str) -> list[str]:
    """Every statement that follows the creation of the tables, for one engine."""
    search = SQLITE_SEARCH if dialect == "sqlite" else POSTGRES_SEARCH
    return [*search, *(ddl for table in APPEND_ONLY for ddl in _append_only(dialect, table))]


@event.listens_for(metadata, "after_create")
def create(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
