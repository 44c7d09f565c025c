"""Whether a contact asks the customer something: by which survey, or why not."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Survey, SurveyResponse, TaskState, VisitTask
from services.core import clock, parameters
from services.core.access import beyond
from services.surveys.versions import in_force, items_of
from services.surveys.views import Asking, Questionnaire


def asking(session: Session, task: VisitTask, codes: Sequence[str | None]) -> Asking:
    """What the contact asks today. `codes` are those that its steps name, the leading one first:
    the first that is in force is asked, and no customer twice in so many days as the rule says."""
    if task.state is not TaskState.PLANNED:
        return Asking()
    today = clock.today()
    wanted = list(dict.fromkeys(code for code in codes if code))
    survey = next(filter(None, (in_force(session, code, today) for code in wanted)), None)
    if survey is None:
        return Asking()
    until = rests_until(session, task.customer_id, today)
    return Asking(None, until) if until else Asking(questionnaire(session, survey))


def questionnaire(session: Session, survey: Survey) -> Questionnaire:
    return Questionnaire(
        id=survey.id,
        code=survey.code,
        number=survey.number,
        name=survey.name,
        name_en=survey.name_en,
        items=items_of(session, [survey.id]).get(survey.id, []),
    )


def rests_until(session: Session, customer_id: int, on: date) -> date | None:
    """The first day on which the customer may be asked again; None: he may be now."""
    last = last_asked(session, [customer_id]).get(customer_id)
    if last is None:
        return None
    until = last + between(session, on)
    return until if until > on else None


def between(session: Session, on: date) -> timedelta:
    """How long a customer is left alone who answered a survey."""
    return timedelta(days=int(parameters.value(session, parameters.SURVEY_DAYS, on)))


def last_asked(session: Session, customer_ids: Sequence[int]) -> dict[int, date]:
    """Customer -> the day of his last answers."""
    found = asked_days(session, customer_ids)
    return {key: max(day for day, _code in days) for key, days in found.items()}


def asked_days(session: Session, customer_ids: Sequence[int]) -> dict[int, list[tuple[date, str]]]:
    """Customer -> the days on which he answered, and the code of which survey, in whatever store:
    that he was asked is all that is said."""
    query = (
        select(col(SurveyResponse.customer_id), col(SurveyResponse.at), col(Survey.code))
        .join(Survey, col(Survey.id) == col(SurveyResponse.survey_id))
        .where(col(SurveyResponse.customer_id).in_(customer_ids))
        .order_by(col(SurveyResponse.at))
    )
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for key, at, code in beyond(session, query):
        found[key].append((clock.day_of(at), code))
    return dict(found)
