"""The bays of a store: named by whoever leads, closed rather than deleted."""

from types import SimpleNamespace

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Appointment, AppointmentState, Bay, Store, User, WorkKind
from services.appointments.booking import COMING
from services.appointments.inputs import ChangeBay, OpenBay
from services.appointments.views import BayLine
from services.core import audit, clock
from services.core.access import READS, WRITES, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, NotFound, NotPermitted, StaleRecord
from services.core.words import N_
from services.customers import policy


class BayExists(Conflict):
    msgid = N_("There is a bay of this name already")


class BayHasAppointments(Conflict):
    msgid = N_("{count} appointments are booked at this bay. Move them first")


def bays(session: Session, actor: Actor, store_id: int) -> list[BayLine]:
    """All bays of a store, those in use first. Raises NotFound (a store out of reach)."""
    actor.require(Permission.VISITS_VIEW)
    check_reach(session, actor, store_id)
    return bays_of(session, store_id)


def open_bay(session: Session, actor: Actor, form: OpenBay) -> int:
    """A new bay. Raises NotPermitted, BayExists."""
    actor.require(Permission.VISITS_LEAD)
    _check_hands(session, actor, form.store_id)
    _check_name(session, form.store_id, form.name, None)
    bay = Bay(store_id=form.store_id, name=form.name, kinds=[kind.value for kind in form.kinds])
    session.add(bay)
    audit.record(session, actor, Action.BAYS_OPENED, bay, name=form.name)
    return bay.id


def change_bay(session: Session, actor: Actor, form: ChangeBay) -> int:
    """Its name, what can be done there, whether it is in use.

    Raises NotFound, StaleRecord, NotPermitted, BayExists, BayHasAppointments.
    """
    actor.require(Permission.VISITS_LEAD)
    bay = load(session, Bay, form.bay_id, lock=True)
    _check_hands(session, actor, bay.store_id)
    if bay.version != form.version:
        raise StaleRecord(version=bay.version)
    _check_name(session, bay.store_id, form.name, bay.id)
    if not form.is_in_use and (count := _waiting(session, bay)):
        raise BayHasAppointments(count=count)
    kinds = [kind.value for kind in form.kinds]
    values = {"name": form.name, "kinds": kinds, "is_in_use": form.is_in_use}
    changes = audit.difference(bay, values)
    for name, value in values.items():
        setattr(bay, name, value)
    if changes:
        audit.record(session, actor, Action.BAYS_CHANGED, bay, changes=changes)
    return bay.id


def advisors(session: Session, actor: Actor, store_id: int) -> list[tuple[int, str]]:
    """(id, name) of who receives customers in a store. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    check_reach(session, actor, store_id)
    return advisors_of(session, store_id)


def bays_of(session: Session, store_id: int) -> list[BayLine]:
    query = (
        select(Bay)
        .where(col(Bay.store_id) == store_id)
        .order_by(col(Bay.is_in_use).desc(), col(Bay.id))
    )
    return [
        BayLine(
            bay.id,
            bay.version,
            bay.store_id,
            bay.name,
            tuple(WorkKind(kind) for kind in bay.kinds),
            bay.is_in_use,
        )
        for bay in session.execute(query).scalars()
    ]


def advisors_of(session: Session, store_id: int) -> list[tuple[int, str]]:
    query = (
        select(col(User.id), col(User.name))
        .where(
            col(User.is_active), col(User.store_id) == store_id, col(User.role).in_(policy.MAY_OWN)
        )
        .order_by(col(User.desk).is_(None), col(User.desk).desc(), col(User.name), col(User.id))
    )
    return [(key, name) for key, name in session.execute(query)]


def check_reach(session: Session, actor: Actor, store_id: int) -> None:
    """Raises NotFound for a store whose customers he does not see."""
    if not actor.covers(READS, SimpleNamespace(store_id=store_id, owner_id=None)):
        raise NotFound(record="Store", id=store_id)
    load(session, Store, store_id)


def _check_hands(session: Session, actor: Actor, store_id: int) -> None:
    check_reach(session, actor, store_id)
    if not actor.covers(WRITES, SimpleNamespace(store_id=store_id, owner_id=None)):
        raise NotPermitted(record="bays")


def _check_name(session: Session, store_id: int, name: str, but: int | None) -> None:
    query = select(col(Bay.id)).where(col(Bay.store_id) == store_id, col(Bay.name) == name)
    if any(key != but for key in session.execute(query).scalars()):
        raise BayExists


def _waiting(session: Session, bay: Bay) -> int:
    query = select(col(Appointment.id)).where(
        col(Appointment.bay_id) == bay.id,
        col(Appointment.state).in_([*COMING, AppointmentState.ARRIVED]),
        col(Appointment.starts_at) >= clock.now(),
    )
    return len(session.execute(query).all())
