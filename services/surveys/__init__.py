"""Surveys of satisfaction: written and approved in versions, asked at contacts, answered with their
result, brought by lists, and told in figures (K02–K05, V10, V13)."""

from db.models import ItemKind, ResponseSource, SurveyChannel, SurveyKind, SurveyState
from services.surveys.answering import raise_complaint
from services.surveys.inputs import (
    AdoptSurveys,
    Answer,
    ApproveSurvey,
    BeginSurvey,
    EditSurvey,
    ItemForm,
    NextVersion,
    RaiseComplaint,
    WorkOnSurvey,
)
from services.surveys.metrics import METRICS, Answers
from services.surveys.responses import response, responses
from services.surveys.results import Part, results
from services.surveys.scoring import SCALES
from services.surveys.versions import adopt, approve, begin, edit, next_version, retire, surveys
from services.surveys.views import (
    AnswerLine,
    Asking,
    Category,
    Driver,
    Group,
    ItemLine,
    ItemResult,
    Mean,
    Net,
    Questionnaire,
    Raised,
    Receipt,
    ResponsePage,
    ResponseRow,
    ResponseView,
    Results,
    SurveyLine,
    TextLine,
)
from services.surveys.wording import categories, choices_text

__all__ = [
    "METRICS",
    "SCALES",
    "AdoptSurveys",
    "Answer",
    "AnswerLine",
    "Answers",
    "ApproveSurvey",
    "Asking",
    "BeginSurvey",
    "Category",
    "Driver",
    "EditSurvey",
    "Group",
    "ItemForm",
    "ItemKind",
    "ItemLine",
    "ItemResult",
    "Mean",
    "Net",
    "NextVersion",
    "Part",
    "Questionnaire",
    "RaiseComplaint",
    "Raised",
    "Receipt",
    "ResponsePage",
    "ResponseRow",
    "ResponseSource",
    "ResponseView",
    "Results",
    "SurveyChannel",
    "SurveyKind",
    "SurveyLine",
    "SurveyState",
    "TextLine",
    "WorkOnSurvey",
    "adopt",
    "approve",
    "begin",
    "categories",
    "choices_text",
    "edit",
    "next_version",
    "raise_complaint",
    "response",
    "responses",
    "results",
    "retire",
    "surveys",
]
