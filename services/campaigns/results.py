"""What came of a campaign: who was reached, who accepted and came, who bought or had a car
repaired, whose file was completed (V08, V14, V26).

Of the customers whom the reader sees. Contacts count that the campaign made, each with what came of
the contact together with which it was made. A customer came who was marked at the reception or who
had an appointment that he kept, a visit or a repair order on the day of the event.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import (
    Appointment,
    AppointmentState,
    Campaign,
    CampaignAnswer,
    CampaignKind,
    Customer,
    CustomerSummary,
    Order,
    OrderKind,
    Rsvp,
    TaskState,
    Touch,
    TouchKind,
    Trigger,
    ValueClass,
    VisitTask,
)
from services.campaigns.answering import taken
from services.campaigns.views import Results
from services.core import clock

SOON: Final = 30
"""Days after a contact within which an order is taken to follow from it."""
_DONE: Final = (TaskState.DONE, TaskState.DECLINED)
_LOST: Final = (
    *(TaskState.UNREACHABLE, TaskState.CANCELLED, TaskState.SUPPRESSED),
    *(TaskState.EXPIRED, TaskState.MISSED),
)
_CAME_BY: Final = (TouchKind.WALK_IN, TouchKind.EVENT)


def results_of(session: Session, campaign: Campaign) -> Results:
    contacts = session.execute(_contacts(campaign.id)).one()
    answers = _answers(session, campaign.id)
    room = None
    if campaign.capacity is not None:
        room = max(0, campaign.capacity - taken(session, campaign.id))
    is_invitation = campaign.kind is CampaignKind.INVITATION
    return Results(
        planned=contacts.planned,
        waiting=contacts.waiting,
        held=contacts.held,
        reached=contacts.reached,
        refused=contacts.refused,
        lost=contacts.lost,
        **answers,
        came=_came(session, campaign) if is_invitation else 0,
        room=room,
        converted=0 if is_invitation else _converted(session, campaign.id),
        lacking=contacts.lacking,
        completed=contacts.completed,
        important=contacts.important,
        important_reached=contacts.important_reached,
    )


_leader = aliased(VisitTask)
_STATE: Final = func.coalesce(col(_leader.state), col(VisitTask.state))
_ENDED: Final = func.coalesce(col(_leader.ended_at), col(VisitTask.ended_at))


def _of(campaign_id: int, query: Any) -> Any:
    """The contacts that a campaign made, each beside the one that it was made together with."""
    return query.outerjoin(_leader, col(_leader.id) == col(VisitTask.merged_into_id)).where(
        col(VisitTask.campaign_id) == campaign_id, col(VisitTask.trigger) == Trigger.CAMPAIGN
    )


def _sum(*conditions: Any) -> Any:
    whole = conditions[0]
    for one in conditions[1:]:
        whole &= one
    return func.coalesce(func.sum(case((whole, 1), else_=0)), 0)


def _contacts(campaign_id: int) -> Any:
    is_reached, lacked = _STATE.in_(_DONE), col(VisitTask.lacked) != 0
    is_important = col(Customer.value_class) == ValueClass.IMPORTANT
    hold = func.coalesce(col(_leader.hold), col(VisitTask.hold))
    query = (
        select(
            func.count().label("planned"),
            _sum(_STATE == TaskState.PLANNED).label("waiting"),
            _sum(_STATE == TaskState.PLANNED, hold.is_not(None)).label("held"),
            _sum(is_reached).label("reached"),
            _sum(_STATE == TaskState.DECLINED).label("refused"),
            _sum(_STATE.in_(_LOST)).label("lost"),
            _sum(lacked).label("lacking"),
            _sum(lacked, col(CustomerSummary.missing) == 0).label("completed"),
            _sum(is_important).label("important"),
            _sum(is_important, is_reached).label("important_reached"),
        )
        .select_from(VisitTask)
        .join(Customer, col(Customer.id) == col(VisitTask.customer_id))
        .join(CustomerSummary, col(CustomerSummary.customer_id) == col(Customer.id))
    )
    return _of(campaign_id, query)


def _answers(session: Session, campaign_id: int) -> Mapping[str, int]:
    answer, comes = col(CampaignAnswer.answer), col(CampaignAnswer.answer) == Rsvp.COMES
    waits = col(CampaignAnswer.is_waiting)
    people = case((comes & ~waits, col(CampaignAnswer.people)), else_=0)
    query = select(
        _sum(comes, ~waits).label("accepted"),
        func.coalesce(func.sum(people), 0).label("people"),
        _sum(waits).label("on_waiting"),
        _sum(answer == Rsvp.UNDECIDED).label("undecided"),
        _sum(answer == Rsvp.COMES_NOT).label("declined"),
    ).where(col(CampaignAnswer.campaign_id) == campaign_id)
    return {name: int(value) for name, value in session.execute(query).one()._mapping.items()}  # noqa: SLF001 - its way


def _came(session: Session, campaign: Campaign) -> int:
    """Customers of the campaign who were there on the day of the event."""
    marked = select(col(CampaignAnswer.customer_id)).where(
        col(CampaignAnswer.campaign_id) == campaign.id, col(CampaignAnswer.came_at).is_not(None)
    )
    found = set(session.execute(marked).scalars())
    day = campaign.event_on
    if day is None or day > clock.today():
        return len(found)
    ours = _customers(campaign.id)
    return len(found.union(*(session.execute(query).scalars() for query in _traces(day, ours))))


def _customers(campaign_id: int) -> Any:
    return select(col(VisitTask.customer_id)).where(
        col(VisitTask.campaign_id) == campaign_id, col(VisitTask.trigger) == Trigger.CAMPAIGN
    )


def _traces(day: date, customers: Any) -> Collection[Any]:
    """What tells that one of these customers was there on a day."""
    begin, end = clock.midnight(day), clock.midnight(day + timedelta(days=1))
    appointment = select(col(Appointment.customer_id)).where(
        col(Appointment.customer_id).in_(customers),
        col(Appointment.state) == AppointmentState.ARRIVED,
        col(Appointment.starts_at) >= begin,
        col(Appointment.starts_at) < end,
    )
    visit = select(col(Touch.customer_id)).where(
        col(Touch.customer_id).in_(customers),
        col(Touch.kind).in_(_CAME_BY),
        col(Touch.at) >= begin,
        col(Touch.at) < end,
    )
    repair = select(col(Order.customer_id)).where(
        col(Order.customer_id).in_(customers),
        col(Order.kind) == OrderKind.REPAIR,
        col(Order.ordered_on) == day,
        col(Order.voided_at).is_(None),
    )
    return (appointment, visit, repair)


def _converted(session: Session, campaign_id: int) -> int:
    """Customers who were reached and bought, or had a car repaired, from that day on within
    `SOON` days."""
    reached = _of(
        campaign_id,
        select(col(VisitTask.customer_id), _ENDED).where(_STATE.in_(_DONE)),
    )
    days = {key: clock.day_of(at) for key, at in session.execute(reached) if at is not None}
    if not days:
        return 0
    first, last = min(days.values()), max(days.values()) + timedelta(days=SOON)
    orders = select(col(Order.customer_id), col(Order.ordered_on)).where(
        col(Order.customer_id).in_(_customers(campaign_id)),
        col(Order.ordered_on) >= first,
        col(Order.ordered_on) <= last,
        col(Order.voided_at).is_(None),
    )
    found = {
        key
        for key, on in session.execute(orders)
        if key in days and days[key] <= on <= days[key] + timedelta(days=SOON)
    }
    return len(found)
