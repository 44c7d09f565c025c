"""Every part of `verify` passes on sound data and names the row that breaks its invariant."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from commands import app
from db.models import CallResult, Counter, Ownership, OwnershipRole
from services import customers, verification
from services.core import clock
from services.core.access import System
from services.core.run import fetch, perform
from tests.dealer import Dealer, owner
from tests.services.test_appointments import MONDAY, bay, book
from tests.services.test_visits import planned, record

__all__ = ["bay"]

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


def test_a_contact_that_says_other_than_its_attempts_is_named(dealer: Dealer, key: int):
    one, other = planned(dealer, customer_id=key), planned(dealer, customer_id=dealer.customer())
    record(dealer, one, CallResult.NO_ANSWER)
    assert finding("contacts") == verification.Finding("contacts", 2, 0, [])
    break_it("UPDATE visit_tasks SET attempts = 2 WHERE attempts = 1")
    [wrong] = finding("contacts").first
    assert (wrong.id, wrong.says) == (one, "2 attempts are counted, 1 were made")
    break_it(
        "UPDATE visit_tasks SET attempts = 1, state = 'merged', ended_at = created_at,"
        " merged_into_id = (SELECT max(id) FROM visit_tasks) WHERE attempts = 2",
        "UPDATE visit_tasks SET state = 'done', ended_at = created_at WHERE attempts = 0",
    )
    assert {each.id: each.says for each in finding("contacts").first} == {
        one: "it was merged into a contact with somebody else",
        other: "it ended by a contact of which nothing is written",
    }


def test_an_appointment_that_holds_other_time_than_its_own_is_named(
    dealer: Dealer, bay: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    key = book(dealer, bay_id=bay)
    assert finding("appointments") == verification.Finding("appointments", 1, 0, [])
    break_it("DELETE FROM appointment_slots WHERE id = (SELECT min(id) FROM appointment_slots)")
    [wrong] = finding("appointments").first
    assert (wrong.id, wrong.says) == (key, "its time is not what it holds of its bay")
    break_it("UPDATE appointments SET state = 'cancelled', reason = 'x', ended_at = created_at")
    assert finding("appointments").first[0].says == "it is off, and holds time"


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
