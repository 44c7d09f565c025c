"""The metrics of call reviews: how calls were found, and how many were heard (spec 2.6, V02)."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlmodel import col

from db.models import Customer, QAReview, Touch, TouchKind, User
from services.core import clock, counted, parameters
from services.core.counted import Query, behind, columns
from services.core.metrics import Better, Figure, Metric, Unit, average, share
from services.core.words import N_
from services.qa import sampling


class Past(counted.Past):
    @cached_property
    def reviews(self) -> Sequence[Row[Any]]:
        """(id, score) of the reviews of the period's calls, whenever they were reviewed."""
        query = (
            select(col(QAReview.id), col(QAReview.score))
            .join(Touch, col(Touch.id) == col(QAReview.touch_id))
            .where(
                col(QAReview.month) >= sampling.first_of(self.period.since),
                col(QAReview.month) <= sampling.first_of(self.period.until),
                col(Touch.at) >= self.period.begin,
                col(Touch.at) < self.period.end,
                *self.here(QAReview),
            )
        )
        return self.session.execute(query.order_by(col(QAReview.id))).all()

    @cached_property
    def calls(self) -> Sequence[Row[Any]]:
        """(id, its review's id or None) of the period's calls, of months that are over: before
        that, none is drawn."""
        drawn_until = clock.midnight(sampling.after(sampling.latest()))
        query: Any = (
            select(col(Touch.id), col(QAReview.id).label("review"))
            .outerjoin(QAReview, col(QAReview.touch_id) == col(Touch.id))
            .where(
                col(Touch.kind) == TouchKind.CALL,
                ~col(Touch.is_inbound),
                col(Touch.user_id).is_not(None),
                col(Touch.at) >= self.period.begin,
                col(Touch.at) < min(self.period.end, drawn_until),
                *self.here(Touch),
            )
        )
        return self.session.execute(query.order_by(col(Touch.id))).all()


def _score(past: Past) -> Figure:
    return average({row.id: float(row.score) for row in past.reviews})


def _reviewed(past: Past) -> Figure:
    return share(
        [row.id for row in past.calls if row.review is not None], [row.id for row in past.calls]
    )


def _reviews() -> Query:
    one = QAReview
    return (
        columns(one, func.coalesce(col(User.name), ""), col(Touch.at), col(Touch.kind))
        .join(Touch, col(Touch.id) == col(one.touch_id))
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.owner_id))
    )


def _calls() -> Query:
    one = Touch
    return (
        columns(one, func.coalesce(col(User.name), ""), col(one.at), col(one.kind))
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.user_id))
    )


OF_REVIEWS: Final = (
    Metric(
        "QA-SCORE",
        N_("Score of reviewed calls"),
        N_("Mean score, 0 to 100, of the calls of the time that were reviewed"),
        Unit.POINTS,
        Better.MORE,
        _score,
    ),
)
OF_CALLS: Final = (
    Metric(
        "QA-SHARE",
        N_("Share of calls reviewed"),
        N_("Of the calls that we made in months that are over, those that were reviewed"),
        Unit.SHARE,
        Better.MORE,
        _reviewed,
        parameters.QA_SHARE,
    ),
)
METRICS: Final = (
    (OF_REVIEWS, behind(QAReview, _reviews)),
    (OF_CALLS, behind(Touch, _calls)),
)
"""By the kind of record that they count, with what shows those."""
