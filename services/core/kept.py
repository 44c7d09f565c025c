"""What follows from decisions that are only added and withdrawn, kept while there is no new one."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import URL, FromClause, Subquery, func, select, true
from sqlmodel import Session, col

from db.models import CalendarDay, CalendarWeek, ParameterValue

Decision = type[CalendarWeek] | type[CalendarDay] | type[ParameterValue]
V = TypeVar("V")


class Kept(Generic[V]):
    """The latest of what `read` makes of these tables, of one database at most. It is shared by
    all threads, so it must be a value. One small look at the database tells whether it holds."""

    def __init__(self, decisions: Sequence[Decision], read: Callable[[Session], V]) -> None:
        traces = list(map(_traces, decisions))
        beside: FromClause = traces[0]
        for other in traces[1:]:
            beside = beside.join(other, true())
        columns = [column for each in traces for column in each.columns]
        self._stamp = select(*columns).select_from(beside)
        self._read = read
        self._latest: tuple[URL, tuple[Any, ...], V] | None = None

    def of(self, session: Session) -> V:
        """Read anew when the stamp differs; of two threads that do so at once, one is for
        nothing."""
        place, stamp = session.get_bind().engine.url, tuple(session.execute(self._stamp).one())
        latest = self._latest
        if latest is None or latest[:2] != (place, stamp):
            self._latest = latest = (place, stamp, self._read(session))
        return latest[2]


def _traces(model: Decision) -> Subquery:
    """What no two states of the decisions share. Rows are only added and withdrawn, so the counts
    rise with every change; the instants tell apart what was rolled back from what came instead."""
    added, withdrawn = col(model.created_at), col(model.withdrawn_at)
    return select(
        func.count(added), func.count(withdrawn), func.max(added), func.max(withdrawn)
    ).subquery()
