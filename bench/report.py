"""What came of a run: a table for people, JSON for programs."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from bench.crowd import Crowd
from bench.judging import Goal, Judged, share
from bench.operations import OPERATIONS
from bench.running import Growth, Outcome, Result
from services.core.words import N_

Say = Callable[..., str]
"""A msgid and its parameters in the reader's language."""

WORDS: Final = {operation.name: operation.words for operation in OPERATIONS}
GOALS: Final = {
    "times_floor": N_("× floor"),
    "times_empty": N_("× empty page"),
    "after_sign_in": N_("The run after the sign-in, × empty page"),
    "times_alone": N_("The slow runs of many people, × those of one alone"),
    "deck": N_("The month's deck of complaints, seconds of processor"),
    "errors": N_("Errors while many people were at work"),
    "growth": N_("× the smallest size"),
}
HEADINGS: Final = (
    N_("Operation"),
    N_("server CPU"),
    N_("database CPU"),
    "p50",
    "p95",
    N_("bare page"),
    N_("bare SQL"),
    GOALS["times_floor"],
    GOALS["times_empty"],
    N_("spread"),
)


def facts(outcome: Outcome) -> dict[str, Any]:
    """The outcome for a program: milliseconds, seconds, bytes and plain ratios."""
    return {
        "at": outcome.at.isoformat(timespec="seconds"),
        "processors": outcome.processors,
        "machine": outcome.machine,
        "load_before": outcome.load,
        "missed": outcome.missed,
        "results": [_result(result) for result in outcome.results],
        "growth": [
            {
                "database": one.database,
                "operation": one.operation,
                "sizes": list(one.sizes),
                "floor_times": one.floor_times,
                **_goal(one.goal),
            }
            for one in outcome.growth
        ],
    }


def _result(result: Result) -> dict[str, Any]:
    imported = result.imported
    return {
        "database": result.database,
        "size": result.size,
        "customers": result.customers,
        "empty": asdict(result.empty),
        "signed_in": asdict(result.signed_in),
        "operations": {one.name: _operation(one) for one in result.operations},
        "people": _people(result.crowd),
        "idle_session_bytes": result.crowd.idle_session_bytes,
        "import": {
            **asdict(imported),
            "rows_per_second": imported.rows_per_second,
            "bare_rows_per_second": imported.bare_rows_per_second,
        },
        "deck": {**asdict(result.deck), "seconds": result.deck.seconds},
        "goals": [_goal(goal) for goal in result.goals],
    }


def _operation(one: Judged) -> dict[str, Any]:
    return {
        **asdict(one.real),
        "floor": {"page": asdict(one.page), "sql": asdict(one.sql), "cpu_ms": one.floor_ms},
        "statements": one.statements,
        "runs": one.runs,
        "goals": [_goal(goal) for goal in one.goals],
    }


def _people(crowd: Crowd) -> dict[str, Any]:
    return {
        "people": crowd.people,
        "server_busy": crowd.server_busy,
        **{
            name: {
                "runs": len(waits.seconds),
                "p50_ms": share(waits.seconds, 0.5) * 1e3,
                "p95_ms": share(waits.seconds, 0.95) * 1e3,
                "errors": waits.errors,
            }
            for name, waits in (("alone", crowd.alone), ("together", crowd.together))
        },
    }


def _goal(goal: Goal) -> dict[str, Any]:
    return {"goal": goal.name, "value": goal.value, "most": goal.most, "met": goal.is_met}


# ---- for people


def lines(outcome: Outcome, say: Say) -> Iterator[str]:
    """The report, line by line. A value beyond its goal has a mark of its own."""
    for result in outcome.results:
        yield ""
        yield say(
            N_("{database}, {size}: {customers} customers; milliseconds"),
            database=result.database,
            size=result.size,
            customers=result.customers,
        )
        yield from _table(result, say)
        yield from _beside(result, say)
    if outcome.growth:
        yield from _growth(outcome.growth, say)
    yield ""
    yield say(N_("Goals missed: {count}"), count=outcome.missed)


def _table(result: Result, say: Say) -> Iterator[str]:
    rows = [[say(heading) for heading in HEADINGS]]
    rows.append([say(N_("Empty page")), *_figures(result.empty), "", "", "", "", ""])
    rows[-1][-1] = f"{result.empty.spread:.0%}"
    for one in result.operations:
        by_name = {goal.name: _said(goal) for goal in one.goals}
        rows.append(
            [
                say(WORDS[one.name]),
                *_figures(one.real),
                f"{one.page.cpu_ms:.1f}",
                f"{one.sql.cpu_ms:.2f}",
                by_name.get("times_floor", ""),
                by_name.get("times_empty", ""),
                f"{one.real.spread:.0%}",
            ]
        )
    return _aligned(rows)


def _figures(figure: Any) -> list[str]:
    values = (figure.server_cpu_ms, figure.database_cpu_ms, figure.p50_ms, figure.p95_ms)
    return [f"{value:.1f}" for value in values]


def _said(goal: Goal) -> str:
    """The value; one beyond its bound says so."""
    value = f"{goal.value:.2f}"
    return value if goal.is_met else f"{value} > {goal.most:g}"


def _beside(result: Result, say: Say) -> Iterator[str]:
    for goal in result.goals:
        yield f"  {say(GOALS[goal.name])}: {_said(goal)}"
    people, imported = _people(result.crowd), result.imported
    yield "  " + say(
        N_("{people} people: p95 {together:.0f} ms, one alone {alone:.0f} ms; {busy:.2f} cores"),
        people=people["people"],
        together=people["together"]["p95_ms"],
        alone=people["alone"]["p95_ms"],
        busy=people["server_busy"],
    )
    yield "  " + say(
        N_("Memory of an idle session: {size:.0f} kB"),
        size=result.crowd.idle_session_bytes / 1024,
    )
    yield "  " + say(
        N_("Import of {rows} rows: {ours:.0f} a second; a bare bulk insert: {bare:.0f} a second"),
        rows=imported.rows,
        ours=imported.rows_per_second,
        bare=imported.bare_rows_per_second,
    )


def _growth(growth: Sequence[Growth], say: Say) -> Iterator[str]:
    yield ""
    small, large = growth[0].sizes
    yield say(N_("{large} beside {small}"), large=large, small=small)
    rows = [[say(N_("Operation")), "", say(GOALS["growth"]), say(N_("its floor"))]]
    for one in growth:
        floor = f"{one.floor_times:.2f}"
        rows.append([say(WORDS[one.operation]), one.database, _said(one.goal), floor])
    yield from _aligned(rows)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side, the first to the left; a Chinese character is two places wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [first + " " * (widths[0] - _width(first))]
        cells += [
            " " * (width - _width(cell)) + cell
            for cell, width in zip(others, widths[1:], strict=True)
        ]
        yield "  " + "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
