"""The metrics of appointments: who came, what was called off, what reminders bring (spec 2.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Row, and_, case, func, select
from sqlmodel import Session, col

from db.models import Appointment, AppointmentState, Customer, Trigger, User, VisitTask
from services.core import clock, counted
from services.core.counted import Query, behind, columns
from services.core.metrics import Better, Figure, Metric, Period, Unit, share
from services.core.words import N_
from services.visits.counted import BEHIND_TASKS
from services.visits.past import MADE

DECIDED: Final = frozenset({AppointmentState.ARRIVED, AppointmentState.NO_SHOW})
REMINDERS: Final = frozenset({Trigger.MAINTENANCE, Trigger.INSURANCE, Trigger.INSPECTION})
BOOKED_WITHIN: Final = timedelta(days=30)
"""After a reminder, its own day not counted (ours)."""
SHORT, LONG = timedelta(weeks=4), timedelta(weeks=26)
"""Over which the rate of cancellations is compared (spec 2.6)."""
LATELY, USUALLY = "4_weeks", "26_weeks"
"""Parts of the rate of cancellations."""
_DAY: Final = timedelta(days=1)


class Past(counted.Past):
    @cached_property
    def appointments(self) -> Sequence[Row[Any]]:
        """(id, state, starts_at) of the appointments for a day of the period; by state, so that an
        index finds them in all stores, too."""
        query = select(
            col(Appointment.id), col(Appointment.state), col(Appointment.starts_at)
        ).where(
            col(Appointment.state).in_(list(AppointmentState)),
            col(Appointment.starts_at) >= self.period.begin,
            col(Appointment.starts_at) < self.period.end,
            *self.here(Appointment),
        )
        return self.session.execute(query.order_by(col(Appointment.id))).all()

    @cached_property
    def weeks(self) -> tuple[float | None, float | None]:
        """The share that was called off of the last 4 weeks, and of the last 26, up to the last day
        that is over."""
        end = min(self.period.end, clock.midnight(clock.today()))
        is_late = col(Appointment.starts_at) >= end - SHORT
        query = (
            select(
                col(Appointment.state),
                func.count(),
                func.sum(case((is_late, 1), else_=0)),
            )
            .where(
                col(Appointment.state).in_(list(AppointmentState)),
                col(Appointment.starts_at) >= end - LONG,
                col(Appointment.starts_at) < end,
                *self.here(Appointment),
            )
            .group_by(col(Appointment.state))
        )
        rows = self.session.execute(query).all()
        long = {state: count for state, count, _ in rows}
        short = {state: int(count) for state, _, count in rows}
        return _cancelled_of(short), _cancelled_of(long)

    @cached_property
    def reminded(self) -> Mapping[int, bool]:
        """Reminders (contacts, ids) that reached the customer and whose thirtieth day lies in the
        period and has passed -> whether he had an appointment made from then on until that day.

        One that was made during the contact counts, though the contact ended after it.
        """
        last = min(self.period.until, clock.today() - _DAY) - BOOKED_WITHIN
        made_at = col(Appointment.created_at)
        query: Any = (
            select(
                col(VisitTask.id),
                col(VisitTask.ended_at),
                made_at.label("made_at"),
                (col(Appointment.task_id) == col(VisitTask.id)).label("is_of_it"),
            )
            .outerjoin(
                Appointment,
                and_(
                    col(Appointment.customer_id) == col(VisitTask.customer_id),
                    made_at < self.period.end,
                ),
            )
            .where(
                col(VisitTask.trigger).in_(list(REMINDERS)),
                col(VisitTask.state).in_(list(MADE)),
                col(VisitTask.ended_at) >= clock.midnight(self.period.since - BOOKED_WITHIN),
                col(VisitTask.ended_at) < clock.midnight(last + _DAY),
                *self.here(VisitTask),
            )
        )
        found: dict[int, bool] = {}
        for row in self.session.execute(query):
            found[row.id] = found.get(row.id, False) or _is_won(row)
        return dict(sorted(found.items()))


def _cancelled_of(counts: Mapping[AppointmentState, int]) -> float | None:
    whole = sum(counts.values())
    return counts.get(AppointmentState.CANCELLED, 0) / whole if whole else None


def _is_won(row: Any) -> bool:
    if row.made_at is None:
        return False
    last = clock.day_of(row.ended_at) + BOOKED_WITHIN
    return (row.made_at >= row.ended_at or bool(row.is_of_it)) and clock.day_of(row.made_at) <= last


def _show(past: Past) -> Figure:
    decided = [row for row in past.appointments if row.state in DECIDED]
    hits = [row.id for row in decided if row.state is AppointmentState.ARRIVED]
    return share(hits, [row.id for row in decided])


def _cancelled(past: Past) -> Figure:
    due = [row for row in past.appointments if row.starts_at < past.period.seen_at]
    found = share(
        [row.id for row in due if row.state is AppointmentState.CANCELLED], [row.id for row in due]
    )
    lately, usually = past.weeks
    return replace(found, parts={**found.parts, LATELY: lately, USUALLY: usually})


def _booked(past: Past) -> Figure:
    found = past.reminded
    return share([key for key, is_hit in found.items() if is_hit], list(found))


def fared(session: Session, store_id: int | None) -> tuple[Figure, Figure]:
    """APPT-SHOW and APPT-CANCEL of the last four weeks that are over."""
    today = clock.today()
    past = Past(session, Period(today - SHORT, today - _DAY), store_id)
    return _show(past), _cancelled(past)


def _appointments() -> Query:
    one = Appointment
    name = func.coalesce(col(User.name), "")
    return (
        columns(one, name, col(one.starts_at), col(one.work), col(one.state), col(one.visitor))
        .outerjoin(Customer, col(Customer.id) == col(one.customer_id))
        .outerjoin(User, col(User.id) == col(one.advisor_id))
    )


OF_APPOINTMENTS: Final = (
    Metric(
        "APPT-SHOW",
        N_("Show rate"),
        N_("Of the appointments whose time came and that were not called off, those kept"),
        Unit.SHARE,
        Better.MORE,
        _show,
    ),
    Metric(
        "APPT-CANCEL",
        N_("Cancellation rate"),
        N_("Of all appointments whose time came, those that were called off"),
        Unit.SHARE,
        Better.LESS,
        _cancelled,
    ),
)
OF_REMINDERS: Final = (
    Metric(
        "REMIND-BOOK",
        N_("Booked after a reminder"),
        N_(
            "Of the reminders of maintenance, insurance and inspection that reached the customer "
            "and whose 30 days ended, those after which he had an appointment made"
        ),
        Unit.SHARE,
        Better.MORE,
        _booked,
    ),
)
METRICS: Final = (
    (OF_APPOINTMENTS, behind(Appointment, _appointments)),
    (OF_REMINDERS, BEHIND_TASKS),
)
"""By the kind of record that they count, with what shows those."""
