"""The record of deeds: complete, masked, sealed (ASVS 16.2.1, 16.2.5, 16.4.2)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from db.engine import write_transaction
from db.models import AuditEntry, Customer, Lifecycle, Revision
from services.core import audit, keys
from services.core.audit import Change, difference, plain, record, seal_of
from tests.dealer import as_system, owner

CHANGES = [
    Change("phone", "+8613812346208", "+8613900001111"),
    Change("name", "王小明", "王大明"),
    Change("birthday", None, date(1980, 5, 4)),
    Change("note", "", "他的妻子叫李四"),
    Change("lifecycle", Lifecycle.POTENTIAL, Lifecycle.LOST),
]


@pytest.fixture
def entry(dealer) -> AuditEntry:
    key = dealer.customer()
    with write_transaction() as session:
        as_system(session)
        actor = dealer.actor("sales")
        row = session.merge(dealer.row(Customer, key))
        row.name = "王大明"
        record(
            session,
            actor,
            audit.Action.CUSTOMERS_EDITED,
            row,
            changes=CHANGES,
            reason="客户来电",
            number=7,
            day=date(2026, 5, 4),
        )
    return dealer.rows(AuditEntry)[-1]


def test_an_entry_says_who_what_when_why(entry, dealer):
    assert entry.actor_id == dealer.user_id("sales")
    assert (entry.actor_name, entry.source) == ("sales 某", "tests")
    assert entry.action == "customers:edited"
    assert (entry.subject_kind, entry.subject_id, entry.store_id) == ("customers", 1, 1)
    assert entry.reason == "客户来电"
    assert entry.at.tzinfo is not None
    assert abs((datetime.now(UTC) - entry.at).total_seconds()) < 60


def test_the_audit_keeps_masked_values(entry):
    assert entry.details == {
        "changes": [
            ["phone", "138 **** 6208", "139 **** 1111"],
            ["name", "王****", "王****"],
            ["birthday", None, "1980-****"],
            ["note", "", "****"],
            ["lifecycle", "potential", "lost"],
        ],
        "number": 7,
        "day": "2026-05-04",
    }


def test_the_revisions_keep_the_clear_ones(entry, dealer):
    kept = [(row.field, row.old, row.new) for row in dealer.rows(Revision)]
    assert kept == [
        ("phone", "+8613812346208", "+8613900001111"),
        ("name", "王小明", "王大明"),
        ("birthday", None, "1980-05-04"),
        ("note", "", "他的妻子叫李四"),
        ("lifecycle", "potential", "lost"),
    ]
    assert {(row.audit_id, row.customer_id) for row in dealer.rows(Revision)} == {(entry.id, 1)}


def test_no_clear_value_is_in_the_audit_table(entry):
    with owner().connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM audit_entries")).all())
    assert "138 ****" in rows  # so it is the right table
    for clear in ("13812346208", "13900001111", "1980-05-04", "王小明", "李四"):
        assert clear not in rows


def test_the_seal_fits_what_was_read_back(entry, dealer):
    assert all(seal_of(each) == each.seal for each in dealer.rows(AuditEntry))
    assert len(entry.seal) == 64


def test_the_seal_holds_through_a_rotation_of_keys(entry):
    keys.rotate()
    assert seal_of(entry) == entry.seal


TAMPERED = {
    "at": "'2020-01-01 00:00:00+00:00'",
    "actor_id": "2",
    "actor_name": "'somebody else'",
    "action": "'customers:viewed'",
    "subject_kind": "'users'",
    "subject_id": "99",
    "store_id": "2",
    "details": "'{}'",
    "reason": "'none'",
    "source": "'elsewhere'",
}


def without_triggers(statement: str) -> None:
    """What somebody with the database in his hands could do."""
    drop = {
        "sqlite": ["DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete"],
        "postgresql": ["DROP TRIGGER audit_entries_append_only ON audit_entries"],
    }
    with owner().begin() as connection:
        for deed in (*drop[owner().dialect.name], statement):
            connection.exec_driver_sql(deed)


def edit(key: int, column: str, value: str) -> str:
    return f"UPDATE audit_entries SET {column} = {value} WHERE id = {key}"  # noqa: S608 - ours


def test_every_edit_of_a_row_is_detected(entry, dealer):
    before = {name: getattr(entry, name) for name in TAMPERED}
    deeds = [edit(entry.id, name, value) for name, value in TAMPERED.items()]
    without_triggers(deeds[0])
    for name, deed in zip(TAMPERED, deeds, strict=True):
        with owner().begin() as connection:
            connection.exec_driver_sql(deed)
        tampered = dealer.row(AuditEntry, entry.id)
        assert getattr(tampered, name) != before[name], name
        assert seal_of(tampered) != tampered.seal, name
        with owner().begin() as connection:
            connection.execute(
                AuditEntry.__table__.update()
                .where(AuditEntry.__table__.c.id == entry.id)
                .values({name: before[name]})
            )
        assert seal_of(dealer.row(AuditEntry, entry.id)) == entry.seal


def test_a_forged_seal_needs_the_key(entry, dealer):
    forged = seal_of(entry)
    without_triggers(edit(entry.id, "key_id", "'forged'"))
    with pytest.raises(KeyError):
        seal_of(dealer.row(AuditEntry, entry.id))
    assert forged == entry.seal


@pytest.mark.usefixtures("database")
def test_difference_names_what_would_change():
    row = Customer(name="a", note="b", lifecycle=Lifecycle.LOST)
    assert difference(row, {"name": "a", "note": "c"}) == [Change("note", "b", "c")]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (Lifecycle.LOST, "lost"),
        ({"a": (1, Lifecycle.LOST)}, {"a": [1, "lost"]}),
        (None, None),
        (True, True),
        (1.5, 1.5),
        (ValueError("x"), "x"),
    ],
)
def test_plain_values(value, kept):
    assert plain(value) == kept


def test_an_entry_of_a_kind_has_no_subject(dealer):
    with write_transaction() as session:
        actor = as_system(session)
        record(session, actor, audit.Action.SESSIONS_REFUSED, "users", store_id=2)
    last = dealer.rows(AuditEntry)[-1]
    assert (last.subject_kind, last.subject_id, last.store_id) == ("users", None, 2)
