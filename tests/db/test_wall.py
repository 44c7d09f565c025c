"""PostgreSQL's second wall: what holds when code passes by the first (ASVS 8.2.2, 8.2.3, 8.4.1).

Everything here speaks past the session's guards, in Core or in plain SQL, as the app's own role.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection, delete, insert, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, ProgrammingError
from sqlmodel import Session, col
from typer.testing import CliRunner

from commands import app
from db import wall
from db.demo import Size, load_sized
from db.engine import (
    BrokenRule,
    act_for,
    app_engine_for,
    engine,
    let_go,
    read_transaction,
    wall_opened,
    write_transaction,
)
from db.grams import query_grams
from db.migrate import upgrade
from db.models import AuditBlock, AuditEntry, Customer, Draft, ImportBatch, Reveal, Touch
from db.search import candidates
from db.types import Base, scoped_models
from services import customers, drafts, sealing
from services.core import access
from services.core.access import Named, Reach, System, load, system
from services.core.run import fetch, perform
from tests.core import reach
from tests.core.reach import CHANGES, KINDS, SCOPED, SEES, Ground, lay, lay_papers
from tests.databases import as_role, drop_database, fresh_database, postgres_url, unique_name
from tests.dealer import owner

postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)
WALLED = [
    mapper.class_
    for mapper in Base._sa_registry.mappers
    if mapper.class_.__tablename__ in wall.policies()
]


@pytest.fixture
def ground(dealer) -> Ground:
    ground = lay(dealer)
    lay_papers(ground)
    return ground


def raw(connection: Connection, model: Any) -> set[Any]:
    """The keys of all rows, asked in plain SQL."""
    keys = ", ".join(column.name for column in inspect(model).primary_key)
    return set(connection.execute(text(f"SELECT {keys} FROM {model.__tablename__}")))  # noqa: S608


def by_orm(session: Session, model: Any) -> set[Any]:
    keys = (getattr(model, column.name) for column in inspect(model).primary_key)
    return set(session.execute(select(*keys)))


def kinds(ground: Ground, model: Any, found: set[Any]) -> set[str]:
    return {kind for kind, key in ground.keys[model].items() if (key,) in found}


# ---- who the app is


@postgres
def test_the_app_is_nobody_special(database):
    """Not the owner, no superuser, no bypass; and the wall is up on every table that needs it."""
    with engine().connect() as connection:
        me = connection.execute(text("SELECT current_user")).scalar_one()
        query = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcanlogin FROM pg_roles"
        rights = connection.execute(text(f"{query} WHERE rolname = current_user")).one()
        owned = connection.execute(
            text("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        ).scalar_one()
    assert (me, owned) == (wall.ROLE, 0)
    assert not any(rights)
    assert database


@postgres
def test_every_table_with_a_scope_is_behind_the_wall(dealer):
    """A new table comes with its policies: the statements stand in what this says."""
    needed = {model.__tablename__ for model in scoped_models()}
    for person in SEES:
        needed |= {model.__tablename__ for model, _ in dealer.actor(person).criteria()}
    with owner().connect() as connection:
        up = "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
        walled = set(connection.execute(text(up)).scalars())
        known = set(connection.execute(text("SELECT tablename FROM pg_policies")).scalars())
    due = {table: wall.policies().get(table, "db.wall has no rules") for table in needed}
    assert {table: due[table] for table in needed - (walled & known)} == {}
    assert walled == known == needed


def test_what_the_walls_name_is_the_same():
    assert {model.__tablename__ for model in access.OPEN_HANDED} == set(wall.OPEN_HANDED)
    assert set(system("tests").settings()) == set(wall.SETTINGS)


# ---- reading


def reading_differs(ground: Ground, people: list[str]) -> list[str]:
    found = []
    for person in people:
        with read_transaction() as session:
            act_for(session, ground.dealer.actor(person))
            connection = session.connection()
            for model in WALLED:
                seen = raw(connection, model)
                if seen != by_orm(session, model):
                    found.append(f"{person} {model.__name__}: {len(seen)} rows")
            for model in ground.keys:
                seen = kinds(ground, model, raw(connection, model))
                if seen != SEES[person]:
                    found.append(f"{person} {model.__name__}: {sorted(seen)}")
    return found


@postgres
def test_plain_sql_sees_what_the_orm_sees(ground):
    assert reading_differs(ground, list(SEES)) == []


@postgres
def test_papers_are_seen_by_whom_they_concern(ground):
    for person in SEES:
        with read_transaction() as session:
            act_for(session, ground.dealer.actor(person))

            def stores(model: Any, session: Session = session) -> set[int | None]:
                asked = text(f"SELECT store_id FROM {model.__tablename__}")  # noqa: S608 - ours
                return set(session.connection().execute(asked).scalars())

            assert stores(AuditEntry) == reach.AUDIT.get(person, set()), person
            assert stores(ImportBatch) == reach.BATCHES.get(person, set()), person
            for model in (Draft, Reveal):
                mine = text(f"SELECT user_id FROM {model.__tablename__}")  # noqa: S608 - ours
                assert set(session.connection().execute(mine).scalars()) == {
                    ground.dealer.user_id(person)
                }


@postgres
def test_a_club_without_a_store_sees_all_members(ground):
    with owner().begin() as connection:
        connection.execute(text("UPDATE users SET store_id = NULL WHERE username = 'club'"))
    with read_transaction() as session:
        act_for(session, ground.dealer.actor("club"))
        for model in SCOPED:
            seen = raw(session.connection(), model)
            assert kinds(ground, model, seen) == {"member", "other_member"}, model
            assert seen == by_orm(session, model)


@postgres
def test_without_the_wall_the_same_statements_show_everything(ground):
    """The control: what hides the rows above is the wall and nothing else."""
    with owner().connect() as connection:
        wall.tell(connection, ground.dealer.actor("sales").settings())
        for model in ground.keys:
            assert kinds(ground, model, raw(connection, model)) == set(KINDS)
    with owner().begin() as connection:
        connection.execute(text("ALTER TABLE customers DISABLE ROW LEVEL SECURITY"))
    shown = f"guest Customer: {sorted(KINDS)}"
    assert {"guest Customer: 7 rows", shown} <= set(reading_differs(ground, ["guest"]))


@postgres
def test_every_other_reach_is_noticed(ground):
    """Each person's reach replaced by every other: the rows that are seen or taken must change."""
    same = []
    for person in SEES:
        told = ground.dealer.actor(person).settings()
        for other in set(Reach) - {told["reads"]}:
            with engine().connect() as connection:
                wall.tell(connection, told | {"reads": other.value})
                if kinds(ground, Customer, raw(connection, Customer)) == SEES[person]:
                    same.append(f"{person} reads {other}")
        for other in {Reach.NONE, Reach.OWN, Reach.STORE, Reach.ALL} - {told["writes"]}:
            changed = told | {"reads": "all", "writes": other.value}
            if taken(ground, changed, Customer, _update) == CHANGES[person]:
                same.append(f"{person} writes {other}")
    # Whatever there is in the second store is hers or nobody's.
    assert same == ["sales2 reads own", "sales2 writes store"]


# ---- untold, told, forgotten


@postgres
def test_untold_it_shows_nothing_and_takes_nothing(ground):
    with engine().connect() as connection:
        for model in WALLED:
            assert raw(connection, model) == set(), model
    for model in SCOPED:
        assert taken(ground, None, model, _insert) == set()
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        engine().begin() as connection,
    ):
        connection.execute(insert(AuditEntry.__table__), _values(reach._audit_of(1)))


@postgres
def test_the_next_transaction_of_a_connection_knows_nobody(ground):
    who = text("SELECT pg_backend_pid(), coalesce(current_setting('app.reads', true), '')")
    seen = []
    for _ in range(2):
        with read_transaction() as session:
            seen.append(session.connection().execute(who).one())
            act_for(session, ground.dealer.actor("director"))
            assert len(raw(session.connection(), Customer)) == len(KINDS)
    with engine().connect() as connection:
        assert raw(connection, Customer) == set()
        seen.append(connection.execute(who).one())
    assert len({pid for pid, _ in seen}) < len(seen)  # so one was used again
    assert {reads for _, reads in seen} == {""}


@postgres
def test_a_session_that_goes_on_is_told_again(ground):
    with Session(engine()) as session:
        act_for(session, ground.dealer.actor("sales"))
        session.rollback()
        seen = raw(session.connection(), Customer)
        assert kinds(ground, Customer, seen) == SEES["sales"]


@postgres
def test_the_wall_is_open_for_what_may_look_past_it_and_no_longer(ground):
    with read_transaction() as session:
        act_for(session, ground.dealer.actor("guest"))
        assert len(access.beyond(session, select(col(Customer.id))).all()) == len(KINDS)
        assert raw(session.connection(), Customer) == set()
        with wall_opened(session):
            access.beyond(session, select(col(Customer.id)))
            assert len(raw(session.connection(), Customer)) == len(KINDS)
        assert raw(session.connection(), Customer) == set()


@postgres
def test_an_error_past_the_wall_leaves_nothing_open(ground):
    with Session(engine()) as session:
        act_for(session, ground.dealer.actor("guest"))
        with pytest.raises(ProgrammingError):
            access.beyond(session, text("SELECT nothing FROM customers"))
        session.rollback()
        assert raw(session.connection(), Customer) == set()
        assert len(access.beyond(session, select(col(Customer.id))).all()) == len(KINDS)


@postgres
def test_a_statement_past_the_scope_alone_meets_the_wall(ground):
    """A forgotten BEYOND_SCOPE is what the second wall is for."""
    with read_transaction() as session:
        act_for(session, ground.dealer.actor("sales"))
        query = select(col(Customer.id))
        found = set(session.execute(query, execution_options={access.BEYOND_SCOPE: True}))
        assert kinds(ground, Customer, found) == SEES["sales"]
        assert session.get(Customer, ground.key(Customer, "other")) is None


# ---- writing


def _values(row: Any) -> dict[str, Any]:
    given = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {name: value for name, value in given.items() if name != "id"}


def _insert(ground: Ground, model: Any, kind: str) -> Any:
    return insert(model.__table__).values(_values(ground.new(model, kind))).inline()


def _update(ground: Ground, model: Any, kind: str) -> Any:
    name, value = reach.SMALL_CHANGES[model]
    table = model.__table__
    return update(table).values({name: value}).where(table.c.id == ground.key(model, kind))


def _delete(ground: Ground, model: Any, kind: str) -> Any:
    return delete(model.__table__).where(model.__table__.c.id == ground.key(model, kind))


Deed = Callable[[Ground, Any, str], Any]


def taken(ground: Ground, told: dict[str, str] | None, model: Any, deed: Deed) -> set[str]:
    """The kinds of rows that the wall lets be written so; nothing of it is kept."""
    let = set()
    with engine().connect() as connection:
        if told is not None:
            wall.tell(connection, told)
        for kind in KINDS:
            savepoint = connection.begin_nested()
            try:
                statement = deed(ground, model, kind).execution_options(preserve_rowcount=True)
                if connection.execute(statement).rowcount == 1:
                    let.add(kind)
            except IntegrityError:
                let.add(kind)  # past the wall: other rows hang on it
            except ProgrammingError as refusal:
                assert re.search("row-level security|out of reach", str(refusal))  # noqa: PT017
            finally:
                savepoint.rollback()
    return let


@postgres
@pytest.mark.parametrize("deed", [_insert, _update, _delete])
def test_plain_sql_changes_what_the_orm_changes(ground, deed):
    for person in CHANGES:
        told = ground.dealer.actor(person).settings()
        for model in SCOPED if person in {"sales", "manager", "club_manager"} else (Customer,):
            expected = CHANGES[person]
            if model is Touch and deed is _insert:
                expected = SEES[person]  # a colleague's customer's call is written down
            assert taken(ground, told, model, deed) == expected, (person, model)


@postgres
def test_a_row_is_neither_taken_nor_given_away(ground):
    def to(person: str, store: int, model: Any = Customer) -> Deed:
        place = {"owner_id": ground.dealer.user_id(person), "store_id": store}
        return lambda _, __, kind: (
            update(model.__table__)
            .values(place)
            .where(model.__table__.c.id == ground.key(model, kind))
        )

    sales = ground.dealer.actor("sales").settings()
    assert taken(ground, sales, Customer, to("sales", 1)) == {"own", "pool"}
    assert taken(ground, sales, Customer, to("service", 1)) == set()
    assert taken(ground, sales, Customer, to("sales2", 2)) == set()
    manager = ground.dealer.actor("manager").settings()
    assert taken(ground, manager, Touch, to("service", 1, Touch)) == SEES["manager"]
    assert taken(ground, manager, Touch, to("sales2", 2, Touch)) == set()


@postgres
def test_what_one_only_sees_can_be_locked(ground):
    """A colleague's file is locked while a touch is added to it."""
    with write_transaction() as session:
        act_for(session, ground.dealer.actor("club"))
        assert load(session, Customer, ground.key(Customer, "member"), lock=True).id


@postgres
@pytest.mark.parametrize("model", [AuditEntry, AuditBlock])
def test_the_app_has_no_right_to_change_what_is_append_only(dealer, model):
    for deed in ("UPDATE", "DELETE", "TRUNCATE"):
        asked = text(f"SELECT has_table_privilege('{model.__tablename__}', '{deed}')")
        with engine().connect() as connection:
            assert connection.execute(asked).scalar_one() is False, deed
    change = text(f"UPDATE {model.__tablename__} SET key_id = 'x'")  # noqa: S608 - ours
    with pytest.raises(ProgrammingError, match="permission denied"), engine().begin() as connection:
        act_as_system = system("tests").settings()
        wall.tell(connection, act_as_system)
        connection.execute(change)
    assert dealer.rows(AuditEntry)


@postgres
def test_drafts_of_others_are_dropped_past_the_wall(ground):
    """By him who takes the file out of their hands, and unread; in plain SQL they stay."""
    director = ground.dealer.actor("director")
    others = text("DELETE FROM drafts")
    with write_transaction() as session:
        act_for(session, director)
        customer = load(session, Customer, ground.key(Customer, "own"))
        assert session.connection().execute(others).rowcount == 1
        drafts.drop(session, "f", customer, access.WRITES)
    left = {row.user_id for row in ground.dealer.rows(Draft)}
    assert left == {
        ground.dealer.user_id(person)
        for person, may in CHANGES.items()
        if "own" in may and person != "director"
    }


# ---- search goes through the owner's function, the wall stands in it


@postgres
def test_search_stays_within_sight(dealer):
    keys = {
        "mine": dealer.customer("王小明", owner="sales"),
        "member": dealer.customer("王小明", owner="service", is_member=True),
        "other": dealer.customer("王小明", store=2, owner="sales2"),
    }
    seen = {"sales": {"mine", "member"}, "club": {"member"}, "guest": set(), "director": set(keys)}
    for person, names in seen.items():
        with read_transaction() as session:
            act_for(session, dealer.actor(person))
            found = candidates(session, query_grams("小明"), within=())
            assert {name for name, key in keys.items() if key in found} == names, person
    with engine().connect() as connection:
        asked = text("SELECT * FROM found_by_grams(ARRAY['zs1', 'zs2'], '{}', 9)")
        assert connection.execute(asked).all() == []


def _scans(connection: Connection, asked: str) -> Any:
    """(walks, look-ups by index) that a statement adds to its transaction's."""
    counted = text(
        "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables"
        " WHERE relname = 'customer_summaries'"
    )
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    before = connection.execute(counted).one()
    connection.execute(text(asked))
    return tuple(b - a for a, b in zip(before, connection.execute(counted).one(), strict=True))


@postgres
def test_search_finds_by_index(dealer):
    """Asked directly, the index of grams is of no use behind row-level security."""
    dealer.customer("王小明")
    direct = "SELECT FROM customer_summaries WHERE string_to_array(grams, ' ') @> '{zs1}'"
    with engine().connect() as connection:
        wall.tell(connection, system("tests").settings())
        found = "SELECT * FROM found_by_grams(ARRAY['zs1 zu1', 'zs1'], ARRAY['zs1'], 9)"
        walks, looks = _scans(connection, found)
        assert (walks, looks > 0) == (0, True)
        assert _scans(connection, direct) == (1, 0)


@postgres
def test_the_planner_expects_the_rows_to_pass(ground):
    """Else it reads and sorts a whole store where it would read a page of an index."""
    with owner().begin() as connection:
        connection.execute(text("ANALYZE"))
    with engine().connect() as connection:
        wall.tell(connection, system("tests").settings())
        for model in (*ground.keys, AuditEntry, ImportBatch, Draft):
            asked = text(f"EXPLAIN (FORMAT JSON) SELECT FROM {model.__tablename__}")
            [[plan]] = connection.execute(asked).scalars()
            assert plan["Plan"]["Plan Rows"] == len(raw(connection, model)), model


# ---- logins


ESCAPES = (
    "RESET ROLE",
    "SET ROLE NONE",
    "RESET ALL",
    "SET SESSION AUTHORIZATION DEFAULT",
    "DISCARD ALL",
)


@pytest.fixture
def role() -> Iterator[Callable[[str], str]]:
    """Makes a login of the cluster, with what is to be said of it; gone after the test."""
    made = []

    def make(said: str) -> str:
        made.append(unique_name("login"))
        administrate(f"CREATE ROLE {made[-1]} LOGIN PASSWORD 'wall' {said}")
        return made[-1]

    yield make
    administrate(*(f"DROP ROLE {name}" for name in made))


def administrate(*statements: str) -> None:
    address = make_url(postgres_url()).set(drivername="postgresql")
    with psycopg.connect(
        address.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@postgres
def test_a_login_of_its_own_cannot_leave(dealer, role, monkeypatch):
    """The variant for a server of one's own: the app's login is a member of crm_app, no more."""
    dealer.customer("王小明")
    url = as_role(dealer.url, role(f"IN ROLE {wall.ROLE}"), "wall")
    monkeypatch.setenv("CRM_DATABASE_URL", url)
    assert [row.name for row in fetch(customers.page, dealer.caller("sales")).rows] == ["王小明"]
    for escape in ESCAPES:
        with (
            app_engine_for(url)
            .execution_options(isolation_level="AUTOCOMMIT")
            .connect() as connection
        ):
            connection.execute(text(escape))
            assert raw(connection, Customer) == set(), escape
            connection.invalidate()
    with pytest.raises(DBAPIError, match="permission denied"), engine().begin() as connection:
        connection.execute(text("SET ROLE pg_read_all_data"))
    app_engine_for(url).dispose()


@postgres
def test_with_one_login_the_wall_can_be_left(dealer):
    """The simple variant keeps our own mistakes out, not SQL that somebody smuggles in."""
    dealer.customer("王小明")
    with engine().connect() as connection:
        assert raw(connection, Customer) == set()
        connection.execute(text("RESET ROLE"))
        assert raw(connection, Customer) == set()
        connection.execute(text("SET ROLE NONE"))
        assert len(raw(connection, Customer)) == 1
        connection.invalidate()


@postgres
def test_a_connection_past_the_wall_is_refused(dealer):
    with owner().begin() as connection:
        connection.execute(text("ALTER TABLE customers DISABLE ROW LEVEL SECURITY"))
    app_engine_for(dealer.url).dispose()
    with pytest.raises(BrokenRule, match="row-level security"), engine().connect():
        pass


def test_an_ordinary_owner_migrates_loads_and_serves(role, monkeypatch, tmp_path):
    """Nothing above rests on the tests' superuser: one URL, whose login owns the database."""
    name = unique_name("estate")
    login = role(f"IN ROLE {wall.ROLE}")
    address = fresh_database(postgres_url(), name)
    administrate(f"ALTER DATABASE {name} OWNER TO {login}")
    url = as_role(address, login, "wall")
    monkeypatch.setenv("CRM_DATABASE_URL", url)
    upgrade(url)
    load_sized(url, Size(40, 2), as_of=date(2026, 11, 20))
    found = fetch(customers.page, Named("director", "tests"))
    assert found.rows
    first = fetch(
        customers.page, Named("director", "tests"), customers.Filters(text=found.rows[0].number)
    )
    assert [row.id for row in first.rows] == [found.rows[0].id]
    form = customers.RecordTouch(
        request_id=uuid4(), customer_id=found.rows[0].id, kind="call", summary="called"
    )
    perform(customers.record_touch, Named("director", "tests"), form)
    assert perform(sealing.seal, System("tests"), sealing.SealAudit()) == 1
    with engine().connect() as connection:
        assert raw(connection, Customer) == set()
    let_go(url)
    drop_database(postgres_url(), name)


@postgres
def test_a_migration_says_what_an_administrator_must_run(database):
    """Who may create no roles, and finds none, reads which two lines are missing."""
    from importlib import import_module

    made = import_module("db.migrations.versions.2026-11-22_second_wall").MAKE_ROLE
    with owner().connect() as connection:
        connection.execute(text(f"SET LOCAL ROLE {wall.ROLE}"))
        with pytest.raises((ProgrammingError, InternalError)) as refusal:
            connection.execute(text(made.replace("crm_app", "crm_missing")))
    said = str(refusal.value.orig)
    assert "The role crm_missing is missing, and crm_app may not create it." in said
    assert "CREATE ROLE crm_missing NOLOGIN; GRANT crm_missing TO crm_app;" in said
    assert database


def test_migrate_says_which_right_is_missing(role, monkeypatch):
    name = unique_name("estate")
    address = fresh_database(postgres_url(), name)
    url = as_role(address, role(""), "wall")
    monkeypatch.setenv("CRM_DATABASE_URL", url)
    answer = CliRunner().invoke(app, ["migrate"])
    assert (answer.exit_code, "permission denied" in answer.stderr) == (2, True)
    assert answer.exception is None or isinstance(answer.exception, SystemExit)
    let_go(url)
    drop_database(postgres_url(), name)
