"""Every part of `verify` passes on sound data and names the row that breaks its invariant."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from commands import app
from db.models import Counter, Ownership, OwnershipRole
from services import customers, verification
from services.core.access import System
from services.core.run import fetch, perform
from tests.dealer import Dealer, owner

CALLER = System("tests")


def finding(part: str) -> verification.Finding:
    return fetch(verification.verify, CALLER, part)


def break_it(*statements: str) -> None:
    """Change rows by hand, past every guard of ours."""
    with owner().begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def key(dealer: Dealer) -> int:
    """One sound file with a car, made through the door."""
    form = customers.CreateCustomer(
        request_id=uuid4(), name="王小明", store_id=1, phone="13857116208"
    )
    made = perform(customers.create, dealer.caller("sales"), form)
    dealer.vehicle(made.id)
    return made.id


@pytest.mark.usefixtures("key")
def test_sound_data_pass_every_part():
    for part in fetch(verification.parts, CALLER):
        assert (finding(part).wrong, finding(part).first) == (0, []), part
    assert finding("audit").checked > 0


def test_a_stale_summary_is_named(key: int):
    break_it("UPDATE customers SET name = 'X'")
    assert [(each.table, each.id) for each in finding("summaries").first] == [("customers", key)]


@pytest.mark.usefixtures("key")
def test_a_missing_summary_is_named():
    break_it("DELETE FROM customer_summaries")
    assert finding("summaries").wrong == 1


def test_two_owners_of_one_car_are_named(dealer: Dealer, key: int):
    other = dealer.customer("李四")
    [car] = {row.vehicle_id for row in dealer.rows(Ownership)}
    dealer.add(Ownership(vehicle_id=car, customer_id=other, store_id=1, role=OwnershipRole.OWNER))
    assert [each.id for each in finding("ownerships").first] == [car]


@pytest.mark.usefixtures("key")
def test_a_counter_behind_its_numbers_is_named(dealer: Dealer):
    break_it("UPDATE counters SET value = 0 WHERE series = 'customers'")
    assert [row.value for row in dealer.rows(Counter) if row.series == "customers"] == [0]
    assert finding("numbers").wrong == 1


@pytest.mark.usefixtures("key")
def test_an_edited_deed_is_named_and_the_command_says_so():
    is_sqlite = owner().dialect.name == "sqlite"
    break_it(
        "DROP TRIGGER audit_entries_no_update"
        if is_sqlite
        else "ALTER TABLE audit_entries DISABLE TRIGGER USER",
        "UPDATE audit_entries SET actor_name = 'someone else' WHERE id = 1",
    )
    assert [each.id for each in finding("audit").first] == [1]
    answer = CliRunner().invoke(app, ["verify", "audit", "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.stdout.splitlines()[-1])["audit"]["wrong"] == 1
    assert CliRunner().invoke(app, ["verify", "numbers"]).exit_code == 0
    assert CliRunner().invoke(app, ["verify", "nothing"]).exit_code == 2
