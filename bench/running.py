"""One run of the bench: every wanted size on every wanted database, and what came of it."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.crowd import Crowd, crowd
from bench.dealers import Dealer, environment
from bench.ground import laid
from bench.importing import Imported, measure_import
from bench.judging import Figure, Goal, Judged, figure, judge, ratio, share
from bench.measuring import measure
from bench.operations import (
    OPERATIONS,
    TIMES_ALONE,
    TIMES_EMPTY_AFTER_SIGN_IN,
    TIMES_SMALLEST,
    WHO,
)
from bench.places import APPLICATION
from bench.presenting import MOST_SECONDS, Presented, measure_deck
from db.demo import SIZES, Size
from db.place import data_dir
from services.core.clock import SHANGHAI

OFFICE: Final = (WHO, "steward", "manager", "sales", "service")
"""Who is at work when many are."""


@dataclass(frozen=True)
class Wish:
    """What to measure and how thoroughly."""

    databases: Sequence[str]
    sizes: Sequence[str]
    times: int = 30
    warm: int = 3
    people: int = 50
    people_seconds: float = 30.0
    import_rows: int = 50_000


def quickly(wish: Wish) -> Wish:
    """The same with few repetitions: for trying, not for citing."""
    return replace(wish, times=5, people_seconds=5.0, import_rows=1_000)


@dataclass(frozen=True)
class Result:
    """One size on one database."""

    database: str
    size: str
    customers: int
    empty: Figure
    signed_in: Figure
    operations: tuple[Judged, ...]
    crowd: Crowd
    imported: Imported
    deck: Presented
    goals: tuple[Goal, ...]
    """Those that belong to no single operation."""


@dataclass(frozen=True)
class Growth:
    """An operation on the largest dealer beside the smallest, and how its floor grew.

    Each beside the empty page of its own dealer, because they were measured minutes apart and the
    machine may be slower by then.
    """

    database: str
    operation: str
    sizes: tuple[str, str]
    floor_times: float
    goal: Goal


@dataclass(frozen=True)
class Outcome:
    at: datetime
    processors: int
    machine: str
    load: float
    """Runnable processes before we began: what else the machine was doing."""
    results: tuple[Result, ...]
    growth: tuple[Growth, ...]

    @property
    def missed(self) -> int:
        goals = [goal for result in self.results for goal in result.goals]
        goals += [g for result in self.results for one in result.operations for g in one.goals]
        goals += [growth.goal for growth in self.growth]
        return sum(not goal.is_met for goal in goals)


def run(
    wish: Wish,
    tell: Callable[[str, str], object] = lambda _database, _size: None,
    sizes: dict[str, Size] = SIZES,
) -> Outcome:
    """Measure what is wished; `tell` hears what begins. Databases are kept in the data folder."""
    begun, load = datetime.now(SHANGHAI), os.getloadavg()[0]
    folder = data_dir() / "bench"
    folder.mkdir(exist_ok=True, mode=0o700)
    results = []
    with environment(CRM_DATA_DIR=str(folder), CRM_KEYS_FILE=str(folder / "keys.json")):
        for database in wish.databases:
            for name in wish.sizes:
                tell(database, name)
                dealer = Dealer(database, name, sizes[name], folder, begun.date())
                results.append(_one(dealer, wish, folder))
    return Outcome(
        begun,
        os.cpu_count() or 1,
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        load,
        tuple(results),
        tuple(_growth(results)),
    )


def _one(dealer: Dealer, wish: Wish, folder: Path) -> Result:
    with laid(dealer, folder, OFFICE) as ground, ground.server(APPLICATION, ground.live) as app:
        found = measure(ground, app, OPERATIONS, times=wish.times, warm=wish.warm)
        many = crowd(ground, app, wish.people, wish.people_seconds)
    empty, signed_in = figure(found.empty), figure(found.signed_in)
    deck = measure_deck(dealer)
    return Result(
        dealer.database,
        dealer.size_name,
        dealer.size.customers,
        empty,
        signed_in,
        tuple(judge(one, found.operations[one.name], empty) for one in OPERATIONS),
        many,
        measure_import(dealer, wish.import_rows),
        deck,
        (
            Goal(
                "after_sign_in",
                ratio(signed_in.cpu_ms, empty.cpu_ms),
                TIMES_EMPTY_AFTER_SIGN_IN,
            ),
            Goal(
                "times_alone",
                ratio(share(many.together.seconds, 0.95), share(many.alone.seconds, 0.95)),
                TIMES_ALONE,
            ),
            Goal("deck", deck.seconds, MOST_SECONDS),
            Goal("errors", len(many.alone.errors) + len(many.together.errors), 0),
        ),
    )


def _growth(results: Sequence[Result]) -> list[Growth]:
    """The largest size beside the smallest, for each database that has two."""
    found = []
    for database in dict.fromkeys(result.database for result in results):
        by_size = sorted((r for r in results if r.database == database), key=lambda r: r.customers)
        if by_size[0].customers == by_size[-1].customers:
            continue
        small, large = by_size[0], by_size[-1]
        for before, after in zip(small.operations, large.operations, strict=True):
            drift = ratio(large.empty.cpu_ms, small.empty.cpu_ms)
            grown = ratio(after.real.cpu_ms, before.real.cpu_ms) / drift
            floor = ratio(after.floor_ms, before.floor_ms) / drift
            goal = Goal("growth", grown, TIMES_SMALLEST)
            found.append(Growth(database, before.name, (small.size, large.size), floor, goal))
    return found
