"""Taking a complaint: its number, its first responder, its clocks (C01, C02, C03, C13, C35)."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    Customer,
    EventKind,
    Heading,
    HeadingTree,
    Ownership,
    Severity,
    User,
    Vehicle,
)
from services.complaints.events import Receipt, happen
from services.complaints.inputs import RegisterComplaint
from services.core import clock, notices, numbers
from services.core.access import READS, Actor, Permission, load
from services.core.errors import InvalidInput, NotFound, NotPermitted
from services.core.notices import NoticeKind
from services.core.words import N_

SERIES = "complaints"
MAJOR = (Severity.L3, Severity.L4)


class ReceivedLater(InvalidInput):
    msgid = N_("A complaint cannot have come in after now")


class PromisedBefore(InvalidInput):
    msgid = N_("What is promised lies before the complaint came in")


class NotACategory(InvalidInput):
    msgid = N_("Choose a category of the tree that is in use")


class NotHisCar(InvalidInput):
    msgid = N_("This car does not belong to the customer")


class WhoComplains(InvalidInput):
    msgid = N_("Name the customer's file, or whoever complains")


class TooLight(InvalidInput):
    msgid = N_("What touches safety or the media is at least L3")


class NotAHandler(InvalidInput):
    msgid = N_("This person cannot handle complaints of this store")


def register(session: Session, actor: Actor, form: RegisterComplaint) -> Receipt:
    """Take a complaint. Whoever registers it is its first responder for good.

    Raises NotPermitted (a store out of reach), NotFound (customer, car), ReceivedLater,
    PromisedBefore, NotACategory, NotHisCar, WhoComplains, TooLight, NotAHandler.
    """
    actor.require(Permission.COMPLAINTS_REGISTER)
    if actor.id is None or not _reaches(actor, form.store_id):
        raise NotPermitted(store_id=form.store_id)
    _check_times(form)
    _check_who(session, form)
    _check_category(session, form.category_id)
    check_weight(form.severity, is_safety=form.is_safety, is_media=form.is_media)
    handler = form.handler_id or actor.id
    check_handler(session, handler, form.store_id)
    values = form.model_dump(exclude={"request_id", "handler_id", "person"})
    return enter(
        session,
        actor,
        taken_by=actor.id,
        handler_id=handler,
        person=form.person or "",
        **values,
    )


def enter(
    session: Session,
    actor: Actor,
    *,
    taken_by: int,
    handler_id: int,
    received_at: datetime,
    **values: Any,
) -> Receipt:
    """Give a complaint its number and put it into the ledger; `values` are its columns."""
    complaint = Complaint(
        number=_next_number(session),
        received_at=received_at,
        registered_at=clock.now(),
        first_responder_id=taken_by,
        accountable_id=taken_by,
        handler_id=handler_id,
        **values,
    )
    session.add(complaint)
    receipt = happen(session, actor, complaint, EventKind.REGISTERED, at=received_at)
    tell_given(session, actor, complaint, handler_id)
    return receipt


def _reaches(actor: Actor, store_id: int) -> bool:
    return actor.covers(READS, SimpleNamespace(store_id=store_id, owner_id=None))


def _next_number(session: Session) -> str:
    """TS-YYYYMM-####: the month where the dealer works."""
    month = f"{clock.today():%Y%m}"
    return f"TS-{month}-{numbers.reserve(session, f'{SERIES}:{month}') + 1:04d}"


def _check_times(form: RegisterComplaint) -> None:
    if form.received_at > clock.now():
        raise ReceivedLater
    if form.promised_at is not None:
        check_promise(form.received_at, form.promised_at)


def check_promise(received_at: datetime, promised_at: datetime) -> None:
    if promised_at < received_at:
        raise PromisedBefore


def check_weight(severity: Severity, *, is_safety: bool, is_media: bool) -> None:
    if (is_safety or is_media) and severity not in MAJOR:
        raise TooLight


def _check_who(session: Session, form: RegisterComplaint) -> None:
    if form.customer_id is None and not form.person:
        raise WhoComplains
    if form.customer_id is not None:
        load(session, Customer, form.customer_id)
    if form.vehicle_id is None:
        return
    load(session, Vehicle, form.vehicle_id)
    part = select(col(Ownership.id)).where(
        col(Ownership.vehicle_id) == form.vehicle_id,
        col(Ownership.customer_id) == form.customer_id,
    )
    if form.customer_id is not None and session.execute(part).first() is None:
        raise NotHisCar


def _check_category(session: Session, category_id: int) -> None:
    query = select(col(Heading.id)).where(
        col(Heading.id) == category_id,
        col(Heading.tree) == HeadingTree.CATEGORY,
        col(Heading.is_active),
    )
    if session.execute(query).first() is None:
        raise NotACategory


def tell_given(session: Session, actor: Actor, complaint: Complaint, user_id: int) -> None:
    """Tell somebody that a complaint is his from now on."""
    if user_id == actor.id:
        return
    notices.tell(
        session,
        [user_id],
        NoticeKind.COMPLAINT_GIVEN,
        f"complaints:{complaint.id}:given:{complaint.version}",
        person=actor.name,
        number=complaint.number,
        complaint=complaint.id,
    )


def check_handler(session: Session, user_id: int, store_id: int) -> None:
    try:
        user = load(session, User, user_id)
    except NotFound:
        raise NotAHandler from None
    if not user.is_active or user.store_id not in {None, store_id}:
        raise NotAHandler
