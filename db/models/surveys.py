"""Surveys of satisfaction: their versions and questions, and what customers answered."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.types import Base, Json, Scoped, UtcDateTime, Versioned, enum_type


class SurveyKind(StrEnum):
    """What a survey is about (K03, K04)."""

    SSI = "ssi"
    """How content customers are with the sale."""
    CSI = "csi"
    """How content they are with the service."""
    NPS = "nps"
    """Whether they would recommend us, and why."""
    CUSTOM = "custom"


class SurveyState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class ItemKind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    """1 to 10."""
    NPS = "nps"
    """0 to 10: would recommend us."""
    CHOICE = "choice"
    TEXT = "text"


class SurveyChannel(StrEnum):
    """How the customer was asked (K07)."""

    PHONE = "phone"
    INTERVIEW = "interview"
    QUESTIONNAIRE = "questionnaire"
    ONLINE = "online"


class ResponseSource(StrEnum):
    CALL = "call"
    """Written down with the result of a contact."""
    IMPORT = "import"
    """Of a list from the maker, or from a survey tool."""


class Survey(Base, Versioned, table=True):
    """One version of a survey (K02). An approved one is never edited: a later version takes its
    place from a day on, and what was answered stays with the questions that were asked."""

    __tablename__ = "surveys"
    __table_args__ = (
        Index("ix_surveys_code", "code", "number", unique=True),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="in_order"),
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(max_length=40)
    """The same for all versions."""
    number: int
    """1, 2, 3 … of its code."""
    name: str = Field(max_length=60)
    """In Chinese."""
    name_en: str = Field(default="", max_length=60)
    kind: SurveyKind = Field(sa_type=enum_type(SurveyKind))
    state: SurveyState = Field(sa_type=enum_type(SurveyState))
    from_on: date | None = Field(default=None)
    """Customers are asked by it from this day on."""
    until_on: date | None = Field(default=None)
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    """Who wrote it last; None: delivered with the product."""
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")


class SurveyItem(Base, table=True):
    """One question of a version."""

    __tablename__ = "survey_items"
    __table_args__ = (
        Index("ix_survey_items_nth", "survey_id", "nth", unique=True),
        Index("ix_survey_items_code", "survey_id", "code", unique=True),
        CheckConstraint("weight BETWEEN 0 AND 100", name="weight_bounded"),
    )

    id: int = Field(default=None, primary_key=True)
    survey_id: int = Field(foreign_key="surveys.id", ondelete="CASCADE")
    nth: int
    code: str = Field(max_length=40)
    """The same question in all versions, however it is worded."""
    kind: ItemKind = Field(sa_type=enum_type(ItemKind))
    wording: str = Field(max_length=200)
    """In Chinese."""
    wording_en: str = Field(default="", max_length=200)
    weight: int = Field(default=0)
    """How much it counts in the score, against the others; 0: not at all."""
    is_required: bool = Field(default=False)
    choices: list[list[str]] = Field(default_factory=list, sa_type=Json)
    """Chinese and English of each, in their order."""
    heading: str = Field(default="", max_length=40)
    """Under which category of complaints a bad answer falls, by its code."""


_OF_TASK = text("task_id IS NOT NULL")


class SurveyResponse(Base, Scoped, table=True):
    """What one customer answered, once. `store_id` is where he was asked, and stays it: his answers
    speak of that store, also when his file moves on."""

    __tablename__ = "survey_responses"
    __table_args__ = (
        Index("ix_survey_responses_task", "task_id", unique=True, sqlite_where=_OF_TASK,
              postgresql_where=_OF_TASK),
        Index("ix_survey_responses_customer", "customer_id", "at"),
        Index("ix_survey_responses_survey", "survey_id", "at"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_on_its_scale"),
        CheckConstraint("nps BETWEEN 0 AND 10", name="nps_on_its_scale"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    survey_id: int = Field(foreign_key="surveys.id", ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customers.id", ondelete="RESTRICT")
    vehicle_id: int | None = Field(default=None, foreign_key="vehicles.id", ondelete="RESTRICT")
    task_id: int | None = Field(default=None, foreign_key="visit_tasks.id", ondelete="RESTRICT")
    at: datetime = Field(sa_type=UtcDateTime)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    """Who asked; None: it came with a list."""
    channel: SurveyChannel = Field(sa_type=enum_type(SurveyChannel))
    source: ResponseSource = Field(sa_type=enum_type(ResponseSource))
    score: float | None = Field(default=None)
    """0 to 100, weighted; None where nothing that counts was answered."""
    nps: int | None = Field(default=None)
    """0 to 10, where it was asked."""
    is_low: bool = Field(default=False)
    """By the group's rule of the day: somebody has to talk with him."""
    complaint_id: int | None = Field(
        default=None, foreign_key="complaints.id", index=True, ondelete="RESTRICT"
    )


class SurveyAnswer(Base, table=True):
    """The answer to one question; what was left open has none. Who sees the response sees it."""

    __tablename__ = "survey_answers"

    response_id: int = Field(
        foreign_key="survey_responses.id", primary_key=True, ondelete="RESTRICT"
    )
    item_id: int = Field(
        foreign_key="survey_items.id", primary_key=True, index=True, ondelete="RESTRICT"
    )
    value: int | None = Field(default=None)
    """Of a scale; of a choice its place, from 0 on."""
    words: str = Field(default="", max_length=2000)
