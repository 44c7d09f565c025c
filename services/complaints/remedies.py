"""What the customer is offered, and what comes of it: apologies, repairs, money (C10, C19, C34).

Money counts by the complaint, so that no sum is split into several that need nobody's agreement:
whoever promises more in all than his limit asks a second person, and beyond the director's limit
finance has to consent in writing (spec 3.3).
"""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import (
    Approval,
    ApprovalState,
    Complaint,
    EventKind,
    Remedy,
    RemedyKind,
    RemedyState,
    Role,
    User,
)
from services.complaints import events, filing
from services.complaints.events import Receipt
from services.complaints.inputs import (
    AgreeToRemedy,
    DeliverRemedy,
    DropRemedy,
    OfferRemedy,
    PayRemedy,
)
from services.core import approvals, clock, fields, parameters
from services.core.access import Actor, Permission, load
from services.core.approvals import ApprovalKind, Phrase
from services.core.choices import choice_label
from services.core.errors import Conflict, InvalidInput, NotFound
from services.core.recorded import names_of
from services.core.words import N_

MONEY: Final = frozenset({RemedyKind.COMPENSATION, RemedyKind.REFUND})
AHEAD: Final = frozenset({RemedyState.PLANNED, RemedyState.WAITING, RemedyState.APPROVED})
"""Promised, and still to be done."""
READY: Final = frozenset({RemedyState.PLANNED, RemedyState.APPROVED})
_FEN: Final = 100
_GIVEN_UP: Final = frozenset({RemedyState.REFUSED, RemedyState.DROPPED})


class AmountMissing(InvalidInput):
    msgid = N_("Write how much money it is")


class OnlyMoney(InvalidInput):
    msgid = N_("Only compensations and refunds have an amount")


class NeedsFinance(InvalidInput):
    msgid = N_(
        "Together with what was promised before this is more than {limit} yuan. Write down the "
        "number of finance's consent"
    )


class NotReadyYet(Conflict):
    msgid = N_("This remedy waits for a second person, or has ended")


class NotPaidOut(Conflict):
    msgid = N_("Only money that was handed out is confirmed, once")


def offer_remedy(session: Session, actor: Actor, form: OfferRemedy) -> Receipt:
    """Promise the customer something. Money beyond one's limit waits for somebody who leads.

    Raises AmountMissing, OnlyMoney, NeedsFinance, NobodyDecides, NotPermitted (not in his hands).
    """
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.OFFERED)
    _check_amount(form)
    limits = _limits(session, complaint)
    total = _promised(session, complaint.id) + (form.amount_fen or 0)
    remedy = Remedy(
        complaint_id=complaint.id,
        planned_at=clock.now(),
        planned_by_id=actor.id,
        amount_fen=form.amount_fen,
        **form.model_dump(exclude={"request_id", "complaint_id", "amount"}),
    )
    if form.amount_fen is not None:
        is_his = _is_his_to_promise(actor, total, limits, consent=form.consent_no)
        remedy.state = RemedyState.APPROVED if is_his else RemedyState.WAITING
        remedy.approved_by_id = actor.id if is_his else None
    session.add(remedy)
    session.flush()
    receipt = _happen(session, actor, complaint, remedy, note=form.words)
    if remedy.state is RemedyState.WAITING:
        by_manager = total <= limits[Role.MANAGER]
        needs = Permission.COMPLAINTS_LEAD if by_manager else Permission.COMPLAINTS_SETTLE
        form_ = AgreeToRemedy(request_id=form.request_id, remedy_id=remedy.id)
        approvals.ask(session, actor, form_, _matter(complaint, remedy, needs), _brief(form.words))
    return receipt


def deliver_remedy(session: Session, actor: Actor, form: DeliverRemedy) -> Receipt:
    """It was done: the apology made, the car repaired, the money handed out. Raises NotReadyYet."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.EXECUTED)
    remedy = _of(session, complaint, form.remedy_id)
    if remedy.state not in READY:
        raise NotReadyYet
    remedy.state, remedy.done_at = RemedyState.DONE, clock.now()
    return _happen(session, actor, complaint, remedy, EventKind.EXECUTED, note=form.words)


def drop_remedy(session: Session, actor: Actor, form: DropRemedy) -> Receipt:
    """It is not wanted any more. Raises NotReadyYet: a request that waits is taken back instead."""
    actor.require(Permission.COMPLAINTS_HANDLE)
    complaint = events.hold(session, actor, form, EventKind.OFFERED)
    remedy = _of(session, complaint, form.remedy_id)
    if remedy.state not in READY:
        raise NotReadyYet
    remedy.state = RemedyState.DROPPED
    return _happen(session, actor, complaint, remedy, note=form.reason)


def pay_remedy(session: Session, actor: Actor, form: PayRemedy) -> Receipt:
    """Finance has confirmed that the money left the house, with its receipt where there is one
    (C19). Raises NotPaidOut, PaperTooLarge, TooManyPapers."""
    actor.require(Permission.COMPLAINTS_LEAD)
    complaint = events.hold(session, actor, form, EventKind.NOTED)
    events.check_leads(actor, complaint)
    remedy = _of(session, complaint, form.remedy_id)
    is_handed_out = remedy.state is RemedyState.DONE and remedy.amount_fen is not None
    if not is_handed_out or remedy.paid_at is not None:
        raise NotPaidOut
    remedy.paid_at = clock.now()
    receipt = _happen(session, actor, complaint, remedy, EventKind.NOTED, note=form.words)
    if not form.files:
        return receipt
    return filing.keep_files(session, actor, complaint, form.files, is_receipt=True)


def agree(session: Session, asker: Actor, form: AgreeToRemedy, approved_by_id: int | None) -> None:
    """What a granted request does. Raises NotReadyYet when the complaint ended meanwhile."""
    complaint, remedy = _held(session, form)
    if remedy.state is not RemedyState.WAITING:
        raise NotReadyYet
    remedy.state, remedy.approved_by_id = RemedyState.APPROVED, approved_by_id
    names = names_of(session, User, [approved_by_id])
    # It is done in the name of whoever asked; who agreed to it must not be lost.
    _happen(session, asker, complaint, remedy, agreed_by=names.get(approved_by_id or 0))


def turn_down(session: Session, actor: Actor, form: AgreeToRemedy, answer: str) -> None:
    """What comes of a request that is not granted."""
    complaint, remedy = _held(session, form)
    if remedy.state is RemedyState.WAITING:
        remedy.state = RemedyState.REFUSED
        _happen(session, actor, complaint, remedy, note=answer)


def give_up(session: Session, complaint_id: int) -> None:
    """The complaint has ended without an answer of ours: nothing is promised any more."""
    query = select(Remedy).where(
        col(Remedy.complaint_id) == complaint_id, col(Remedy.state).in_(AHEAD)
    )
    for remedy in session.execute(query).scalars():
        remedy.state = RemedyState.DROPPED


def facts(session: Session, form: AgreeToRemedy) -> list[tuple[str, Any]]:
    """What a request says, for whoever decides."""
    remedy = load(session, Remedy, form.remedy_id)
    complaint = load(session, Complaint, remedy.complaint_id)
    return [
        ("number", complaint.number),
        ("words", complaint.words),
        ("demand", complaint.demand),
        ("remedy", Phrase(choice_label(remedy.kind))),
        ("amount_fen", remedy.amount_fen),
        ("promised_fen", _promised(session, complaint.id)),
        ("consent_no", remedy.consent_no or ""),
    ]


def to_decide(session: Session, actor: Actor, remedy_ids: Collection[int]) -> dict[int, int]:
    """Of those that wait for somebody who leads and whom the actor may answer: the request (id)."""
    if not remedy_ids or not actor.may(Permission.APPROVALS_DECIDE):
        return {}
    subjects = {_subject(key): key for key in remedy_ids}
    query = select(col(Approval.subject), col(Approval.id)).where(
        col(Approval.kind) == ApprovalKind.REMEDY,
        col(Approval.subject).in_(subjects),
        col(Approval.state) == ApprovalState.OPEN,
        col(Approval.asked_by_id) != actor.id,
    )
    return {subjects[subject]: key for subject, key in session.execute(query)}


def _subject(remedy_id: int) -> str:
    return f"remedies:{remedy_id}"


def is_owed(session: Session, complaint_id: int) -> bool:
    """Whether something that was promised is still to be done."""
    query = select(col(Remedy.id)).where(
        col(Remedy.complaint_id) == complaint_id, col(Remedy.state).in_(AHEAD)
    )
    return session.execute(query).first() is not None


def _check_amount(form: OfferRemedy) -> None:
    if form.kind in MONEY and not form.amount_fen:
        raise AmountMissing
    if form.kind not in MONEY and form.amount_fen is not None:
        raise OnlyMoney


def _limits(session: Session, complaint: Complaint) -> dict[Role, int]:
    """What each role may promise in all for one complaint, in fen."""
    keys = parameters.COMPENSATION
    found = parameters.values(session, list(keys.values()), store_id=complaint.store_id)
    return {role: int(found[key]) * _FEN for role, key in keys.items()}


def _promised(session: Session, complaint_id: int) -> int:
    """Fen, of all that was not refused or dropped."""
    query = select(func.coalesce(func.sum(col(Remedy.amount_fen)), 0)).where(
        col(Remedy.complaint_id) == complaint_id, col(Remedy.state).not_in(_GIVEN_UP)
    )
    return int(session.execute(query).scalar_one())


def _is_his_to_promise(
    actor: Actor, total: int, limits: dict[Role, int], *, consent: str | None
) -> bool:
    """Beyond the director's limit finance's consent is the second person for the director."""
    if total > limits[Role.DIRECTOR]:
        if not consent:
            raise NeedsFinance(limit=limits[Role.DIRECTOR] // _FEN)
        return actor.role is Role.DIRECTOR
    return actor.role is not None and total <= limits.get(actor.role, 0)


def _matter(complaint: Complaint, remedy: Remedy, needs: Permission) -> approvals.Matter:
    return approvals.Matter(
        kind=ApprovalKind.REMEDY,
        subject=_subject(remedy.id),
        needs=needs,
        what=f"{complaint.number} · ¥{(remedy.amount_fen or 0) / _FEN:,.2f}",
        details={"amount_fen": remedy.amount_fen},
        store_id=complaint.store_id,
    )


def _brief(words: str) -> str:
    """As much of it as the reason of a request holds."""
    return words if len(words) <= fields.REASON_MOST else f"{words[: fields.REASON_MOST - 1]}…"


def _of(session: Session, complaint: Complaint, remedy_id: int) -> Remedy:
    remedy = load(session, Remedy, remedy_id, lock=True)
    if remedy.complaint_id != complaint.id:
        raise NotFound(record="Remedy", id=remedy_id)
    return remedy


def _held(session: Session, form: AgreeToRemedy) -> tuple[Complaint, Remedy]:
    """Locked, the complaint first as everywhere."""
    found = load(session, Remedy, form.remedy_id)
    complaint = load(session, Complaint, found.complaint_id, lock=True)
    return complaint, _of(session, complaint, found.id)


def _happen(
    session: Session,
    actor: Actor,
    complaint: Complaint,
    remedy: Remedy,
    kind: EventKind = EventKind.OFFERED,
    *,
    note: str = "",
    agreed_by: str | None = None,
) -> Receipt:
    second: dict[str, Any] = {"agreed_by": agreed_by} if agreed_by else {}
    return events.happen(
        session,
        actor,
        complaint,
        kind,
        note=note,
        **second,
        remedy=remedy.kind,
        amount_fen=remedy.amount_fen,
        state=remedy.state,
        is_paid=remedy.paid_at is not None,
    )
