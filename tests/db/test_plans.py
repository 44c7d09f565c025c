"""What people wait for finds its rows by index, for every role: no table is walked, nothing sorted.

Measured on `large`, one subquery that listed all visible customers made a page of 50 rows take 130
to 900 ms instead of one; a plan says so on any size once the tables are analysed.
"""

import re
from datetime import date

import pytest
from sqlalchemy import event, text

from db.demo import Size, load_sized
from db.engine import engine, let_go, read_transaction
from db.grams import query_grams
from db.migrate import upgrade
from db.search import candidates
from services import customers
from services.core.access import Named, identify
from services.core.run import fetch
from services.customers import Filters, Order
from tests.databases import drop_database, fresh_database, postgres_url, unique_name

WALKED = re.compile(r"SCAN (?!customer_grams VIRTUAL)(?!\w+ USING (COVERING )?INDEX)|TEMP B-TREE")
ROLES = ("director", "manager", "sales", "steward", "club_manager", "club")


@pytest.fixture(scope="module")
def dealer_url(tmp_path_factory):
    """A dealer of 2,000 customers in three stores, analysed by its loader."""
    url = f"sqlite:///{tmp_path_factory.mktemp('plans') / 'crm.sqlite'}"
    upgrade(url)
    load_sized(url, Size(2000, 3), as_of=date(2026, 11, 20))
    yield url
    let_go(url)


@pytest.fixture
def plans(dealer_url, monkeypatch):
    """The plans of the statements that ran since the last look."""
    monkeypatch.setenv("CRM_DATABASE_URL", dealer_url)
    ran = []

    def note(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT"):
            ran.append((statement, parameters))

    here = engine()
    event.listen(here, "before_cursor_execute", note)

    def look():
        told = []
        with here.execution_options(reading=True).connect() as connection:
            for statement, parameters in ran:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                told += [(row[3], statement) for row in rows]
        ran.clear()
        return told

    yield look
    event.remove(here, "before_cursor_execute", note)


def walks(told):
    """The walks among the plans' lines; reading a page's rows in the order of the key is none."""
    return [
        (line, statement)
        for line, statement in told
        if WALKED.search(line)
        and not (line == "SCAN customers" and "ORDER BY customers.id DESC\n LIMIT" in statement)
    ]


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("order", list(Order))
def test_a_page_of_the_list_walks_no_table(plans, who, order):
    first = fetch(customers.page, Named(who, "tests"), Filters(), order, None, 20)
    assert first.rows
    fetch(customers.page, Named(who, "tests"), Filters(), order, first.after, 20)
    assert walks(plans()) == []


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("asked", ["王", "xm", "浙A1"])
def test_a_search_walks_no_table(plans, who, asked):
    fetch(customers.page, Named(who, "tests"), Filters(text=asked))
    assert walks(plans()) == []


@pytest.mark.parametrize("who", ROLES)
def test_a_file_walks_no_table(plans, who):
    caller = Named(who, "tests")
    for row in fetch(customers.page, caller).rows[:3]:
        fetch(customers.file, caller, row.id)
        fetch(customers.timeline, caller, row.id)
    lines = plans()
    sorts_only = [line for line, _ in walks(lines) if "TEMP B-TREE" not in line]
    assert sorts_only == []  # a file's own few rows may be sorted


@pytest.fixture(scope="module")
def postgres_url_of_a_dealer():
    """The same dealer on PostgreSQL, where the search has another index."""
    name = unique_name("plans")
    url = fresh_database(postgres_url(), name)
    upgrade(url)
    load_sized(url, Size(2000, 3), as_of=date(2026, 11, 20))
    yield url
    let_go(url)
    drop_database(postgres_url(), name)


def read(session):
    """How often this connection has walked the summaries, how often it has read an index, and how
    many rows it has fetched by one."""
    query = (
        "SELECT seq_scan, idx_scan, idx_tup_fetch FROM pg_stat_xact_user_tables"
        " WHERE relname = 'customer_summaries'"
    )
    return tuple(session.connection().execute(text(query)).one())


@pytest.mark.parametrize("who", ["director", "sales"])
@pytest.mark.parametrize("asked", ["王小", "wxm", "浙A12345"])
def test_a_search_on_postgres_reads_its_index(postgres_url_of_a_dealer, monkeypatch, who, asked):
    """The question is put within a function, so its reads are counted: no plan tells of them."""
    monkeypatch.setenv("CRM_DATABASE_URL", postgres_url_of_a_dealer)
    with read_transaction() as session:
        actor = identify(session, Named(who, "tests"))
        within = [] if actor.store_id is None else [[f"zs{actor.store_id}"]]
        walked, by_index, fetched = read(session)
        found = candidates(session, query_grams(asked, parts=True), within=within)
        now = read(session)
        assert now[0] == walked
        assert now[1] > by_index  # once for each alternative of the question
        if not within:  # of few rows of a store, it may look at each
            assert now[2] == fetched + len(found)


@pytest.mark.parametrize("who", ["director", "sales"])
def test_a_page_deep_in_the_list_on_postgres_reads_its_rows_only(
    postgres_url_of_a_dealer, monkeypatch, who
):
    monkeypatch.setenv("CRM_DATABASE_URL", postgres_url_of_a_dealer)
    with read_transaction() as session:
        actor = identify(session, Named(who, "tests"))
        _walked, _by_index, fetched = read(session)
        assert customers.page(session, actor, after="1000", size=20).rows
        assert read(session)[2] - fetched < 200  # a salesperson's are between those of others


def test_a_walk_on_postgres_would_be_counted(postgres_url_of_a_dealer, monkeypatch):
    monkeypatch.setenv("CRM_DATABASE_URL", postgres_url_of_a_dealer)
    with read_transaction() as session:
        identify(session, Named("director", "tests"))
        walked, _by_index, _fetched = read(session)
        session.connection().execute(text("SELECT max(vehicles) FROM customer_summaries")).one()
        assert read(session)[0] == walked + 1


def test_a_walk_would_be_seen(plans):
    with engine().execution_options(reading=True).connect() as connection:
        connection.exec_driver_sql("SELECT name FROM customers WHERE hobbies = 'x'")
    assert walks(plans()) != []
