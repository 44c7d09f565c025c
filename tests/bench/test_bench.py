"""The bench measures what it says, and its counting is right."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import report, running
from bench.floors.recording import Began, Drew, Ran, runs_of
from bench.judging import Figure, Goal, Judged, figure, judge, ratio, share
from bench.measuring import Measured, Sample
from bench.meters import Meter, Spent, Unmeasurable, postgres_cpu_ns
from bench.operations import OPERATIONS
from bench.recordings import Recorded, Script
from bench.running import Growth, Outcome, Result, Wish
from bench.statements import replay
from commands import app
from db.demo import Size
from services.core import keys
from services.core.words import translate

MS = 1_000_000
QUICK = Wish(
    databases=["sqlite"],
    sizes=["tiny"],
    times=1,
    warm=1,
    people=2,
    people_seconds=1,
    import_rows=20,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "bench"


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Iterator[Outcome]:
    """One whole run, as short as it can be, on a dealer of 80 customers."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CRM_DATA_DIR", str(folder.parent))
        keys._keys.cache_clear()
        yield running.run(QUICK, sizes={"tiny": Size(80, 2)})
    keys._keys.cache_clear()


def test_every_operation_is_measured_beside_its_floors(outcome: Outcome) -> None:
    [result] = report.facts(outcome)["results"]
    assert (result["database"], result["size"], result["customers"]) == ("sqlite", "tiny", 80)
    assert list(result["operations"]) == [operation.name for operation in OPERATIONS]
    for name, told in result["operations"].items():
        figures = (told["server_cpu_ms"], told["p50_ms"], told["p95_ms"])
        floor = told["floor"]
        assert all(value > 0 for value in figures), name
        assert floor["page"]["server_cpu_ms"] > 0, name
        assert floor["sql"]["database_cpu_ms"] > 0, name
        assert told["statements"] > 0, name
        assert told["goals"][0]["value"] == pytest.approx(
            (told["server_cpu_ms"] + told["database_cpu_ms"]) / floor["cpu_ms"]
        )
    writes = [operation.name for operation in OPERATIONS if operation.writes]
    runs = {name: result["operations"][name]["runs"] for name in writes}
    assert runs == dict.fromkeys(writes, 2) | {"visit_move": 1}  # seen where it lands at once


def test_many_people_memory_and_the_import_are_measured(outcome: Outcome) -> None:
    [result] = report.facts(outcome)["results"]
    people = result["people"]
    assert people["together"]["errors"] == people["alone"]["errors"] == []
    assert people["together"]["runs"] >= people["people"] == 2
    assert people["together"]["p95_ms"] > 0
    assert people["server_busy"] > 0
    assert result["import"]["rows"] == 20
    assert 0 < result["import"]["rows_per_second"] < result["import"]["bare_rows_per_second"]
    assert 0 < result["deck"]["file_seconds"] < result["deck"]["seconds"]
    assert {goal["goal"] for goal in result["goals"]} == {
        "after_sign_in",
        "times_alone",
        "deck",
        "errors",
    }


def test_the_report_is_plain_json(outcome: Outcome) -> None:
    assert json.loads(json.dumps(report.facts(outcome))) == report.facts(outcome)
    assert set(report.GOALS) >= {goal.name for one in outcome.results for goal in one.goals}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_people_read_it_in_their_language(outcome: Outcome, language: str) -> None:
    told = "\n".join(report.lines(outcome, partial(translate, language)))
    for operation in OPERATIONS:
        assert translate(language, operation.words) in told
    assert str(outcome.missed) in told.splitlines()[-1]


def test_nothing_but_the_loaded_dealer_stays(outcome: Outcome, folder: Path) -> None:
    assert [path.name.partition("_")[0] for path in folder.glob("*.sqlite*")] == ["tiny"]


# ---- counting


def sample(*totals: int, database: int = 0) -> Sample:
    return Sample([Spent(total * MS, database * MS) for total in totals], [0.001] * len(totals))


def test_figures_are_medians_with_their_spread() -> None:
    told = figure(sample(8, 10, 12, 100, 10, database=2))
    assert (told.server_cpu_ms, told.database_cpu_ms, told.cpu_ms) == (10, 2, 12)
    assert told.spread == pytest.approx(2 / 12)
    assert (told.p50_ms, told.p95_ms, told.times) == (1, 1, 5)


def test_the_slow_ones_are_counted_from_below() -> None:
    values = [float(value) for value in range(101)]
    assert (share(values, 0.5), share(values, 0.95)) == (50, 95)
    assert share([7.0], 0.95) == 7


@pytest.mark.parametrize("nothing", [sample(), sample(0, 0)])
def test_what_could_not_be_measured_is_an_error(nothing: Sample) -> None:
    with pytest.raises(Unmeasurable):
        figure(nothing)


def test_a_floor_of_nothing_is_an_error() -> None:
    with pytest.raises(Unmeasurable):
        ratio(1.0, 0.0)
    with pytest.raises(Unmeasurable):
        share([], 0.5)


def test_a_goal_is_met_up_to_its_bound() -> None:
    assert Goal("times_floor", 1.5, 1.5).is_met
    assert not Goal("times_floor", 1.51, 1.5).is_met


def measured(real: int, page: int, sql: int) -> Measured:
    recorded = Recorded(drawn=[[]], scripts=[Script([], [Ran("SELECT 1")])])
    return Measured(recorded, sample(real), sample(page), sample(0, database=sql))


def empty(cpu: int) -> Figure:
    return figure(sample(cpu))


def test_an_operation_is_set_beside_bare_page_and_bare_sql_together() -> None:
    judged = judge(OPERATIONS[0], measured(real=30, page=16, sql=4), empty(10))
    assert judged.floor_ms == 20
    assert judged.goals == (Goal("times_floor", 1.5, 1.5), Goal("times_empty", 3.0, 4.0))
    assert all(goal.is_met for goal in judged.goals)
    late = judge(OPERATIONS[0], measured(real=41, page=16, sql=4), empty(10))
    assert [goal.is_met for goal in late.goals] == [False, False]


def grown(result: Result, size: str, customers: int, judged: Judged) -> Result:
    return replace(result, size=size, customers=customers, operations=(judged,))


def test_a_machine_that_got_slower_is_no_growth(outcome: Outcome) -> None:
    [one] = outcome.results
    before = judge(OPERATIONS[0], measured(10, 8, 2), empty(5))
    after = judge(OPERATIONS[0], measured(22, 16, 4), empty(10))
    [growth] = running._growth(
        [
            replace(grown(one, "small", 2_000, before), empty=empty(5)),
            replace(grown(one, "large", 100_000, after), empty=empty(10)),
        ]
    )
    assert (growth.goal.value, growth.floor_times) == (1.1, 1.0)


def test_the_largest_size_is_set_beside_the_smallest(outcome: Outcome) -> None:
    [one] = outcome.results
    small = judge(OPERATIONS[0], measured(10, 8, 2), empty(5))
    large = judge(OPERATIONS[0], measured(13, 9, 2), empty(5))
    results = [
        grown(one, "huge", 1_000_000, large),
        grown(one, "large", 100_000, small),
        grown(one, "small", 2_000, small),
    ]
    goal = Goal("growth", 1.3, 1.2)
    assert running._growth(results) == [
        Growth("sqlite", "list_first", ("small", "huge"), 1.1, goal)
    ]
    assert running._growth(results[:1]) == []
    both = replace(outcome, results=(replace(results[0], goals=()),), growth=())
    assert both.missed == 0
    assert replace(both, growth=(Growth("sqlite", "x", ("a", "b"), 1, goal),)).missed == 1


def test_columns_stand_in_line_whatever_the_script() -> None:
    rows = [["操作", "p50"], ["ab", "1"]]
    assert list(report._aligned(rows)) == ["  操作  p50", "  ab      1"]
    assert report._said(Goal("times_floor", 1.604, 1.5)) == "1.60 > 1.5"


# ---- what it stands on


def test_drawings_belong_to_their_run() -> None:
    title = Drew(None, "title", ("x",), {})
    runs = runs_of([Began(is_fragment=True), title, Ran("SELECT 1"), Began(is_fragment=False)])
    assert [(run.is_fragment, run.drawn) for run in runs] == [(True, [title]), (False, [])]


def test_statements_are_played_in_their_transactions(tmp_path) -> None:
    path = tmp_path / "played.sqlite"
    player = replay(f"sqlite:///{path}")
    begin, insert = Ran("BEGIN IMMEDIATE"), Ran("INSERT INTO t VALUES (?)", (1,))
    spent, took = player.play(
        [Ran("CREATE TABLE t (x)"), begin, insert, Ran("COMMIT"), begin, insert, begin, insert]
    )
    player.play([Ran("ROLLBACK"), Ran("INSERT INTO t VALUES (?)", [(2,), (3,)], is_many=True)])
    player.close()
    assert spent.database > 0
    assert took > 0
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT x FROM t").fetchall() == [(1,), (2,), (3,)]
    other.close()


def test_processors_are_read_by_process_and_by_thread() -> None:
    meter, begun = Meter(os.getpid()), time.thread_time_ns()
    before = meter.read()
    sum(range(1_000_000))
    spent, here = meter.read() - before, time.thread_time_ns() - begun
    assert spent.database == 0
    assert spent.total > 0
    assert spent.server >= here * 0.9


def test_a_database_elsewhere_is_not_measured() -> None:
    with pytest.raises(Unmeasurable):
        postgres_cpu_ns(os.getpid())


def test_the_command_knows_sizes_and_databases() -> None:
    for words in (["--size", "giant"], ["--database", "oracle"]):
        refused = CliRunner().invoke(app, ["bench", *words])
        assert refused.exit_code == 2
        assert words[1] in refused.output


@pytest.mark.parametrize(
    ("stamp", "at"), [("2026-11-22T08:00:00+00:00", datetime(2026, 11, 22, 8, tzinfo=UTC))]
)
def test_the_hour_is_written_with_its_zone(outcome: Outcome, stamp: str, at: datetime) -> None:
    assert report.facts(replace(outcome, at=at))["at"] == stamp
