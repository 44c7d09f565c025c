"""From samples to figures, from figures to goals: medians, ratios, and whether they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final

from bench.measuring import Measured, Sample
from bench.meters import Spent, Unmeasurable
from bench.operations import Operation

NS_IN_MS: Final = 1e6
MS_IN_S: Final = 1e3


@dataclass(frozen=True)
class Figure:
    """What one thing costs. CPU figures are medians, so that a neighbour on the machine weighs
    little; `spread` is the middle half's width beside the median."""

    server_cpu_ms: float
    database_cpu_ms: float
    p50_ms: float
    p95_ms: float
    spread: float
    times: int

    @property
    def cpu_ms(self) -> float:
        return self.server_cpu_ms + self.database_cpu_ms


@dataclass(frozen=True)
class Goal:
    """Something that must not exceed a bound. `name` is for programs, see `report.WORDS`."""

    name: str
    value: float
    most: float

    @property
    def is_met(self) -> bool:
        return self.value <= self.most


@dataclass(frozen=True)
class Judged:
    """An operation, its floors and its goals."""

    name: str
    real: Figure
    page: Figure
    sql: Figure
    statements: int
    runs: int
    goals: tuple[Goal, ...]

    @property
    def floor_ms(self) -> float:
        return self.page.cpu_ms + self.sql.cpu_ms


def share(values: list[float], part: float) -> float:
    """The value below which `part` of the values lie."""
    if not values:
        raise Unmeasurable("no values")
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[round(part * 100) - 1]


def figure(sample: Sample) -> Figure:
    """The figures of a sample. Raises Unmeasurable for one that used no processor at all."""
    if not sample.spent:
        raise Unmeasurable("nothing was measured")
    totals = [spent.total / NS_IN_MS for spent in sample.spent]
    middle = median(totals)
    if middle <= 0:
        raise Unmeasurable("it used no processor")
    took = [seconds * MS_IN_S for seconds in sample.took]
    return Figure(
        server_cpu_ms=_middle(sample.spent, "server"),
        database_cpu_ms=_middle(sample.spent, "database"),
        p50_ms=share(took, 0.5),
        p95_ms=share(took, 0.95),
        spread=(share(totals, 0.75) - share(totals, 0.25)) / middle,
        times=len(totals),
    )


def _middle(spent: Sequence[Spent], part: str) -> float:
    used: list[int] = [getattr(each, part) for each in spent]
    return median(used) / NS_IN_MS


def ratio(cost: float, floor: float) -> float:
    """How many times the floor something costs. Raises Unmeasurable without a floor."""
    if floor <= 0:
        raise Unmeasurable("a floor of nothing")
    return cost / floor


def judge(operation: Operation, measured: Measured, empty: Figure) -> Judged:
    real, page, sql = map(figure, (measured.real, measured.page, measured.sql))
    floor = page.cpu_ms + sql.cpu_ms
    goals = [Goal("times_floor", ratio(real.cpu_ms, floor), operation.times_floor)]
    if operation.times_empty is not None:
        goals.append(Goal("times_empty", ratio(real.cpu_ms, empty.cpu_ms), operation.times_empty))
    return Judged(
        operation.name,
        real,
        page,
        sql,
        statements=len(measured.recorded.scripts[-1].during),
        runs=len(measured.recorded.runs),
        goals=tuple(goals),
    )
