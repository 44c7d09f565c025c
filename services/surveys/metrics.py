"""The metrics of satisfaction: what each counts, of what (K01, K03, K04)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Survey, SurveyKind, SurveyResponse
from services.core.metrics import Better, Figure, Metric, Period, Unit
from services.core.words import N_
from services.surveys import figures


@dataclass(frozen=True, slots=True)
class _Answered:
    """One answered survey."""

    id: int
    kind: SurveyKind
    score: float | None
    nps: int | None


@dataclass
class Answers:
    """What customers answered in a time, as far as the session sees it; read when a figure asks for
    it, and once. `store_id` None: all stores."""

    session: Session
    period: Period
    store_id: int | None = None

    @cached_property
    def all(self) -> Sequence[_Answered]:
        query = (
            select(
                col(SurveyResponse.id),
                col(Survey.kind),
                col(SurveyResponse.score),
                col(SurveyResponse.nps),
            )
            .join(Survey, col(Survey.id) == col(SurveyResponse.survey_id))
            .where(
                col(SurveyResponse.at) >= self.period.begin,
                col(SurveyResponse.at) < self.period.end,
            )
        )
        if self.store_id is not None:
            query = query.where(col(SurveyResponse.store_id) == self.store_id)
        rows = self.session.execute(query.order_by(col(SurveyResponse.id)))
        return [_Answered(*row) for row in rows]


def _mean(kind: SurveyKind) -> Callable[[Answers], Figure]:
    """The mean score, with the interval that holds the true one 95 times of 100."""

    def measure(answers: Answers) -> Figure:
        scores = {
            one.id: one.score for one in answers.all if one.kind is kind and one.score is not None
        }
        mean = figures.mean_of(list(scores.values()))
        return Figure(
            mean.value,
            mean.n,
            fsum(scores.values()),
            mean.n,
            {"low": mean.low, "high": mean.high},
            list(scores),
            list(scores),
            scores,
        )

    return measure


def _net(answers: Answers) -> Figure:
    """Of all surveys that ask it: promoters less detractors of 100 customers."""
    marks = {one.id: one.nps for one in answers.all if one.nps is not None}
    net = figures.net_of(marks.values())
    value, low, high = (
        None if part is None else 100 * part for part in (net.value, net.low, net.high)
    )
    parts = {
        "low": low,
        "high": high,
        "promoters": float(net.promoters),
        "detractors": float(net.detractors),
    }
    return Figure(value, net.n, net.promoters - net.detractors, net.n, parts, list(marks))


def _count(answers: Answers) -> Figure:
    rows = [one.id for one in answers.all]
    return Figure(len(rows), len(rows), len(rows), None, {}, rows, rows)


METRICS: Final = (
    Metric(
        "SSI",
        N_("Satisfaction with the sale"),
        N_("Mean of the weighted scores, 0 to 100, of surveys after a sale"),
        Unit.POINTS,
        Better.MORE,
        _mean(SurveyKind.SSI),
    ),
    Metric(
        "CSI",
        N_("Satisfaction with the service"),
        N_("Mean of the weighted scores, 0 to 100, of surveys after a repair"),
        Unit.POINTS,
        Better.MORE,
        _mean(SurveyKind.CSI),
    ),
    Metric(
        "NPS",
        N_("Would recommend us"),
        N_("Answers of 9 and 10 less those up to 6, of 100 customers"),
        Unit.POINTS,
        Better.MORE,
        _net,
    ),
    Metric(
        "SURVEYS",
        N_("Answered surveys"),
        N_("Surveys that were answered in the time"),
        Unit.COUNT,
        Better.MORE,
        _count,
    ),
)
