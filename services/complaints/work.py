"""What is done about one complaint, as its page shows it: remedies, actions against the cause,
what other departments were asked."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintStep,
    EventKind,
    Remedy,
    RemedyState,
    User,
)
from services.complaints import events, helping, stages
from services.complaints.actions import is_improvement, recurrences, told_on
from services.complaints.lettering import has_letter
from services.complaints.remedies import READY, to_decide
from services.complaints.views import ActionLine, RemedyLine, StepLine
from services.core import clock
from services.core.access import Actor, Permission
from services.core.recorded import names_of


def remedies(session: Session, actor: Actor, one: Complaint, *, is_his: bool) -> list[RemedyLine]:
    """In the order in which they were promised."""
    query = select(Remedy).where(col(Remedy.complaint_id) == one.id).order_by(col(Remedy.id))
    rows: Sequence[Remedy] = session.execute(query).scalars().all()
    keys = {key for row in rows for key in (row.planned_by_id, row.approved_by_id)}
    people = names_of(session, User, keys)
    waiting = [row.id for row in rows if row.state is RemedyState.WAITING]
    asked = to_decide(session, actor, waiting)
    is_open = one.closed_at is None and is_his and actor.may(Permission.COMPLAINTS_HANDLE)
    goes_on = stages.allows(EventKind.FILED, one.stage)
    may_write = goes_on and is_his and actor.may(Permission.COMPLAINTS_HANDLE)
    return [
        RemedyLine(
            id=row.id,
            kind=row.kind,
            words=row.words,
            amount_fen=row.amount_fen,
            state=row.state,
            planned_by=people.get(row.planned_by_id or 0, ""),
            planned_at=row.planned_at,
            approved_by=people.get(row.approved_by_id or 0, ""),
            done_at=row.done_at,
            paid_at=row.paid_at,
            may_deliver=is_open and row.state in READY,
            may_pay=row.state is RemedyState.DONE
            and row.amount_fen is not None
            and row.paid_at is None
            and events.leads(actor, one),
            may_write=may_write and has_letter(row),
            request_id=asked.get(row.id),
        )
        for row in rows
    ]


def actions(
    session: Session,
    actor: Actor,
    one: Complaint,
    happened: Iterable[ComplaintEvent],
    *,
    is_his: bool,
) -> list[ActionLine]:
    """In the order in which they were planned."""
    told = told_on(happened)
    query = (
        select(CauseAction)
        .where(col(CauseAction.complaint_id) == one.id)
        .order_by(col(CauseAction.id))
    )
    rows: Sequence[CauseAction] = session.execute(query).scalars().all()
    people = names_of(session, User, {row.owner_id for row in rows})
    goes_on = stages.allows(EventKind.ACTED, one.stage)
    may_act = goes_on and actor.may(Permission.COMPLAINTS_HANDLE)
    may_lead = goes_on and events.leads(actor, one)
    return [
        ActionLine(
            id=row.id,
            kind=row.kind,
            what=row.what,
            owner=people.get(row.owner_id, ""),
            due_on=row.due_on,
            done_at=row.done_at,
            check_on=row.check_on,
            verdict=row.verdict,
            recurrences=row.recurrences if row.verdict else recurrences(session, one, row),
            is_late=row.done_at is None and row.due_on < clock.today(),
            told_on=told.get(row.id),
            is_untold=is_improvement(row) and row.id not in told,
            may_tell=may_act and is_improvement(row) and row.id not in told,
            may_finish=may_act and row.done_at is None and (is_his or row.owner_id == actor.id),
            may_check=may_lead
            and row.done_at is not None
            and row.verdict is None
            and row.owner_id != actor.id,
        )
        for row in rows
    ]


def steps(session: Session, actor: Actor, one: Complaint) -> list[StepLine]:
    """In the order in which they were asked."""
    query = (
        select(ComplaintStep)
        .where(col(ComplaintStep.complaint_id) == one.id)
        .order_by(col(ComplaintStep.id))
    )
    rows: Sequence[ComplaintStep] = session.execute(query).scalars().all()
    people = names_of(session, User, askers(rows))
    return [step(actor, one, row, people) for row in rows]


def askers(rows: Iterable[ComplaintStep]) -> set[int | None]:
    """Who asked and who was asked (ids): whom `step` names."""
    return {key for row in rows for key in (row.asked_by_id, row.asked_of_id)}


def step(actor: Actor, one: Complaint, row: ComplaintStep, people: Mapping[int, str]) -> StepLine:
    """One question of a complaint, as the actor sees it."""
    goes_on = stages.allows(EventKind.HELPED, one.stage)
    return StepLine(
        id=row.id,
        department=row.department,
        person=people.get(row.asked_of_id or 0, ""),
        asked_by=people.get(row.asked_by_id or 0, ""),
        question=row.question,
        asked_at=row.asked_at,
        due_on=clock.day_of(row.due_at),
        is_errand=row.is_errand,
        taken_at=row.taken_at,
        done_at=row.done_at,
        result=row.result,
        is_needless=not goes_on and row.done_at is None,
        is_late=goes_on and row.done_at is None and row.due_at < clock.now(),
        may_take=goes_on
        and row.asked_of_id == actor.id
        and row.taken_at is None
        and row.done_at is None,
        may_answer=goes_on and row.done_at is None and helping.may_answer(actor, one, row),
    )
