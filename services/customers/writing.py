"""Making a file, correcting it, handing it on."""

from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from db.grams import pinyin
from db.models import (
    CampaignAnswer,
    Consent,
    Customer,
    CustomerSummary,
    Document,
    Order,
    Ownership,
    OwnershipRole,
    Purpose,
    Store,
    TaskState,
    Touch,
    User,
    Vehicle,
    VisitTask,
)
from services import drafts
from services.core import audit, clock, keys, notices, numbers
from services.core.access import READS, WRITES, Actor, Permission, Reach, beyond, load
from services.core.audit import Action, Change
from services.core.errors import Conflict, InvalidInput, NotPermitted, StaleRecord
from services.core.masks import HIDDEN
from services.core.tellings import NoticeKind
from services.core.words import N_
from services.customers import policy, summary
from services.customers.inputs import AssignCustomer, CreateCustomer, UpdateCustomer
from services.customers.views import Receipt
from services.file_issues import closing, opening

SERIES = "customers"
_META = {"request_id", "customer_id", "version", "same_phone_is_known"}
_DRAFTS = {"customers.touch": READS, "customers.update": WRITES}
"""Form about a file -> how far it must reach for whom who goes on writing it."""
_CHILDREN: tuple[Any, ...] = (Ownership, Order, Touch, Document, Consent)


class PhoneKnown(Conflict):
    """Someone in the actor's sight has this phone: look before making a second file."""

    msgid = N_("{name} ({number}) already has this phone number")


class KnownElsewhere(Conflict):
    msgid = N_("This customer has a file in another store ({store}). Ask there for access")


class NotAnOwner(InvalidInput):
    msgid = N_("This person cannot own files of this store")


class NothingReachable(InvalidInput):
    msgid = N_("Name a phone number, or say how the customer can be reached in the note")


def create(session: Session, actor: Actor, form: CreateCustomer) -> Receipt:
    """Open a file. Raises PhoneKnown or KnownElsewhere for a phone that is on file, NotPermitted
    outside the actor's reach, NotAnOwner for an owner from elsewhere."""
    actor.require(Permission.CUSTOMERS_CREATE)
    if form.phone is None and not form.note:
        raise NothingReachable
    _check_place(session, actor, form.store_id, form.owner_id)
    number = next_number(session)  # first: it makes two creators of one phone wait for each other
    if form.phone:
        check_phone(session, actor, form.phone, seen_is_fine=form.same_phone_is_known)
    values = form.model_dump(exclude={"request_id", "consents_to_calls", "same_phone_is_known"})
    customer = Customer(number=number, name_pinyin=pinyin(form.name), **values)
    session.add(customer)
    audit.record(
        session, actor, Action.CUSTOMERS_CREATED, customer, changes=_first_values(customer, values)
    )
    if form.consents_to_calls:
        session.add(
            Consent(
                customer_id=customer.id,
                store_id=customer.store_id,
                owner_id=customer.owner_id,
                purpose=Purpose.SERVICE_CALLS,
                given_at=clock.now(),
            )
        )
    summary.refresh(session, customer.id)
    if _lacks(session, customer.id):
        opening.registered_incomplete(session, actor, customer)
    return Receipt(customer.id, customer.version, customer.number)


def update(session: Session, actor: Actor, form: UpdateCustomer) -> Receipt:
    """Correct the fields that were sent. Raises StaleRecord when someone else saved first,
    NotPermitted for another's file or for a field the actor cannot read, PhoneKnown or
    KnownElsewhere for a new phone that is on another file."""
    actor.require(Permission.CUSTOMERS_EDIT)
    if form.phone:
        reserve_numbers(session, 0)  # before the file: everyone who brings a phone waits here first
    customer = load(session, Customer, form.customer_id, lock=True)
    policy.require_edit(actor, customer)
    values = form.model_dump(exclude=_META, include=form.model_fields_set - _META)
    blind = policy.hidden_fields(session, actor, customer) & values.keys()
    if blind:
        raise NotPermitted(record="customers", fields=sorted(blind))
    if customer.version != form.version:
        raise StaleRecord(version=customer.version)
    values = _derived(values)
    if values.get("second_contact_id"):
        _check_owner(session, customer.store_id, values["second_contact_id"])
    changes = audit.difference(customer, values)
    if form.phone and any(change.field == "phone" for change in changes):
        known = form.same_phone_is_known
        check_phone(session, actor, form.phone, seen_is_fine=known, but=customer.id)
    if not _shown(changes):
        return Receipt(customer.id, customer.version, customer.number)
    for change in changes:
        setattr(customer, change.field, change.new)
    audit.record(session, actor, Action.CUSTOMERS_EDITED, customer, changes=_shown(changes))
    summary.refresh(session, customer.id)
    _settle_issues(session, actor, customer.id, changes)
    return Receipt(customer.id, customer.version, customer.number)


def assign(session: Session, actor: Actor, form: AssignCustomer) -> Receipt:
    """Hand a file to another owner or store; everything on it goes along. Both stores read of it
    in the audit; drafts of those who may no longer write them go."""
    actor.require(Permission.CUSTOMERS_ASSIGN)
    customer = load(session, Customer, form.customer_id, lock=True)
    policy.require_edit(actor, customer)
    if customer.version != form.version:
        raise StaleRecord(version=customer.version)
    _check_place(session, actor, form.store_id, form.owner_id)
    place = {"store_id": form.store_id, "owner_id": form.owner_id}
    changes = audit.difference(customer, place)
    if not changes:
        return Receipt(customer.id, customer.version, customer.number)
    left = customer.store_id
    _hand_on_contacts(session, customer, form)
    for row in (customer, *_belongings(session, customer.id)):
        row.store_id, row.owner_id = form.store_id, form.owner_id
    audit.record(
        session, actor, Action.CUSTOMERS_ASSIGNED, customer, changes=changes, reason=form.reason
    )
    if left != form.store_id:
        closing.hand_on(session, customer.id, form.store_id)
        _tell_former_store(session, actor, customer, left, form.reason)
    for form_name, reach in _DRAFTS.items():
        drafts.drop(session, f"{form_name}:{customer.id}", customer, reach)
    _tell_new_owner(session, actor, customer)
    summary.refresh(session, customer.id)
    return Receipt(customer.id, customer.version, customer.number)


def _lacks(session: Session, customer_id: int) -> bool:
    """Whether a file, whose summary is fresh, lacks anything that it must have."""
    query = select(col(CustomerSummary.missing)).where(
        col(CustomerSummary.customer_id) == customer_id
    )
    return bool(session.execute(query).scalar_one_or_none())


def _settle_issues(session: Session, actor: Actor, customer_id: int, changes: list[Change]) -> None:
    """What was wrong with the file and is mended now is no issue any more."""
    if any(change.field == "phone" for change in changes):
        closing.phone_changed(session, actor, customer_id)
    if not _lacks(session, customer_id):
        closing.file_completed(session, actor, customer_id)


def _tell_new_owner(session: Session, actor: Actor, customer: Customer) -> None:
    if customer.owner_id in {None, actor.id}:
        return
    notices.tell(
        session,
        [customer.owner_id],
        NoticeKind.CUSTOMER_HANDED_ON,
        f"customers:{customer.id}:{customer.version}",
        person=actor.name,
        number=customer.number,
        customer=customer.id,
    )


def _tell_former_store(
    session: Session, actor: Actor, customer: Customer, store_id: int, reason: str
) -> None:
    """An entry that stays with the store that the file left: what is the new one's is not read
    there any more."""
    name = select(col(Store.name)).where(col(Store.id) == customer.store_id)
    audit.record(
        session,
        actor,
        Action.CUSTOMERS_ASSIGNED,
        customer,
        reason=reason,
        store_id=store_id,
        store=session.execute(name).scalar_one(),
        customer=customer.number,
    )


def next_number(session: Session) -> str:
    """The next customer number, C0000001 upwards; taken for good when the transaction commits."""
    return f"C{reserve_numbers(session, 1) + 1:07d}"


def reserve_numbers(session: Session, count: int) -> int:
    """The last customer number given out before `count` more; holds the series until commit.

    With `count` 0 it only waits its turn, so that nobody makes the same customer meanwhile.
    """
    return numbers.reserve(session, SERIES, count)


def check_phone(
    session: Session, actor: Actor, phone: str, *, seen_is_fine: bool, but: int = 0
) -> None:
    """Raises PhoneKnown when a file in sight has this phone, KnownElsewhere when another's has,
    TooOften for who asks for very many.

    `seen_is_fine`: the entrant has looked at the one in sight (families share phones); nobody can
    have looked at one elsewhere. `but` is the file that is to have the phone.
    """
    policy.count_guess(actor, "form")
    same = select(col(Customer.id), col(Customer.name), col(Customer.number)).where(
        or_(col(Customer.phone) == phone, col(Customer.other_phone) == phone),
        col(Customer.merged_into_id).is_(None),
        col(Customer.id) != but,
    )
    if seen := session.execute(same.limit(1)).first():
        if seen_is_fine:
            return
        raise PhoneKnown(name=seen.name, number=seen.number, id=seen.id)
    where = (
        select(col(Store.name))
        .join(Customer, col(Customer.store_id) == col(Store.id))
        .where(col(Customer.phone) == phone, col(Customer.merged_into_id).is_(None))
    )
    if store := beyond(session, where.limit(1)).scalar_one_or_none():
        raise KnownElsewhere(store=store)


def _check_place(session: Session, actor: Actor, store_id: int, owner_id: int | None) -> None:
    """The store must be within the actor's hands, the owner must work there."""
    reach = actor.reach(WRITES)
    if reach is not Reach.ALL and store_id != actor.store_id:
        raise NotPermitted(store_id=store_id)
    if reach is Reach.OWN and owner_id not in {actor.id, None}:
        raise NotPermitted(owner_id=owner_id)
    known = select(col(Store.id)).where(col(Store.id) == store_id, col(Store.is_open))
    if session.execute(known).first() is None:
        raise InvalidInput
    if owner_id is not None:
        _check_owner(session, store_id, owner_id)


def _check_owner(session: Session, store_id: int, owner_id: int) -> None:
    who = select(col(User.id)).where(
        col(User.id) == owner_id,
        col(User.is_active),
        col(User.role).in_(policy.MAY_OWN),
        or_(col(User.store_id) == store_id, col(User.store_id).is_(None)),
    )
    if session.execute(who).first() is None:
        raise NotAnOwner


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    """What the row keeps of what was sent: pinyin beside the name, a hash for the identity."""
    if "id_number" in values:
        number = values.pop("id_number")
        values["id_number_hash"] = keys.first_seal("id_number", number) if number else None
        values["id_number_last4"] = number[-4:] if number else ""
    if "email" in values:
        values["email"] = values["email"] or ""
    if "name" in values:
        values["name_pinyin"] = pinyin(values["name"])
    return values


_UNSHOWN = {"name_pinyin", "id_number_hash"}


def _shown(changes: list[Change]) -> list[Change]:
    """What of the changes a person made; the rest follows from it. An identity number is told by
    its last four, and, where those stay, by that it changed."""
    shown = [change for change in changes if change.field not in _UNSHOWN]
    fields = {change.field for change in changes}
    if "id_number_hash" in fields and "id_number_last4" not in fields:
        shown.append(Change("id_number", HIDDEN, HIDDEN))
    return shown


def _first_values(customer: Customer, values: dict[str, Any]) -> list[Change]:
    return [
        Change(name, None, getattr(customer, name))
        for name, value in values.items()
        if value not in (None, "", False)
    ]


def _hand_on_contacts(session: Session, customer: Customer, form: AssignCustomer) -> None:
    """The contacts that are still to be made go with the file; within a store those that are
    another one's work stay his."""
    query = select(VisitTask).where(
        col(VisitTask.customer_id) == customer.id, col(VisitTask.state) == TaskState.PLANNED
    )
    has_moved = customer.store_id != form.store_id
    for task in session.execute(query).scalars():
        if has_moved or task.owner_id == customer.owner_id:
            task.store_id, task.owner_id = form.store_id, form.owner_id
    if has_moved:
        said = select(CampaignAnswer).where(col(CampaignAnswer.customer_id) == customer.id)
        for answer in session.execute(said).scalars():
            answer.store_id = form.store_id


def _belongings(session: Session, customer_id: int) -> list[Any]:
    """Every row that follows the file: its children, and the cars that the customer owns now."""
    rows: list[Any] = []
    for model in _CHILDREN:
        found = session.execute(select(model).where(col(model.customer_id) == customer_id))
        rows += found.scalars().all()
    cars = select(Vehicle).where(
        col(Vehicle.id).in_(
            select(col(Ownership.vehicle_id)).where(
                col(Ownership.customer_id) == customer_id,
                col(Ownership.role) == OwnershipRole.OWNER,  # a driver's car stays with its owner
                col(Ownership.ended_on).is_(None),
            )
        )
    )
    return [*rows, *session.execute(cars).scalars().all()]
