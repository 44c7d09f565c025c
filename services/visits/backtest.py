"""How good the prediction of maintenance is: on history, beside the plain rule (spec 2.5).

Of each car with three maintenances or more the last one is predicted from what was known when the
one before it ended. Only cars that came back are in it, as in every such comparison: those that
stayed away have no day to compare with.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Order, OrderKind, RepairKind, ServiceBasis, Store, Vehicle
from services.core import masks
from services.core.access import Actor, Permission, load
from services.core.normal import EARLIEST, LATEST
from services.visits.predicting import Visit, norms_of, readings_of, visits_of
from services.visits.service_due import Norms, after_months, predict

LEAST: Final = 3
"""Maintenances of a car: two that tell its habit, and one to be compared with."""
NEAR: Final = 15
"""Days by which a prediction may be wrong and still be of use: a reminder comes in time."""
BIN: Final = 15
FAR: Final = 120
"""Days beyond which errors are counted together."""
AT_ONCE: Final = 5000
AGES: Final = (2, 4, 6)
"""Years that part the groups of age."""
_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Tried:
    """One maintenance that was predicted afterwards. Errors in days: positive where the car came
    later than predicted. `plain_error` is that of "the day of the last one and the months"."""

    vehicle_id: int
    plate: str
    model: str
    age: str
    last_on: date
    predicted_on: date
    came_on: date
    error: int
    plain_error: int
    basis: ServiceBasis


@dataclass(frozen=True, slots=True)
class Score:
    """Of how many; median absolute error in days, and the share within `NEAR` days: of the
    prediction, and of the plain rule. None without cases."""

    name: str
    n: int
    error: float | None
    near: float | None
    plain_error: float | None
    plain_near: float | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of it. `bins` are the days at which the columns of `errors` begin."""

    whole: Score
    by_model: list[Score]
    by_age: list[Score]
    by_basis: list[Score]
    bins: list[int]
    errors: list[int]
    plain_errors: list[int]
    rows: list[Tried]
    """The worst first."""


def backtest(
    session: Session, actor: Actor, since: date, until: date, store_id: int | None = None
) -> Backtest:
    """Of the cars whose last maintenance lies in this time, by the group's numbers of today.

    Raises NotFound.
    """
    actor.require(Permission.VISITS_LEAD)
    if store_id is not None:
        load(session, Store, store_id)
    norms, _ = norms_of(session)
    first, last = max(since, EARLIEST), min(until, LATEST)
    rows = list(_tried(session, first, last, store_id, norms))
    rows.sort(key=lambda one: (-abs(one.error), one.vehicle_id))
    errors = [one.error for one in rows]
    plain = [one.plain_error for one in rows]
    return Backtest(
        whole=_score("", rows),
        by_model=_by(rows, lambda one: one.model),
        by_age=sorted(_by(rows, lambda one: one.age), key=lambda one: one.name),
        by_basis=_by(rows, lambda one: one.basis.value),
        bins=_BINS,
        errors=_counted(errors),
        plain_errors=_counted(plain),
        rows=rows,
    )


def _tried(
    session: Session, since: date, until: date, store_id: int | None, norms: Norms
) -> Iterator[Tried]:
    came = func.max(col(Order.ordered_on))
    often = select(col(Order.vehicle_id)).where(
        col(Order.kind) == OrderKind.REPAIR,
        col(Order.repair_kind) == RepairKind.MAINTENANCE,
        col(Order.voided_at).is_(None),
        col(Order.vehicle_id).is_not(None),
    )
    if store_id is not None:
        often = often.where(col(Order.store_id) == store_id)
    often = often.group_by(col(Order.vehicle_id)).having(
        func.count() >= LEAST, came >= since, came <= until
    )
    keys = sorted(session.execute(often).scalars())
    for begin in range(0, len(keys), AT_ONCE):
        some = keys[begin : begin + AT_ONCE]
        visits = visits_of(session, some)
        columns = (Vehicle.id, Vehicle.plate, Vehicle.model, Vehicle.delivered_on)
        query = select(*map(col, columns)).where(col(Vehicle.id).in_(some))
        for key, plate, model, delivered in session.execute(query):
            tried = _try(visits[key], delivered, norms)
            if tried is not None:
                last_on, predicted, came_on, basis = tried
                yield Tried(
                    vehicle_id=key,
                    plate=masks.plate(plate) if plate else "",
                    model=model,
                    age=_age(delivered, came_on),
                    last_on=last_on,
                    predicted_on=predicted,
                    came_on=came_on,
                    error=(came_on - predicted).days,
                    plain_error=(came_on - after_months(last_on, norms.months)).days,
                    basis=basis,
                )


def _try(
    visits: Sequence[Visit], delivered: date | None, norms: Norms
) -> tuple[date, date, date, ServiceBasis] | None:
    """(the last but one, the prediction for the last, the last, what it was made of)."""
    days = sorted({one.on for one in visits if one.is_maintenance})
    if len(days) < LEAST:  # two orders of one day are one visit
        return None
    *_, last_on, came_on = days
    known = readings_of(one for one in visits if one.on <= last_on)
    found = predict(delivered, last_on, known, norms)
    return None if found is None else (last_on, found.due_on, came_on, found.basis)


def _age(delivered: date | None, on: date) -> str:
    """In years, as a band: "0-2", "6+"; "" where the delivery is not known."""
    if delivered is None:
        return ""
    years = (on - delivered).days / _YEAR
    least = max((bound for bound in AGES if bound <= years), default=0)
    most = next((bound for bound in AGES if bound > years), None)
    return f"{least}+" if most is None else f"{least}-{most}"


def _by(rows: Iterable[Tried], key: Callable[[Tried], str]) -> list[Score]:
    """The largest group first."""
    groups: dict[str, list[Tried]] = defaultdict(list)
    for one in rows:
        groups[key(one)].append(one)
    scores = [_score(name, some) for name, some in groups.items()]
    return sorted(scores, key=lambda one: (-one.n, one.name))


def _score(name: str, rows: Sequence[Tried]) -> Score:
    if not rows:
        return Score(name, 0, None, None, None, None)
    errors = [abs(one.error) for one in rows]
    plain = [abs(one.plain_error) for one in rows]
    return Score(
        name=name,
        n=len(rows),
        error=float(median(errors)),
        near=_near(errors),
        plain_error=float(median(plain)),
        plain_near=_near(plain),
    )


def _near(errors: Sequence[int]) -> float:
    return sum(one <= NEAR for one in errors) / len(errors)


_BINS: Final = list(range(-FAR - BIN, FAR + 1, BIN))
"""The first and the last hold all beyond."""


def _counted(errors: Iterable[int]) -> list[int]:
    counts = [0] * len(_BINS)
    for one in errors:
        at = (one - _BINS[0]) // BIN
        counts[min(max(at, 0), len(counts) - 1)] += 1
    return counts
