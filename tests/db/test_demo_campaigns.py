"""The demonstration dealer's campaigns: one that is over, one that runs, the delivered ones."""

import pytest

from db.demo import accounts
from db.demo.data import table
from db.demo.loading import load_sized
from db.models import Campaign, CampaignAnswer, Customer, Rsvp, VisitTask
from services import campaigns
from services.campaigns import writing
from services.core import clock
from services.core.access import System
from services.core.run import fetch
from services.visits import scripts
from tests.demonstration import AS_OF, SIZE, kept

SYSTEM = System("tests")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap hash, and the day of the load."""
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)
    monkeypatch.setattr(clock, "today", lambda: AS_OF)


def test_an_event_is_over_with_guests_and_one_is_running(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    lines = {one.code: one for one in fetch(campaigns.campaigns, SYSTEM)}
    over, running = (lines[table("campaigns")[name]["code"]] for name in ("over", "running"))
    assert over.is_over(AS_OF)
    assert not running.is_over(AS_OF)
    assert set(lines) - {over.code, running.code} == set(writing.delivered())
    found = fetch(campaigns.campaign_file, SYSTEM, over.id)
    results = found.results
    assert results is not None
    assert results.planned == results.reached + results.lost
    assert 0 < results.came <= results.planned
    assert results.accepted > 0
    assert results.people <= (over.capacity or 0)
    for name in ("over", "running"):
        scripts.check(table("campaigns")[name]["script"], table("campaigns")[name]["script_en"])


def test_its_contacts_and_answers_are_of_whom_it_speaks_to(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    rows = {row["id"]: row for row in kept(database, Campaign)}
    customers = {row["id"]: row for row in kept(database, Customer)}
    tasks = [row for row in kept(database, VisitTask) if row["campaign_id"] is not None]
    keys = {(row["campaign_id"], row["customer_id"]) for row in tasks}
    assert len(keys) == len(tasks) > 0
    for row in tasks:
        campaign, customer = rows[row["campaign_id"]], customers[row["customer_id"]]
        assert row["trigger_key"] == f"campaign:{campaign['id']}:{customer['id']}"
        assert customer["store_id"] == campaign["store_id"] == row["store_id"]
        assert customer["lifecycle"] == campaign["lifecycle"]
        assert campaign["from_on"] <= row["due_from"] <= row["expires_on"] == campaign["until_on"]
    for row in kept(database, CampaignAnswer):
        assert (row["campaign_id"], row["customer_id"]) in keys
        assert (row["answer"] == Rsvp.COMES) == (row["people"] > 0)
        if row["came_at"] is not None:
            assert clock.day_of(row["came_at"]) == rows[row["campaign_id"]]["event_on"]
