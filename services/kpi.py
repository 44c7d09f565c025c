"""The dictionary of metrics, and their figures for any time and store (spec 5.1, K01)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlmodel import Session

from db.models import Store
from services import complaints
from services.core.access import Actor, Permission, load
from services.core.errors import InvalidInput, NotFound
from services.core.metrics import Better, Figure, Metric, Period, Unit
from services.core.normal import EARLIEST, LATEST
from services.core.words import N_


class UnknownMetric(NotFound):
    msgid = N_("There is no metric {code}")


class EndBeforeBegin(InvalidInput):
    msgid = N_("The last day lies before the first")


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One entry of the dictionary; `label` and `formula` are msgids."""

    code: str
    label: str
    formula: str
    unit: Unit
    better: Better


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's figure for a time and a store (None: all that the actor sees)."""

    metric: MetricLine
    period: Period
    store_id: int | None
    figure: Figure


@dataclass(frozen=True, slots=True)
class _Subject:
    """Metrics that are made of the same: `past` is read once for all of them."""

    metrics: Collection[Metric]
    past: Callable[[Session, Period, int | None], Any]


SUBJECTS: Final = (_Subject(complaints.METRICS, complaints.Past),)
METRICS: Final[Mapping[str, tuple[Metric, _Subject]]] = {
    metric.code: (metric, subject) for subject in SUBJECTS for metric in subject.metrics
}


def dictionary(session: Session, actor: Actor) -> list[MetricLine]:
    """Every metric that there is."""
    actor.require(Permission.KPI_VIEW)
    return [_line(metric) for metric, _ in METRICS.values()]


def figures(
    session: Session,
    actor: Actor,
    codes: tuple[str, ...],
    since: date,
    until: date,
    store_id: int | None = None,
) -> list[Measured]:
    """The figures of these metrics, in their order, from the first day to the last, of what the
    actor sees. Raises UnknownMetric, EndBeforeBegin, NotFound."""
    actor.require(Permission.KPI_VIEW)
    if until < since:
        raise EndBeforeBegin
    if store_id is not None:
        load(session, Store, store_id)
    period = Period(max(since, EARLIEST), min(until, LATEST))
    known = [_known(code) for code in codes]
    pasts = {id(subject): subject.past(session, period, store_id) for _, subject in known}
    return [
        Measured(_line(metric), period, store_id, metric.measure(pasts[id(subject)]))
        for metric, subject in known
    ]


def _known(code: str) -> tuple[Metric, _Subject]:
    found = METRICS.get(code)
    if found is None:
        raise UnknownMetric(code=code[:40])
    return found


def _line(metric: Metric) -> MetricLine:
    return MetricLine(metric.code, metric.label, metric.formula, metric.unit, metric.better)
