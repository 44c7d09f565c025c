"""What a customer answers, written down with the result of the contact; and what follows from a bad
answer.

A bad answer is registered as a grumble at once, in the same transaction, with the caller as first
responder. There is no draft of it on the server: who has just heard it stands for it until the
customer has an answer, and its clocks run from the call. He is led to the case and completes it
there. Where a complaint of the customer is open already that one is named: he waits for its answer,
and a second case would have two people call him about the same. Bad answers of a list are marked
and listed (`responses.page`); whoever takes one up registers it (`raise_complaint`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    ComplaintChannel,
    ComplaintKind,
    Department,
    Heading,
    HeadingTree,
    ItemKind,
    Order,
    Ownership,
    ResponseSource,
    Severity,
    Survey,
    SurveyAnswer,
    SurveyChannel,
    SurveyItem,
    SurveyKind,
    SurveyResponse,
    SurveyState,
    VisitKind,
    VisitTask,
)
from services.complaints.inputs import RegisterComplaint
from services.complaints.registering import register
from services.core import audit, clock, parameters
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotFound
from services.core.inputs import Request
from services.core.words import N_
from services.surveys.asking import rests_until
from services.surveys.inputs import Answer, RaiseComplaint
from services.surveys.scoring import SCALES, Limits, Marked, is_low, score, share
from services.surveys.views import Raised

CHANNELS: Final = {
    VisitKind.CALL: SurveyChannel.PHONE,
    VisitKind.VISIT: SurveyChannel.INTERVIEW,
    VisitKind.MESSAGE: SurveyChannel.ONLINE,
    VisitKind.RECEPTION: SurveyChannel.INTERVIEW,
}
DEPARTMENTS: Final = {SurveyKind.SSI: Department.SALES, SurveyKind.CSI: Department.SERVICE}
_USUAL: Final = {SurveyKind.SSI: "sales", SurveyKind.CSI: "service.process"}
"""The category of a bad answer where no question names one; else the first of the tree."""
_MOST_WORDS: Final = 10_000


class AskedLately(Conflict):
    msgid = N_("This customer has answered a survey lately: he is asked again from {day} on")


class SurveyNotAsked(Conflict):
    msgid = N_("This survey is not asked. Load the contact again")


class AnswersMissing(InvalidInput):
    msgid = N_("Question {nth} has no answer yet. Ask it, or empty the others")


class OffTheScale(InvalidInput):
    msgid = N_("Question {nth}: answer with a number from {least} to {most}")


class NotAsked(InvalidInput):
    msgid = N_("An answer belongs to no question of this survey")


class TakenUp(Conflict):
    msgid = N_("A complaint was made of it already, or there is nothing to complain about")


def answer(
    session: Session,
    actor: Actor,
    task: VisitTask,
    survey_id: int,
    answers: Sequence[Answer],
    form: Request,
    *,
    words: str,
) -> Raised | None:
    """Write down what the customer answered at a contact, in its transaction; the complaint that
    it led to, if it did. `words` is what else he said. The customer is locked by the caller.

    Raises SurveyNotAsked, NotFound, AskedLately, AnswersMissing, OffTheScale, NotAsked.
    """
    survey = load(session, Survey, survey_id)
    if survey.state is SurveyState.DRAFT:
        raise SurveyNotAsked
    until = rests_until(session, task.customer_id, clock.today())
    if until is not None:
        raise AskedLately(day=until)
    items = items_by_id(session, survey.id)
    said = checked(items, answers)
    response = SurveyResponse(
        survey_id=survey.id,
        customer_id=task.customer_id,
        vehicle_id=task.vehicle_id,
        task_id=task.id,
        store_id=task.store_id,
        owner_id=task.owner_id,
        at=clock.now(),
        user_id=actor.id,
        channel=CHANNELS[task.kind],
        source=ResponseSource.CALL,
    )
    keep(session, response, items, said)
    audit.record(session, actor, Action.SURVEYS_ANSWERED, response, what=survey.code)
    if not response.is_low:
        return None
    return _take_up(session, actor, response, form, words=words, order_id=task.order_id)


def items_by_id(session: Session, survey_id: int) -> dict[int, SurveyItem]:
    """The questions of a version by their ids, in their order."""
    query = select(SurveyItem).where(col(SurveyItem.survey_id) == survey_id)
    rows = session.execute(query.order_by(col(SurveyItem.nth))).scalars()
    return {row.id: row for row in rows}


def checked(items: Mapping[int, SurveyItem], answers: Iterable[Answer]) -> dict[int, Answer]:
    """Question -> what was answered, without what was left open.

    Raises NotAsked, OffTheScale, AnswersMissing.
    """
    said = {one.item_id: one for one in answers if one.value is not None or one.words}
    if said.keys() - items.keys():
        raise NotAsked
    for key, one in said.items():
        item = items[key]
        least, most = SCALES.get(item.kind, (0, len(item.choices) - 1))
        if item.kind is ItemKind.TEXT:
            if one.value is not None:
                raise NotAsked
        elif one.value is None or not least <= one.value <= most:
            raise OffTheScale(nth=item.nth, least=least, most=most)
    for item in items.values():
        if item.is_required and item.id not in said:
            raise AnswersMissing(nth=item.nth)
    return said


def keep(
    session: Session,
    response: SurveyResponse,
    items: Mapping[int, SurveyItem],
    said: Mapping[int, Answer],
) -> None:
    """Add a response with its answers and what they make."""
    marks = marks_of(items, said)
    response.score = score(marks)
    response.nps = next((one.value for one in marks if one.kind is ItemKind.NPS), None)
    response.is_low = is_low(marks, limits(session))
    session.add(response)
    session.flush()
    session.add_all(
        SurveyAnswer(response_id=response.id, item_id=key, value=one.value, words=one.words)
        for key, one in said.items()
    )


def marks_of(items: Mapping[int, SurveyItem], said: Mapping[int, Answer]) -> list[Marked]:
    """What of it counts."""
    return [
        Marked(items[key].kind, items[key].weight, one.value)
        for key, one in said.items()
        if items[key].kind in SCALES and one.value is not None
    ]


def limits(session: Session) -> Limits:
    """What the group calls bad today."""
    keys = (parameters.LOW_ITEM, parameters.LOW_SCORE)
    norms = parameters.values(session, keys)
    return Limits(item=int(norms[keys[0]]), score=int(norms[keys[1]]))


# ---- what follows from a bad answer


def raise_complaint(session: Session, actor: Actor, form: RaiseComplaint) -> Raised:
    """Register a complaint of a bad answer that has none: one that came with a list. Whoever does
    is its first responder. Raises NotFound, TakenUp, NotPermitted."""
    actor.require(Permission.COMPLAINTS_REGISTER)
    response = load(session, SurveyResponse, form.response_id, lock=True)
    if not response.is_low or response.complaint_id is not None:
        raise TakenUp
    raised = _take_up(session, actor, response, form, words="", order_id=None)
    audit.record(session, actor, Action.SURVEYS_TAKEN_UP, response, complaint=raised.number)
    return raised


def _take_up(
    session: Session,
    actor: Actor,
    response: SurveyResponse,
    form: Request,
    *,
    words: str,
    order_id: int | None,
) -> Raised:
    """The complaint of the customer that is open, else a new one with the actor as first
    responder."""
    query = (
        select(col(Complaint.id), col(Complaint.number))
        .where(
            col(Complaint.customer_id) == response.customer_id, col(Complaint.closed_at).is_(None)
        )
        .order_by(col(Complaint.id).desc())
    )
    open_one = session.execute(query).first()
    if open_one is None:
        wanted = _complaint(session, response, form, words=words, order_id=order_id)
        made = register(session, actor, wanted)
        key, number = made.id, made.number
    else:
        key, number = open_one
    response.complaint_id = key
    return Raised(response.id, key, number)


def _complaint(
    session: Session,
    response: SurveyResponse,
    form: Request,
    *,
    words: str,
    order_id: int | None,
) -> RegisterComplaint:
    survey = load(session, Survey, response.survey_id)
    car = _his_car(session, response)
    answers = session.execute(
        select(SurveyItem, SurveyAnswer)
        .join(SurveyAnswer, col(SurveyAnswer.item_id) == col(SurveyItem.id))
        .where(col(SurveyAnswer.response_id) == response.id)
        .order_by(col(SurveyItem.nth))
    ).all()
    lines = [survey.name, *(_said(item, one) for item, one in answers), words]
    return RegisterComplaint(
        request_id=form.request_id,
        store_id=response.store_id,
        kind=ComplaintKind.GRUMBLE,
        channel=ComplaintChannel.RETURN_VISIT,
        customer_id=response.customer_id,
        vehicle_id=car,
        order_id=_his_order(session, response.customer_id, car, order_id),
        words="\n".join(filter(None, lines))[:_MOST_WORDS],
        category_id=_category(session, survey.kind, answers),
        severity=Severity.L1,
        department=DEPARTMENTS.get(survey.kind, Department.CUSTOMER_RELATIONS),
    )


def _his_car(session: Session, response: SurveyResponse) -> int | None:
    """The car that he was asked about, where his file knows it: a complaint names no other."""
    part = select(col(Ownership.id)).where(
        col(Ownership.vehicle_id) == response.vehicle_id,
        col(Ownership.customer_id) == response.customer_id,
    )
    return response.vehicle_id if session.execute(part).first() else None


def _his_order(
    session: Session, customer_id: int, car: int | None, order_id: int | None
) -> int | None:
    """The order that he was asked about, where it is his and about that car still."""
    query = select(col(Order.vehicle_id)).where(
        col(Order.id) == order_id,
        col(Order.customer_id) == customer_id,
        col(Order.voided_at).is_(None),
    )
    found = session.execute(query).first()
    is_his = found is not None and (car is None or found[0] in {None, car})
    return order_id if is_his else None


def _said(item: SurveyItem, answer: SurveyAnswer) -> str:
    """A question and its answer, in the words in which it was asked."""
    if item.kind is ItemKind.CHOICE and answer.value is not None:
        return f"{item.wording} {item.choices[answer.value][0]}"
    if answer.value is None:
        return f"{item.wording} {answer.words}"
    return f"{item.wording} {answer.value}/{SCALES[item.kind][1]}"


def _category(
    session: Session, kind: SurveyKind, answers: Iterable[tuple[SurveyItem, SurveyAnswer]]
) -> int:
    """Under which category it falls: that of the worst answer that names one, else what is usual
    for the survey, else the first of the tree. Raises NotFound where the tree is empty."""
    worst = sorted(
        (share(item.kind, one.value), item.nth, item.heading)
        for item, one in answers
        if item.kind in SCALES and item.heading and one.value is not None
    )
    query = select(col(Heading.code), col(Heading.id)).where(
        col(Heading.tree) == HeadingTree.CATEGORY, col(Heading.is_active)
    )
    known: dict[str, int] = dict(session.execute(query.order_by(col(Heading.code))).all())
    wanted = [heading for _share, _nth, heading in worst[:1]]
    for code in (*wanted, _USUAL.get(kind, "attitude"), *known):
        if code in known:
            return known[code]
    raise NotFound(record="Heading", id=0)
