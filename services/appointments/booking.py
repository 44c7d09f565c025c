"""Appointments made, agreed, confirmed, moved, kept, missed and called off (spec 2.4, V06)."""

from datetime import timedelta
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Appointment,
    AppointmentState,
    Bay,
    Customer,
    Ownership,
    User,
    Vehicle,
    VisitKind,
    VisitTask,
    WorkKind,
)
from services import visits
from services.appointments import slots
from services.appointments.inputs import (
    BookAppointment,
    CancelAppointment,
    MoveAppointment,
    WorkOnAppointment,
)
from services.appointments.views import Receipt
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.words import N_, translate
from services.customers import policy
from services.inbound import following

COMING: Final = frozenset(
    {AppointmentState.REQUESTED, AppointmentState.BOOKED, AppointmentState.CONFIRMED}
)
"""In which the customer is still awaited."""
MISSED: Final = N_("Did not come to the appointment on {day}: offer another one")


class NotAwaited(Conflict):
    msgid = N_("This appointment is over, or was called off")


class NotInThisState(Conflict):
    msgid = N_("This cannot be said of the appointment as it stands now")


class WhoComes(InvalidInput):
    msgid = N_("Name the customer's file, or whoever comes")


class WhereTo(InvalidInput):
    msgid = N_("Choose a bay, or who receives the customer")


class NotHisVehicle(InvalidInput):
    msgid = N_("This is not a car of this customer")


class NotHisContact(InvalidInput):
    msgid = N_("This contact is with another customer")


class NotThisBay(InvalidInput):
    msgid = N_("This bay is not in use, is of another store, or takes no such work")


class NotAnAdvisor(InvalidInput):
    msgid = N_("This person receives no customers in this store")


class BookedAlready(Conflict):
    msgid = N_("He has an appointment at {time} already. Move it, or choose another time")


class NotYet(InvalidInput):
    msgid = N_("This can be said on the day of the appointment, not before")


class NotBegun(InvalidInput):
    msgid = N_("He may still come: the appointment has not begun")


def book(session: Session, actor: Actor, form: BookAppointment) -> Receipt:
    """Give a customer a time: at a bay, with an advisor, or both.

    Raises NotPermitted, NotFound (customer, car, contact, call), WhoComes, WhereTo, NotHisVehicle,
    NotHisContact, NotThisBay, NotAnAdvisor, OffGrid, BeginsInThePast, ClosedThen, BookedAlready,
    BayTaken, AdvisorTaken.
    """
    actor.require(Permission.VISITS_WORK)
    customer = load(session, Customer, form.customer_id) if form.customer_id else None
    store_id = customer.store_id if customer else (form.store_id or actor.store_id)
    if store_id is None or (customer is None and not form.visitor):
        raise WhoComes
    values = form.model_dump(exclude={"request_id", "call_id", "is_request", "store_id", "visitor"})
    row = Appointment(
        store_id=store_id,
        visitor=form.visitor or "",
        state=AppointmentState.REQUESTED if form.is_request else AppointmentState.BOOKED,
        made_by_id=actor.id,
        **values,
    )
    if not actor.covers(WRITES, row):
        raise NotPermitted(record="appointments")
    _check_car_and_contact(session, form)
    _check_place(session, row, row.bay_id, row.advisor_id, row.work)
    slots.check_time(session, slots.wanted_of(row))
    _check_alone(session, row)
    session.add(row)
    session.flush()
    slots.take(session, row)
    if form.call_id is not None:
        following.by_appointment(session, actor, form.call_id, row)
    audit.record(session, actor, Action.APPOINTMENTS_BOOKED, row, starts_at=row.starts_at)
    return _receipt(row)


def agree(session: Session, actor: Actor, form: WorkOnAppointment) -> Receipt:
    """The store can keep the time that was asked for. Raises NotAwaited, NotInThisState."""
    actor.require(Permission.VISITS_WORK)
    row = hold(session, actor, form)
    if row.state is not AppointmentState.REQUESTED:
        raise NotInThisState
    row.state = AppointmentState.BOOKED
    audit.record(session, actor, Action.APPOINTMENTS_AGREED, row)
    return _receipt(row)


def remind(session: Session, actor: Actor, form: WorkOnAppointment) -> Receipt:
    """He was told of it once more, without an answer yet. Raises NotAwaited."""
    actor.require(Permission.VISITS_WORK)
    row = hold(session, actor, form)
    row.reminded_at = clock.now()
    audit.record(session, actor, Action.APPOINTMENTS_REMINDED, row)
    return _receipt(row)


def confirm(session: Session, actor: Actor, form: WorkOnAppointment) -> Receipt:
    """He says that he comes. Raises NotAwaited, NotInThisState."""
    actor.require(Permission.VISITS_WORK)
    row = hold(session, actor, form)
    if row.state is not AppointmentState.BOOKED:
        raise NotInThisState
    row.state, row.reminded_at = AppointmentState.CONFIRMED, row.reminded_at or clock.now()
    audit.record(session, actor, Action.APPOINTMENTS_CONFIRMED, row)
    return _receipt(row)


def move(session: Session, actor: Actor, form: MoveAppointment) -> Receipt:
    """To another time, bay or advisor; whoever had confirmed is asked once more.

    Raises as `book` does, and NotAwaited, StaleRecord.
    """
    actor.require(Permission.VISITS_WORK)
    row = hold(session, actor, form)
    place = form.model_dump(include={"starts_at", "minutes", "advisor_id", "bay_id"})
    changes = audit.difference(row, place)
    if not changes:
        return _receipt(row)
    if (row.bay_id, row.advisor_id) != (form.bay_id, form.advisor_id):
        _check_place(session, row, form.bay_id, form.advisor_id, row.work)
    has_moved = row.starts_at != form.starts_at
    slots.release(session, row.id)
    for name, value in place.items():
        setattr(row, name, value)
    slots.check_time(session, slots.wanted_of(row))
    _check_alone(session, row)
    if has_moved:
        row.moved += 1
        row.reminded_at = None
        if row.state is AppointmentState.CONFIRMED:
            row.state = AppointmentState.BOOKED
    session.flush()
    slots.take(session, row)
    audit.record(session, actor, Action.APPOINTMENTS_MOVED, row, changes=changes)
    return _receipt(row)


def arrive(session: Session, actor: Actor, form: WorkOnAppointment) -> Receipt:
    """He is here, maybe after nobody thought so any more: then his bay may be another's.

    Raises NotAwaited, NotYet.
    """
    actor.require(Permission.VISITS_WORK)
    row = hold(session, actor, form, COMING | {AppointmentState.NO_SHOW})
    if clock.day_of(row.starts_at) > clock.today():
        raise NotYet
    if row.state is AppointmentState.NO_SHOW:
        row.bay_id = None
    row.state, row.arrived_at, row.ended_at = AppointmentState.ARRIVED, clock.now(), None
    audit.record(session, actor, Action.APPOINTMENTS_ARRIVED, row)
    return _receipt(row)


def miss(session: Session, actor: Actor, form: WorkOnAppointment) -> Receipt:
    """He did not come. Raises NotAwaited, NotBegun."""
    actor.require(Permission.VISITS_WORK)
    row = hold(session, actor, form)
    if row.starts_at > clock.now():
        raise NotBegun
    give_up(session, actor, row)
    return _receipt(row)


def cancel(session: Session, actor: Actor, form: CancelAppointment) -> Receipt:
    """It is called off, with the reason. Raises NotAwaited."""
    actor.require(Permission.VISITS_WORK)
    row = hold(session, actor, form)
    row.state, row.reason, row.ended_at = AppointmentState.CANCELLED, form.reason, clock.now()
    slots.release(session, row.id)
    audit.record(session, actor, Action.APPOINTMENTS_CANCELLED, row, reason=form.reason)
    return _receipt(row)


def give_up(session: Session, actor: Actor, row: Appointment) -> None:
    """Nobody came: the time is free, and the customer is called on the day after."""
    row.state, row.ended_at = AppointmentState.NO_SHOW, clock.now()
    slots.release(session, row.id)
    audit.record(session, actor, Action.APPOINTMENTS_MISSED, row)
    if row.customer_id is None:
        return
    day = clock.day_of(row.starts_at)
    wanted = visits.PlanContact(
        request_id=_once(row),
        customer_id=row.customer_id,
        kind=VisitKind.CALL,
        due_on=clock.today() + timedelta(days=1),
        purpose=translate("zh_CN", MISSED, day=str(day)),
    )
    visits.plan(session, actor, wanted)


def _once(row: Appointment) -> UUID:
    return uuid5(NAMESPACE_OID, f"appointments:{row.id}:{row.moved}")


def hold(
    session: Session,
    actor: Actor,
    form: WorkOnAppointment,
    states: frozenset[AppointmentState] = COMING,
) -> Appointment:
    """An appointment in one of these states, locked, as it was shown, and in the actor's hands.

    Raises NotFound, NotAwaited, StaleRecord, NotPermitted.
    """
    row = load(session, Appointment, form.appointment_id, lock=True)
    if not actor.covers(WRITES, row):
        raise NotPermitted(record="appointments", id=row.id)
    if row.state not in states:
        raise NotAwaited
    if row.version != form.version:
        raise StaleRecord(version=row.version)
    return row


def _receipt(row: Appointment) -> Receipt:
    return Receipt(row.id, row.state, row.starts_at)


def _check_car_and_contact(session: Session, form: BookAppointment) -> None:
    if form.vehicle_id is not None:
        load(session, Vehicle, form.vehicle_id)
        part = select(col(Ownership.id)).where(
            col(Ownership.vehicle_id) == form.vehicle_id,
            col(Ownership.customer_id) == form.customer_id,
        )
        if session.execute(part).first() is None:
            raise NotHisVehicle
    if form.task_id is not None:
        task = load(session, VisitTask, form.task_id)
        if task.customer_id != form.customer_id:
            raise NotHisContact


def _check_place(
    session: Session, row: Appointment, bay_id: int | None, advisor_id: int | None, work: WorkKind
) -> None:
    if bay_id is None and advisor_id is None:
        raise WhereTo
    if bay_id is not None:
        query = select(Bay).where(col(Bay.id) == bay_id, col(Bay.store_id) == row.store_id)
        bay = session.execute(query).scalar_one_or_none()
        if bay is None or not bay.is_in_use or (bay.kinds and work.value not in bay.kinds):
            raise NotThisBay
    if advisor_id is not None:
        try:
            user = load(session, User, advisor_id)
        except NotFound:
            raise NotAnAdvisor from None
        is_here = user.store_id in {None, row.store_id}
        if not (user.is_active and user.role in policy.MAY_OWN and is_here):
            raise NotAnAdvisor


def _check_alone(session: Session, row: Appointment) -> None:
    """Nobody is in two places at once; his other car may be."""
    if row.customer_id is None:
        return
    day = clock.midnight(clock.day_of(row.starts_at))
    query = select(Appointment).where(
        col(Appointment.customer_id) == row.customer_id,
        col(Appointment.state).in_(COMING),
        col(Appointment.starts_at) >= day,
        col(Appointment.starts_at) < day + timedelta(days=1),
    )
    if row.id is not None:
        query = query.where(col(Appointment.id) != row.id)
    end = row.starts_at + timedelta(minutes=row.minutes)
    with session.no_autoflush:
        for other in session.execute(query).scalars():
            is_apart = row.vehicle_id is not None and other.vehicle_id not in {None, row.vehicle_id}
            over = other.starts_at + timedelta(minutes=other.minutes)
            if not is_apart and other.starts_at < end and row.starts_at < over:
                raise BookedAlready(time=slots.said(other.starts_at))
