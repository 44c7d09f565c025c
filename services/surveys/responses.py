"""The answered surveys behind a figure, and one of them with every answer."""

from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    Customer,
    Store,
    Survey,
    SurveyAnswer,
    SurveyResponse,
    User,
)
from services.core.access import Actor, Permission
from services.core.errors import NotFound
from services.surveys.results import Part, narrowed, period_of, versions_of
from services.surveys.versions import items_of
from services.surveys.views import AnswerLine, ResponsePage, ResponseRow, ResponseView

PAGE: Final = 50


def responses(
    session: Session,
    actor: Actor,
    filters: Part,
    *,
    low_only: bool = False,
    page: int = 1,
) -> ResponsePage:
    """The answered surveys of a part, the newest first, a page of them: over all pages they are as
    many as the figure says. `page` from 1 on; beyond the last one it is the last.

    Raises NoSuchSurvey, SurveyEndsEarly, NotFound.
    """
    actor.require(Permission.VISITS_VIEW)
    versions_of(session, filters)
    period = period_of(session, filters)
    counted = narrowed(_COUNT, filters, period)
    query = narrowed(_ROWS, filters, period)
    if low_only:
        counted = counted.where(col(SurveyResponse.is_low))
        query = query.where(col(SurveyResponse.is_low))
    total = int(session.execute(counted).scalar_one())
    pages = max(1, -(-total // PAGE))
    here = min(max(page, 1), pages)
    query = query.order_by(col(SurveyResponse.at).desc(), col(SurveyResponse.id).desc())
    rows = session.execute(query.limit(PAGE).offset((here - 1) * PAGE))
    return ResponsePage([_row(row) for row in rows], here, pages, total)


def response(session: Session, actor: Actor, response_id: int) -> ResponseView:
    """One answered survey. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    query = _ROWS.join(Survey, col(Survey.id) == col(SurveyResponse.survey_id))
    query = query.add_columns(
        col(SurveyResponse.survey_id),
        col(Survey.name).label("survey"),
        col(Survey.name_en).label("survey_en"),
        col(Survey.number).label("survey_number"),
    )
    row = session.execute(query.where(col(SurveyResponse.id) == response_id)).first()
    if row is None:
        raise NotFound(record="SurveyResponse", id=response_id)
    held = select(SurveyAnswer).where(col(SurveyAnswer.response_id) == response_id)
    said = {one.item_id: one for one in session.execute(held).scalars()}
    lines = [
        AnswerLine(item, one.value if one else None, one.words if one else "")
        for item in items_of(session, [row.survey_id]).get(row.survey_id, [])
        for one in [said.get(item.id)]
    ]
    may_raise = (
        row.is_low and row.complaint_id is None and actor.may(Permission.COMPLAINTS_REGISTER)
    )
    return ResponseView(
        _row(row), row.survey, row.survey_en, row.survey_number, lines, may_raise=may_raise
    )


_ROWS: Final[Any] = (
    select(
        col(SurveyResponse.id),
        col(SurveyResponse.at),
        col(Customer.id).label("customer_id"),
        func.coalesce(col(Customer.name), "").label("customer"),
        func.coalesce(col(Customer.number), "").label("number"),
        col(Store.name).label("store"),
        func.coalesce(col(User.name), "").label("person"),
        col(SurveyResponse.channel),
        col(SurveyResponse.score),
        col(SurveyResponse.nps),
        col(SurveyResponse.is_low),
        col(SurveyResponse.complaint_id),
        func.coalesce(col(Complaint.number), "").label("complaint"),
        col(SurveyResponse.task_id),
    )
    .select_from(SurveyResponse)
    .outerjoin(Customer, col(Customer.id) == col(SurveyResponse.customer_id))
    .join(Store, col(Store.id) == col(SurveyResponse.store_id))
    .outerjoin(User, col(User.id) == col(SurveyResponse.user_id))
    .outerjoin(Complaint, col(Complaint.id) == col(SurveyResponse.complaint_id))
)
_COUNT: Final[Any] = select(func.count(col(SurveyResponse.id))).select_from(SurveyResponse)


def _row(row: Row[Any]) -> ResponseRow:
    names = ResponseRow.__dataclass_fields__
    return ResponseRow(**{name: getattr(row, name) for name in names})
