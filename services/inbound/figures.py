"""The metrics of calls that customers make to us: picked up in time, called back in time (spec 2.6,
V40, V41)."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlmodel import col

from db.models import Customer, InboundCall, User
from services.core import counted, parameters
from services.core.counted import Query, behind, columns
from services.core.metrics import Better, Figure, Metric, Unit, share
from services.core.words import N_


class Past(counted.Past):
    @cached_property
    def calls(self) -> Sequence[Row[Any]]:
        """(id, rings, store_id) of the calls of the period at which somebody counted the rings."""
        query = select(
            col(InboundCall.id), col(InboundCall.rings), col(InboundCall.store_id)
        ).where(
            col(InboundCall.at) >= self.period.begin,
            col(InboundCall.at) < self.period.end,
            col(InboundCall.rings).is_not(None),
            *self.here(InboundCall),
        )
        return self.session.execute(query.order_by(col(InboundCall.id))).all()

    @cached_property
    def allowed(self) -> Mapping[int, int]:
        """Store (id) -> rings within which it answers, as was decided for the last day."""
        stores = {row.store_id for row in self.calls}
        return {
            store: int(parameters.value(self.session, parameters.RINGS, self.period.until, store))
            for store in sorted(stores)
        }

    @cached_property
    def due(self) -> Sequence[Row[Any]]:
        """Calls whose answer was promised by a moment of the period that has come."""
        query = select(
            col(InboundCall.id), col(InboundCall.promised_at), col(InboundCall.answered_at)
        ).where(
            col(InboundCall.promised_at) >= self.period.begin,
            col(InboundCall.promised_at) < self.period.seen_at,
            *self.here(InboundCall),
        )
        return self.session.execute(query.order_by(col(InboundCall.id))).all()


def _rings(past: Past) -> Figure:
    hits = [row.id for row in past.calls if row.rings <= past.allowed[row.store_id]]
    return share(hits, [row.id for row in past.calls])


def _called_back(past: Past) -> Figure:
    hits = [
        row.id
        for row in past.due
        if row.answered_at is not None and row.answered_at <= row.promised_at
    ]
    return share(hits, [row.id for row in past.due])


def _calls(person_id: Any, on: Any) -> Callable[[], Query]:
    def query() -> Query:
        one = InboundCall
        name = func.coalesce(col(User.name), "")
        return (
            columns(one, name, col(on), col(one.wish), customer=col(one.caller))
            .outerjoin(Customer, col(Customer.id) == col(one.customer_id))
            .outerjoin(User, col(User.id) == col(person_id))
        )

    return query


OF_CALLS: Final = (
    Metric(
        "CALL-RINGS",
        N_("Answered within three rings"),
        N_("Of the calls at which rings were counted, those picked up within the rings allowed"),
        Unit.SHARE,
        Better.MORE,
        _rings,
    ),
)
OF_ANSWERS: Final = (
    Metric(
        "CALL-BACK",
        N_("Called back as promised"),
        N_("Of the answers to callers whose promised moment came, those that were given by it"),
        Unit.SHARE,
        Better.MORE,
        _called_back,
    ),
)
METRICS: Final = (
    (OF_CALLS, behind(InboundCall, _calls(InboundCall.taken_by_id, InboundCall.at))),
    (OF_ANSWERS, behind(InboundCall, _calls(InboundCall.answerer_id, InboundCall.promised_at))),
)
"""By what they count, with what shows those."""
