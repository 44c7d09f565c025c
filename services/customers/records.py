"""What is added to a file: touches, consents, documents.

The file is locked although it is not changed: what is added must go along when it is handed on.
"""

from datetime import timedelta

from sqlmodel import Session

from db.models import Consent, Customer, Document, Purpose, Touch
from services.core import audit, clock
from services.core.access import Actor, Permission, load
from services.core.audit import Action, Change
from services.core.errors import Conflict, InvalidInput
from services.core.words import N_
from services.customers import policy, summary
from services.customers.inputs import AddDocument, GiveConsent, RecordTouch, WithdrawConsent
from services.customers.views import Receipt


class TouchInFuture(InvalidInput):
    msgid = N_("A touch cannot lie in the future. Use the next contact date for plans")


class NextContactPast(InvalidInput):
    msgid = N_("The next contact cannot lie in the past")


class AlreadyWithdrawn(Conflict):
    msgid = N_("This consent was already withdrawn")


def record_touch(session: Session, actor: Actor, form: RecordTouch) -> Receipt:
    """Write down one contact with the customer (V38, V39). Whoever may see the file may."""
    actor.require(Permission.CUSTOMERS_TOUCH)
    customer = load(session, Customer, form.customer_id, lock=True)
    at = form.at or clock.now()
    if at > clock.now() + timedelta(minutes=5):
        raise TouchInFuture
    if form.next_contact_on and form.next_contact_on < clock.today():
        raise NextContactPast
    touch = Touch(
        customer_id=customer.id,
        store_id=customer.store_id,
        owner_id=customer.owner_id,
        at=at,
        kind=form.kind,
        is_inbound=form.is_inbound,
        summary=form.summary,
        user_id=actor.id,
        next_contact_on=form.next_contact_on,
    )
    session.add(touch)
    audit.record(session, actor, Action.CUSTOMERS_TOUCHED, touch, kind=form.kind)
    summary.refresh(session, customer.id)
    return Receipt(touch.id)


def give_consent(session: Session, actor: Actor, form: GiveConsent) -> Receipt:
    """Record what the customer agreed to (F48)."""
    actor.require(Permission.CUSTOMERS_EDIT)
    customer = load(session, Customer, form.customer_id, lock=True)
    policy.require_edit(actor, customer)
    consent = Consent(
        store_id=customer.store_id,
        owner_id=customer.owner_id,
        given_at=clock.now(),
        **form.model_dump(exclude={"request_id"}),
    )
    session.add(consent)
    audit.record(
        session,
        actor,
        Action.CUSTOMERS_CONSENTED,
        consent,
        changes=[Change("purpose", None, form.purpose)],
    )
    summary.refresh(session, customer.id)
    return Receipt(consent.id)


def withdraw_consent(session: Session, actor: Actor, form: WithdrawConsent) -> Receipt:
    """The customer takes a consent back: kept with its end, never deleted."""
    actor.require(Permission.CUSTOMERS_EDIT)
    customer = load(session, Customer, form.customer_id, lock=True)
    policy.require_edit(actor, customer)
    consent = load(session, Consent, form.consent_id, lock=True)
    if consent.customer_id != customer.id:
        raise InvalidInput
    if consent.withdrawn_at is not None:
        raise AlreadyWithdrawn
    consent.withdrawn_at = clock.now()
    audit.record(
        session,
        actor,
        Action.CUSTOMERS_CONSENTED,
        consent,
        changes=[Change("withdrawn_at", None, consent.withdrawn_at)],
        reason=form.reason,
        purpose=Purpose(consent.purpose),
    )
    summary.refresh(session, customer.id)
    return Receipt(consent.id)


def add_document(session: Session, actor: Actor, form: AddDocument) -> Receipt:
    """Note a paper and where it lies (F28)."""
    actor.require(Permission.CUSTOMERS_EDIT)
    customer = load(session, Customer, form.customer_id, lock=True)
    policy.require_edit(actor, customer)
    document = Document(
        store_id=customer.store_id,
        owner_id=customer.owner_id,
        **form.model_dump(exclude={"request_id"}),
    )
    session.add(document)
    audit.record(
        session,
        actor,
        Action.CUSTOMERS_DOCUMENTED,
        document,
        changes=[Change("kind", None, form.kind), Change("status", None, form.status)],
    )
    summary.refresh(session, customer.id)
    return Receipt(document.id)
