"""The metric of promises: whether they were kept by their moment (V11)."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Row, func, or_, select
from sqlmodel import col

from db.models import Customer, Promise, PromiseState, User
from services.core import counted
from services.core.counted import Query, behind, columns
from services.core.metrics import Better, Figure, Metric, Unit, share
from services.core.words import N_


class Past(counted.Past):
    @cached_property
    def due(self) -> Sequence[Row[Any]]:
        """Promises whose moment lies in the period and has come; whoever did not want it any more
        by then was promised nothing."""
        is_off = col(Promise.state) == PromiseState.WITHDRAWN
        query = select(
            col(Promise.id), col(Promise.state), col(Promise.due_at), col(Promise.closed_at)
        ).where(
            col(Promise.due_at) >= self.period.begin,
            col(Promise.due_at) < self.period.seen_at,
            or_(~is_off, col(Promise.closed_at) > col(Promise.due_at)),
            *self.here(Promise),
        )
        return self.session.execute(query.order_by(col(Promise.id))).all()


def _kept(past: Past) -> Figure:
    """As the register says it: closed as kept, not after its moment."""
    hits = [
        row.id for row in past.due if row.state is PromiseState.KEPT and row.closed_at <= row.due_at
    ]
    return share(hits, [row.id for row in past.due])


def _promises() -> Query:
    one = Promise
    return (
        columns(one, func.coalesce(col(User.name), ""), col(one.due_at), col(one.what),
                col(one.state))
        .join(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.owner_id))
    )  # fmt: skip


METRICS: Final = (
    Metric(
        "PROMISE",
        N_("Promises kept"),
        N_("Of the promises to customers whose moment came, those that were kept by it"),
        Unit.SHARE,
        Better.MORE,
        _kept,
    ),
)
BEHIND: Final = behind(Promise, _promises)
