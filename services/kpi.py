"""The dictionary of metrics, and their figures for any time and store (spec 5.1, K01)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlmodel import Session

from db.models import Store
from services import appointments, complaints, inbound, promises, qa, surveys, visits
from services.core import parameters
from services.core.access import Actor, Permission, load
from services.core.errors import InvalidInput, NotFound
from services.core.metrics import Better, Figure, Metric, Period, Unit
from services.core.normal import EARLIEST, LATEST
from services.core.words import N_


class UnknownMetric(NotFound):
    msgid = N_("There is no metric {code}")


class EndBeforeBegin(InvalidInput):
    msgid = N_("The last day lies before the first")


class ShownElsewhere(InvalidInput):
    msgid = N_("What stands behind {code} is shown on the page of satisfaction")


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
    """A metric's figure for a time and a store (None: all that the actor sees). `target` is where
    it should be, in its unit, as that was decided for the last day; None where nobody says so."""

    metric: MetricLine
    period: Period
    store_id: int | None
    figure: Figure
    target: float | None
    opens: bool
    """Whether the reader may see what stands behind it (`behind`)."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """Metrics that are made of the same: `past` is read once for all of them."""

    metrics: Collection[Metric]
    past: Callable[[Session, Period, int | None], Any]
    needs: Permission
    """To see what stands behind a figure, one by one."""
    behind: Callable[[Session, Figure, int], Any] | None
    """None: the feature's own page shows it (`surveys.responses`)."""

    def opens(self, actor: Actor) -> bool:
        return self.behind is not None and actor.may(self.needs)


SUBJECTS: Final = (
    _Subject(complaints.METRICS, complaints.Past, Permission.COMPLAINTS_VIEW, complaints.behind),
    _Subject(surveys.METRICS, surveys.Answers, Permission.VISITS_VIEW, None),
    *(
        _Subject(metrics, visits.Past, Permission.VISITS_VIEW, behind)
        for metrics, behind in visits.METRICS
    ),
    *(
        _Subject(metrics, appointments.Past, Permission.VISITS_VIEW, behind)
        for metrics, behind in appointments.METRICS
    ),
    *(
        _Subject(metrics, inbound.Past, Permission.VISITS_VIEW, behind)
        for metrics, behind in inbound.METRICS
    ),
    *(
        _Subject(metrics, visits.FormsPast, Permission.VISITS_VIEW, behind)
        for metrics, behind in visits.OF_VISITS
    ),
    _Subject(promises.METRICS, promises.Past, Permission.VISITS_VIEW, promises.BEHIND),
    # Nobody reads what was said of a colleague's call but who leads (V02).
    *(_Subject(metrics, qa.Past, Permission.VISITS_LEAD, behind) for metrics, behind in qa.METRICS),
)
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
    period = _period(session, since, until, store_id)
    known = [_known(code) for code in codes]
    pasts = {id(subject): subject.past(session, period, store_id) for _, subject in known}
    targets = _targets(session, [metric for metric, _ in known], period, store_id)
    return [
        Measured(
            _line(metric),
            period,
            store_id,
            metric.measure(pasts[id(subject)]),
            targets.get(metric.code),
            subject.opens(actor),
        )
        for metric, subject in known
    ]


def _targets(
    session: Session, metrics: Collection[Metric], period: Period, store_id: int | None
) -> dict[str, float]:
    """Of those metrics that have one, by code."""
    keys = {metric.code: metric.target for metric in metrics if metric.target is not None}
    if not keys:
        return {}
    values = parameters.values(session, set(keys.values()), period.until, store_id)
    return {code: float(values[key]) for code, key in keys.items()}


def behind(
    session: Session,
    actor: Actor,
    code: str,
    since: date,
    until: date,
    store_id: int | None = None,
    page: int = 1,
) -> tuple[Measured, Any]:
    """A metric's figure and a page of the cases that it is made of, both of the same moment: over
    all pages their counts make `n` (of a rate: the numerator), their hits the numerator. Which kind
    of page it is, its subject says.

    Raises UnknownMetric, ShownElsewhere, EndBeforeBegin, NotFound, NotPermitted where he may not
    see such cases.
    """
    actor.require(Permission.KPI_VIEW)
    metric, subject = _known(code)
    actor.require(subject.needs)
    if subject.behind is None:
        raise ShownElsewhere(code=metric.code)
    period = _period(session, since, until, store_id)
    figure = metric.measure(subject.past(session, period, store_id))
    target = _targets(session, [metric], period, store_id).get(code)
    measured = Measured(_line(metric), period, store_id, figure, target, opens=True)
    return measured, subject.behind(session, figure, page)


def _period(session: Session, since: date, until: date, store_id: int | None) -> Period:
    if until < since:
        raise EndBeforeBegin
    if store_id is not None:
        load(session, Store, store_id)
    first, last = (min(max(day, EARLIEST), LATEST) for day in (since, until))
    return Period(first, last)


def _known(code: str) -> tuple[Metric, _Subject]:
    found = METRICS.get(code)
    if found is None:
        raise UnknownMetric(code=code[:40])
    return found


def _line(metric: Metric) -> MetricLine:
    return MetricLine(metric.code, metric.label, metric.formula, metric.unit, metric.better)
