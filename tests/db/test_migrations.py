"""The migrations lead to the tables of the code, forth and back, also from several processes."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, inspect, text
from sqlalchemy.exc import DBAPIError

from db.engine import engine_for, let_go
from db.migrate import downgrade, drift, is_current, upgrade
from db.models import ComplaintEvent, Customer, EventKind
from db.types import metadata
from tests.core.reach import lay
from tests.databases import drop_database, fresh_database, postgres_url, unique_name
from tests.dealer import owner
from tests.house import ROOT
from tests.services.complaint_deeds import laid

EMPTY_TABLE = "alembic_version"


@pytest.fixture(params=["sqlite", "postgres"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    name = unique_name("blank")
    url = f"sqlite:///{tmp_path / 'blank.sqlite'}"
    if request.param == "postgres":
        url = fresh_database(postgres_url(), name)
    yield url
    let_go(url)
    if request.param == "postgres":
        drop_database(postgres_url(), name)


# ---- whole schemas, object by object


def parts(ddl: str) -> list[str]:
    """A CREATE TABLE as its sorted parts: Alembic writes constraints in another order."""
    head, _, body = ddl.partition("(")
    inside = body.rpartition(")")[0]
    found, depth, start = [], 0, 0
    for at, char in enumerate(inside):
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            found.append(inside[start:at])
            start = at + 1
    return [plain(head), *sorted(map(plain, [*found, inside[start:]]))]


def plain(text_: str) -> str:
    return re.sub(r"\s+", " ", text_.replace('"', "")).strip()


def sqlite_schema(engine: Engine) -> dict[str, Any]:
    query = """SELECT type, name, sql FROM sqlite_master
        WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'"""
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    return {
        f"{kind} {name}": parts(sql) if kind == "table" else plain(sql)
        for kind, name, sql in rows
        if name != EMPTY_TABLE
    }


POSTGRES_SCHEMA = {
    "column": """SELECT table_name || '.' || column_name, data_type, character_maximum_length,
        is_nullable, column_default FROM information_schema.columns
        WHERE table_schema = 'public'""",
    "constraint": """SELECT conrelid::regclass::text || '.' || conname, contype::text,
        pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "function": """SELECT proname, pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
    "policy": """SELECT tablename || '.' || policyname, cmd, roles::text, permissive, qual,
        with_check FROM pg_policies WHERE schemaname = 'public'""",
    "wall": """SELECT relname, relrowsecurity::text, relforcerowsecurity::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'""",
    "grant": """SELECT table_name || ' to ' || grantee,
        string_agg(privilege_type, ' ' ORDER BY privilege_type)
        FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND grantee <> current_user GROUP BY 1""",
    "execute": """SELECT oid::regprocedure::text, proacl::text, proconfig::text FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
    "sequence": """SELECT sequencename, data_type::text FROM pg_sequences
        WHERE schemaname = 'public'""",
}


def postgres_schema(engine: Engine) -> dict[str, Any]:
    with engine.connect() as connection:
        return {
            f"{kind} {name}": [plain(str(value)) for value in rest]
            for kind, query in POSTGRES_SCHEMA.items()
            for name, *rest in connection.execute(text(query))
            if EMPTY_TABLE not in name
        }


def schema(url: str) -> dict[str, Any]:
    engine = engine_for(url)
    return (sqlite_schema if engine.dialect.name == "sqlite" else postgres_schema)(engine)


def test_migrations_make_what_the_code_describes(blank, tmp_path):
    with engine_for(blank).begin() as connection:
        metadata.create_all(connection)
    described = schema(blank)
    with engine_for(blank).begin() as connection:
        empty(connection)
    assert schema(blank) == {}
    upgrade(blank)
    migrated = schema(blank)
    assert sorted(migrated) == sorted(described)
    assert {
        name: (migrated[name], described[name])
        for name in migrated
        if migrated[name] != described[name]
    } == {}
    assert len(migrated) > 60


def empty(connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE customer_grams")
        connection.exec_driver_sql("UPDATE headings SET parent_id = NULL")  # planted with its table
        metadata.drop_all(connection)
    else:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")


def test_a_change_of_the_schema_is_noticed(blank):
    """The comparison itself bites: a lost trigger, a lost check, another length."""
    upgrade(blank)
    before = schema(blank)
    lost = {
        "sqlite": "DROP TRIGGER audit_entries_no_update",
        "postgresql": "ALTER TABLE users DROP CONSTRAINT ck_users_desk_of_specialist",
    }
    with engine_for(blank).begin() as connection:
        connection.exec_driver_sql(lost[connection.dialect.name])
    assert schema(blank) != before


def test_nothing_drifts(blank):
    upgrade(blank)
    assert is_current(blank)
    assert drift(blank) == []


def test_drift_is_noticed(blank):
    upgrade(blank)
    with engine_for(blank).begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_customers_phone")
        connection.exec_driver_sql("ALTER TABLE stores ADD COLUMN surplus INTEGER")
    assert len(drift(blank)) == 2


def test_a_blank_database_is_not_current(blank):
    assert not is_current(blank)


# ---- forth and back, with data


def digests(url: str) -> dict[str, str]:
    """One hash a table over all its rows, by primary key."""
    with engine_for(url).connect() as connection:
        found = {}
        for name, table in sorted(metadata.tables.items()):
            keys = ", ".join(table.primary_key.columns.keys())
            rows = connection.execute(text(f"SELECT * FROM {name} ORDER BY {keys}"))  # noqa: S608
            said = json.dumps([list(map(str, row)) for row in rows])
            found[name] = hashlib.sha256(said.encode()).hexdigest()
        return found


def revisions() -> list[str]:
    files = sorted((ROOT / "db/migrations/versions").glob("*.py"))
    said = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
    found = [said.search(path.read_text("utf-8")) for path in files]
    return [match[1] for match in found if match]


def test_up_down_and_up_keeps_the_rows(dealer):
    """From the newest revision to the first and back; each later revision adds its own case."""
    ground = lay(dealer)
    before = digests(dealer.url)
    assert len(set(before.values())) > 5
    downgrade(dealer.url, revisions()[0])
    # What came later went with its rows.
    there = set(inspect(owner()).get_table_names()) & before.keys()
    upgrade(dealer.url)
    after = digests(dealer.url)
    assert {name: after[name] for name in there} == {name: before[name] for name in there}
    assert dealer.row(Customer, ground.key(Customer, "own")).name == "own"


def test_what_has_no_kind_any_more_is_a_note(dealer):
    key = laid(dealer)
    dealer.add(event_of(dealer, key, EventKind.OFFERED))
    downgrade(dealer.url, "0010")
    upgrade(dealer.url)
    kinds = [event.kind for event in dealer.rows(ComplaintEvent)]
    assert kinds == [EventKind.REGISTERED, EventKind.NOTED]
    with pytest.raises(DBAPIError, match="append-only"), owner().begin() as connection:
        connection.execute(delete(ComplaintEvent))


def event_of(dealer, complaint_id: int, kind: EventKind) -> ComplaintEvent:
    [first] = dealer.rows(ComplaintEvent)
    kept = first.model_dump(exclude={"id", "seq", "kind"})
    return ComplaintEvent(**kept | {"seq": 2, "kind": kind})


def test_all_the_way_down_leaves_nothing(blank):
    upgrade(blank)
    downgrade(blank, "base")
    assert schema(blank) == {}
    upgrade(blank)
    assert is_current(blank)
    assert drift(blank) == []


# ---- several processes at once

RACER = """
import sys
from db.migrate import is_current, upgrade
sys.stdin.readline()
upgrade(sys.argv[1])
assert is_current(sys.argv[1])
"""


def test_several_processes_migrate_one_database(blank):
    racers = [
        subprocess.Popen(
            [sys.executable, "-W", "error::ResourceWarning", "-c", RACER, blank],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=120)[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0], said
    assert is_current(blank)
    assert drift(blank) == []
