"""The metrics of visit forms: how much they say, what was done about it (spec 2.6, V20, V21)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import col

from db.models import VisitForm
from services.core import clock, counted
from services.core.metrics import Better, Figure, Metric, Unit, average, share
from services.core.words import N_
from services.visits.books import is_followed


class FormsPast(counted.Past):
    @cached_property
    def written(self) -> Sequence[Row[Any]]:
        """(id, quality) of the forms of visits that ended in the period, whenever it was written
        down."""
        query = select(col(VisitForm.id), col(VisitForm.quality)).where(
            col(VisitForm.ended_at) >= self.period.begin,
            col(VisitForm.ended_at) < self.period.end,
            *self.here(VisitForm),
        )
        return self.session.execute(query.order_by(col(VisitForm.id))).all()

    @cached_property
    def promised(self) -> Sequence[Row[Any]]:
        """Forms whose next improvement was promised for a day of the period that has passed."""
        last = min(self.period.until, clock.today() - timedelta(days=1))
        columns = (VisitForm.id, VisitForm.improve_on, VisitForm.improved_at)
        query = select(*map(col, columns)).where(
            col(VisitForm.improve_on) >= self.period.since,
            col(VisitForm.improve_on) <= last,
            *self.here(VisitForm),
        )
        return self.session.execute(query.order_by(col(VisitForm.id))).all()


def _quality(past: FormsPast) -> Figure:
    return average({row.id: float(row.quality) for row in past.written})


def _follow_through(past: FormsPast) -> Figure:
    return share(
        [row.id for row in past.promised if is_followed(row)], [row.id for row in past.promised]
    )


OF_FORMS: Final = (
    Metric(
        "FORM-QUALITY",
        N_("Quality of visit forms"),
        N_("Mean of the points, 0 to 12, that the six answers of a visit form have"),
        Unit.POINTS,
        Better.MORE,
        _quality,
    ),
)
OF_IMPROVEMENTS: Final = (
    Metric(
        "FORM-DONE",
        N_("Improved by their day"),
        N_("Of the next improvements whose day has passed, those that were done by it"),
        Unit.SHARE,
        Better.MORE,
        _follow_through,
    ),
)
