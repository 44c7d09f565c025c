"""The ledger of complaints finds its rows by index, for every role and on both databases."""

from datetime import date

import pytest
from sqlalchemy import text

from db.engine import read_transaction
from services import complaints, kpi
from services.complaints import Filters, Part
from services.core.access import Named, identify
from services.core.run import fetch
from tests.db.test_plans import (  # noqa: F401 - fixtures
    dealer_url,
    plans,
    postgres_url_of_a_dealer,
    walks,
)

ROLES = ("director", "manager", "service", "steward")
SETTINGS = ("calendar_weeks", "calendar_days", "anon_1", "anon_2", "parameter_values")
"""What people decided, a few rows that are read whole."""
MONTH = (date(2026, 10, 1), date(2026, 10, 31))
NARROWED = (
    Filters(),
    Filters(part=Part.OPEN),
    Filters(part=Part.LATE, store_id=1),
    Filters(part=Part.CLOSED, store_id=2),
    Filters(handler_id=5),
)


def walked(told):
    """Walks over more than settings: newest first until the page is full is none, nor is sorting
    what an index found (the open ones, or a complaint's events)."""
    return [
        (line, statement)
        for line, statement in walks(told)
        if not line.endswith(SETTINGS)
        and "TEMP B-TREE" not in line
        and not (line == "SCAN complaints" and "ORDER BY complaints.id DESC\n LIMIT" in statement)
    ]


def ledger_sorts(told):
    """Sorting of the ledger's own rows."""
    return [line for line, told in told if "TEMP B-TREE" in line and "FROM complaints JOIN" in told]


@pytest.mark.parametrize("who", ROLES)
def test_the_wall_finds_the_open_ones_by_index(plans, who):  # noqa: F811
    for narrowed in (Filters(), Filters(store_id=1)):
        assert fetch(complaints.wall, Named(who, "tests"), narrowed) or who == "service"
    told = plans()
    assert walked(told) == []
    assert any("INDEX ix_complaints_" in line for line, _ in told)


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("narrowed", NARROWED)
def test_a_page_of_the_ledger_walks_no_table(plans, who, narrowed):  # noqa: F811
    first = fetch(complaints.page, Named(who, "tests"), narrowed)
    fetch(complaints.page, Named(who, "tests"), narrowed, first.after)
    told = plans()
    assert walked(told) == []
    if narrowed.part is not Part.LATE:  # the late ones are few, and found by their due moment
        assert ledger_sorts(told) == []


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("asked", ["TS-202610-0003", "10-0003", "0003", "ZD-17"])
def test_a_search_sorts_nothing_and_ends_when_the_page_is_full(plans, who, asked):  # noqa: F811
    fetch(complaints.page, Named(who, "tests"), Filters(text=asked))
    told = plans()
    assert walked(told) == []
    assert ledger_sorts(told) == []


def test_a_case_and_its_clocks_walk_no_table(plans):  # noqa: F811
    who = Named("director", "tests")
    for row in fetch(complaints.page, who).rows[:3]:
        fetch(complaints.case, who, row.id)
    assert walked(plans()) == []


def test_figures_of_a_month_walk_no_history(plans):  # noqa: F811
    fetch(kpi.figures, Named("director", "tests"), tuple(kpi.METRICS), *MONTH)
    lines = [line for line, _ in plans()]
    assert any("INDEX ix_orders_closed" in line for line in lines)
    assert any("INDEX ix_complaint_events_at" in line for line in lines)
    assert not [line for line in lines if line in {"SCAN orders", "SCAN complaint_events"}]


def test_a_walk_through_complaints_would_be_seen(plans):  # noqa: F811
    with read_transaction() as session:
        session.connection().exec_driver_sql("SELECT id FROM complaints WHERE words = 'x'")
    assert walked(plans()) != []


# ---- PostgreSQL tells how it read, not how it would


def read(session, table):
    """How often this connection has walked a table."""
    query = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = :table"
    return session.connection().execute(text(query), {"table": table}).scalar()


@pytest.mark.parametrize("who", ["director", "manager"])
def test_the_ledger_on_postgres_reads_by_index(
    postgres_url_of_a_dealer,  # noqa: F811
    monkeypatch,
    who,
):
    monkeypatch.setenv("CRM_DATABASE_URL", postgres_url_of_a_dealer)
    with read_transaction() as session:
        actor = identify(session, Named(who, "tests"))
        walks_before = read(session, "complaint_events")
        for narrowed in NARROWED:
            complaints.page(session, actor, narrowed)
        assert complaints.wall(session, actor)
        assert read(session, "complaint_events") == walks_before
        # Closed ones have no clocks to compute, so nobody looks at events. Where somebody does, the
        # second wall may list these few hundred complaints for it: dearer for more than there are.
        walks_before = read(session, "complaints")
        complaints.page(session, actor, Filters(part=Part.CLOSED))
        complaints.page(session, actor, Filters(part=Part.CLOSED, store_id=2), "300")
        assert read(session, "complaints") == walks_before


def test_a_walk_through_complaints_on_postgres_would_be_counted(
    postgres_url_of_a_dealer,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setenv("CRM_DATABASE_URL", postgres_url_of_a_dealer)
    with read_transaction() as session:
        before = read(session, "complaints")
        session.connection().execute(text("SELECT max(words) FROM complaints")).one()
        assert read(session, "complaints") == before + 1
