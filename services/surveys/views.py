"""What pages are told of surveys: frozen values, no tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from db.models import ItemKind, SurveyChannel, SurveyKind, SurveyState


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One question. `choices`: Chinese and English of each."""

    id: int
    nth: int
    code: str
    kind: ItemKind
    wording: str
    wording_en: str
    weight: int
    is_required: bool
    choices: Sequence[Sequence[str]]
    heading: str


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What a customer is asked now."""

    id: int
    code: str
    number: int
    name: str
    name_en: str
    items: Sequence[ItemLine]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a contact has to do with surveys: `form` is what to ask; None: nothing. Where nothing is
    asked only because the customer was asked lately, `rests_until` is the first day on which he may
    be asked again."""

    form: Questionnaire | None = None
    rests_until: date | None = None


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One version of a survey; `author` and `approver` are names, "" where nobody is known."""

    id: int
    version: int
    code: str
    number: int
    name: str
    name_en: str
    kind: SurveyKind
    state: SurveyState
    from_on: date | None
    until_on: date | None
    author: str
    approver: str
    answered: int
    """How many customers answered it, of those in the reader's sight."""
    may_approve: bool
    """The reader may let it hold: it is a draft, and not his own where there is a second person."""
    items: Sequence[ItemLine]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of complaints; its names from the top of the tree down, Chinese and English."""

    code: str
    path: tuple[str, ...]
    path_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A version after a deed."""

    id: int
    version: int


@dataclass(frozen=True, slots=True)
class Raised:
    """The complaint that a bad answer led to."""

    response_id: int
    complaint_id: int
    number: str


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One answered survey in a list; `complaint` is a number, "" where there is none. `customer_id`
    is None where the file has moved out of the reader's sight since."""

    id: int
    at: datetime
    customer_id: int | None
    customer: str
    number: str
    store: str
    person: str
    channel: SurveyChannel
    score: float | None
    nps: int | None
    is_low: bool
    complaint_id: int | None
    complaint: str
    task_id: int | None


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """`page` of `pages`, of `total` rows."""

    rows: Sequence[ResponseRow]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question with what was answered; `value` None and `words` "": left open."""

    item: ItemLine
    value: int | None
    words: str


@dataclass(frozen=True, slots=True)
class ResponseView:
    """One answered survey with every answer."""

    row: ResponseRow
    survey: str
    survey_en: str
    survey_number: int
    answers: Sequence[AnswerLine]
    may_raise: bool
    """The reader may register a complaint of it."""


# ---- results


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of `n` scores with the interval that holds the true one 95 times of 100; None where
    there is none, the interval from two scores on."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Net:
    """A net promoter score: promoters less detractors, -1.0 to 1.0, with its interval."""

    n: int
    promoters: int = 0
    detractors: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What some customers said: those of a store, of a person, of a month."""

    id: int | None
    name: str
    score: Mean
    net: Net
    low: int
    """How many answered badly."""


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What was answered to one question, in all versions together. `counts`: value -> how many;
    of a choice its places. `top` is the share of 9 and 10, with its interval."""

    item: ItemLine
    n: int
    mean: Mean
    counts: Mapping[int, int]
    top: float | None
    top_low: float | None
    top_high: float | None


@dataclass(frozen=True, slots=True)
class Driver:
    """How much one question moves the whole. `importance`: how its answers go with the whole, -1.0
    to 1.0; `performance`: its mean, 0 to 100; `chance`: what there is to win, importance times what
    lacks to 100, heaviest first."""

    item: ItemLine
    n: int
    importance: float
    performance: float
    chance: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """What a customer said in his own words."""

    response_id: int
    at: datetime
    store: str
    item: ItemLine
    words: str
    score: float | None
    is_low: bool


@dataclass(frozen=True, slots=True)
class Results:
    """What customers answered from one day to another, as far as the reader sees it."""

    code: str
    name: str
    name_en: str
    whole: Group
    before: Group
    """The same time before."""
    stores: Sequence[Group]
    people: Sequence[Group]
    months: Sequence[tuple[date, Group]]
    items: Sequence[ItemResult]
    drivers: Sequence[Driver]
    texts: Sequence[TextLine]
    untreated: int
    """Bad answers without a complaint."""
