"""Taking a complaint: its number, its first responder, its clocks (C01, C02, C03, C13, C35)."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    Customer,
    EventKind,
    HeadingTree,
    Order,
    Ownership,
    Severity,
    Store,
    User,
    Vehicle,
)
from services.complaints import helping, naming, raising, trees
from services.complaints.events import Receipt, happen
from services.complaints.filing import keep_files
from services.complaints.inputs import RegisterComplaint
from services.complaints.limits import MAJOR
from services.core import clock, notices, numbers
from services.core.access import GRANTS, OF_GROUP, READS, Actor, Permission, load
from services.core.errors import InvalidInput, NotFound, NotPermitted
from services.core.tellings import NoticeKind
from services.core.words import N_

SERIES = "complaints"
_PREFIX = "TS-"
STEP_WORDS: Final = 2000
"""Characters that a question may have."""


class ReceivedLater(InvalidInput):
    msgid = N_("A complaint cannot have come in after now")


class PromisedBefore(InvalidInput):
    msgid = N_("What is promised lies before the complaint came in")


class NotACategory(InvalidInput):
    msgid = N_("Choose a category of the tree that is in use")


class NotHisCar(InvalidInput):
    msgid = N_("This car does not belong to the customer")


class NotHisOrder(InvalidInput):
    msgid = N_("This order does not belong to the customer and his car")


class WhoComplains(InvalidInput):
    msgid = N_("Name the customer's file, or whoever complains")


class TooLight(InvalidInput):
    msgid = N_("What touches safety or the media is at least L3")


class NotAHandler(InvalidInput):
    msgid = N_("This person cannot handle complaints of this store")


def register(session: Session, actor: Actor, form: RegisterComplaint) -> Receipt:
    """Take a complaint, with its papers or not at all. Whoever registers it is its first responder
    for good.

    Raises NotPermitted (a store out of reach), NotFound (store, customer, car, order),
    ReceivedLater, PromisedBefore, NotACategory, NotHisCar, NotHisOrder, WhoComplains, TooLight,
    NotAHandler, NotAHelper, PaperTooLarge, TooManyPapers.
    """
    actor.require(Permission.COMPLAINTS_REGISTER)
    if actor.id is None or not _reaches(actor, form.store_id):
        raise NotPermitted(store_id=form.store_id)
    load(session, Store, form.store_id)
    received_at = form.received_at or clock.now()
    _check_times(received_at, form.promised_at)
    _check_who(session, form)
    _check_order(session, form)
    if not trees.is_in_use(session, HeadingTree.CATEGORY, form.category_id):
        raise NotACategory
    check_weight(form.severity, is_safety=form.is_safety, is_media=form.is_media)
    handler = form.handler_id or actor.id
    check_handler(session, handler, form.store_id)
    values = form.model_dump(exclude=_BESIDE)
    receipt = enter(
        session,
        actor,
        taken_by=actor.id,
        handler_id=handler,
        received_at=received_at,
        person=form.person or "",
        **values,
    )
    complaint = load(session, Complaint, receipt.id)
    if form.errand_id is not None:
        words = form.errand or form.words[:STEP_WORDS]
        receipt = helping.send(session, actor, complaint, form.errand_id, words)
    if form.files:
        receipt = keep_files(session, actor, complaint, form.files)
    return receipt


_BESIDE: Final = {
    *("request_id", "received_at", "handler_id", "person", "files", "errand_id", "errand")
}
"""What of the form is no column as it stands."""


def enter(
    session: Session,
    actor: Actor,
    *,
    taken_by: int,
    handler_id: int,
    received_at: datetime,
    follows: Complaint | None = None,
    **values: Any,
) -> Receipt:
    """Give a complaint its number and put it into the ledger; `values` are its columns. One that
    `follows` a legal case is a legal one before anybody is told of it."""
    [number] = next_numbers(session, f"{clock.today():%Y%m}")
    complaint = Complaint(
        number=number,
        received_at=received_at,
        registered_at=clock.now(),
        first_responder_id=taken_by,
        accountable_id=taken_by,
        handler_id=handler_id,
        **values,
    )
    session.add(complaint)
    if follows is not None:
        naming.follow(session, follows, complaint)
    happen(session, actor, complaint, EventKind.REGISTERED, at=received_at)
    raising.by_repetition(session, actor, complaint)
    tell_given(session, actor, complaint, handler_id)
    return Receipt(complaint.id, complaint.number, complaint.version)


def _reaches(actor: Actor, store_id: int) -> bool:
    return actor.covers(READS, SimpleNamespace(store_id=store_id, owner_id=None))


def next_numbers(session: Session, month: str, count: int = 1) -> list[str]:
    """The next numbers of a month (YYYYMM, where the dealer works): TS-YYYYMM-####."""
    last = numbers.reserve(session, f"{SERIES}:{month}", count)
    return [f"{_PREFIX}{month}-{last + nth:04d}" for nth in range(1, count + 1)]


def numbers_of(month: str) -> str:
    """How the numbers of what came in in a month (YYYY-MM) begin."""
    return f"{_PREFIX}{month.replace('-', '')}"


def _check_times(received_at: datetime, promised_at: datetime | None) -> None:
    if received_at > clock.now():
        raise ReceivedLater
    if promised_at is not None and promised_at < received_at:
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


def _check_order(session: Session, form: RegisterComplaint) -> None:
    """It is the customer's, and about the same car where both name one."""
    if form.order_id is None:
        return
    order = load(session, Order, form.order_id)
    is_his = order.customer_id == form.customer_id and order.voided_at is None
    is_of_car = form.vehicle_id is None or order.vehicle_id in {None, form.vehicle_id}
    if not (is_his and is_of_car):
        raise NotHisOrder


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
    is_here = user.role in OF_GROUP or user.store_id in {None, store_id}
    may = Permission.COMPLAINTS_HANDLE in GRANTS[user.role]
    if not (user.is_active and is_here and may):
        raise NotAHandler
