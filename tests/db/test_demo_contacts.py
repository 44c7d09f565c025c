"""The demonstration dealer's visit plan: rules as delivered, contacts and attempts behind it."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from db.demo import Size, accounts, load_sized
from db.demo.visit_rules import told
from db.models import Cadence, CadenceStep, CallAttempt, Survey, VisitTask
from services.core import clock
from tests.demonstration import AS_OF, kept

SIZE = Size(customers=400, stores=2, chunk=150)


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)


@pytest.fixture
def loaded(database: str) -> str:
    load_sized(database, SIZE, as_of=AS_OF)
    return database


def test_the_rules_are_those_that_are_delivered(loaded: str):
    """A version that held until yesterday, and the same as a draft; each step asks its survey."""
    rules = kept(loaded, Cadence)
    assert Counter(row["state"] for row in rules) == {"retired": len(told()), "draft": len(told())}
    surveys = {row["code"] for row in kept(loaded, Survey)}
    steps = defaultdict(list)
    for row in sorted(kept(loaded, CadenceStep), key=lambda row: row["nth"]):
        steps[row["cadence_id"]].append((row["purpose"], row["offset_days"], row["survey_code"]))
        assert row["survey_code"] in {None, *surveys}
    for rule in rules:
        wanted = [
            (one["purpose"], one["days"], one.get("survey"))
            for one in told()[rule["code"]]["steps"]
        ]
        assert steps[rule["id"]] == wanted
    assert "csi" in {code for lines in steps.values() for _purpose, _days, code in lines}


def test_contacts_are_made_missed_held_and_open(loaded: str):
    tasks = kept(loaded, VisitTask)
    states = Counter(row["state"] for row in tasks)
    assert set(states) >= {"planned", "done", "missed", "merged", "unreachable"}
    due = [row for row in tasks if row["state"] == "planned" and row["due_from"] <= AS_OF]
    assert {row["desk"] for row in due} >= {"sales", "service"}
    by_id = {row["id"]: row for row in tasks}
    for row in tasks:
        if row["merged_into_id"] is not None:
            assert by_id[row["merged_into_id"]]["customer_id"] == row["customer_id"]
            assert by_id[row["merged_into_id"]]["merged_into_id"] is None


def test_attempts_fit_their_contacts(loaded: str):
    tasks = {row["id"]: row for row in kept(loaded, VisitTask)}
    results = defaultdict(list)
    for row in kept(loaded, CallAttempt):
        task = tasks[row["task_id"]]
        assert row["customer_id"] == task["customer_id"]
        assert (row["touch_id"] is not None) == (row["result"] in {"connected", "refused"})
        assert clock.day_of(row["at"]) >= task["due_from"] - timedelta(days=1)
        results[row["task_id"]].append(row["result"])
    of_rules = [row for row in tasks.values() if row["step_id"] is not None]
    for row in of_rules:
        found = results[row["id"]]
        if row["state"] == "done":
            assert found[-1] == "connected"
        if row["state"] in {"missed", "merged"}:
            assert found == []
