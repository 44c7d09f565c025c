"""The metrics of contacts: what each counts, of what (spec 2.6, V21, V31)."""

from collections import Counter
from typing import Final

from db.models import TaskState
from services.core import parameters
from services.core.metrics import Better, Figure, Metric, Unit, share
from services.core.words import N_
from services.visits.ending import REACHED
from services.visits.past import Past

LATE: Final = (("0-3", 3), ("4-7", 7), ("8-14", 14), ("15+", None))
"""Bands of days late, each with its last day."""


def _completion(past: Past) -> Figure:
    hits = [row.id for row in past.due if past.made_on(row) is not None]
    return share(hits, [row.id for row in past.due])


def _on_time(past: Past) -> Figure:
    hits = [row.id for row in past.due if (on := past.made_on(row)) and on <= row.due_to]
    return share(hits, [row.id for row in past.due])


def _next_date(past: Past) -> Figure:
    done = [row for row in past.ended if row.state is TaskState.DONE]
    return share([row.id for row in done if row.next_on is not None], [row.id for row in done])


def _held(past: Past) -> Figure:
    rows = [row for row in past.ended if row.state in {TaskState.SUPPRESSED, TaskState.MERGED}]
    why = Counter(TaskState.MERGED.value if row.hold is None else row.hold.value for row in rows)
    ids = [row.id for row in rows]
    parts: dict[str, float | None] = {name: float(count) for name, count in sorted(why.items())}
    return Figure(len(ids), len(ids), len(ids), None, parts, ids, ids)


def _overdue(past: Past) -> Figure:
    ages = [(past.until - row.due_to).days for row in past.overdue]
    counts = Counter(band(age) for age in ages)
    ids = [row.id for row in past.overdue]
    parts: dict[str, float | None] = {name: float(counts[name]) for name, _ in LATE}
    return Figure(len(ids), len(ids), len(ids), None, parts, ids, ids)


def band(days: int) -> str:
    """Of how many days late: a name of `LATE`."""
    return next(name for name, most in LATE if most is None or days <= most)


def _reached(past: Past) -> Figure:
    hits = [row.id for row in past.attempts if row.result in REACHED]
    return share(hits, [row.id for row in past.attempts])


def _tries(past: Past) -> Figure:
    """More than one where a customer was tried in vain before."""
    rows = [row.id for row in past.attempts]
    hits = [row.id for row in past.attempts if row.result in REACHED]
    value = len(rows) / len(hits) if hits else None
    return Figure(value, len(rows), len(rows), len(hits), {}, rows, hits)


def _follow_up(past: Past) -> Figure:
    found = past.repairs
    return share([key for key, is_hit in found.items() if is_hit], list(found))


def _coverage(past: Past) -> Figure:
    """`parts` hold the share of each class by the code of its rule, too."""
    found = past.covered
    rows = sorted(key for whole, _ in found.values() for key in whole)
    hits = sorted(key for _, reached in found.values() for key in reached)
    whole = share(hits, rows)
    parts = {code: len(hit) / len(all_) if all_ else None for code, (all_, hit) in found.items()}
    return Figure(
        whole.value,
        whole.n,
        whole.numerator,
        whole.denominator,
        {**whole.parts, **parts},
        rows,
        hits,
    )


def _first_maintenance(past: Past) -> Figure:
    found = past.first_maintenances
    return share([key for key, is_hit in found.items() if is_hit], list(found))


_LESS, _MORE = Better.LESS, Better.MORE

OF_TASKS: Final = (
    Metric(
        "VISIT-PLAN",
        N_("Plan completion"),
        N_("Of the contacts that were due, those that were made by the end of the time"),
        Unit.SHARE,
        _MORE,
        _completion,
        parameters.TARGET_PLAN,
    ),
    Metric(
        "VISIT-TIME",
        N_("Made on time"),
        N_("Of the contacts that were due, those that were made by their last day in time"),
        Unit.SHARE,
        _MORE,
        _on_time,
        parameters.TARGET_ON_TIME,
    ),
    Metric(
        "VISIT-NEXT",
        N_("With a next date"),
        N_("Of the contacts that were made, those at which the next one was agreed"),
        Unit.SHARE,
        _MORE,
        _next_date,
    ),
    Metric(
        "VISIT-HELD",
        N_("Held by the rule"),
        N_("Contacts that the rule of contacts kept from being made, or made together with others"),
        Unit.COUNT,
        _LESS,
        _held,
    ),
    Metric(
        "VISIT-LATE",
        N_("Overdue contacts"),
        N_("Contacts that are open at the end of the time and out of time, by days late"),
        Unit.COUNT,
        _LESS,
        _overdue,
    ),
)
OF_ATTEMPTS: Final = (
    Metric(
        "VISIT-REACH",
        N_("Contact rate"),
        N_("Of all attempts, those at which the customer was reached"),
        Unit.SHARE,
        _MORE,
        _reached,
    ),
    Metric(
        "VISIT-TRIES",
        N_("Attempts for a contact"),
        N_("Attempts, for each at which the customer was reached"),
        Unit.TIMES,
        _LESS,
        _tries,
    ),
)
OF_ORDERS: Final = (
    Metric(
        "VISIT-3DAY",
        N_("Followed up within 3 days"),
        N_(
            "Of the repair orders closed three days before, those whose customer was reached, or "
            "tried three times, by the third day"
        ),
        Unit.SHARE,
        _MORE,
        _follow_up,
        parameters.TARGET_FOLLOW_UP,
    ),
)
OF_CUSTOMERS: Final = (
    Metric(
        "VISIT-COVER",
        N_("Coverage"),
        N_("Of the customers, those who were contacted within the interval of their class"),
        Unit.SHARE,
        _MORE,
        _coverage,
    ),
)
OF_CARS: Final = (
    Metric(
        "VISIT-FIRST",
        N_("Back for the first maintenance"),
        N_("Of the cars whose time of the first maintenance ended, those that came for it by then"),
        Unit.SHARE,
        _MORE,
        _first_maintenance,
    ),
)
