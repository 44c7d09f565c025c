"""My day: whom one is to contact now, the heaviest first, and one contact with all that a call
needs (spec 2.7)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import (
    CadenceStep,
    CallAttempt,
    Campaign,
    CampaignState,
    Complaint,
    Consent,
    Customer,
    Lifecycle,
    Purpose,
    Store,
    TaskState,
    Touch,
    User,
    ValueClass,
    Vehicle,
    VisitTask,
)
from services import promises
from services.campaigns.answering import invitation_of
from services.core import clock, masks, parameters
from services.core.access import WRITES, Actor, Permission, load
from services.core.errors import NotFound
from services.customers import policy
from services.customers.views import label_of
from services.promises import PromiseLine, PromiseState
from services.surveys.asking import asking
from services.visits import preferred, scripts
from services.visits.budget import UNSPACED
from services.visits.calling import may_take
from services.visits.standings import OURS
from services.visits.views import AttemptLine, Call, Day, TaskRow, TouchLine

MOST: Final = 200
"""Contacts of one day; nobody makes more."""
TOUCHES: Final = 5
_OVERDUE, _IMPORTANT, _POTENTIAL, _RISK, _ENDING = 40, 30, 20, 20, 10
SOON: Final = timedelta(days=2)


def day(session: Session, actor: Actor) -> Day:
    """What is mine to do now, and what of my desk nobody has taken; the heaviest first, after all
    of them those who like to be called at another time of the day."""
    actor.require(Permission.VISITS_VIEW)
    today = clock.today()
    due = [*_mine(actor), _PLANNED, col(VisitTask.due_from) <= today]
    is_free = or_(col(VisitTask.not_before).is_(None), col(VisitTask.not_before) <= clock.now())
    query = ROWS.where(*due, col(VisitTask.hold).is_(None), is_free, _not_reached(today))
    query = query.order_by(col(VisitTask.due_to), col(VisitTask.id)).limit(MOST)
    rows = [row_of(row, today) for row in session.execute(query)]
    rows.sort(key=lambda row: (not row.suits_now, -row.urgency, row.expires_on, row.id))
    capacity = parameters.value(session, parameters.CAPACITY, today, actor.store_id)
    return Day(
        rows,
        done=_count(session, col(CallAttempt.user_id) == actor.id, since=today),
        later=_tasks(session, *due, col(VisitTask.hold).is_(None), ~is_free),
        held=_tasks(session, *due, col(VisitTask.hold).is_not(None)),
        capacity=int(capacity),
    )


def call(session: Session, actor: Actor, task_id: int) -> Call:
    """One contact with everything that a call needs: who, why now, what we owe him, what was said.

    Raises NotFound.
    """
    actor.require(Permission.VISITS_VIEW)
    task = load(session, VisitTask, task_id)
    found = session.execute(ROWS.where(col(VisitTask.id) == task_id)).first()
    if found is None:
        raise NotFound(record="VisitTask", id=task_id)
    customer = load(session, Customer, task.customer_id)
    row = row_of(found, clock.today(), phone=_phone(session, actor, task, customer))
    is_planned = task.state is TaskState.PLANNED
    steps = [*_steps(session, task), *_campaigns(session, task)]
    steps.sort(key=lambda step: step.task_id != task.id)  # the leading one first
    said = _scripts(session, actor, task, row, steps)
    return Call(
        row=row,
        step_id=task.step_id,
        script=said["zh_CN"],
        script_en=said["en"],
        template=steps[0].script if task.step_id else "",
        template_en=steps[0].script_en if task.step_id else "",
        why=list(dict.fromkeys((step.purpose, step.purpose_en) for step in steps)),
        lacks_consent=task.is_marketing and not _agrees(session, customer.id),
        need=customer.need,
        promised=_promised(session, customer.id),
        owed=_owed(session, actor, customer.id),
        touches=_touches(session, customer.id),
        attempts=_attempts(session, task.id),
        may_work=_may_work(actor, task),
        asking=asking(session, task, [step.survey_code for step in steps]),
        invitation=invitation_of(session, [task.id]) if is_planned else None,
    )


def _may_work(actor: Actor, task: VisitTask) -> bool:
    is_his = task.state is TaskState.PLANNED and actor.covers(WRITES, task)
    return is_his and actor.may(Permission.VISITS_WORK) and may_take(actor, task)


def _phone(session: Session, actor: Actor, task: VisitTask, customer: Customer) -> str:
    """Whole for whoever a rule or a campaign has call him, masked as in the file for others. What
    somebody plans for himself shows him no more than the file does."""
    phone = customer.phone or ""
    is_made = task.step_id is not None or task.campaign_id is not None
    is_sent = task.owner_id == actor.id and is_made
    if is_sent and task.state is TaskState.PLANNED:
        return phone
    if "phone" not in policy.hidden_fields(session, actor, customer):
        return phone
    return masks.phone(phone) if phone else ""


# ---- rows

_PLANNED: Final = col(VisitTask.state) == TaskState.PLANNED
_merged = aliased(VisitTask)
ROWS: Final[Any] = (
    select(
        col(VisitTask.id),
        col(VisitTask.version),
        col(VisitTask.customer_id),
        col(Customer.name).label("customer"),
        col(Customer.number),
        col(Customer.phone),
        col(Customer.lifecycle),
        col(Customer.value_class),
        col(Customer.preferred_hours),
        col(VisitTask.vehicle_id),
        col(Vehicle.model),
        col(VisitTask.kind),
        col(VisitTask.trigger),
        col(VisitTask.purpose).label("wanted"),
        func.coalesce(col(CadenceStep.purpose), col(Campaign.name)).label("purpose"),
        func.coalesce(col(CadenceStep.purpose_en), col(Campaign.name_en)).label("purpose_en"),
        col(VisitTask.due_from),
        col(VisitTask.due_to),
        col(VisitTask.expires_on),
        col(VisitTask.not_before),
        col(VisitTask.state),
        col(VisitTask.hold),
        col(VisitTask.held_until),
        col(VisitTask.attempts),
        col(VisitTask.owner_id),
        func.coalesce(col(User.name), "").label("owner"),
        select(func.count())
        .where(col(_merged.merged_into_id) == col(VisitTask.id))
        .scalar_subquery()
        .label("merged"),
        select(func.count())
        .where(
            col(Complaint.customer_id) == col(VisitTask.customer_id),
            col(Complaint.closed_at).is_(None),
        )
        .scalar_subquery()
        .label("complaints"),
    )
    .join(Customer, col(Customer.id) == col(VisitTask.customer_id))
    .outerjoin(Vehicle, col(Vehicle.id) == col(VisitTask.vehicle_id))
    .outerjoin(CadenceStep, col(CadenceStep.id) == col(VisitTask.step_id))
    .outerjoin(Campaign, col(Campaign.id) == col(VisitTask.campaign_id))
    .outerjoin(User, col(User.id) == col(VisitTask.owner_id))
)


def _mine(actor: Actor) -> Iterable[ColumnElement[bool]]:
    """In my hands, or in nobody's and of my desk and store."""
    untaken = and_(col(VisitTask.owner_id).is_(None), col(VisitTask.store_id) == actor.store_id)
    if actor.desk is not None:
        untaken = and_(untaken, col(VisitTask.desk) == actor.desk)
    return [or_(col(VisitTask.owner_id) == actor.id, untaken)]


def _not_reached(today: date) -> ColumnElement[bool]:
    """Whoever was reached today is left alone by the others at once: the sweep, which lays the
    budget of contacts upon the rest, comes a few minutes later."""
    reached = exists().where(
        col(Touch.customer_id) == col(VisitTask.customer_id),
        col(Touch.at) >= clock.midnight(today),
        col(Touch.is_inbound).is_(False),
        col(Touch.kind).in_(OURS),
    )
    return or_(col(VisitTask.trigger).in_(UNSPACED), ~reached)


def row_of(row: Row[Any], today: date, phone: str | None = None) -> TaskRow:
    """`phone` None: masked, as in every list."""
    return TaskRow(
        id=row.id,
        version=row.version,
        customer_id=row.customer_id,
        customer=row.customer,
        number=row.number,
        phone=phone if phone is not None else (masks.phone(row.phone) if row.phone else ""),
        label=label_of(row.lifecycle, row.value_class),
        vehicle_id=row.vehicle_id,
        car=row.model or "",
        kind=row.kind,
        trigger=row.trigger,
        purpose=row.wanted or row.purpose or "",
        purpose_en=row.wanted or row.purpose_en or "",
        due_from=row.due_from,
        due_to=row.due_to,
        expires_on=row.expires_on,
        not_before=row.not_before,
        state=row.state,
        hold=row.hold,
        held_until=row.held_until,
        attempts=row.attempts,
        merged=row.merged,
        owner_id=row.owner_id,
        owner=row.owner,
        preferred_hours=row.preferred_hours,
        suits_now=preferred.read(row.preferred_hours).suits(clock.now()),
        urgency=_urgency(row, today),
    )


def _urgency(row: Row[Any], today: date) -> int:
    """How much it presses: 40 overdue + 30 class + 20 risk + 10 expiry near (spec 2.7)."""
    found = _OVERDUE if row.due_to < today else 0
    if row.value_class is ValueClass.IMPORTANT:
        found += _IMPORTANT
    elif row.lifecycle is Lifecycle.POTENTIAL:
        found += _POTENTIAL
    if row.complaints or row.lifecycle is Lifecycle.LOST:
        found += _RISK
    return found + (_ENDING if row.expires_on - today <= SOON else 0)


def _tasks(session: Session, *wanted: Any) -> int:
    query = select(func.count(col(VisitTask.id))).where(*wanted)
    return int(session.execute(query).scalar_one())


def _count(session: Session, *wanted: Any, since: date) -> int:
    """Attempts of a day, of which several at one contact are one."""
    query = select(func.count(func.distinct(col(CallAttempt.task_id)))).where(
        *wanted, col(CallAttempt.at) >= clock.midnight(since)
    )
    return int(session.execute(query).scalar_one())


# ---- one contact


def _steps(session: Session, task: VisitTask) -> Sequence[Row[Any]]:
    """The steps of the contact and of those that are made together with it, the leading first."""
    query: Any = (
        select(
            col(CadenceStep.script),
            col(CadenceStep.script_en),
            col(CadenceStep.purpose),
            col(CadenceStep.purpose_en),
            col(CadenceStep.survey_code),
            col(VisitTask.id).label("task_id"),
        )
        .join(VisitTask, col(VisitTask.step_id) == col(CadenceStep.id))
        .where(or_(col(VisitTask.id) == task.id, col(VisitTask.merged_into_id) == task.id))
        .order_by(col(VisitTask.id) != task.id, col(VisitTask.id))
    )
    return session.execute(query).all()


def _campaigns(session: Session, task: VisitTask) -> Sequence[Row[Any]]:
    """The campaigns of the contact and of those that are made together with it, as if they were
    steps; none that was ended, whoever else is called for."""
    query: Any = (
        select(
            col(Campaign.script),
            col(Campaign.script_en),
            col(Campaign.name).label("purpose"),
            col(Campaign.name_en).label("purpose_en"),
            literal(None).label("survey_code"),
            col(VisitTask.id).label("task_id"),
        )
        .join(VisitTask, col(VisitTask.campaign_id) == col(Campaign.id))
        .where(
            or_(col(VisitTask.id) == task.id, col(VisitTask.merged_into_id) == task.id),
            col(Campaign.state) == CampaignState.APPROVED,
        )
        .order_by(col(VisitTask.id) != task.id, col(VisitTask.id))
    )
    return session.execute(query).all()


def _agrees(session: Session, customer_id: int) -> bool:
    """Whether a consent to offers is in force (F48)."""
    query = select(col(Consent.id)).where(
        col(Consent.customer_id) == customer_id,
        col(Consent.purpose) == Purpose.MARKETING,
        col(Consent.withdrawn_at).is_(None),
    )
    return session.execute(query.limit(1)).first() is not None


def _scripts(
    session: Session, actor: Actor, task: VisitTask, row: TaskRow, steps: Sequence[Row[Any]]
) -> dict[str, str]:
    """What to say, by language, with what is known of the customer put in. What is there in one
    language only is said in that one."""
    store = select(col(Store.name)).where(col(Store.id) == task.store_id)
    known = {
        "customer": row.customer,
        "car": row.car,
        "me": actor.name,
        "store": session.execute(store).scalar_one(),
    }
    found: dict[str, list[str]] = {"zh_CN": [], "en": []}
    for step in steps:
        for language, first, other in (
            ("zh_CN", step.script, step.script_en),
            ("en", step.script_en, step.script),
        ):
            found[language].append(scripts.filled(first or other, language, known))
    # Two repairs of a few days are asked about once.
    return {
        language: "\n\n".join(dict.fromkeys(filter(None, each))) for language, each in found.items()
    }


def _promised(session: Session, customer_id: int) -> list[str]:
    """Complaints whose customer waits for us, by number."""
    query = (
        select(col(Complaint.number))
        .where(col(Complaint.customer_id) == customer_id, col(Complaint.closed_at).is_(None))
        .order_by(col(Complaint.id))
    )
    return list(session.execute(query).scalars())


def _owed(session: Session, actor: Actor, customer_id: int) -> list[PromiseLine]:
    """What else he was promised and waits for; what a complaint promised stands with it."""
    found = promises.of_customer(session, actor, customer_id)
    is_open = PromiseState.OPEN
    return [line for line in found if line.state is is_open and line.promise_id is not None]


def _touches(session: Session, customer_id: int) -> list[TouchLine]:
    query = (
        select(
            col(Touch.at),
            col(Touch.kind),
            col(Touch.is_inbound),
            col(Touch.summary),
            func.coalesce(col(User.name), ""),
        )
        .outerjoin(User, col(User.id) == col(Touch.user_id))
        .where(col(Touch.customer_id) == customer_id)
        .order_by(col(Touch.at).desc(), col(Touch.id).desc())
        .limit(TOUCHES)
    )
    return [TouchLine(*row) for row in session.execute(query)]


def _attempts(session: Session, task_id: int) -> list[AttemptLine]:
    query = (
        select(
            col(CallAttempt.at),
            col(CallAttempt.result),
            func.coalesce(col(User.name), ""),
            col(CallAttempt.note),
        )
        .outerjoin(User, col(User.id) == col(CallAttempt.user_id))
        .where(col(CallAttempt.task_id) == task_id)
        .order_by(col(CallAttempt.at).desc())
    )
    return [AttemptLine(*row) for row in session.execute(query)]
