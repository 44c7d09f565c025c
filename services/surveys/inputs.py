"""What the commands on surveys take."""

from typing import Annotated

from pydantic import Field

from db.models import ItemKind, SurveyKind
from services.core.fields import DateInRange, OrNone, PositiveId, text, whole
from services.core.inputs import Input, Request

MOST_ITEMS = 20
Title = Annotated[str, text(60)]
TitleOrNone = Annotated[str, text(60, least=0)]
Wording = Annotated[str, text(200)]
WordingOrNone = Annotated[str, text(200, least=0)]
Choices = Annotated[str, text(1000, least=0, lines=True)]
Mark = Annotated[int, whole(0, 50)]
Said = Annotated[str, text(2000, least=0, lines=True)]
CodeOrNone = Annotated[str, text(40, least=0)]


class Answer(Input):
    """What was answered to one question: `value` of a scale, of a choice its place from 0 on; else
    `words`."""

    item_id: PositiveId
    value: OrNone[Mark] = None
    words: Said = ""


Answers = Annotated[tuple[Answer, ...], Field(max_length=MOST_ITEMS)]


class AdoptSurveys(Request):
    """Take over the surveys that are delivered, as drafts; those that are there stay."""


class BeginSurvey(Request):
    """A survey of one's own, as a draft with one question."""

    kind: SurveyKind
    name: Title
    name_en: TitleOrNone = ""


class WorkOnSurvey(Request):
    """`version` is the one that was shown."""

    survey_id: PositiveId
    version: PositiveId


class NextVersion(Request):
    """A draft that begins as this version is."""

    survey_id: PositiveId


class ItemForm(Input):
    """One question as it will be. `code` "" is a new one; `choices`: a line for each, Chinese and
    English with | between."""

    code: CodeOrNone = ""
    kind: ItemKind
    wording: Wording
    wording_en: WordingOrNone = ""
    weight: Annotated[int, whole(0, 100)] = 0
    is_required: bool = False
    choices: Choices = ""
    heading: CodeOrNone = ""


class EditSurvey(WorkOnSurvey):
    """A draft as it will be, its questions in their order."""

    name: Title
    name_en: TitleOrNone = ""
    items: Annotated[tuple[ItemForm, ...], Field(min_length=1, max_length=MOST_ITEMS)]


class ApproveSurvey(WorkOnSurvey):
    """Customers are asked by it from this day on."""

    from_on: DateInRange


class RaiseComplaint(Request):
    """A bad answer that came with a list becomes a complaint."""

    response_id: PositiveId
