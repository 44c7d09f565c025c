"""`manage.py score`: its arithmetic by hand, its honesty against a dealer with a planted truth."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from commands import app, scoring
from db.demo import Size, Summary, accounts, load_sized
from db.demo.facts import Duplicate, DuplicateKind, LookAlikeKind
from db.demo.truth import facts_of
from services import installation
from services.core.access import System
from services.core.run import perform
from tests.dealer import owner

AS_OF = date(2026, 6, 15)
SIZE = Size(customers=400, stores=3)


def test_the_arithmetic_of_a_score():
    """Six true pairs, one of them mended; six named pairs, one of them among later rows."""
    truth = {
        (1, 2): "typo",
        (3, 4): "typo",
        (5, 6): "typo",
        (7, 8): "phone",
        (7, 9): "phone",
        (8, 9): "between",
    }
    found = [(1, 2), (3, 4), (7, 9), (2, 10), (3, 10), (4, 11)]
    score = scoring.compare(truth, {(2, 10): "family"}, found, merged=[6], last=10)
    assert score == scoring.Score(
        planted=6,
        mended=1,
        found=5,
        right=3,
        unplanted=1,
        precision=0.6,
        recall=0.6,
        kinds={
            "between": scoring.Part(1, 0, 0, 0.0),
            "phone": scoring.Part(2, 0, 1, 0.5),
            "typo": scoring.Part(3, 1, 2, 1.0),
        },
        wrong={"family": 1, "other": 1},
    )


def test_nothing_planted_and_nothing_found_is_no_figure():
    score = scoring.compare({}, {}, [], merged=[], last=0)
    assert (score.precision, score.recall, score.kinds, score.wrong) == (None, None, {}, {})


# ---- against a loaded dealer


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["score", *words], env={"CRM_LANGUAGE": "en"})


def measured() -> dict[str, Any]:
    outcome = run("duplicates", "--json")
    assert outcome.exit_code == 0, outcome.output
    told: dict[str, Any] = json.loads(outcome.stdout)
    return told


def note(summary: Summary, *, truth: str) -> None:
    recipe = summary.recipe
    form = installation.NoteLoading(
        size="test",
        counts=summary.counts,
        recipe={"customers": recipe.customers, "stores": recipe.stores, "seed": recipe.seed},
        as_of=recipe.as_of.isoformat(),
        truth=truth,
    )
    perform(installation.note_loading, System("tests"), form)


@pytest.fixture
def loaded(database: str, monkeypatch: pytest.MonkeyPatch) -> Summary:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)
    return load_sized(database, SIZE, as_of=AS_OF)


def alter(statement: str, **values: object) -> None:
    with owner().begin() as connection:
        assert connection.execute(text(statement), values).rowcount == 1


def test_a_mended_duplicate_changes_the_score(loaded: Summary):
    note(loaded, truth=loaded.truth)
    facts, digest = facts_of(loaded.recipe, Duplicate)
    assert digest == loaded.truth
    at_first = measured()
    assert at_first["planted"] == len(facts) > 5
    assert (at_first["mended"], at_first["unplanted"]) == (0, 0)
    assert at_first["kinds"]["courtesy_name"]["recall"] == 1.0
    assert at_first["kinds"]["no_phone"]["found"] == 0

    silent = next(fact for fact in facts if fact.kind is DuplicateKind.NO_PHONE)
    alter(
        "UPDATE customers SET phone = (SELECT phone FROM customers WHERE id = :first)"
        " WHERE id = :copy",
        first=silent.original,
        copy=silent.customer,
    )
    asked = measured()
    assert asked["kinds"]["no_phone"]["found"] == 1
    assert asked["right"] == at_first["right"] + 1
    assert asked["recall"] > at_first["recall"]

    alter(
        "UPDATE customers SET merged_into_id = :first WHERE id = :copy",
        first=silent.original,
        copy=silent.customer,
    )
    merged = measured()
    assert merged["kinds"]["no_phone"]["mended"] == merged["mended"] == 1
    assert merged["right"] == at_first["right"]
    assert merged["found"] == at_first["found"]


def test_a_truth_of_another_version_is_refused(loaded: Summary):
    note(loaded, truth="0" * 64)
    outcome = run("duplicates")
    assert outcome.exit_code == 2
    assert "Another version of this program" in outcome.output


@pytest.mark.usefixtures("dealer")
def test_a_database_without_a_demonstration_has_no_truth():
    outcome = run("duplicates")
    assert outcome.exit_code == 2
    assert "does not say what was planted" in outcome.output


@pytest.mark.usefixtures("database")
def test_the_scores_are_listed_and_others_refused():
    assert run().output.strip() == "Scores: duplicates"
    assert json.loads(run("--json").stdout) == ["duplicates"]
    outcome = run("charm")
    assert outcome.exit_code == 2
    assert "There is no score charm" in outcome.output


@pytest.mark.usefixtures("database")
def test_a_person_reads_the_figures(loaded: Summary):
    note(loaded, truth=loaded.truth)
    lines = run("duplicates").output.splitlines()
    assert lines[0].startswith(f"{measured()['planted']} planted, 0 mended; ")
    assert lines[1].startswith("Precision 0.")
    assert any(line.startswith("  name mistyped: ") for line in lines)


def test_every_kind_has_its_words():
    kinds = {*DuplicateKind, *LookAlikeKind, scoring.INVENTED, scoring.OTHERWISE}
    assert set(scoring.LABELS) == kinds
