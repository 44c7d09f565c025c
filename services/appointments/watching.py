"""What becomes of appointments by themselves, and how they fare on the whole."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Appointment, AppointmentState
from services.appointments import figures
from services.appointments.booking import COMING, give_up
from services.appointments.inputs import MarkMissed
from services.appointments.views import Rates
from services.core import clock, parameters
from services.core.access import Actor, Permission

AT_ONCE: Final = 200


def mark_missed(session: Session, actor: Actor, form: MarkMissed) -> int:
    """Give up those to which nobody came within the time of grace; returns how many. Each is given
    up once: it is awaited no more."""
    actor.require(Permission.DATA_SWEEP)
    now, today = clock.now(), clock.today()
    query = (
        select(Appointment)
        .where(col(Appointment.state).in_(COMING), col(Appointment.starts_at) < now)
        .order_by(col(Appointment.starts_at), col(Appointment.id))
        .limit(AT_ONCE)
        .with_for_update()
    )
    changed = 0
    for row in session.execute(query).scalars().all():
        grace = parameters.value(session, parameters.GRACE, today, row.store_id)
        if row.starts_at + timedelta(minutes=int(grace)) < now:
            give_up(session, actor, row)
            changed += 1
    return changed


def rates(session: Session, actor: Actor, store_id: int | None = None) -> Rates:
    """Of the last four weeks, of what he sees, or of a store."""
    actor.require(Permission.VISITS_VIEW)
    shown, called_off = figures.fared(session, store_id)
    return Rates(
        came=int(shown.numerator or 0),
        due=int(shown.denominator or 0),
        cancelled=int(called_off.numerator or 0),
        made=int(called_off.denominator or 0),
        long_rate=called_off.parts[figures.USUALLY],
        to_confirm=_to_confirm(session, store_id),
    )


def _to_confirm(session: Session, store_id: int | None) -> int:
    begin = clock.midnight(clock.today() + timedelta(days=1))
    query = select(func.count(col(Appointment.id))).where(
        col(Appointment.state).in_([AppointmentState.REQUESTED, AppointmentState.BOOKED]),
        col(Appointment.starts_at) >= begin,
        col(Appointment.starts_at) < begin + timedelta(days=1),
    )
    if store_id is not None:
        query = query.where(col(Appointment.store_id) == store_id)
    return int(session.execute(query).scalar_one())
