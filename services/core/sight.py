"""Which rows an actor sees: the criteria that the door puts on a session, so no query forgets them.

The second wall says the same in the database's own words (`db.wall`).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, and_, exists, false, inspect, not_, or_, select
from sqlalchemy import true as sql_true
from sqlalchemy.orm import aliased
from sqlmodel import col

from db.models import (
    Approval,
    AuditEntry,
    Campaign,
    CauseAction,
    Complaint,
    ComplaintDeck,
    ComplaintEvent,
    ComplaintFile,
    ComplaintPerson,
    ComplaintStep,
    Customer,
    CustomerSummary,
    DeckFile,
    Draft,
    ImportBatch,
    ImportRow,
    Job,
    MailboxCheck,
    Notice,
    Ownership,
    Remedy,
    Reveal,
    Revision,
    ServiceDue,
    StoredFile,
    SurveyAnswer,
    SurveyResponse,
    Vehicle,
    VisitPaper,
    VisitPlan,
)
from db.types import Base, scoped_models
from services.core.rights import READS, Permission, Reach

if TYPE_CHECKING:
    from services.core.access import Actor


OF_COMPLAINTS: Final[tuple[type[Base], ...]] = (
    CauseAction,
    ComplaintEvent,
    ComplaintFile,
    ComplaintPerson,
    ComplaintStep,
    Remedy,
)
"""What belongs to a complaint, and is seen by those who see it."""


def criteria(actor: "Actor") -> Iterable[tuple[type[Base], ColumnElement[bool]]]:
    """What a session adds to every select of these tables for this actor."""
    if actor.role is None:
        return [(Complaint, _in_force(Complaint))]
    own: list[tuple[type[Base], ColumnElement[bool]]] = [
        (AuditEntry, _readable(actor, AuditEntry, actor.audit_reach)),
        (Approval, _readable_approvals(actor)),
        (Draft, col(Draft.user_id) == actor.id),
        (Job, _readable_jobs(actor)),
        (Notice, col(Notice.user_id) == actor.id),
        (Reveal, col(Reveal.user_id) == actor.id),
    ]
    batches = _readable(actor, ImportBatch, actor.imports_reach)
    rows = select(col(ImportBatch.id)).where(batches)
    own += [(ImportBatch, batches), (ImportRow, col(ImportRow.batch_id).in_(rows))]
    own += [(Complaint, _readable_complaints(actor, Complaint))]
    own += [(model, _of_complaint(model, actor)) for model in OF_COMPLAINTS]
    decks = sql_true() if actor.may(Permission.DECKS_VIEW) else false()
    mailbox = sql_true() if actor.may(Permission.COMPLAINTS_REGISTER) else false()
    own += [(MailboxCheck, mailbox)]
    own += [(VisitPlan, _readable_plans(actor)), (Campaign, _readable_campaigns(actor))]
    own += [(ComplaintDeck, decks), (DeckFile, decks), (StoredFile, _of_record(actor, decks))]
    if actor.reach(READS) is Reach.ALL:
        return own
    seen = [(model, _readable(actor, model)) for model in (*scoped_models(), CustomerSummary)]
    return [
        *seen,
        *own,
        (Revision, _of_customer(Revision, actor)),
        (ServiceDue, _of_car(ServiceDue, actor)),
        (SurveyAnswer, _of_response(actor)),
    ]


def _readable(actor: "Actor", model: Any, reach: Reach | None = None) -> ColumnElement[bool]:
    """The rows of a scoped table within the actor's eyes, or within `reach`."""
    reach = reach or actor.reach(READS)
    here: ColumnElement[bool] = model.store_id == actor.store_id
    if reach is Reach.ALL:
        return sql_true()
    if reach is Reach.STORE:
        return here
    if reach is Reach.OWN:
        return or_(model.owner_id == actor.id, and_(model.owner_id.is_(None), here))
    if reach is Reach.MEMBERS:
        return and_(_of_member(model), here if actor.store_id is not None else sql_true())
    return false()


def _of_member(model: Any) -> ColumnElement[bool]:
    """The rows of club members. `EXISTS` looks up one customer a row; `IN` would list them all."""
    if hasattr(model, "is_member"):
        is_member: ColumnElement[bool] = model.is_member
        return is_member
    member = aliased(Customer)
    if hasattr(model, "customer_id"):
        return exists().where(col(member.id) == model.customer_id, col(member.is_member))
    part = aliased(Ownership)
    return exists().where(
        col(part.vehicle_id) == model.id,
        col(member.id) == col(part.customer_id),
        col(member.is_member),
    )


def _of_customer(model: Any, actor: "Actor") -> ColumnElement[bool]:
    """The rows whose customer is within the actor's eyes."""
    customer = aliased(Customer)
    return exists().where(col(customer.id) == model.customer_id, _readable(actor, customer))


def _of_response(actor: "Actor") -> ColumnElement[bool]:
    """The answers whose response is within the actor's eyes."""
    response = aliased(SurveyResponse)
    held = col(response.id) == col(SurveyAnswer.response_id)
    return exists().where(held, _readable(actor, response))


def _of_car(model: Any, actor: "Actor") -> ColumnElement[bool]:
    """The rows whose car is within the actor's eyes."""
    car = aliased(Vehicle)
    return exists().where(col(car.id) == model.vehicle_id, _readable(actor, car))


def _readable_complaints(actor: "Actor", model: Any) -> ColumnElement[bool]:
    """Those of where he reads customers, those that he took or handles, and those in which he is
    named; a legal case only where he is named (C29)."""
    person = _bare(ComplaintPerson)
    named = exists().where(person.complaint_id == model.id, person.user_id == actor.id)
    his = or_(*(part == actor.id for part in (model.handler_id, model.accountable_id)))
    seen = or_(and_(not_(model.is_legal), or_(_readable(actor, model), his)), named)
    return and_(_in_force(model), seen)


def _in_force(model: Any) -> ColumnElement[bool]:
    """Not of an import that was taken back: such a complaint is in no list and no figure, not even
    the system's."""
    voided: ColumnElement[bool] = model.voided_at.is_(None)
    return voided


def _of_complaint(model: Any, actor: "Actor") -> ColumnElement[bool]:
    complaint = _bare(Complaint)
    seen = _readable_complaints(actor, complaint)
    return exists().where(complaint.id == model.complaint_id, seen)


def _bare(model: type[Base]) -> Any:
    """The columns of the table by another name, for a criterion that says itself what is seen. The
    session would put the criteria on an entity again, and on what is within them: each look at an
    event looked at its complaint three times over."""
    return inspect(model).local_table.alias().c


def _of_record(actor: "Actor", decks: ColumnElement[bool]) -> ColumnElement[bool]:
    """The contents of files that hang on what is within the actor's eyes."""
    paper, told, brought = _bare(ComplaintFile), _bare(DeckFile), aliased(VisitPaper)
    held = paper.sha256 == col(StoredFile.sha256)
    handed = exists().where(told.sha256 == col(StoredFile.sha256), decks)
    photo = exists().where(col(brought.sha256) == col(StoredFile.sha256), _readable(actor, brought))
    return or_(exists().where(held, _of_complaint(paper, actor)), handed, photo)


def _readable_approvals(actor: "Actor") -> ColumnElement[bool]:
    """What he asked for, and what he may decide where he works."""
    own: ColumnElement[bool] = col(Approval.asked_by_id) == actor.id
    if actor.approvals_reach is Reach.NONE:
        return own
    needs, store = col(Approval.needs), col(Approval.store_id)
    his: ColumnElement[bool] = needs.in_(sorted(actor.grants))
    if actor.approvals_reach is Reach.STORE:
        his = and_(his, or_(store.is_(None), store == actor.store_id))
    return or_(own, his)


def _readable_plans(actor: "Actor") -> ColumnElement[bool]:
    """Weekly plans of the people of the store, or of all; no customer's, so no member's."""
    reach = actor.reach(READS)
    return _readable(actor, VisitPlan, reach) if reach in {Reach.ALL, Reach.STORE} else false()


def _readable_campaigns(actor: "Actor") -> ColumnElement[bool]:
    """Those of the store and of the whole group, or all."""
    reach, store = actor.reach(READS), col(Campaign.store_id)
    if reach is Reach.STORE:
        return or_(store.is_(None), store == actor.store_id)
    return sql_true() if reach is Reach.ALL else false()


def _readable_jobs(actor: "Actor") -> ColumnElement[bool]:
    return sql_true() if actor.jobs_reach is Reach.ALL else col(Job.user_id) == actor.id
