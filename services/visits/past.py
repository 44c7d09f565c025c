"""What the metrics of contacts are made of: what was due, tried, closed, and who was reached
(spec 2.6)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select
from sqlmodel import Session, col

from db.models import (
    Cadence,
    CadenceState,
    CallAttempt,
    Customer,
    Order,
    OrderKind,
    RepairKind,
    TaskState,
    Touch,
    Trigger,
    Vehicle,
    VisitTask,
)
from db.models import CadenceStep as Step
from services.core import clock
from services.core.metrics import Period
from services.visits.predicting import norms_of
from services.visits.rules import delivered
from services.visits.service_due import predict
from services.visits.standings import OURS

"""Somebody spoke with the customer, whatever he wanted."""
MADE: Final = frozenset({TaskState.DONE, TaskState.DECLINED})
NOT_DUE: Final = frozenset({TaskState.CANCELLED, TaskState.SUPPRESSED, TaskState.MERGED})
"""What was called off or held back; what was made together with another counts as that one."""
FOLLOW_UP: Final = timedelta(days=3)
ENOUGH: Final = 3
"""Attempts that count as one who was reached."""
_DAY: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=60 * 31)
"""No first maintenance lies further from its delivery."""


@dataclass
class Past:
    """A time at a store (None: all that is seen); each part is read once, when it is asked for."""

    session: Session
    period: Period
    store_id: int | None = None
    _now: date = field(default_factory=clock.today)

    @property
    def until(self) -> date:
        """The last day that has come."""
        return min(self.period.until, self._now)

    def _here(self, model: Any) -> Iterator[ColumnElement[bool]]:
        if self.store_id is not None:
            yield col(model.store_id) == self.store_id

    # ---- contacts

    @cached_property
    def due(self) -> Sequence[Row[Any]]:
        """Contacts whose last day in time lies in the period and has come; how they stood at its
        end: `made_on` None where they were not made by then."""
        columns = (VisitTask.id, VisitTask.due_to, VisitTask.state, VisitTask.ended_at)
        query = select(*map(col, columns)).where(
            col(VisitTask.due_to) >= self.period.since,
            col(VisitTask.due_to) <= self.until,
            col(VisitTask.state).not_in(NOT_DUE),
            *self._here(VisitTask),
        )
        return self.session.execute(query.order_by(col(VisitTask.id))).all()

    def made_on(self, row: Row[Any]) -> date | None:
        if row.state not in MADE or row.ended_at >= self.period.end:
            return None
        return clock.day_of(row.ended_at)

    @cached_property
    def ended(self) -> Sequence[Row[Any]]:
        """Contacts that ended in the period, in whatever way."""
        columns = (VisitTask.id, VisitTask.state, VisitTask.hold, VisitTask.next_on)
        query = select(*map(col, columns)).where(
            col(VisitTask.ended_at) >= self.period.begin,
            col(VisitTask.ended_at) < self.period.end,
            *self._here(VisitTask),
        )
        return self.session.execute(query.order_by(col(VisitTask.id))).all()

    @cached_property
    def overdue(self) -> Sequence[Row[Any]]:
        """(id, days late) of the contacts that were open at the end and out of time; what is held
        back waits and is none."""
        query = select(col(VisitTask.id), col(VisitTask.due_to)).where(
            col(VisitTask.due_to) < self.until,
            col(VisitTask.created_at) < self.period.end,
            or_(
                col(VisitTask.state) == TaskState.PLANNED,
                col(VisitTask.ended_at) >= self.period.end,
            ),
            col(VisitTask.hold).is_(None),
            *self._here(VisitTask),
        )
        return self.session.execute(query.order_by(col(VisitTask.id))).all()

    # ---- attempts

    @cached_property
    def attempts(self) -> Sequence[Row[Any]]:
        columns = (CallAttempt.id, CallAttempt.result, CallAttempt.task_id)
        query = select(*map(col, columns)).where(
            col(CallAttempt.at) >= self.period.begin,
            col(CallAttempt.at) < self.period.end,
            *self._here(CallAttempt),
        )
        return self.session.execute(query.order_by(col(CallAttempt.id))).all()

    # ---- repairs

    @cached_property
    def repairs(self) -> Mapping[int, bool]:
        """Repair orders (ids) whose third day lies in the period and has passed -> whether their
        customer was reached, or three times tried, on the days after the closing."""
        end = min(self.period.until, self._now - _DAY) - FOLLOW_UP
        columns = (Order.id, Order.customer_id, Order.closed_on)
        query = select(*map(col, columns)).where(
            col(Order.kind) == OrderKind.REPAIR,
            col(Order.closed_on) >= self.period.since - FOLLOW_UP,
            col(Order.closed_on) <= end,
            col(Order.voided_at).is_(None),
            *self._here(Order),
        )
        rows = self.session.execute(query.order_by(col(Order.id))).all()
        if not rows:
            return {}
        spoken, tried = self._spoken(end), self._tried(end)
        return {
            row.id: any(
                (row.customer_id, row.closed_on + n * _DAY) in spoken
                for n in range(1, FOLLOW_UP.days + 1)
            )
            or sum(
                tried.get((row.customer_id, row.closed_on + n * _DAY), 0)
                for n in range(FOLLOW_UP.days + 1)
            )
            >= ENOUGH
            for row in rows
        }

    def _spoken(self, end: date) -> Collection[tuple[int, date]]:
        """(customer, day) on which we reached somebody."""
        query = select(col(Touch.customer_id), col(Touch.at)).where(
            *self._around(Touch.at, end),
            col(Touch.is_inbound).is_(False),
            col(Touch.kind).in_(OURS),
        )
        return {(key, clock.day_of(at)) for key, at in self.session.execute(query)}

    def _tried(self, end: date) -> Mapping[tuple[int, date], int]:
        query = select(col(CallAttempt.customer_id), col(CallAttempt.at)).where(
            *self._around(CallAttempt.at, end)
        )
        found: dict[tuple[int, date], int] = {}
        for key, at in self.session.execute(query):
            found[key, clock.day_of(at)] = found.get((key, clock.day_of(at)), 0) + 1
        return found

    def _around(self, at: Any, end: date) -> Iterator[ColumnElement[bool]]:
        yield col(at) >= clock.midnight(self.period.since - FOLLOW_UP)
        yield col(at) < clock.midnight(end + FOLLOW_UP + _DAY)

    # ---- customers

    @cached_property
    def covered(self) -> Mapping[str, tuple[Sequence[int], Sequence[int]]]:
        """Class -> (customers, those of them who were contacted in its interval before the end)."""
        found = {}
        for code, rule in self._classes().items():
            days = timedelta(days=rule.days)
            reached = exists().where(
                col(Touch.customer_id) == col(Customer.id),
                col(Touch.at) >= clock.midnight(self.until + _DAY - days),
                col(Touch.at) < self.period.end,
            )
            query = select(col(Customer.id), reached).where(
                col(Customer.is_archived).is_(False),
                col(Customer.merged_into_id).is_(None),
                col(Customer.created_at) < self.period.end,
                *rule.of_class(),
                *self._here(Customer),
            )
            rows = self.session.execute(query.order_by(col(Customer.id))).all()
            found[code] = [key for key, _ in rows], [key for key, is_hit in rows if is_hit]
        return found

    def _classes(self) -> Mapping[str, "_Interval"]:
        """The intervals of the rules in force at the end; as delivered where nobody decided."""
        found = {
            code: _Interval(
                told["steps"][0]["days"], told.get("lifecycle"), told.get("value_class")
            )
            for code, told in delivered().items()
            if told["trigger"] is Trigger.CLASS
        }
        query = (
            select(Cadence, col(Step.offset_days))
            .join(Step, and_(col(Step.cadence_id) == col(Cadence.id), col(Step.nth) == 1))
            .where(
                col(Cadence.trigger) == Trigger.CLASS,
                col(Cadence.state) != CadenceState.DRAFT,
                col(Cadence.from_on) <= self.until,
                or_(col(Cadence.until_on).is_(None), col(Cadence.until_on) >= self.until),
            )
        )
        for cadence, days in self.session.execute(query):
            found[cadence.code] = _Interval(days, cadence.lifecycle, cadence.value_class)
        return found

    # ---- cars

    @cached_property
    def first_maintenances(self) -> Mapping[int, bool]:
        """Cars (ids) whose time of the first maintenance ended in the period and has passed ->
        whether they came for it by then."""
        norms, _ = norms_of(self.session)
        query = select(col(Vehicle.id), col(Vehicle.delivered_on)).where(
            col(Vehicle.delivered_on) >= self.period.since - _LONGEST,
            col(Vehicle.delivered_on) <= self.until,
            *self._here(Vehicle),
        )
        cars: dict[int, date] = dict(self.session.execute(query.order_by(col(Vehicle.id))).all())
        told = {day: predict(day, None, [], norms) for day in set(cars.values())}
        ends = {
            key: found.window_until
            for key, day in cars.items()
            if (found := told[day]) is not None
            and self.period.since <= found.window_until < self.until + _DAY
        }
        came = self._first_came({cars[key] for key in ends})
        return {key: key in came and came[key] <= end for key, end in ends.items()}

    def _first_came(self, delivered_on: Collection[date]) -> Mapping[int, date]:
        """Cars (ids) that were delivered between the first and the last of these days -> the day
        on which they first came for maintenance."""
        if not delivered_on:
            return {}
        query = (
            select(col(Order.vehicle_id), func.min(col(Order.ordered_on)))
            .join(Vehicle, col(Vehicle.id) == col(Order.vehicle_id))
            .where(
                col(Order.kind) == OrderKind.REPAIR,
                col(Order.repair_kind) == RepairKind.MAINTENANCE,
                col(Order.voided_at).is_(None),
                col(Vehicle.delivered_on) >= min(delivered_on),
                col(Vehicle.delivered_on) <= max(delivered_on),
            )
            .group_by(col(Order.vehicle_id))
        )
        return dict(self.session.execute(query).all())


@dataclass(frozen=True, slots=True)
class _Interval:
    """How many days may pass between two contacts with customers of a class."""

    days: int
    lifecycle: Any
    value_class: Any

    def of_class(self) -> Iterator[ColumnElement[bool]]:
        if self.lifecycle is not None:
            yield col(Customer.lifecycle) == self.lifecycle
        if self.value_class is not None:
            yield col(Customer.value_class) == self.value_class
