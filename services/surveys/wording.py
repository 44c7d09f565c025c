"""Whether the questions of a survey can be asked, and answers to them be counted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Heading, HeadingTree, ItemKind, SurveyKind
from services.complaints import trees
from services.core.access import Actor, Permission
from services.core.errors import InvalidInput
from services.core.words import N_
from services.surveys.inputs import ItemForm
from services.surveys.scoring import SCALES
from services.surveys.views import Category, ItemLine

BETWEEN: Final = "|"
FEWEST_CHOICES: Final = 2
MOST_CHOICES: Final = 20
LONGEST_CHOICE: Final = 60


class NothingCounts(InvalidInput):
    msgid = N_("At least one question has to count in the score")


class RecommendsTwice(InvalidInput):
    msgid = N_("Ask only once whether the customer would recommend us")


class ChoicesMissing(InvalidInput):
    msgid = N_("Question {nth}: write 2 to 20 answers to choose from, each on a line of its own")


class CannotCount(InvalidInput):
    msgid = N_("Question {nth}: only a scale counts in the score")


class KindIsFixed(InvalidInput):
    msgid = N_("Question {nth} was answered in another way before. Ask it as a new question")


class ChoicesGone(InvalidInput):
    msgid = N_("Question {nth}: answers that were given may be worded anew, not taken away")


class ItemTwice(InvalidInput):
    msgid = N_("Question {nth} stands there twice")


class NoSuchHeading(InvalidInput):
    msgid = N_("Question {nth}: there is no category of complaints {code}")


def categories(session: Session, actor: Actor) -> list[Category]:
    """Under which categories of complaints a bad answer may fall, each below what it belongs to."""
    actor.require(Permission.VISITS_VIEW)
    query = select(col(Heading.id), col(Heading.code)).where(
        col(Heading.tree) == HeadingTree.CATEGORY, col(Heading.is_active)
    )
    names = trees.named(session)
    return [
        Category(code, names[key].path, names[key].path_en)
        for key, code in session.execute(query.order_by(col(Heading.code)))
    ]


def checked(
    session: Session, items: Sequence[ItemForm], known: Mapping[str, tuple[ItemKind, int]]
) -> list[dict[str, Any]]:
    """The questions as their columns take them. `known`: code -> kind and how many answers to
    choose from, of all versions there are: what was answered must still be told.

    Raises KindIsFixed, ChoicesGone, ItemTwice, RecommendsTwice, CannotCount, ChoicesMissing,
    NoSuchHeading.
    """
    headings = select(col(Heading.code)).where(
        col(Heading.tree) == HeadingTree.CATEGORY, col(Heading.is_active)
    )
    categories = set(session.execute(headings).scalars())
    taken, found = {*known, *(one.code for one in items)}, []
    used: set[str] = set()
    for nth, one in enumerate(items, start=1):
        code = one.code or _new_code(taken)
        taken.add(code)
        if code in used:
            raise ItemTwice(nth=nth)
        used.add(code)
        kind, least = known.get(code, (one.kind, 0))
        if kind is not one.kind:
            raise KindIsFixed(nth=nth)
        if one.weight and one.kind not in SCALES:
            raise CannotCount(nth=nth)
        if one.heading and one.heading not in categories:
            raise NoSuchHeading(nth=nth, code=one.heading)
        choices = _choices(nth, one)
        if len(choices) < least:
            raise ChoicesGone(nth=nth)
        found.append({**one.model_dump(), "code": code, "choices": choices})
    if sum(one.kind is ItemKind.NPS for one in items) > 1:
        raise RecommendsTwice
    return found


def countable(kind: SurveyKind, items: Iterable[ItemLine]) -> None:
    """Raises NothingCounts for a survey of satisfaction that would have no score."""
    if kind is not SurveyKind.CUSTOM and not any(one.weight for one in items):
        raise NothingCounts


def _new_code(taken: Iterable[str]) -> str:
    there = set(taken)
    return next(f"q{n}" for n in range(1, len(there) + 2) if f"q{n}" not in there)


def _choices(nth: int, one: ItemForm) -> list[list[str]]:
    """A line for each: Chinese, and English after a bar."""
    if one.kind is not ItemKind.CHOICE:
        return []
    lines = [line for line in one.choices.splitlines() if line.strip()]
    pairs = [[part.strip()[:LONGEST_CHOICE] for part in line.split(BETWEEN, 1)] for line in lines]
    if not FEWEST_CHOICES <= len(pairs) <= MOST_CHOICES or not all(pair[0] for pair in pairs):
        raise ChoicesMissing(nth=nth)
    return [[pair[0], pair[-1]] for pair in pairs]


def choices_text(choices: Iterable[Sequence[str]]) -> str:
    """The answers to choose from as one writes them into the form."""
    return "\n".join(f"{zh} {BETWEEN} {en}" if en != zh else zh for zh, en in choices)
