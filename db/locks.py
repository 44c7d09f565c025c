"""Locks on whole tables, for the rare deed that must see every writer's end."""

from sqlmodel import Session


def lock_audit(session: Session) -> None:
    """Wait for every open writer of the audit and keep new ones out until this transaction ends.

    PostgreSQL gives out ids before the commit: without the lock, an entry with a lower id could
    still appear after a higher one was read. The mode also keeps out a second caller. Who waits
    here holds up those who come after him, so he gives up after half a second (55P03, which the
    door tries again), sooner than the database looks for deadlocks. On SQLite a write transaction
    is alone from its beginning.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection = session.connection()
        connection.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
        connection.exec_driver_sql("LOCK TABLE audit_entries IN SHARE ROW EXCLUSIVE MODE")
