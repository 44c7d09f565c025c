"""A call taken, answered, handed on (V09, V10, V11, V28, V29, V40–V42)."""

from datetime import timedelta
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Channel,
    Customer,
    InboundCall,
    Ownership,
    TouchKind,
    Urgency,
    User,
    Vehicle,
)
from services import customers
from services.core import audit, clock, notices, parameters
from services.core.access import GRANTS, OF_GROUP, WRITES, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.tellings import NoticeKind
from services.core.words import N_
from services.inbound.holding import KINDS, AnsweredAlready, cause, end, hold, said
from services.inbound.inputs import AnswerCall, PassCall, RecordInbound
from services.inbound.views import Receipt

TOUCHES: Final = {
    Channel.PHONE: TouchKind.CALL,
    Channel.WECHAT: TouchKind.WECHAT,
    Channel.SMS: TouchKind.SMS,
    Channel.EMAIL: TouchKind.EMAIL,
    Channel.VISIT: TouchKind.VISIT,
}


class WhoCalls(InvalidInput):
    msgid = N_("Choose the customer's file, or note a name or a number")


class PutThrough(InvalidInput):
    msgid = N_("This is urgent: put him through at once, and say to whom")


class PromiseMissing(InvalidInput):
    msgid = N_("Say what he was told, or by when he hears from us")


class PromisedInThePast(InvalidInput):
    msgid = N_("The promised time lies in the future")


class NotHisCar(InvalidInput):
    msgid = N_("This is not a car of the caller")


class CannotAnswer(InvalidInput):
    msgid = N_("This person answers no callers of this store")


class HalfADemand(InvalidInput):
    msgid = N_("Say which item was wanted and what came of it")


class HalfACompanion(InvalidInput):
    msgid = N_("Say which companion item was asked about and what he said")


def take(session: Session, actor: Actor, form: RecordInbound) -> Receipt:
    """Write a call down. Answered on the spot, or with a clock: of whom, and until when.

    Raises NotPermitted, NotFound (customer, car), WhoCalls, NotHisCar, PutThrough, PromiseMissing,
    PromisedInThePast, CannotAnswer, HalfADemand, HalfACompanion.
    """
    actor.require(Permission.VISITS_WORK)
    customer = load(session, Customer, form.customer_id) if form.customer_id else None
    store_id = customer.store_id if customer else (form.store_id or actor.store_id)
    if store_id is None or not (customer or form.caller or form.phone):
        raise WhoCalls
    _check(session, form)
    now = clock.now()
    beside = {"request_id", "leads_to", "store_id", "caller", "phone", "reply", "promised_at"}
    values = form.model_dump(exclude={*beside, "answerer_id"})
    call = InboundCall(
        store_id=store_id,
        at=now,
        taken_by_id=actor.id,
        caller=form.caller or "",
        phone=form.phone or "",
        answerer_id=form.answerer_id or actor.id,
        **values,
    )
    if not actor.covers(WRITES, call):
        raise NotPermitted(record="inbound_calls")
    if form.answerer_id is not None:
        check_answerer(session, form.answerer_id, store_id)
    _promise(session, actor, call, form)
    session.add(call)
    audit.record(session, actor, Action.INBOUND_TAKEN, call, wish=form.wish)
    if customer is not None:
        _touch(session, actor, call, TouchKind.CALL, form.words, is_inbound=True)
    if call.answered_at is None:
        _tell_passed(session, actor, call)
    return Receipt(call.id, is_open=call.answered_at is None)


def answer(session: Session, actor: Actor, form: AnswerCall) -> Receipt:
    """He was told: who, when, how, in which words (V11). Raises AnsweredAlready, StaleRecord."""
    actor.require(Permission.VISITS_WORK)
    call = _open(session, actor, form.call_id, form.version)
    call.reply_channel, call.reply = form.reply_channel, form.reply
    end(session, actor, call)
    audit.record(session, actor, Action.INBOUND_ANSWERED, call, channel=form.reply_channel)
    if call.customer_id is not None:
        kind = TOUCHES[form.reply_channel]
        _touch(session, actor, call, kind, form.reply, is_inbound=False)
    return Receipt(call.id, is_open=False)


def pass_on(session: Session, actor: Actor, form: PassCall) -> Receipt:
    """Somebody else answers him, by the same time. Raises AnsweredAlready, StaleRecord,
    CannotAnswer."""
    actor.require(Permission.VISITS_WORK)
    call = _open(session, actor, form.call_id, form.version)
    check_answerer(session, form.answerer_id, call.store_id)
    changes = audit.difference(call, {"answerer_id": form.answerer_id})
    if changes:
        notices.take_back(session, *(cause(call, kind) for kind in KINDS))
        call.answerer_id = form.answerer_id
        audit.record(session, actor, Action.INBOUND_PASSED, call, changes=changes)
        _tell_passed(session, actor, call)
    return Receipt(call.id, is_open=True)


def _open(session: Session, actor: Actor, call_id: int, version: int) -> InboundCall:
    call = hold(session, actor, call_id)
    if call.answered_at is not None:
        raise AnsweredAlready
    if call.version != version:
        raise StaleRecord(version=call.version)
    return call


def _promise(session: Session, actor: Actor, call: InboundCall, form: RecordInbound) -> None:
    """Whether he has his answer, or who gives it by when."""
    now = clock.now()
    if form.reply is not None:
        call.reply_channel, call.reply, call.promised_at = Channel.PHONE, form.reply, None
        call.answered_at, call.answered_by_id = now, actor.id
        return
    is_urgent = form.urgency is Urgency.URGENT
    if is_urgent and form.leads_to is None:
        if form.answerer_id is None or form.answerer_id == actor.id:
            raise PutThrough
        call.is_transferred = True
    if form.promised_at is None and not is_urgent and form.leads_to is None:
        raise PromiseMissing
    if form.promised_at is not None and form.promised_at <= now:
        raise PromisedInThePast
    minutes = parameters.value(session, parameters.URGENT_ANSWER, clock.today(), call.store_id)
    soon = now + timedelta(minutes=int(minutes))
    call.promised_at = form.promised_at or soon
    if is_urgent:
        call.promised_at = min(call.promised_at, soon)
    if call.answerer_id is None:
        raise CannotAnswer
    check_answerer(session, call.answerer_id, call.store_id)


def _check(session: Session, form: RecordInbound) -> None:
    if bool(form.item) != (form.demand_result is not None) or (form.substitute and not form.item):
        raise HalfADemand
    if bool(form.companion) != (form.companion_answer is not None):
        raise HalfACompanion
    if form.vehicle_id is None:
        return
    load(session, Vehicle, form.vehicle_id)
    part = select(col(Ownership.id)).where(
        col(Ownership.vehicle_id) == form.vehicle_id,
        col(Ownership.customer_id) == form.customer_id,
    )
    if session.execute(part).first() is None:
        raise NotHisCar


def check_answerer(session: Session, user_id: int, store_id: int) -> None:
    """Somebody who is there and works with customers. Raises CannotAnswer."""
    try:
        user = load(session, User, user_id)
    except NotFound:
        raise CannotAnswer from None
    is_here = user.role in OF_GROUP or user.store_id in {None, store_id}
    if not (user.is_active and is_here and Permission.VISITS_WORK in GRANTS[user.role]):
        raise CannotAnswer


def _touch(
    session: Session,
    actor: Actor,
    call: InboundCall,
    kind: TouchKind,
    words: str,
    *,
    is_inbound: bool,
) -> None:
    """On the customer's timeline."""
    touch = customers.RecordTouch(
        request_id=uuid5(NAMESPACE_OID, f"inbound:{call.id}:{is_inbound}"),
        customer_id=call.customer_id,
        kind=kind,
        is_inbound=is_inbound,
        summary=words,
    )
    customers.record_touch(session, actor, touch)


def _tell_passed(session: Session, actor: Actor, call: InboundCall) -> None:
    if call.answerer_id in {None, actor.id} or call.promised_at is None:
        return
    notices.tell(
        session,
        [call.answerer_id],
        NoticeKind.INBOUND_PASSED,
        cause(call, NoticeKind.INBOUND_PASSED),
        person=actor.name,
        who=name_of(session, call),
        time=said(call.promised_at),
        call=call.id,
    )


def name_of(session: Session, call: InboundCall) -> str:
    """As whoever answers him knows him."""
    if call.customer_id is None:
        return call.caller or call.phone
    query = select(col(Customer.name)).where(col(Customer.id) == call.customer_id)
    return session.execute(query).scalar() or call.caller or "–"
