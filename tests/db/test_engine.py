"""Transactions and their guards, on both engines (ASVS 2.3.2, 2.3.3, 16.4.2)."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session as PlainSession
from sqlmodel import col

from db.engine import (
    BrokenRule,
    engine,
    engine_for,
    read_transaction,
    write_transaction,
)
from db.models import AuditEntry, Counter, Customer, Draft, Store, Touch, User
from db.types import utc_now
from services.core import audit
from tests.dealer import as_system, owner

# ---- reading never writes


def test_a_query_that_adds_a_row_is_refused(dealer):
    with pytest.raises(BrokenRule, match="a query wrote"), read_transaction() as session:
        as_system(session)
        session.add(Store(code="X", name="X"))
    assert len(dealer.rows(Store)) == 2


def test_a_query_that_changes_a_row_is_refused(dealer):
    with pytest.raises(BrokenRule, match="a query wrote"), read_transaction() as session:
        as_system(session)
        session.execute(select(Store).where(col(Store.id) == 1)).scalar_one().name = "changed"
    assert dealer.row(Store, 1).name != "changed"


def test_a_query_that_deletes_a_row_is_refused(dealer):
    key = dealer.customer()
    with pytest.raises(BrokenRule, match="a query wrote"), read_transaction() as session:
        as_system(session)
        session.delete(session.execute(select(Customer)).scalar_one())
    assert dealer.row(Customer, key)


def test_a_query_that_flushes_leaves_nothing(dealer):
    """PostgreSQL refuses the statement itself; SQLite rolls it back with the read."""
    try:
        with read_transaction() as session:
            as_system(session)
            session.add(Store(code="X", name="X"))
            session.flush()
    except DBAPIError as refusal:
        assert "read-only transaction" in str(refusal)  # noqa: PT017 - one engine raises
    assert len(dealer.rows(Store)) == 2


def test_a_read_sees_one_snapshot(dealer):
    key = dealer.customer("before")
    with read_transaction() as session:
        as_system(session)
        names = select(col(Customer.name)).where(col(Customer.id) == key)
        assert session.execute(names).scalar_one() == "before"
        with write_transaction() as other:
            actor = as_system(other)
            row = other.execute(select(Customer)).scalar_one()
            row.name = "after"
            audit.record(other, actor, audit.Action.CUSTOMERS_EDITED, row)
        assert session.execute(names).scalar_one() == "before"
    assert dealer.row(Customer, key).name == "after"


# ---- writing is accounted for


def test_a_write_without_audit_is_refused(dealer):
    with (
        pytest.raises(BrokenRule, match=r"write without audit: \['Store'\]"),
        write_transaction() as session,
    ):
        as_system(session)
        session.add(Store(code="X", name="X"))
    assert len(dealer.rows(Store)) == 2


def test_a_flushed_write_without_audit_is_refused(dealer):
    key = dealer.customer("before")
    with pytest.raises(BrokenRule, match="without audit"), write_transaction() as session:
        as_system(session)
        session.execute(select(Customer)).scalar_one().name = "after"
        session.flush()
    assert dealer.row(Customer, key).name == "before"


def test_a_bulk_write_without_audit_is_refused(dealer):
    with pytest.raises(BrokenRule, match="without audit"), write_transaction() as session:
        as_system(session)
        session.execute(update(Store).values(name="X").where(col(Store.id) == 1))
    assert dealer.row(Store, 1).name != "X"


def test_bookkeeping_owes_no_audit(dealer):
    with write_transaction() as session:
        as_system(session)
        session.add(
            Draft(user_id=dealer.user_id("sales"), form="f", values={}, updated_at=utc_now())
        )
    assert len(dealer.rows(Draft)) == 1


def test_an_exception_leaves_nothing(dealer):
    with pytest.raises(ZeroDivisionError), write_transaction() as session:
        actor = as_system(session)
        store = Store(code="X", name="X")
        session.add(store)
        audit.record(session, actor, audit.Action.STORES_CREATED, store)
        _ = 1 / 0
    assert len(dealer.rows(Store)) == 2


# ---- nobody is nobody


@pytest.mark.usefixtures("dealer")
def test_a_statement_without_an_actor_is_refused():
    with read_transaction() as session, pytest.raises(BrokenRule, match="without an actor"):
        session.execute(select(Customer))


@pytest.mark.usefixtures("dealer")
def test_a_write_without_an_actor_is_refused():
    with (
        pytest.raises(BrokenRule, match="a write without an actor"),
        write_transaction() as session,
    ):
        session.add(Store(code="X", name="X"))


# ---- bulk statements and the append-only audit


BULK = [
    update(Customer).values(name="x"),
    delete(Customer),
    update(Touch).values(summary="x"),
    update(User).values(name="x"),
    update(AuditEntry).values(reason="x"),
    delete(AuditEntry),
]


@pytest.mark.parametrize("statement", BULK, ids=str)
def test_a_bulk_statement_on_a_guarded_table_is_refused(dealer, statement):
    dealer.customer()
    with pytest.raises(BrokenRule, match="bulk statement"), write_transaction() as session:
        as_system(session)
        session.execute(statement)


def test_the_orm_refuses_to_change_the_audit(dealer):
    with pytest.raises(BrokenRule, match="append-only"), write_transaction() as session:
        as_system(session)
        session.execute(select(AuditEntry)).scalars().first().reason = "changed"
    assert {entry.reason for entry in dealer.rows(AuditEntry)} == {"foundation"}


def test_the_orm_refuses_to_delete_from_the_audit(dealer):
    with pytest.raises(BrokenRule, match="append-only"), write_transaction() as session:
        as_system(session)
        session.delete(session.execute(select(AuditEntry)).scalars().first())
    assert len(dealer.rows(AuditEntry)) == 1


@pytest.mark.parametrize(
    "deed", ["UPDATE audit_entries SET reason = 'x'", "DELETE FROM audit_entries"]
)
def test_the_database_refuses_to_change_the_audit(dealer, deed):
    with (
        pytest.raises((IntegrityError, DBAPIError), match="append-only"),
        owner().begin() as connection,
    ):
        connection.execute(text(deed))
    assert {entry.reason for entry in dealer.rows(AuditEntry)} == {"foundation"}


def test_the_database_refuses_to_empty_the_audit(dealer):
    """SQLite has no TRUNCATE; its DELETE without a condition must not slip past the trigger."""
    deed = "DELETE FROM audit_entries"
    if dealer.url.startswith("postgresql"):
        deed = "TRUNCATE audit_entries CASCADE"
    with pytest.raises(DBAPIError, match="append-only"), owner().begin() as connection:
        connection.execute(text(deed))
    assert len(dealer.rows(AuditEntry)) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_replace_does_not_slip_past_the_trigger(dealer):
    """SQLite's REPLACE deletes without firing delete triggers unless they are recursive."""
    before = [(entry.id, entry.seal) for entry in dealer.rows(AuditEntry)]
    deed = text("REPLACE INTO audit_entries SELECT * FROM audit_entries")
    with pytest.raises(DBAPIError, match="append-only"), owner().begin() as connection:
        connection.execute(deed)
    assert [(entry.id, entry.seal) for entry in dealer.rows(AuditEntry)] == before


# ---- the engines are set as promised


def test_connections_are_set_up(database):
    def ask(what):
        with engine().connect() as connection:
            return connection.execute(text(what)).scalar_one()

    if database.startswith("sqlite"):
        assert ask("PRAGMA foreign_keys") == 1
        assert ask("PRAGMA journal_mode") == "wal"
        assert ask("PRAGMA synchronous") == 2
        assert ask("PRAGMA busy_timeout") == 30_000
    else:
        assert ask("SHOW lock_timeout") == "5s"
        assert ask("SHOW jit") == "off"
        assert ask("SHOW statement_timeout") == "1min"
        assert ask("SHOW timezone") == "UTC"
        assert ask("SHOW transaction_isolation") == "read committed"


@pytest.mark.usefixtures("database")
def test_foreign_keys_hold():
    with pytest.raises(IntegrityError), write_transaction() as session:
        as_system(session)
        session.add(Draft(user_id=999, form="f", values={}, updated_at=utc_now()))


@pytest.mark.usefixtures("database")
def test_instants_are_utc_and_need_their_zone():
    naive = utc_now().replace(tzinfo=None)
    with pytest.raises(StatementError, match="needs its time zone"), write_transaction() as session:
        as_system(session)
        session.add(Draft(user_id=1, form="f", values={}, updated_at=naive))


def test_versions_count_up(dealer):
    key = dealer.customer("one")
    assert dealer.row(Customer, key).version == 1
    with write_transaction() as session:
        actor = as_system(session)
        row = session.execute(select(Customer)).scalar_one()
        row.name = "two"
        audit.record(session, actor, audit.Action.CUSTOMERS_EDITED, row)
    changed = dealer.row(Customer, key)
    assert (changed.version, changed.name) == (2, "two")
    assert changed.updated_at >= changed.created_at


def test_other_sessions_are_not_ours(dealer):
    """The guards stand on our Session class; a plain SQLAlchemy session is refused by the house."""
    with engine_for(dealer.url).connect() as connection, PlainSession(connection) as session:
        assert session.execute(select(Counter)).scalars().all() == []
